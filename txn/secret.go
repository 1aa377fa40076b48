package txn

import (
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
