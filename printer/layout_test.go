package printer

import (
	"slices"
	"strings"
	"testing"
)

// laid is the lines of an element as text.
func laid(e Element, columns int) []string {
	var out []string
	for _, l := range (charset{}).lines(e, columns) {
		out = append(out, string(l.text))
	}
	return out
}

func TestLayout(t *testing.T) {
	long := "特级初榨橄榄油礼盒装 Extra Virgin Olive Oil"
	for name, c := range map[string]struct {
		e    Element
		want []string
	}{
		"text":                    {Text{S: "惠民便利店"}, []string{"惠民便利店"}},
		"empty text":              {Text{}, []string{""}},
		"text wraps at a space":   {Text{S: "Please keep this slip for your records"}, []string{"Please keep this slip for your", "records"}},
		"Chinese wraps anywhere":  {Text{S: strings.Repeat("惠", 17)}, []string{strings.Repeat("惠", 16), "惠"}},
		"odd column":              {Text{S: "A" + strings.Repeat("惠", 16)}, []string{"A" + strings.Repeat("惠", 15), "惠"}},
		"a long word":             {Text{S: strings.Repeat("x", 40)}, []string{strings.Repeat("x", 32), strings.Repeat("x", 8)}},
		"wide text":               {Text{S: "惠民便利店欢迎您", Size: Wide}, []string{"惠民便利店欢迎您"}},
		"wide text wraps":         {Text{S: "惠民便利店欢迎您们", Size: Large}, []string{"惠民便利店欢迎您", "们"}},
		"indent stays":            {Text{S: "  a"}, []string{"  a"}},
		"pair":                    {Pair{Left: "实付", Right: "¥12.34"}, []string{"实付                     ￥12.34"}},
		"pair without value":      {Pair{Left: "实付"}, []string{"实付"}},
		"pair without label":      {Pair{Right: "12.34"}, []string{strings.Repeat(" ", 27) + "12.34"}},
		"pair, value below":       {Pair{Left: "平台交易号", Right: "4200001923202611238812345678"}, []string{"平台交易号", "4200001923202611238812345678"}},
		"pair, label wraps":       {Pair{Left: long, Right: "¥99.00"}, []string{"特级初榨橄榄油礼盒装 Extra", "Virgin Olive Oil         ￥99.00"}},
		"rule":                    {Rule{}, []string{strings.Repeat("-", 32)}},
		"rule of a wide sign":     {Rule{Rune: '═'}, []string{strings.Repeat("═", 16)}},
		"rule of a control":       {Rule{Rune: 0x1B}, []string{strings.Repeat("〓", 16)}},
		"columns":                 {row("可乐", "2", "7.00"), []string{"可乐                   2    7.00"}},
		"columns, name wraps":     {row("农夫山泉 Water 550ml", "3", "6.00"), []string{"农夫山泉 Water         3    6.00", "550ml"}},
		"columns, number grows":   {row("金条", "1", "99999999.99"), []string{"金条               1 99999999.99"}},
		"columns, all too narrow": {row("金条", "1", strings.Repeat("9", 30)), []string{"金条", "1", strings.Repeat("9", 30)}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := laid(c.e, 32); !slices.Equal(got, c.want) {
				t.Errorf("got:\n%q\nwant:\n%q", got, c.want)
			}
		})
	}
}

func row(name, n, sum string) Element {
	return Columns{Cells: []Cell{{S: name}, {S: n, Width: 5, Align: Right}, {S: sum, Width: 8, Align: Right}}}
}

// Whatever the text: every line fits, and every character but spaces is on one of them, in order.
func FuzzLayout(f *testing.F) {
	for _, s := range []string{"", " ", "惠民便利店", "a b", strings.Repeat("惠民 x", 30), "\x1B@\x00", "\u202E123", "é ñ 𠮷 😀", "\xFF\xFE"} {
		f.Add(s, "12.34", true)
		f.Add(s, s, false)
	}
	f.Fuzz(func(t *testing.T, left, right string, wide bool) {
		if len(left)+len(right) > 1000 {
			t.Skip()
		}
		size, columns := Normal, 32
		if wide {
			size = Large
		}
		c := charset{}
		for _, e := range []Element{
			Text{S: left, Size: size}, Pair{Left: left, Right: right, Size: size},
		} {
			var got []rune
			for _, l := range c.lines(e, columns) {
				if w := width(l.text) * l.size.width(); w > columns {
					t.Errorf("%T: %d columns: %q", e, w, string(l.text))
				}
				got = append(got, l.text...)
			}
			want := c.clean(left)
			if _, pair := e.(Pair); pair {
				want = append(want, c.clean(right)...)
			}
			if solid(got) != solid(want) {
				t.Errorf("%T: got %q, want %q", e, solid(got), solid(want))
			}
		}
		for _, l := range c.lines(row(left, "1", right), columns) {
			if w := width(l.text); w > columns {
				t.Errorf("row: %d columns: %q", w, string(l.text))
			}
		}
	})
}

func solid(s []rune) string { return strings.ReplaceAll(string(s), " ", "") }

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"A\x1B@B":         "A〓@B",
		"a\nb\tc\x00\x7F": "a〓b〓c〓〓",
		"\u0085\u009B":    "〓〓",
		"实付\u202E99.00":   "实付〓99.00",
		"\u2028\uFEFF":    "〓〓",
		"¥1 •−":           "￥1 ·-",
		"a\u00A0b\u2003c": "a b c",
		"　":               "　",
		"\xC3":            "〓",
		"\uFFFD\uE000":    "〓〓",
		"㐀䶵喆䶮":            "㐀䶵喆䶮",
		"😀𠮷":              "〓〓",
		"é":               "é",
		"ñ":               "〓",
	} {
		if got := string((charset{}).clean(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := string((charset{twoByte: true}).clean("㐀喆中é〓￥€")); got != "〓〓中é〓￥〓" {
		t.Errorf("GB 2312: %q", got)
	}
}

// GB 2312-80 has 7,445 characters, and each has two bytes that no command begins with.
func TestCharsets(t *testing.T) {
	small, all := charset{twoByte: true}, charset{}
	count := 0
	for r := rune(0x80); r <= 0xFFFF; r++ { // GB 2312 has nothing beyond
		code := small.encode(nil, r)
		if code != nil {
			count++
		}
		for _, c := range [][]byte{code, all.encode(nil, r)} {
			for _, b := range c {
				if b < 0x30 || b == 0x7F {
					t.Fatalf("%U is % x", r, c)
				}
			}
		}
	}
	if count != 7445 {
		t.Errorf("%d characters, want 7445", count)
	}
}
