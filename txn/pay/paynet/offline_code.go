package paynet

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// The one key that the sandbox issues for codes that a terminal makes without a network, and what its file holds.
const (
	offlineTerminal  = "T0000001"
	offlineKeyNumber = 1
	offlineKeyType   = "SMARTPOS OFFLINE QR KEY"
)

// offlineKeys are the keys that the acquirer has issued.
type offlineKeys struct {
	key     [32]byte
	revoked bool
}

// open reads the terminal's key, or issues one.
func (k *offlineKeys) open(dir string, m *AggregatorMerchant) error {
	own := private(dir, filepath.Base(m.OfflineKey))
	raw, err := readPEM(own, offlineKeyType)
	if errors.Is(err, fs.ErrNotExist) {
		raw = make([]byte, len(k.key))
		_, _ = rand.Read(raw) // never fails
		w := &writer{}
		text := marked(offlineKeyType, raw)
		w.file(m.OfflineKey, text, nil)
		w.file(own, text, nil)
		err = w.err
	}
	if err != nil {
		return err
	}
	if len(raw) != len(k.key) {
		return fmt.Errorf("%s: not a key of %d bytes; delete the folder to begin anew", own, len(k.key))
	}
	copy(k.key[:], raw)
	return nil
}

// RevokeOfflineKey makes the acquirer open no further code of the terminal's key. What was paid stays.
func (p *Paynet) RevokeOfflineKey() {
	p.update(func(time.Time) { p.aggregator.offline.revoked = true })
}

// offlineCode is a code that a terminal made, as the acquirer reads it.
type offlineCode struct {
	order    string
	fen      int64
	currency string
	expires  time.Time
	answer   string
}

var errOfflineCode = errors.New("not a code of a terminal, or changed")

var offlineLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// read opens what follows the page's address, by docs/offline-qr.md.
func (k *offlineKeys) read(token string) (c offlineCode, err error) {
	token = strings.ToUpper(token)
	raw, err := offlineLetters.DecodeString(token)
	if err != nil || offlineLetters.EncodeToString(raw) != token || len(raw) < 22 || raw[0] != 1 {
		return c, errOfflineCode
	}
	if raw[1] != offlineKeyNumber || string(raw[2:10]) != offlineTerminal || k.revoked {
		return c, errOfflineCode
	}
	sealing, err := hkdf.Key(sha256.New, k.key[:], nil, "smartpos offline QR 1: seal", 32)
	if err != nil {
		return c, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return c, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return c, err
	}
	b, err := gcm.Open(nil, raw[10:22], raw[22:], raw[:10])
	if err != nil || len(b) < 26 || len(b) > 50 || b[13] < 6 || b[13] > 8 {
		return c, errOfflineCode
	}
	c = offlineCode{
		order: string(b[18:]), fen: int64(binary.BigEndian.Uint16(b))<<32 | int64(binary.BigEndian.Uint32(b[2:])),
		currency: string(b[6:9]), expires: time.Unix(int64(binary.BigEndian.Uint32(b[9:])), 0),
		answer: fmt.Sprintf("%0*d", b[13], binary.BigEndian.Uint32(b[14:])),
	}
	if len(c.answer) != int(b[13]) || !aggNumberForm.MatchString(c.order) {
		return offlineCode{}, errOfflineCode
	}
	return c, nil
}
