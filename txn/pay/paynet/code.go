package paynet

import (
	"crypto/rand"
	"math/big"
	"regexp"
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

// wechatCode is what WeChat takes for a payment code at all.
var wechatCode = regexp.MustCompile(`^1[0-5][0-9]{16}$`)

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

// randomDigits returns n decimal digits.
func randomDigits(n int) string {
	b := make([]byte, n)
	for i := range b {
		d, _ := rand.Int(rand.Reader, big.NewInt(10)) // never fails
		b[i] = '0' + byte(d.Int64())
	}
	return string(b)
}

// letters are those of code_urls.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func randomLetters(n int) string {
	b := make([]byte, n)
	for i := range b {
		d, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // never fails
		b[i] = letters[d.Int64()]
	}
	return string(b)
}
