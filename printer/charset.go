package printer

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// missing stands for every character that cannot or must not be printed: 〓, which every Chinese font has.
const missing = '〓'

// near are characters that Chinese printers lack or print as a four-byte code, with the one that shops expect
// in their place. Each reads the same; none of them changes what a receipt says.
var near = map[rune]rune{
	'¥': '￥', '•': '·', '−': '-', '\u00A0': ' ', '‑': '-',
}

// gb18030 encodes one character at a time. It has no state, so one serves all goroutines.
var gb18030 = simplifiedchinese.GB18030.NewEncoder().Transformer

// A charset is what a printer's Chinese mode can print.
type charset struct {
	twoByte bool // only GB 2312, whose every character has two bytes
}

// clean replaces what must not reach paper as it is. The result holds only characters that the charset
// encodes, none of them a control, and never fewer columns than s had visible ones.
//
// What Unicode calls not printable is replaced: C0 and C1 controls, line and paragraph separators,
// bidirectional and other format characters, surrogates, private use, unassigned. Other spaces become spaces.
func (c charset) clean(s string) []rune {
	out := make([]rune, 0, len(s))
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		out = append(out, c.printable(r, n))
		s = s[n:]
	}
	return out
}

// printable returns r or what stands for it. n is how many bytes r took: an invalid byte is U+FFFD of one.
func (c charset) printable(r rune, n int) rune {
	if r >= ' ' && r < 0x7F {
		return r
	}
	if to, ok := near[r]; ok {
		return to
	}
	switch {
	case r == utf8.RuneError && n <= 1:
		return missing
	case r == '　':
		return r
	case unicode.Is(unicode.Zs, r):
		return ' '
	case !unicode.IsPrint(r):
		return missing
	}
	if c.encode(nil, r) == nil {
		return missing
	}
	return r
}

// encode appends the code of r, and returns nil when the charset has none.
func (c charset) encode(to []byte, r rune) []byte {
	if r < 0x80 {
		return append(to, byte(r))
	}
	var in [utf8.UTFMax]byte
	n := utf8.EncodeRune(in[:], r)
	var out [8]byte
	m, _, err := gb18030.Transform(out[:], in[:n], true)
	if err != nil || !c.has(r, out[:m]) {
		return nil
	}
	return append(to, out[:m]...)
}

// has reports whether the printer's font has r, which GB 18030 encodes as code. The standard can encode all of
// Unicode, but the fonts in printers hold its two-byte characters and, as the mandatory part of GB 18030-2000
// wants, CJK extension A; any other four-byte code would print as a blank.
func (c charset) has(r rune, code []byte) bool {
	if c.twoByte {
		return gb2312(code)
	}
	return len(code) == 2 || len(code) == 4 && r >= 0x3400 && r <= 0x4DB5
}

// gb2312Rows are the assigned second bytes in the rows of GB 2312-80 that are not full, as pairs of ends.
// Printers with a GB 2312 font print blanks or garbage for the codes between.
var gb2312Rows = map[byte][]byte{
	0xA2: {0xB1, 0xE2, 0xE5, 0xEE, 0xF1, 0xFC},
	0xA4: {0xA1, 0xF3},
	0xA5: {0xA1, 0xF6},
	0xA6: {0xA1, 0xB8, 0xC1, 0xD8},
	0xA7: {0xA1, 0xC1, 0xD1, 0xF1},
	0xA8: {0xA1, 0xBA, 0xC5, 0xE9},
	0xA9: {0xA4, 0xEF},
	0xD7: {0xA1, 0xF9},
}

// gb2312 reports whether code is one of the 7,445 characters of GB 2312-80.
func gb2312(code []byte) bool {
	if len(code) != 2 || code[1] < 0xA1 || code[1] > 0xFE {
		return false
	}
	row := code[0]
	if row < 0xA1 || row > 0xF7 || row > 0xA9 && row < 0xB0 {
		return false
	}
	ends, partial := gb2312Rows[row]
	for i := 0; i < len(ends); i += 2 {
		if code[1] >= ends[i] && code[1] <= ends[i+1] {
			return true
		}
	}
	return !partial
}

// columns is how many columns a character takes on the printer: every code of two or four bytes has a square
// cell of two, whatever Unicode says of its width.
func columns(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}

// width is the sum of the columns of s.
func width(s []rune) int {
	w := 0
	for _, r := range s {
		w += columns(r)
	}
	return w
}
