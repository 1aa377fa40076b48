package qr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	boombuler "github.com/boombuler/barcode/qr"

	"smartpos/device/display/internal/qrtest"
	"smartpos/device/display/qr"
)

// signed names strings that the encoder's automatic and numeric modes read as numbers with a sign, three
// characters at a time: the sign vanishes and nobody is told. A phone number, a sum and an amount are all
// that a receipt may well hold. Random fuzzing does not find this.
var signed = []string{
	"+8613800138000", "123+45", "-0", "+0", "+1", "-00", "123-00", "+12", "+12+34+56", "100+00",
}

func TestSignsSurvive(t *testing.T) {
	for _, content := range append(signed, "12345+6", "1-2", "-1", "+", "-", "+-", "--", "00+", "0000000000") {
		for level := qr.L; level <= qr.H; level++ {
			if got := decode(t, content, level); got != content {
				t.Errorf("level %v: %q was encoded as %q", level, content, got)
			}
		}
	}
}

// The reason why the mode is chosen in this package. When this test fails the encoder has been mended, and
// the package comment should say so.
func TestAutomaticModeCorruptsSigns(t *testing.T) {
	for _, mode := range []boombuler.Encoding{boombuler.Auto, boombuler.Numeric} {
		for _, content := range signed {
			code, err := boombuler.Encode(content, boombuler.M, mode)
			if err != nil {
				t.Errorf("%v: %q is refused now", mode, content)
				continue
			}
			big := enlarge(code)
			if got, err := qrtest.Decode(big, true); err != nil || got == content {
				t.Errorf("%v: %q is encoded as %q now (%v)", mode, content, got, err)
			}
		}
	}
}

func TestEveryKindOfContent(t *testing.T) {
	for _, content := range []string{
		"0", "00", "000", "0123456789", strings.Repeat("9", 100),
		"A", "AB", "WXP://F2F0", "HTTPS://QR.ALIPAY.COM/BAX08 $%*+-./:",
		"weixin://wxpay/bizpayurl?pr=8xOeYsPzz",
		"https://qr.95516.com/00010000/62032342389750203924834297428347",
		"a", "abc", "aB1", "A_B", "商户单号 2026", "é", "\u00a0x", "12 34", "1.50", "١٢٣", // Arabic digits are no digits here
	} {
		for level := qr.L; level <= qr.H; level++ {
			if got := decode(t, content, level); got != content {
				t.Errorf("level %v: %q was encoded as %q", level, content, got)
			}
		}
	}
}

// At its limit content fits version 40; one more and it is refused.
func TestCapacity(t *testing.T) {
	limits := map[qr.Level]map[string]int{
		qr.L: {"7": 7089, "A": 4296, "a": 2953},
		qr.M: {"7": 5596, "A": 3391, "a": 2331},
		qr.Q: {"7": 3993, "A": 2420, "a": 1663},
		qr.H: {"7": 3057, "A": 1852, "a": 1273},
	}
	for level, modes := range limits {
		for char, limit := range modes {
			if _, err := qr.Encode(strings.Repeat(char, limit+1), level); !errors.Is(err, qr.ErrTooLong) {
				t.Errorf("level %v, %d × %q: %v, want ErrTooLong", level, limit+1, char, err)
			}
			if level != qr.M && char != "A" { // the large codes take long
				continue
			}
			m, err := qr.Encode(strings.Repeat(char, limit), level)
			if err != nil {
				t.Errorf("level %v, %d × %q: %v", level, limit, char, err)
			} else if m.Version() != 40 || m.Size != 177 {
				t.Errorf("level %v, %d × %q: version %d, size %d", level, limit, char, m.Version(), m.Size)
			}
		}
	}
}

// Versions differ in block structure and alignment patterns: one full code of many of them, the small ones
// that payments use above all. The capacities are those of ISO/IEC 18004 table 7, level M, byte mode.
func TestVersions(t *testing.T) {
	capacity := map[int]int{
		1: 14, 2: 26, 3: 42, 4: 62, 5: 84, 6: 106, 7: 122, 8: 152, 9: 180, 10: 213, 11: 251, 12: 287, 14: 362,
		20: 666, 27: 1125,
	}
	for version, n := range capacity {
		content := strings.Repeat("smartpos/", n/9+1)[:n]
		m, err := qr.Encode(content, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		if m.Version() != version {
			t.Errorf("%d bytes give version %d, want %d", n, m.Version(), version)
		}
		got, err := qrtest.Decode(qrtest.Picture(m, 2), true)
		if err != nil || got != content {
			t.Errorf("version %d: %d bytes come back as %d bytes (%v)", version, n, len(got), err)
		}
	}
}

func TestErrorsKeepTheContentToThemselves(t *testing.T) {
	secret := strings.Repeat("134567890123456789s", 200)
	for _, level := range []qr.Level{qr.L, qr.M, qr.Q, qr.H, 4, 255} {
		_, err := qr.Encode(secret, level)
		if err == nil || strings.Contains(err.Error(), "1345") {
			t.Errorf("level %v: %v", level, err)
		}
	}
	if _, err := qr.Encode("", qr.M); !errors.Is(err, qr.ErrEmpty) {
		t.Errorf("no content: %v", err)
	}
	if _, err := qr.Encode("x", 4); !errors.Is(err, qr.ErrLevel) {
		t.Errorf("level 4: %v", err)
	}
}

func TestOutsideIsLight(t *testing.T) {
	m, err := qr.Encode("0", qr.L)
	if err != nil {
		t.Fatal(err)
	}
	if !m.At(0, 0) || m.At(-1, 0) || m.At(0, -1) || m.At(m.Size, 0) || m.At(0, m.Size) {
		t.Error("the corner of a code is dark, what is outside is light")
	}
}

// FuzzEncode decodes what it encodes.
func FuzzEncode(f *testing.F) {
	for _, s := range signed {
		f.Add(s, uint8(qr.M))
	}
	f.Add("weixin://wxpay/bizpayurl?pr=8xOeYsPzz", uint8(qr.L))
	f.Add("惠民便利店", uint8(qr.H))
	f.Add("\x00\x1b", uint8(qr.Q))
	f.Fuzz(func(t *testing.T, content string, level uint8) {
		m, err := qr.Encode(content, qr.Level(level))
		if err != nil {
			if len(content) > 8 && strings.Contains(err.Error(), content) {
				t.Errorf("the error repeats the content")
			}
			return
		}
		if !utf8.ValidString(content) || strings.ContainsRune(content, 0x1D) || len(content) > 1000 {
			return // the decoder answers text, and takes group separators for its own
		}
		if got, err := qrtest.Decode(qrtest.Picture(m, 2), true); err != nil || got != content {
			t.Errorf("%q came back as %q (%v)", content, got, err)
		}
	})
}

func ExampleEncode() {
	m, err := qr.Encode("weixin://wxpay/bizpayurl?pr=8xOeYsPzz", qr.M)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("version %d, %d modules a side\n", m.Version(), m.Size)
	// Output: version 3, 29 modules a side
}

func BenchmarkEncode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := qr.Encode("weixin://wxpay/bizpayurl?pr=8xOeYsPzz", qr.M); err != nil {
			b.Fatal(err)
		}
	}
}

func decode(t *testing.T, content string, level qr.Level) string {
	t.Helper()
	m, err := qr.Encode(content, level)
	if err != nil {
		t.Errorf("%q: %v", content, err)
		return ""
	}
	got, err := qrtest.Decode(qrtest.Picture(m, 3), true)
	if err != nil {
		t.Errorf("%q, level %v: %v", content, level, err)
	}
	return got
}
