package emvqr_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// FuzzMerchant holds that no text panics, and that what is believed is written back to the character, has a
// right CRC and shows nothing but graphic characters.
func FuzzMerchant(f *testing.F) {
	for _, s := range []string{bestTransport, vientiane, fps, with("55", "02", "56", "1."), with("57", "5", "55", "03"), "", "0002"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := emvqr.DecodeMerchant(s)
		if err != nil {
			// A text with all but its CRC right is worth a second look: random bytes never have one.
			if i := strings.LastIndex(s, "6304"); i >= 0 {
				s = seal(s[:i])
				m, err = emvqr.DecodeMerchant(s)
			}
		}
		if err != nil {
			if m != nil {
				t.Errorf("a code beside %v", err)
			}
			return
		}
		if again, err := m.Encode(); err != nil || again != s {
			t.Errorf("%q is written back as %q, %v", s, again, err)
		}
		if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
			t.Errorf("%q has a character at %d that is not graphic", s, i)
		}
		if m.Amount.Fen < 0 || strings.Count(s, fmt.Sprintf("6304%04X", emvqr.CRC(s[:len(s)-4]))) == 0 {
			t.Errorf("%q is believed", s)
		}
	})
}

// FuzzConsumer holds the same for the bytes of a consumer's code.
func FuzzConsumer(f *testing.F) {
	b, _ := base64.StdEncoding.DecodeString(twoProducts)
	f.Add(b)
	f.Add(b[:40])
	f.Add([]byte("\x85\x05CPV01\x61\x81\x09\x4f\x05\xa0\x00\x00\x03\x33\x9f\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		code := txn.NewPaymentCode(base64.StdEncoding.EncodeToString(b))
		c, err := emvqr.DecodeConsumer(code)
		if err != nil {
			if c != nil {
				t.Errorf("a code beside %v", err)
			}
			return
		}
		if again, err := c.Encode(); err != nil || again != code {
			t.Errorf("%x is written back as %q, %v", b, again.Reveal(), err)
		}
		for _, a := range c.Applications() {
			if n := len(a.AID()); n < 10 || n > 32 {
				t.Errorf("an AID of %d digits", n)
			}
			_ = a.PAN()
		}
	})
}

// FuzzConsumerText holds that no text panics.
func FuzzConsumerText(f *testing.F) {
	f.Add(twoProducts)
	f.Add("hQVDUFYw")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := emvqr.DecodeConsumer(txn.NewPaymentCode(s))
		if err != nil {
			return
		}
		if again, err := c.Encode(); err != nil || again.Reveal() != s {
			t.Errorf("%q is written back as %q, %v", s, again.Reveal(), err)
		}
	})
}
