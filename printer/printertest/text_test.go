package printertest_test

import (
	"strings"
	"testing"

	"smartpos/printer/printertest"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		bytes, text string
		unknown     int
	}{
		"GB 18030, two bytes":       {"\xC4\xE3\xBA\xC3\n", "你好\n", 0},
		"GB 18030, four bytes":      {"\x81\x39\xEE\x39\n", "㐀\n", 0},
		"Chinese off":               {"\x1C.\x1Bt\x13\x87\xD5\n", "ç€\n", 0},
		"code page 437":             {"\x1C.\x1Bt\x00\xC9\xCD\xBB\n", "╔═╗\n", 0},
		"code page 1":               {"\x1C.\x1Bt\x01\x95\xB1\n", "─ｱ\n", 0},
		"UTF-8":                     {"\x1C(C\x02\x000\x02你€\n", "你€\n", 0},
		"broken GB 18030":           {"\xC4\n\xC4\x20A\n", "�\n� A\n", 2},
		"a lead byte and a command": {"\xC4\x1BE\x01A\n", "�A\n", 1},
		"a lone 0xFF":               {"\xFFA\n", "�A\n", 1},
		"wraps at the edge":         {strings.Repeat("A", 33) + "\n", strings.Repeat("A", 32) + "\nA\n", 0},
		"Chinese wraps whole":       {strings.Repeat("A", 31) + "\xC4\xE3\n", strings.Repeat("A", 31) + "\n你\n", 0},
		"cut and drawer":            {"A\n\x1Bp\x00\x19\xFA\x1DVB\x00", "A\n[drawer]\n✂---------------\n", 0},
		"unknown command":           {"\x1B\x01A\x07B\n", "AB\n", 2},
		"unknown code page":         {"\x1Bt\xC8A\n", "A\n", 1},
		"unknown symbol":            {"\x1D(k\x03\x000C\x01A\n", "A\n", 1},
		"PDF417 is told":            {"\x1D(k\x03\x000Q0A\n", "A\n", 1},
		"bad barcode":               {"\x1Dk\x02not digits\x00A\n", "A\n", 1},
		"NV logo":                   {"\x1Cp\x02\x00A\n", "[image 124×64]\nA\n", 0},
		"NUL is nothing":            {"\x00\x00A\x00\n", "A\n", 0},
		"half a command":            {"A\n\x1Dv0\x00\x01\x00", "A\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := printertest.Draw(printertest.Config{}, []byte(c.bytes))
			if p.Text() != c.text {
				t.Errorf("got %q, want %q", p.Text(), c.text)
			}
			if len(p.Unknown()) != c.unknown {
				t.Errorf("unknown: %v", p.Unknown())
			}
		})
	}
}

// Whatever arrives, the printer keeps its head, and what it keeps is bounded.
func FuzzDraw(f *testing.F) {
	for _, s := range []string{
		"", "A\n", "\x1B@\xC4\xE3\n", "\x1Dv0\x03\xFF\xFF\xFF\xFF", "\x1D(k\x03\x001Q0", "\x1Dk\x49\x05{BAB\x01",
		"\x1B*\x21\xFF\xFF", "\x1D8L\xFF\xFF\xFF\xFF0p0", "\x1Cq\xFF\x01\x00\x01\x00", "\x1BL\x1BT\x01A\x0C",
		"\x1Bd\xFF\x1Bd\xFF", "\x1B&\x03\x20\x7E\x0C", "\x1D!\x77\xC4\xE3", "\x1BW\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
		"\x1D(L\x09\x000p0\x01\x011\x01\x00\x01\x00", "\x1D*\xFF\xFF", "\x1Dw\x06\x1Dk\x06A0A\x00", "\x1DL\xFF\xFFA",
		"\x1BD\x01\x02\x03\x00\tA", "\x1D(H\x06\x0000ABCD", "\x1BL\x1D$\xFF\xFFA\x1D\\\xFF\x7F\x1B\x0C\x18\x1BS",
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, wide bool) {
		cfg := printertest.Config{}
		if wide {
			cfg = printertest.Config{Dots: 576, Chinese: printertest.ChineseAuto}
		}
		p := printertest.Draw(cfg, data)
		if p.Rows() > 16384 || len(p.Unknown()) > 256 {
			t.Errorf("%d rows, %d unknown", p.Rows(), len(p.Unknown()))
		}
		if strings.ContainsAny(p.Text(), "\x00\x1B") {
			t.Errorf("control characters on paper: %q", p.Text())
		}
		p.Image()
	})
}
