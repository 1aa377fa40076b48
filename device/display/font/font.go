package font

import (
	_ "embed"
	"iter"
	"sort"

	"golang.org/x/text/width"
)

//go:generate go run smartpos/device/display/internal/fontgen -o unifont.bin

// Height is the height of every glyph in pixels.
const Height = 16

//go:embed unifont.bin
var table string

// Licence is the text that every copy of the font, and so of the firmware, has to carry: the copyright
// holders and the SIL Open Font License 1.1.
//
//go:embed OFL.txt
var Licence string

// Offsets into the table, which internal/fontgen lays out; numbers are big-endian.
const (
	magic     = "UF01"
	headerLen = len(magic) + 2
)

var (
	count  = number(len(magic))
	runes  = headerLen
	starts = runes + 2*count
	rows   = starts + 2*(count+1)
)

// A Glyph is the picture of one character: 16 rows of 8 or 16 pixels. It refers to the embedded table, so
// copying and asking for one allocates nothing.
type Glyph struct {
	rows string // one byte a row, or two
}

// Width is the width in pixels: 8 or 16.
func (g Glyph) Width() int { return len(g.rows) / 2 }

// Row returns the pixels of row y, 0 ≤ y < 16, the leftmost in bit 15. A narrow glyph leaves bits 7–0 zero.
func (g Glyph) Row(y int) uint16 {
	if len(g.rows) == Height {
		return uint16(g.rows[y]) << 8
	}
	return uint16(g.rows[2*y])<<8 | uint16(g.rows[2*y+1])
}

// The boxes stand for characters that the font lacks: a frame with a cross, like no character it has.
var (
	narrowBox = Glyph{"\x00\x00\x7E\x42\x42\x66\x5A\x5A\x5A\x5A\x66\x42\x42\x7E\x00\x00"}
	wideBox   = Glyph{"\x00\x00\x7F\xFE\x60\x06\x50\x0A\x48\x12\x44\x22\x42\x42\x41\x82" +
		"\x41\x82\x42\x42\x44\x22\x48\x12\x50\x0A\x60\x06\x7F\xFE\x00\x00"}
)

// Lookup returns the glyph of r, and whether the font has it.
func Lookup(r rune) (Glyph, bool) {
	if r < 0 || r > 0xFFFF {
		return Glyph{}, false
	}
	i := sort.Search(count, func(i int) bool { return number(runes+2*i) >= int(r) })
	if i == count || number(runes+2*i) != int(r) {
		return Glyph{}, false
	}
	return at(i), true
}

// Find returns the glyph of r, or a visible box of the width that r would have: nothing is ever drawn as
// nothing, not even a control character.
func Find(r rune) Glyph {
	if g, ok := Lookup(r); ok {
		return g
	}
	return Box(r)
}

// Box returns the box that stands for r where the font lacks it: 16 pixels wide for characters that
// Unicode (UAX #11) calls wide or full-width, else 8.
func Box(r rune) Glyph {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return wideBox
	}
	return narrowBox
}

// Width returns the width of r in pixels, 8 or 16, as Find would draw it. It comes from the font, not from
// the character set: 297 characters of GB 2312, — among them, are narrow in Unifont.
func Width(r rune) int { return Find(r).Width() }

// All yields every character of the font in ascending order.
func All() iter.Seq2[rune, Glyph] {
	return func(yield func(rune, Glyph) bool) {
		for i := range count {
			if !yield(rune(number(runes+2*i)), at(i)) {
				return
			}
		}
	}
}

// at returns the glyph at index i of the table.
func at(i int) Glyph {
	from, to := number(starts+2*i), number(starts+2*(i+1))
	return Glyph{table[rows+Height*from : rows+Height*to]}
}

// number reads the 16-bit number at offset o of the table.
func number(o int) int { return int(table[o])<<8 | int(table[o+1]) }
