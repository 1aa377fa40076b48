package txn

import (
	"crypto/subtle"
	"fmt"
	"io"
)

// PaymentCode is a customer's one-time payment code (付款码). It is money until it has been used: every way
// of formatting it masks it, and only [PaymentCode.Reveal] gives it away, to the network's request alone.
type PaymentCode struct{ code string }

// NewPaymentCode wraps a code as it was scanned.
func NewPaymentCode(code string) PaymentCode { return PaymentCode{code} }

// Reveal returns the code itself.
func (c PaymentCode) Reveal() string { return c.code }

// IsZero reports whether there is no code.
func (c PaymentCode) IsZero() bool { return c.code == "" }

// String returns the first two characters, the brand's, and hides the rest.
func (c PaymentCode) String() string {
	if len(c.code) < 8 {
		return "****"
	}
	return c.code[:2] + "****"
}

// Format implements [fmt.Formatter], so that %#v and %x hide the code too.
func (c PaymentCode) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText implements [encoding.TextMarshaler] with the masked form.
func (c PaymentCode) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// CodeDigest is a keyed digest of a payment code: enough to know the code again, not enough to use it.
// The store's key makes it, since the few digits of a code would not withstand an unkeyed hash.
type CodeDigest string

// PIN is a person's secret number, [MinPIN] to [MaxPIN] digits. Like a [PaymentCode] it masks itself: only [PIN.Reveal]
// gives it away, to whoever hashes it.
type PIN struct{ digits string }

// How many digits a PIN has.
const (
	MinPIN = 6
	MaxPIN = 8
)

// NewPIN wraps digits as they were keyed in.
func NewPIN(digits string) PIN { return PIN{digits} }

// Reveal returns the digits themselves.
func (p PIN) Reveal() string { return p.digits }

// IsZero reports whether there is none.
func (p PIN) IsZero() bool { return p.digits == "" }

// Equal compares two PINs in a time that does not depend on where they differ.
func (p PIN) Equal(q PIN) bool {
	return subtle.ConstantTimeCompare([]byte(p.digits), []byte(q.digits)) == 1
}

// String hides the digits and their number.
func (p PIN) String() string { return "****" }

// Format implements [fmt.Formatter], so that %#v and %x hide the digits too.
func (p PIN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// MarshalText implements [encoding.TextMarshaler] with the masked form.
func (p PIN) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
