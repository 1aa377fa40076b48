package offlineqr

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"

	"smartpos/txn"
)

// MinDigits and MaxDigits are how long an answer may be.
const (
	MinDigits = 6
	MaxDigits = 8
)

// ErrAnswer is returned for an answer that is not of 6 to 8 digits.
var ErrAnswer = errors.New("offlineqr: not an answer of 6 to 8 digits")

// Answer is the digits that prove a payment. Only [Answer.Reveal] gives them away, to the acquirer's page alone.
type Answer struct{ digits string }

// NewAnswer draws an answer of that many digits from crypto/rand, each as likely as any other.
func NewAnswer(digits int) (Answer, error) {
	if digits < MinDigits || digits > MaxDigits {
		return Answer{}, fmt.Errorf("%w: %d", ErrAnswer, digits)
	}
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
	if err != nil {
		return Answer{}, fmt.Errorf("offlineqr: no random number for an answer: %w", err)
	}
	return Answer{fmt.Sprintf("%0*d", digits, n)}, nil
}

// Reveal returns the digits.
func (a Answer) Reveal() string { return a.digits }

// Format implements [fmt.Formatter] without the digits.
func (a Answer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "******") }

// MarshalText implements [encoding.TextMarshaler] without the digits.
func (a Answer) MarshalText() ([]byte, error) { return []byte("******"), nil }

// Matches reports whether the digits are the answer to the order that the digest was made of. It takes as long
// for one wrong answer as for another. The try is on disk before anybody asks ([txn.OfflineTried]).
func (s *Sealer) Matches(order txn.OrderNo, d txn.AnswerDigest, digits string) bool {
	want, err := hex.DecodeString(string(d))
	return hmac.Equal(want, s.mac(order, digits)) && err == nil
}

// digest is what the journal keeps of an answer: HMAC-SHA-256 under a key of its own, over the order number, a zero
// byte and the digits. Without the terminal's key it says nothing; with it a million tries are a second's work.
func (s *Sealer) digest(order txn.OrderNo, digits string) txn.AnswerDigest {
	return txn.AnswerDigest(hex.EncodeToString(s.mac(order, digits)))
}

func (s *Sealer) mac(order txn.OrderNo, digits string) []byte {
	h := hmac.New(sha256.New, s.digestKey)
	h.Write([]byte(order))
	h.Write([]byte{0})
	h.Write([]byte(digits))
	return h.Sum(nil)
}
