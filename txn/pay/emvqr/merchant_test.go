package emvqr_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// Payloads of others: the specification's own example, a merchant of UnionPay's in Laos, and Hong Kong's FPS.
const (
	bestTransport = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN" +
		"5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***" +
		"0708A60086670902ME91320016A0112233449988770708123456786304A13A"
	vientiane = "00020101021115312031041800520446JDBMSZZXE44BFS038680016A0052662846625770108321704180203002" +
		"0325mchVKyozC3MbjS51h67qal4Os5204581253034185802LA5915JDBMSZZXE44BFS06009Vientiane63043F88"
	fps = "00020101021226340012HK.COM.HKICL010300402070009999520400005303344540555.005802NA5902NA6002NA620063046734"
)

// seal appends the CRC object, so that a test can be about something else.
func seal(s string) string {
	s += "6304"
	return s + fmt.Sprintf("%04X", emvqr.CRC(s))
}

// obj writes one object; the length counts characters.
func obj(id, value string) string {
	return fmt.Sprintf("%s%02d%s", id, utf8.RuneCountInString(value), value)
}

// plain returns the objects of a good payload without its CRC. Each pair of an id and a value replaces an
// object, takes it away if the value is empty, or else adds it at the end.
func plain(pairs ...string) string {
	good := []string{
		"00", "01", "01", "12", "15", "31041800520446", "52", "5411", "53", "156", "54", "12.50", "58", "CN",
		"59", "HUIMIN STORE", "60", "BEIJING",
	}
	for i := 0; i < len(pairs); i += 2 {
		at := 0
		for at < len(good) && good[at] != pairs[i] {
			at += 2
		}
		good = append(good[:at], append(slices.Clone(pairs[i:i+2]), good[min(at+2, len(good)):]...)...)
	}
	var b strings.Builder
	for i := 0; i < len(good); i += 2 {
		if good[i+1] != "" {
			b.WriteString(obj(good[i], good[i+1]))
		}
	}
	return b.String()
}

func with(pairs ...string) string { return seal(plain(pairs...)) }

func TestCRC(t *testing.T) {
	for _, tt := range []struct {
		of   string
		want uint16
	}{{"123456789", 0x29b1}, {"a", 0x9d77}, {"", 0xffff}} {
		if got := emvqr.CRC(tt.of); got != tt.want {
			t.Errorf("CRC(%q) = %04X, want %04X", tt.of, got, tt.want)
		}
	}
	// A leading zero stays, as in the specification's example 6304007B.
	for n := range 1000 {
		s := with("54", fmt.Sprint(n+1))
		if _, err := emvqr.DecodeMerchant(s); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(s[len(s)-8:], "63040") {
			return
		}
	}
	t.Error("no CRC with a leading zero among a thousand")
}

func TestSpecificationExample(t *testing.T) {
	m := decode(t, bestTransport)
	got := fmt.Sprintf("%s %s %s %s %s|%s|%s|%s", m.Initiation, m.Category, m.Amount, m.Tip.Kind, m.Country, m.Name,
		m.City, m.Postal)
	if want := "12 4111 ¥23.72 01 CN|BEST TRANSPORT|BEIJING|"; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
	if l := m.Language; l == nil || l.Language != "ZH" || l.Name != "最佳运输" || l.City != "北京" {
		t.Errorf("language template %+v", m.Language)
	}
	if a := m.Additional; a == nil || a.StoreLabel != "1234" || a.CustomerLabel != emvqr.Ask ||
		a.TerminalLabel != "A6008667" || a.ConsumerData != "ME" || a.BillNumber != "" {
		t.Errorf("additional data %+v", m.Additional)
	}
	if len(m.Accounts) != 2 || m.Accounts[1].GUID() != "D15600000001" || m.Accounts[1].Value("03") != "12345678" {
		t.Errorf("accounts %+v", m.Accounts)
	}
	if len(m.Unreserved) != 1 || m.Unreserved[0].ID != "91" || m.Unreserved[0].Value("07") != "12345678" {
		t.Errorf("unreserved %+v", m.Unreserved)
	}
}

func TestOtherVectors(t *testing.T) {
	m := decode(t, vientiane)
	account := emvqr.Object{ID: "15", Value: "2031041800520446JDBMSZZXE44BFS0"}
	if m.Initiation != emvqr.Static || len(m.Networks) != 1 || m.Networks[0] != account {
		t.Errorf("networks %+v", m.Networks)
	}
	if m.Amount != (txn.Money{Currency: "LAK"}) {
		t.Errorf("amount %+v, want none in LAK", m.Amount)
	}
	m = decode(t, fps)
	if m.Amount != (txn.Money{Fen: 5500, Currency: "HKD"}) || m.Additional == nil || m.Accounts[0].GUID() != "HK.COM.HKICL" {
		t.Errorf("FPS %+v", m)
	}
}

// Every currency is written and read again as itself: no two share a number.
func TestCurrencies(t *testing.T) {
	for currency, amount := range map[txn.Currency]string{
		"CNY": "12.34", "HKD": "12.34", "MOP": "12.34", "TWD": "12.34", "JPY": "1234", "KRW": "1234", "VND": "1234",
		"KWD": "1.234", "EUR": "12.34", "USD": "12.34", "XOF": "1234", "XCG": "12.34", "MRU": "12.34",
	} {
		m := shop()
		m.Amount = txn.Money{Fen: 1234, Currency: currency}
		s, err := m.Encode()
		if err != nil || !strings.Contains(s, obj("54", amount)) {
			t.Fatalf("1234 units of %s: %s, %v, want %s", currency, s, err, amount)
		}
		if got := decode(t, s).Amount; got != m.Amount {
			t.Errorf("%+v is read as %+v", m.Amount, got)
		}
	}
}

func decode(t *testing.T, s string) *emvqr.Merchant {
	t.Helper()
	m, err := emvqr.DecodeMerchant(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.Encode()
	if err != nil || again != s {
		t.Fatalf("written back as\n%s, %v, not\n%s", again, err, s)
	}
	return m
}

// What was read is written back to the last character, whatever way of writing it chose.
func TestWrittenBackAsItWasRead(t *testing.T) {
	for _, s := range []string{
		with("54", "98"), with("54", "98."), with("54", "98.7"), with("54", "000098.73"), with("54", ""),
		with("59", "惠民便利店"), // outside the common character set, yet a shop's name
		with("65", "ours"), seal(plain() + "6700"), with("80", obj("00", "cn.example")+obj("01", "惠")),
		with("62", obj("50", obj("00", "cn.example"))+obj("05", "A1")+obj("12", "x")),
		with("64", obj("01", "惠民")+obj("03", "?")+obj("00", "zh")),
		seal("000201" + obj("60", "X") + obj("59", "Y") + obj("58", "CN") + obj("57", "5.") + obj("55", "03") +
			obj("53", "392") + obj("54", "7") + obj("52", "0000") + obj("16", "1")),
	} {
		decode(t, s)
	}
}

func TestAmounts(t *testing.T) {
	for _, tt := range []struct {
		currency, amount string
		want             txn.Money
	}{
		{"156", "23.72", txn.Yuan(2372)}, {"156", "98", txn.Yuan(9800)}, {"156", "98.", txn.Yuan(9800)},
		{"156", "0.01", txn.Yuan(1)}, {"156", "9999999999.99", txn.Yuan(999999999999)},
		{"392", "98", txn.Money{Fen: 98, Currency: "JPY"}},
		{"392", "9999999999999", txn.Money{Fen: 9999999999999, Currency: "JPY"}},
		{"048", "1.234", txn.Money{Fen: 1234, Currency: "BHD"}},
		{"048", "9999999999999", txn.Money{Fen: 9999999999999000, Currency: "BHD"}},
	} {
		m := decode(t, with("53", tt.currency, "54", tt.amount))
		if m.Amount != tt.want {
			t.Errorf("%s of %s is %+v, want %+v", tt.amount, tt.currency, m.Amount, tt.want)
		}
	}
}

// TestRefused is a table of payloads that must not be believed, with the error, the object and where it stands.
func TestRefused(t *testing.T) {
	long := strings.Repeat("1", 14)
	for _, tt := range []struct {
		name    string
		payload string
		kind    error
		path    string
	}{
		{"nothing", "", emvqr.ErrMissing, ""},
		{"half an id", "0", emvqr.ErrTruncated, ""},
		{"no id", "ABCD", emvqr.ErrSyntax, ""},
		{"not UTF-8", "0002\xff1", emvqr.ErrSyntax, ""},
		{"endless", strings.Repeat("0", 3000), emvqr.ErrTooLong, ""},
		{"cut in a value", bestTransport[:60], emvqr.ErrTruncated, "31"},
		{"cut before the CRC", plain(), emvqr.ErrMissing, "63"},
		{"one digit off", strings.Replace(bestTransport, "23.72", "13.72", 1), emvqr.ErrCRC, "63"},
		{"CRC of something else", bestTransport[:len(bestTransport)-4] + "A13B", emvqr.ErrCRC, "63"},
		{"CRC in small letters", bestTransport[:len(bestTransport)-4] + "a13a", emvqr.ErrCRC, "63"},
		{"CRC not last", bestTransport + "6501x", emvqr.ErrPosition, "63"},
		{"CRC too long", seal("000201")[:6] + "630500000", emvqr.ErrValue, "63"},
		{"format not first", seal(obj("01", "12") + obj("00", "01")), emvqr.ErrPosition, "01"},
		{"other format", with("00", "02"), emvqr.ErrValue, "00"},
		{"initiation", with("01", "13"), emvqr.ErrValue, "01"},
		{"amount twice", seal(plain() + "540512.51"), emvqr.ErrDuplicate, "54"},
		{"object of a template twice", with("62", "0502A10502A2"), emvqr.ErrDuplicate, "62.05"},
		{"empty object", seal(plain() + "6100"), emvqr.ErrValue, "61"},
		{"zero", with("54", "0.00"), emvqr.ErrValue, "54"},
		{"comma", with("54", "98,73"), emvqr.ErrValue, "54"},
		{"space", with("54", "3 705"), emvqr.ErrValue, "54"},
		{"two points", with("54", "1.2.3"), emvqr.ErrValue, "54"},
		{"no whole", with("54", ".50"), emvqr.ErrValue, "54"},
		{"sign", with("54", "-1.00"), emvqr.ErrValue, "54"},
		{"exponent", with("54", "1e3"), emvqr.ErrValue, "54"},
		{"full-width digits", with("54", "１２"), emvqr.ErrValue, "54"},
		{"third decimal", with("54", "1.000"), emvqr.ErrValue, "54"},
		{"amount too long", with("54", long), emvqr.ErrValue, "54"},
		{"currency unknown", with("53", "999"), emvqr.ErrValue, "53"},
		{"currency by letters", with("53", "CNY"), emvqr.ErrValue, "53"},
		{"category", with("52", "541"), emvqr.ErrValue, "52"},
		{"country", with("58", "cn"), emvqr.ErrValue, "58"},
		{"name too long", with("59", strings.Repeat("惠", 26)), emvqr.ErrValue, "59"},
		{"line break in the name", with("59", "A\nB"), emvqr.ErrSyntax, "59"},
		{"direction mark in the name", with("59", "A\u202eB"), emvqr.ErrSyntax, "59"},
		{"no category", with("52", ""), emvqr.ErrMissing, "52"},
		{"no currency", with("53", ""), emvqr.ErrMissing, "53"},
		{"no country", with("58", ""), emvqr.ErrMissing, "58"},
		{"no name", with("59", ""), emvqr.ErrMissing, "59"},
		{"no city", with("60", ""), emvqr.ErrMissing, "60"},
		{"no account", with("15", ""), emvqr.ErrMissing, "02-51"},
		{"account without GUID", with("26", obj("01", "x")), emvqr.ErrMissing, "26.00"},
		{"account is no template", with("26", "hello"), emvqr.ErrSyntax, "26"},
		{"account cut short", with("26", "0005abc"), emvqr.ErrTruncated, "26.00"},
		{"GUID too long", with("26", obj("00", strings.Repeat("a", 33))), emvqr.ErrValue, "26.00"},
		{"unreserved without GUID", with("80", obj("01", "x")), emvqr.ErrMissing, "80.00"},
		{"system template without GUID", with("62", obj("50", obj("01", "x"))), emvqr.ErrMissing, "62.50.00"},
		{"tip unknown", with("55", "04"), emvqr.ErrValue, "55"},
		{"fee without indicator", with("56", "1.00"), emvqr.ErrCondition, "56"},
		{"percentage without indicator", with("57", "5"), emvqr.ErrCondition, "57"},
		{"indicator without fee", with("55", "02"), emvqr.ErrMissing, "56"},
		{"indicator without percentage", with("55", "03"), emvqr.ErrMissing, "57"},
		{"percentage of a hundred", with("57", "100", "55", "03"), emvqr.ErrValue, "57"},
		{"percentage of nothing", with("57", "00.00", "55", "03"), emvqr.ErrValue, "57"},
		{"store label too long", with("62", obj("03", strings.Repeat("1", 26))), emvqr.ErrValue, "62.03"},
		{"consumer data unknown", with("62", obj("09", "X")), emvqr.ErrValue, "62.09"},
		{"consumer data twice", with("62", obj("09", "AA")), emvqr.ErrValue, "62.09"},
		{"language unnamed", with("64", obj("01", "惠民")), emvqr.ErrMissing, "64.00"},
		{"language without name", with("64", obj("00", "ZH")), emvqr.ErrMissing, "64.01"},
		{"language of digits", with("64", obj("00", "12")+obj("01", "惠民")), emvqr.ErrValue, "64.00"},
		{"empty language template", seal(plain() + "6400"), emvqr.ErrValue, "64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := emvqr.DecodeMerchant(tt.payload)
			var e *emvqr.Error
			if m != nil || !errors.Is(err, tt.kind) || !errors.As(err, &e) {
				t.Fatalf("%+v, %v; want %v", m, err, tt.kind)
			}
			if e.Path != tt.path || e.Path != "" && e.Name == "" {
				t.Errorf("%v names %q (%q), want %q", err, e.Path, e.Name, tt.path)
			}
			if e.Offset < 0 || e.Name == "object" || tt.kind == emvqr.ErrMissing {
				return
			}
			if id := e.Path[len(e.Path)-2:]; !strings.HasPrefix(string([]rune(tt.payload)[e.Offset:]), id) {
				t.Errorf("%v: %d is not where %s stands", err, e.Offset, id)
			}
		})
	}
}
