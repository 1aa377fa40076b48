package emvqr_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// twoProducts is the specification's example: two applications and their common card.
const twoProducts = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xE" +
	"RVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw=="

// cpm writes hexadecimal data objects as a code.
func cpm(objects string) txn.PaymentCode {
	b, err := hex.DecodeString(strings.ReplaceAll(objects, " ", ""))
	if err != nil {
		panic(err)
	}
	return txn.NewPaymentCode(base64.StdEncoding.EncodeToString(b))
}

const format = "85 05 4350563031 "

func decodeConsumer(t *testing.T, code txn.PaymentCode) *emvqr.Consumer {
	t.Helper()
	c, err := emvqr.DecodeConsumer(code)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Encode()
	if err != nil || again != code {
		t.Fatalf("written back as %s, %v, not %s", again.Reveal(), err, code.Reveal())
	}
	return c
}

func TestConsumerExample(t *testing.T) {
	c := decodeConsumer(t, txn.NewPaymentCode(twoProducts))
	list := c.Applications()
	if len(list) != 2 || list[0].AID() != "A0000000555555" || list[0].Label() != "Product1" ||
		list[1].AID() != "A0000000666666" || list[1].Label() != "Product2" {
		t.Fatalf("applications %v", list)
	}
	for _, a := range list { // the card is common to both
		if a.PAN().Reveal() != "1234567890123458" || string(a.Value(emvqr.TagCardholder)) != "CARDHOLDER/EMV" ||
			string(a.Value(emvqr.TagLanguage)) != "ruesdeen" || len(a.Value(emvqr.TagCryptogram)) != 8 {
			t.Errorf("%v has %v, %v", a, a.PAN(), a.Value(emvqr.TagCardholder))
		}
	}
}

func TestConsumerWrittenBackAsItWasRead(t *testing.T) {
	aid := tlv("4F", "A000000333")
	for _, objects := range []string{
		tlv("61", aid+tlv("57", "6220835931895481436D30122010000000000F")+tlv("63", tlv("9F26", "0102030405060708"))),
		"61 8107" + aid + "62 82000A 5F208106 41422F434420",        // lengths wider than they need be
		tlv("61", aid+"DF8101 03 010203"+"C0 00") + "C1 01 FF",     // not of the specification
		"61 8191" + aid + "5F50 8186" + strings.Repeat("41", 0x86), // more than 127 bytes
		tlv("61", tlv("50", "41")+aid) + tlv("61", aid),            // any order
		tlv("62", tlv("5A", "622083593189548F")) + tlv("61", aid),  // common data first
	} {
		decodeConsumer(t, cpm(format+objects))
	}
	// Without the = at the end, as some wallets have it.
	decodeConsumer(t, txn.NewPaymentCode(strings.TrimRight(twoProducts, "=")))
}

// tlv writes one object with a short length.
func tlv(tag, value string) string {
	return fmt.Sprintf("%s%02X%s", tag, len(strings.ReplaceAll(value, " ", ""))/2, value)
}

func TestTrack2(t *testing.T) {
	c := decodeConsumer(t, cpm(format+tlv("61", tlv("4F", "A000000333010101")+tlv("57", "6220835931895481436D30122010000000000F"))))
	if got := c.Applications()[0].PAN().Reveal(); got != "6220835931895481436" {
		t.Errorf("PAN of track 2 is %s", got)
	}
}

func TestConsumerRefused(t *testing.T) {
	aid := tlv("4F", "A000000333")
	app := tlv("61", aid)
	for _, tt := range []struct {
		name string
		code txn.PaymentCode
		kind error
		path string
	}{
		{"nothing", txn.NewPaymentCode(""), emvqr.ErrMissing, ""},
		{"not base64", txn.NewPaymentCode("hQVDUFYw?"), emvqr.ErrSyntax, ""},
		{"line break", txn.NewPaymentCode(twoProducts[:8] + "\n" + twoProducts[8:]), emvqr.ErrSyntax, ""},
		{"loose bits at the end", txn.NewPaymentCode("hQVDUFYwMR=="), emvqr.ErrSyntax, ""},
		{"endless", txn.NewPaymentCode(strings.Repeat("A", 3000)), emvqr.ErrTooLong, ""},
		{"scanned half", txn.NewPaymentCode(twoProducts[:80]), emvqr.ErrTruncated, "62"},
		{"scanned to a tag", cpm(format + "9F"), emvqr.ErrTruncated, ""},
		{"scanned to a length", cpm(format + "61"), emvqr.ErrTruncated, "61"},
		{"scanned to a long length", cpm(format + "6182"), emvqr.ErrTruncated, "61"},
		{"endless length", cpm(format + "6180"), emvqr.ErrSyntax, "61"},
		{"no tag", cpm(format + "0000"), emvqr.ErrSyntax, ""},
		{"tag without end", cpm(format + "9F81828300"), emvqr.ErrSyntax, ""},
		{"format not first", cpm(app + format), emvqr.ErrPosition, "61"},
		{"other format", cpm(tlv("85", "4350563032") + app), emvqr.ErrValue, "85"},
		{"format twice", cpm(format + format + app), emvqr.ErrDuplicate, "85"},
		{"no application", cpm(format + tlv("62", tlv("5A", "6220835931895481"))), emvqr.ErrMissing, "61"},
		{"application without AID", cpm(format + tlv("61", tlv("50", "41"))), emvqr.ErrMissing, "61.4F"},
		{"empty application", cpm(format + "6100"), emvqr.ErrValue, "61"},
		{"AID twice", cpm(format + tlv("61", aid+aid)), emvqr.ErrDuplicate, "61.4F"},
		{"AID too short", cpm(format + tlv("61", tlv("4F", "A0"))), emvqr.ErrValue, "61.4F"},
		{"common data twice", cpm(format + app + tlv("62", tlv("5A", "62208359")) + tlv("62", tlv("5A", "62208358"))), emvqr.ErrDuplicate, "62"},
		{"card outside a template", cpm(format + app + tlv("5A", "62208359")), emvqr.ErrPosition, "5A"},
		{"common transparent template in an application", cpm(format + tlv("61", aid+tlv("64", tlv("9F36", "0001")))), emvqr.ErrPosition, "61.64"},
		{"transparent template in common data", cpm(format + app + tlv("62", tlv("63", tlv("9F36", "0001")))), emvqr.ErrPosition, "62.63"},
		{"letters in a card number", cpm(format + tlv("61", aid+tlv("5A", "6220AB59"))), emvqr.ErrValue, "61.5A"},
		{"filling inside a card number", cpm(format + tlv("61", aid+tlv("5A", "6220FF59"))), emvqr.ErrValue, "61.5A"},
		{"filling in a date", cpm(format + tlv("61", aid+tlv("5F24", "30122F"))), emvqr.ErrValue, "61.5F24"},
		{"track 2 without separator", cpm(format + tlv("61", aid+tlv("57", "62208359"))), emvqr.ErrValue, "61.57"},
		{"control character in a label", cpm(format + tlv("61", aid+tlv("50", "410A"))), emvqr.ErrValue, "61.50"},
		{"cryptogram too short", cpm(format + tlv("61", aid+tlv("63", tlv("9F26", "01")))), emvqr.ErrValue, "61.63.9F26"},
		{"templates without end", cpm(format + tlv("61", aid+nest(12))), emvqr.ErrSyntax, "61.E0.E0.E0.E0.E0.E0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := emvqr.DecodeConsumer(tt.code)
			var e *emvqr.Error
			if c != nil || !errors.Is(err, tt.kind) || !errors.As(err, &e) {
				t.Fatalf("%v, %v; want %v", c, err, tt.kind)
			}
			if e.Path != tt.path || e.Path != "" && e.Name == "" {
				t.Errorf("%v names %q (%q), want %q", err, e.Path, e.Name, tt.path)
			}
			if strings.Contains(err.Error(), "6220") {
				t.Errorf("%v shows the card", err)
			}
			if e.Offset >= 0 && e.Path != "" && tt.kind != emvqr.ErrMissing {
				b, _ := base64.StdEncoding.DecodeString(tt.code.Reveal() + strings.Repeat("=", len(tt.code.Reveal())%4))
				tag, _ := hex.DecodeString(e.Path[strings.LastIndex(e.Path, ".")+1:])
				if b != nil && !bytes.HasPrefix(b[e.Offset:], tag) {
					t.Errorf("%v: %d is not where the object stands", err, e.Offset)
				}
			}
		})
	}
}

func nest(n int) string {
	if n == 0 {
		return ""
	}
	return tlv("E0", nest(n-1))
}

// A code is money: none of the ways in which something is printed may show it.
func TestConsumerHidesItself(t *testing.T) {
	c := decodeConsumer(t, txn.NewPaymentCode(twoProducts))
	a := c.Applications()[0]
	asJSON, err := json.Marshal(map[string]any{"code": c, "pan": a.PAN(), "value": a.Value(emvqr.TagPAN)})
	if err != nil {
		t.Fatal(err)
	}
	all := string(asJSON)
	for _, v := range []any{c, *c, c.Objects, a, a.PAN(), a.Value(emvqr.TagPAN), []emvqr.Application{a}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
			all += fmt.Sprintf(verb, v) + "\n"
		}
	}
	for _, secret := range []string{"12345678", "18 52 86 120", "313233", "0x12, 0x34"} {
		if strings.Contains(strings.ReplaceAll(all, "****", ""), secret) {
			t.Errorf("%q is shown in\n%s", secret, all)
		}
	}
	if !strings.Contains(all, "****3458") {
		t.Error("the last digits of the card are not shown either")
	}
}

func TestNewConsumer(t *testing.T) {
	data := func(tag emvqr.Tag, value string) emvqr.TLV { return emvqr.TLV{Tag: tag, Value: emvqr.Data(value)} }
	app := emvqr.TLV{Tag: emvqr.TagApplication, Objects: []emvqr.TLV{data(emvqr.TagAID, "\xa0\x00\x00\x03\x33"), data(emvqr.TagLabel, "UnionPay")}}
	code, err := emvqr.NewConsumer(app).Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got := decodeConsumer(t, code).Applications()[0].Label(); got != "UnionPay" {
		t.Errorf("label %q", got)
	}
	long := emvqr.TLV{Tag: emvqr.TagCommon, Objects: []emvqr.TLV{data(emvqr.TagIssuerURL, strings.Repeat("u", 300))}}
	if code, err = emvqr.NewConsumer(app, long).Encode(); err != nil {
		t.Fatal(err)
	}
	decodeConsumer(t, code)
	for name, tt := range map[string]struct {
		c    *emvqr.Consumer
		kind error
	}{
		"no application":          {emvqr.NewConsumer(), emvqr.ErrMissing},
		"a value in a template":   {emvqr.NewConsumer(emvqr.TLV{Tag: emvqr.TagApplication, Value: emvqr.Data("x"), Objects: app.Objects}), emvqr.ErrValue},
		"objects in a value":      {emvqr.NewConsumer(app, emvqr.TLV{Tag: 0xc0, Objects: app.Objects}), emvqr.ErrValue},
		"half a tag":              {emvqr.NewConsumer(app, data(0x9f, "xy")), emvqr.ErrSyntax},
		"no format":               {&emvqr.Consumer{Objects: []emvqr.TLV{app}}, emvqr.ErrPosition},
		"more than fits in a tag": {emvqr.NewConsumer(app, data(0xc0, strings.Repeat("u", 70000))), emvqr.ErrTooLong},
	} {
		if code, err := tt.c.Encode(); !errors.Is(err, tt.kind) || !code.IsZero() {
			t.Errorf("%s: %v, want %v", name, err, tt.kind)
		}
	}
}
