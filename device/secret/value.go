package secret

import (
	"bytes"
	"fmt"
	"io"
)

// Value is a secret. No way of formatting or marshalling it shows it, also where it is an unexported field of
// something that is printed: only [Value.Reveal] gives it away.
type Value struct {
	reveal func() []byte // a function: fmt goes around the methods of unexported fields, and shows of a function only where it is
}

// NewValue keeps a copy of text as a secret.
func NewValue(text []byte) Value {
	text = bytes.Clone(text)
	return Value{func() []byte { return text }}
}

// Reveal returns the secret itself. It is not to be changed.
func (v Value) Reveal() []byte {
	if v.reveal == nil {
		return nil
	}
	return v.reveal()
}

// IsZero reports whether there is no secret.
func (v Value) IsZero() bool { return len(v.Reveal()) == 0 }

const masked = "(secret)"

// String hides the secret, and its length.
func (v Value) String() string { return masked }

// Format implements [fmt.Formatter], so that %#v, %x and %d hide it too.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// MarshalText implements [encoding.TextMarshaler] without the secret.
func (v Value) MarshalText() ([]byte, error) { return []byte(masked), nil }
