package printertest

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/width"
)

// codePages are those of ESC t that can be decoded.
var codePages = map[byte]*charmap.Charmap{
	0: charmap.CodePage437, 2: charmap.CodePage850, 3: charmap.CodePage860, 4: charmap.CodePage863,
	5: charmap.CodePage865, 15: charmap.ISO8859_7, 16: charmap.Windows1252, 17: charmap.CodePage866,
	18: charmap.CodePage852, 19: charmap.CodePage858, 34: charmap.CodePage855, 36: charmap.CodePage862,
	39: charmap.ISO8859_2, 40: charmap.ISO8859_15, 45: charmap.Windows1250, 46: charmap.Windows1251,
	47: charmap.Windows1253, 48: charmap.Windows1254, 49: charmap.Windows1255, 50: charmap.Windows1256,
	51: charmap.Windows1257, 52: charmap.Windows1258,
}

// katakana is code page 1, which libraries use for its lines: 0x80–0x9F and 0xE0–0xFE; between them are the
// half-width katakana of JIS X 0201, U+FF61 and up.
var (
	katakanaLow  = []rune("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯")
	katakanaHigh = []rune("═╞╪╡◢◣◥◤♠♥♦♣●○╱╲╳円年月日時分秒〒市区町村人")
)

// decodeKatakana is the character b ≥ 0x80 of code page 1.
func decodeKatakana(b byte) rune {
	switch {
	case b < 0xA0:
		return katakanaLow[b-0x80]
	case b >= 0xA1 && b <= 0xDF:
		return 0xFF61 + rune(b-0xA1)
	case b >= 0xE0 && int(b-0xE0) < len(katakanaHigh):
		return katakanaHigh[b-0xE0]
	}
	return ' '
}

// character takes a byte of text: a whole character, or a part of one.
func (m *machine) character(b byte) {
	if len(m.pending) == 0 && b < 0x80 {
		m.print(rune(b))
		return
	}
	switch {
	case m.utf8:
		m.pending = append(m.pending, b)
		if utf8.FullRune(m.pending) {
			r, n := utf8.DecodeRune(m.pending)
			rest := m.pending[n:]
			if r == utf8.RuneError {
				m.report(m.pending[:n], "not UTF-8")
			}
			m.pending = nil
			m.print(r)
			for _, b := range rest {
				m.character(b)
			}
		}
	case m.chinese:
		m.chineseByte(b)
	default:
		m.print(m.page(b))
	}
}

// chineseByte takes a byte of a GB 18030 character: two, or four where the second is a digit.
func (m *machine) chineseByte(b byte) {
	m.pending = append(m.pending, b)
	p := m.pending
	switch n := len(p); {
	case n == 1 && (b == 0x80 || b == 0xFF):
		m.badText()
	case n == 1:
	case n == 2 && b >= 0x30 && b <= 0x39:
	case n == 3 && b >= 0x81 && b <= 0xFE:
	case n == 2 && b >= 0x40 && b != 0x7F && b != 0xFF, n == 4 && b >= 0x30 && b <= 0x39:
		s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(p)
		r, size := utf8.DecodeRune(s)
		if err != nil || r == utf8.RuneError || size != len(s) {
			m.badText()
			return
		}
		m.pending = nil
		m.print(r)
	default:
		m.pending = p[:n-1]
		m.badText()
		m.character(b)
	}
}

// badText prints the bytes pending, which are no character, as one box, and reports them.
func (m *machine) badText() {
	b := m.pending
	m.pending = nil
	m.report(b, "no character of GB 18030")
	m.print(utf8.RuneError)
}

// endText ends a character that a command interrupts.
func (m *machine) endText() {
	if len(m.pending) > 0 {
		m.badText()
	}
}

// print puts a character in the line.
func (m *machine) print(r rune) {
	square := r >= 0x80 && (m.chinese || m.utf8 && wideRune(r))
	f, cells, wide, high, under := m.face, 1, m.wide, m.high, m.under
	if square {
		f, cells, wide, high = fontA, 2, m.kWide, m.kHigh
		if m.kUnder {
			under = max(under, 2)
		}
	}
	pic := glyph(r, f, cells).scale(wide, high)
	if m.bold {
		pic = embolden(pic)
	}
	if m.gap > 0 {
		roomier := newBitmap(pic.w+m.gap*wide, pic.h)
		roomier.draw(pic, 0, 0)
		pic = roomier
	}
	if under > 0 && !m.turned && !m.invert {
		pic = pic.clone()
		pic.fill(0, pic.h-under, pic.w, under)
	}
	if m.invert {
		pic = pic.clone()
		for y := range pic.h {
			for x := range pic.w {
				pic.flip(x, y)
			}
		}
	}
	if m.turned {
		pic = pic.turn(1)
	}
	m.put(pic, string(r))
}

// embolden thickens strokes by a dot to the right.
func embolden(b *bitmap) *bitmap {
	out := newBitmap(b.w, b.h)
	out.draw(b, 0, 0)
	out.draw(b, 1, 0)
	return out
}

// wideRune reports whether r has a square cell where text is UTF-8.
func wideRune(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}
	return false
}
