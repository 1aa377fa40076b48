package scanner

import (
	"errors"
	"strings"
	"testing"
)

func defaultTable(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// The example of the EMV specification for consumer-presented codes.
const emvco = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw=="

func TestKind(t *testing.T) {
	table := defaultTable(t)
	for _, tc := range []struct {
		text    string
		kind    Kind
		network string
	}{
		{"100000000000000000", Payment, "wechat"},
		{"134567890123456789", Payment, "wechat"},
		{"159999999999999999", Payment, "wechat"},
		{"160000000000000000", Other, ""},  // no WeChat prefix
		{"13456789012345678", Other, ""},   // a digit short
		{"1345678901234567890", Other, ""}, // a digit long
		{"2512345678901234", Payment, "alipay"},
		{"281234567890123456", Payment, "alipay"},
		{"301234567890123456789012", Payment, "alipay"},
		{"3012345678901234567890123", Other, ""},
		{"241234567890123456", Other, ""},
		{"6220835931895481436", Payment, "unionpay"},
		{"622083593189548143", Other, ""},
		{emvco, Payment, "unionpay"},
		{"hQVDUFYw", Other, ""}, // nothing but its beginning
		{"hQVDUFYwMW Ec", Other, ""},
		{"6901234567892", Product, ""}, // EAN-13
		{"6901234567893", Other, ""},   // misread
		{"96385074", Product, ""},      // EAN-8
		{"96385075", Other, ""},
		{"036000291452", Product, ""},   // UPC-A
		{"16901234567899", Product, ""}, // ITF-14
		{"2001234015004", Product, ""},  // a shop's own weighed goods
		{"A-1234", Product, ""},
		{"CODE-39.$/+%", Product, ""},
		{"12345", Product, ""},
		{"123456789012345", Other, ""}, // may be a payment code that nobody told us of
		{"https://example.com/x", Other, ""},
		{"weixin://wxpay/bizpayurl?pr=abc", Other, ""},
		{"可口可乐", Other, ""},
		{" 134567890123456789", Other, ""},
		{"134567890123456789\n", Other, ""},
		{"x134567890123456789x", Other, ""},
		{"", Other, ""},
		{strings.Repeat("1", 5000), Other, ""},
		{"hQVDUFYw" + strings.Repeat("A", 5000), Other, ""},
	} {
		kind, network := table.Kind(tc.text)
		if kind != tc.kind || network != tc.network {
			t.Errorf("Kind(%.40q) = %v %q, want %v %q", tc.text, kind, network, tc.kind, tc.network)
		}
		got, ok := table.Classify(tc.text)
		if ok != (tc.kind == Payment) || got != tc.network {
			t.Errorf("Classify(%.40q) = %q, %v", tc.text, got, ok)
		}
	}
}

// A technician's careless rule must not sell a bottle for a payment code, nor
// take a code for a bottle.
func TestProductIsNeverAPaymentCode(t *testing.T) {
	table, err := NewTable([]Rule{{"aggregator", `\d+`}, {"wechat", `.*`}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"6901234567892", "96385074", "036000291452", "16901234567899"} {
		if kind, network := table.Kind(text); kind != Product || network != "" {
			t.Errorf("%s: %v %q", text, kind, network)
		}
		if network, ok := table.Classify(text); ok {
			t.Errorf("%s is a payment code of %q", text, network)
		}
	}
	for _, text := range []string{"6901234567893", "134567890123456789", "A-1234"} {
		if kind, _ := table.Kind(text); kind != Payment {
			t.Errorf("%s: %v, though a rule says it is a payment code", text, kind)
		}
	}
}

func TestTableOrderAndAnchors(t *testing.T) {
	table, err := NewTable([]Rule{
		{"first", `^1[01]\d{4}$`}, {"second", `1\d{5}`}, {"third", `30\d{4}|40\d{4}`}, {"fourth", `(?i)^ab$`},
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"101234": "first", "121234": "second", "1212345": "", "x121234": "", "301234": "third", "401234": "third",
		"401234x": "", "x301234": "", "AB": "fourth", "101234\n": "", "101234\n101234": "",
	} {
		if got, ok := table.Classify(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, ok, want)
		}
	}
}

func TestBadTables(t *testing.T) {
	for name, rules := range map[string][]Rule{
		"no network":     {{"", `^1$`}},
		"no pattern":     {{"wechat", ""}},
		"not RE2":        {{"wechat", `^(1$`}},
		"breaks out":     {{"wechat", `1)|(?:2`}},
		"look-ahead":     {{"wechat", `^(?=1)\d+$`}},
		"too long":       {{"wechat", strings.Repeat("1", 257)}},
		"too many rules": make([]Rule, 65),
		"bomb":           {{"wechat", `((((1{1,1000}){1,1000}){1,1000}))`}},
	} {
		if _, err := NewTable(rules); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if table, err := NewTable(nil); err != nil {
		t.Error(err)
	} else if _, ok := table.Classify("134567890123456789"); ok {
		t.Error("an empty table knows a code")
	}
}

func FuzzKind(f *testing.F) {
	for _, s := range []string{"134567890123456789", "6901234567892", emvco, "", "A-1", "\xff\x00"} {
		f.Add(s)
	}
	table := defaultTable(f)
	f.Fuzz(func(t *testing.T, s string) {
		kind, network := table.Kind(s)
		got, ok := table.Classify(s)
		if (kind == Payment) != ok || network != got || ok && isGTIN(s) {
			t.Errorf("%q: %v %q, Classify %q %v", s, kind, network, got, ok)
		}
	})
}

func BenchmarkKind(b *testing.B) {
	table := defaultTable(b)
	b.ReportAllocs()
	for b.Loop() {
		table.Kind("6220835931895481436")
	}
}
