package paynet

import (
	"crypto/rand"
	"errors"
	"math/big"
	"time"
)

// maxCodes is how many payment codes a phone's network remembers; older ones are unknown to it.
const maxCodes = 64

// issued is a payment code (付款码) that a phone has shown.
type issued struct {
	Code string    `json:"code"`
	At   time.Time `json:"at"`
	Used bool      `json:"used,omitempty"`
}

// newCode makes a payment code as the wallet's brand numbers them.
func newCode(wallet string) string {
	switch wallet {
	case Alipay:
		return "28" + randomDigits(16) // 25–30, then 14 to 22 digits
	case UnionPay:
		return "62" + randomDigits(17)
	}
	return "13" + randomDigits(16) // 10–15
}

// Why a payment code is not taken. Each network has its own words for them.
var (
	errCodeUnknown = errors.New("no such payment code")
	errCodeUsed    = errors.New("the payment code was used before")
	errCodeExpired = errors.New("the payment code is too old")
)

// useCode spends a payment code of the wallet and returns whose it is.
func (p *Paynet) useCode(wallet, code string, now time.Time) (*phone, error) {
	ph := p.state.Phones[wallet]
	for i := range ph.Codes {
		c := &ph.Codes[i]
		switch {
		case c.Code != code:
			continue
		case c.Used:
			return nil, errCodeUsed
		case now.Sub(c.At) >= p.scaled(codeLife):
			return nil, errCodeExpired
		}
		c.Used = true
		return ph, nil
	}
	return nil, errCodeUnknown
}

// randomDigits returns n decimal digits.
func randomDigits(n int) string {
	b := make([]byte, n)
	for i := range b {
		d, _ := rand.Int(rand.Reader, big.NewInt(10)) // never fails
		b[i] = '0' + byte(d.Int64())
	}
	return string(b)
}

// letters are those of shown codes.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func randomLetters(n int) string {
	b := make([]byte, n)
	for i := range b {
		d, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // never fails
		b[i] = letters[d.Int64()]
	}
	return string(b)
}
