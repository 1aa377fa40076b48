package emvqr

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"smartpos/txn"
)

// consumerVersion is the Payload Format Indicator of a consumer's code; base64 makes it begin "hQVDUFYw".
const consumerVersion = "CPV01"

// Consumer is a consumer-presented code: what a customer's phone shows in place of a card.
//
//	85 "CPV01"
//	61 application template, at least one: 4F and what is the application's own, 63 for the issuer's eyes
//	62 common data template: what holds for all applications, 64 for the issuer's eyes
type Consumer struct {
	Objects []TLV

	unpadded bool // it came without the = at the end
}

// NewConsumer returns a code of application templates and, at most once, a common data template, with the
// format in front.
func NewConsumer(templates ...TLV) *Consumer {
	return &Consumer{Objects: append([]TLV{{Tag: TagFormat, Value: Data(consumerVersion)}}, templates...)}
}

// DecodeConsumer reads a consumer-presented code. An error is an [*Error] around one of this package's
// errors; it never carries a value of the code.
func DecodeConsumer(code txn.PaymentCode) (*Consumer, error) {
	s := code.Reveal()
	if len(s) > MaxPayload {
		return nil, whole(-1, ErrTooLong, "%d characters, at most %d are read", len(s), MaxPayload)
	}
	c := &Consumer{}
	encoding := base64.StdEncoding
	if len(s)%4 != 0 && !strings.HasSuffix(s, "=") {
		encoding, c.unpadded = base64.RawStdEncoding, true
	}
	b, err := encoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") { // which the decoder would pass over
		return nil, whole(-1, ErrSyntax, "not base64")
	}
	if c.Objects, err = parse(b, "", 0, 0); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// Encode writes the code; one that was decoded and not changed is written as it was read. An error is an
// [*Error] around one of this package's errors.
func (c *Consumer) Encode() (txn.PaymentCode, error) {
	if err := c.check(); err != nil {
		return txn.PaymentCode{}, err
	}
	encoding := base64.StdEncoding
	if c.unpadded {
		encoding = base64.RawStdEncoding
	}
	code := txn.NewPaymentCode(encoding.EncodeToString(appendTLV(nil, c.Objects)))
	// One set of rules: what is written is what would be read.
	if _, err := DecodeConsumer(code); err != nil {
		return txn.PaymentCode{}, err
	}
	return code, nil
}

// check holds the code against the specification.
func (c *Consumer) check() error {
	switch {
	case len(c.Objects) == 0:
		return whole(-1, ErrMissing, "there is nothing")
	case c.Objects[0].Tag != TagFormat:
		return c.Objects[0].wrong("", wrong(ErrPosition, "the code must begin with 85"))
	case string(c.Objects[0].Value) != consumerVersion:
		return c.Objects[0].wrong("", wrong(ErrValue, "must be CPV01, other formats are not known"))
	}
	if err := checkObjects(c.Objects, 0, ""); err != nil {
		return err
	}
	applications := 0
	for _, o := range c.Objects {
		if o.Tag != TagApplication {
			continue
		}
		applications++
		if lookup(o.Objects, TagAID) == nil {
			return &Error{"61.4F", TagAID.name(), o.at, ErrMissing}
		}
	}
	if applications == 0 {
		return &Error{"61", TagApplication.name(), -1, wrong(ErrMissing, "there must be one at least")}
	}
	return nil
}

// checkObjects checks the objects of the template parent, 0 for the root: their places, that none stands
// twice, their values.
func checkObjects(objects []TLV, parent Tag, path string) error {
	seen := map[Tag]bool{}
	for _, o := range objects {
		tag, n, err := readTag(o.Tag.bytes())
		switch {
		case err != nil || tag != o.Tag || n != len(o.Tag.bytes()):
			return o.wrong(path, wrong(ErrSyntax, "this is no tag"))
		case !o.Tag.mayStandIn(parent):
			return o.wrong(path, wrong(ErrPosition, "it does not belong here"))
		case seen[o.Tag] && o.Tag != TagApplication:
			return o.wrong(path, wrong(ErrDuplicate, "one of the two must go"))
		case o.Tag.constructed() && len(o.Objects) == 0:
			return o.wrong(path, wrong(ErrValue, "is empty"))
		case o.Tag.constructed() && o.Value != nil, !o.Tag.constructed() && o.Objects != nil:
			return o.wrong(path, wrong(ErrValue, "has objects where it holds a value, or a value where it holds objects"))
		}
		seen[o.Tag] = true
		if o.Tag.constructed() {
			if err := checkObjects(o.Objects, o.Tag, join(path, o.Tag.String())); err != nil {
				return err
			}
		} else if err := o.Tag.check(o.Value); err != nil {
			return o.wrong(path, err)
		}
	}
	return nil
}

// mayStandIn reports whether the tag may stand in the template parent, 0 for the root. Objects that are not of
// the specification may stand anywhere.
func (t Tag) mayStandIn(parent Tag) bool {
	switch t {
	case TagFormat, TagApplication, TagCommon:
		return parent == 0
	case TagTransparent:
		return parent == TagApplication
	case TagCommonTransparent:
		return parent == TagCommon
	}
	_, known := tagForms[t]
	return !known || parent != 0
}

func (o TLV) wrong(parent string, err error) error {
	return &Error{join(parent, o.Tag.String()), o.Tag.name(), o.at, err}
}

// Application is one of the applications of a code, with what the code has in common for all.
type Application struct {
	own, common []TLV
}

// Format implements [fmt.Formatter]: the code is money, and shows its applications alone.
func (c *Consumer) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%v", c.Applications()) }

// Format implements [fmt.Formatter] with the identifier and the label alone.
func (a Application) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s %q", a.AID(), a.Label()) }

// Applications returns the code's applications in the order in which the customer prefers them.
func (c *Consumer) Applications() []Application {
	var list []Application
	for _, o := range c.Objects {
		if o.Tag == TagApplication {
			list = append(list, Application{o.Objects, inside(c.Objects, TagCommon)})
		}
	}
	return list
}

// Value returns the value of a primitive object: the application's own, else that of its transparent
// template, else the common one, else that of the common transparent template; nil if there is none.
func (a Application) Value(tag Tag) Data {
	for _, objects := range [][]TLV{
		a.own, inside(a.own, TagTransparent), a.common, inside(a.common, TagCommonTransparent),
	} {
		if v := lookup(objects, tag); v != nil {
			return v
		}
	}
	return nil
}

// AID returns the application's identifier (4F), in hexadecimal.
func (a Application) AID() string { return strings.ToUpper(hex.EncodeToString(a.Value(TagAID))) }

// Label returns the application's name for people (50): printable ASCII, at most 16 characters.
func (a Application) Label() string { return string(a.Value(TagLabel)) }

// PAN returns the card number or token: that of 5A, else that of track 2 (57).
func (a Application) PAN() PAN {
	s := hex.EncodeToString(a.Value(TagPAN))
	if s == "" {
		s, _, _ = strings.Cut(hex.EncodeToString(a.Value(TagTrack2)), "d")
	}
	return PAN{strings.TrimRight(s, "f")}
}

// PAN is a card number or a token in its place. Every way of formatting it masks it, and only [PAN.Reveal]
// gives it away.
type PAN struct{ digits string }

// Reveal returns the number itself, empty if there is none.
func (p PAN) Reveal() string { return p.digits }

// String returns the last four digits and hides the rest.
func (p PAN) String() string {
	if len(p.digits) < 8 {
		return "****"
	}
	return "****" + p.digits[len(p.digits)-4:]
}

// Format implements [fmt.Formatter], so that %#v and %x mask the number too.
func (p PAN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// MarshalText implements [encoding.TextMarshaler] with the masked form.
func (p PAN) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
