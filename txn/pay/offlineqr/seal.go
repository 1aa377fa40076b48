package offlineqr

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"smartpos/txn"
)

// ErrPage is returned for an address of the acquirer's page that cannot be put before a code.
var ErrPage = errors.New("offlineqr: not the https address of a page, in capitals where case counts")

// maxText is the longest code that is looked at, in characters.
const maxText = 1024

// encoding keeps to the characters of a QR code's alphanumeric mode, which takes 5.5 bits a character where
// byte mode takes 8.
var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Sealer makes a terminal's codes and judges the answers to them.
type Sealer struct {
	terminal  string
	number    uint8
	page      string
	aead      cipher.AEAD
	digestKey []byte
}

// NewSealer returns a sealer of the terminal (id of 1 to 8 of 0-9 A-Z) with the key that the acquirer issued
// to it under the number. page is the address of the acquirer's page, "https://pay.example.cn/O": scheme and
// host may have any case, a path must be of 0-9 A-Z . / - alone, since codes are in capitals. Errors: ErrKey,
// ErrPage, ErrTerminal.
func NewSealer(terminal string, number uint8, key Key, page string) (*Sealer, error) {
	if !validTerminal(terminal) {
		return nil, fmt.Errorf("%w: its id %q is not 1 to 8 of 0-9 A-Z", ErrTerminal, terminal)
	}
	if key == (Key{}) {
		return nil, ErrKey
	}
	prefix, err := capitals(page)
	if err != nil {
		return nil, err
	}
	return &Sealer{terminal, number, prefix, key.aead(), key.derive(infoAnswer)}, nil
}

// capitals returns the page's address as it stands before a code.
func capitals(page string) (string, error) {
	u, err := url.Parse(page)
	switch {
	case err != nil, u.Scheme != "https", u.Hostname() == "", u.User != nil, strings.ContainsAny(page, "?#"):
		return "", ErrPage
	case strings.Trim(u.EscapedPath(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./-") != "":
		return "", ErrPage
	case strings.Trim(strings.ToUpper(u.Host), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.:-") != "":
		return "", ErrPage
	}
	return "HTTPS://" + strings.ToUpper(u.Host) + strings.TrimRight(u.EscapedPath(), "/") + "/", nil
}

// Issue draws an answer of that many digits and returns the text of the QR code that carries it with the
// order, the amount and the expiry, and what the journal keeps of the answer. The intent is on disk, since the number
// comes with it; the digest must be ([txn.OfflineMade]) before the code is shown. Two calls give two codes with two
// answers, and the journal keeps no more than one of them. Errors: ErrAnswer, ErrChallenge.
func (s *Sealer) Issue(order txn.OrderNo, amount txn.Money, expires time.Time, digits int) (string, txn.AnswerDigest, error) {
	answer, err := NewAnswer(digits)
	if err != nil {
		return "", "", err
	}
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return "", "", fmt.Errorf("offlineqr: no random nonce: %w", err)
	}
	text, err := s.seal(Challenge{order, amount, expires, answer}, nonce)
	if err != nil {
		return "", "", err
	}
	return text, s.digest(order, answer.digits), nil
}

// seal returns the text of a code.
func (s *Sealer) seal(c Challenge, nonce []byte) (string, error) {
	plain, err := c.plain()
	if err != nil {
		return "", err
	}
	head := header(s.number, s.terminal)
	code := s.aead.Seal(slices.Concat(head, nonce), nonce, plain, head)
	return s.page + encoding.EncodeToString(code), nil
}

// Open reads a code for the acquirer: the whole text, or what follows the last slash, in whatever case.
// keyOf returns the key that was issued to a terminal under a number.
//
// What comes back is authentic: a holder of that terminal's key sealed it. Whether it is in time, whether the
// amount may be, and whether the order was paid before is for the acquirer to say, by the order number.
// Errors: ErrCode, ErrTerminal.
func Open(text string, keyOf func(terminal string, number uint8) (Key, bool)) (terminal string, c Challenge, err error) {
	if len(text) > maxText {
		return "", Challenge{}, ErrCode
	}
	token := strings.ToUpper(text[strings.LastIndexByte(text, '/')+1:])
	b, err := encoding.DecodeString(token)
	if err != nil || encoding.EncodeToString(b) != token || len(b) < headerSize+nonceSize || b[0] != version {
		return "", Challenge{}, ErrCode
	}
	terminal = string(bytes.TrimRight(b[2:headerSize], "\x00"))
	if !validTerminal(terminal) {
		return "", Challenge{}, ErrCode
	}
	key, ok := keyOf(terminal, b[1])
	if !ok {
		return terminal, Challenge{}, ErrTerminal
	}
	plain, err := key.aead().Open(nil, b[headerSize:headerSize+nonceSize], b[headerSize+nonceSize:], b[:headerSize])
	if err != nil {
		return terminal, Challenge{}, ErrCode
	}
	c, err = readPlain(plain)
	return terminal, c, err
}
