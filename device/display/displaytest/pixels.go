package displaytest

import (
	"image"
	"slices"

	"smartpos/device/display"
	"smartpos/device/display/font"
)

// Unknown stands in the text for a cell that shows no glyph, and for the box of a character that the font
// lacks. Picture stands for two half cells of an area that is no text, such as a QR code.
const (
	Unknown = '\uFFFD'
	Picture = '▦'
)

// A bitmap is a glyph's pixels, 1 for those of the second colour; the leftmost is bit 15.
type bitmap struct {
	wide bool
	rows [font.Height]uint16
}

// inverse swaps the two colours.
func (b bitmap) inverse() bitmap {
	mask := uint16(0xFF00)
	if b.wide {
		mask = 0xFFFF
	}
	for y := range b.rows {
		b.rows[y] ^= mask
	}
	return b
}

// glyphs finds the character by its picture. Of characters that look the same (A and the Greek Α) it holds
// the first in Unicode. Blank ones are absent.
var glyphs = func() map[bitmap]rune {
	found := make(map[bitmap]rune)
	add := func(r rune, g font.Glyph) {
		b := bitmap{wide: g.Width() == 16}
		for y := range b.rows {
			b.rows[y] = g.Row(y)
		}
		if _, taken := found[b]; !taken && b != (bitmap{wide: b.wide}) {
			found[b] = r
		}
	}
	for r, g := range font.All() {
		add(r, g)
	}
	add(Unknown, font.Box('a'))
	add(Unknown, font.Box('中'))
	return found
}()

// Canonical returns s as ReadText answers it: a character that looks exactly like an earlier one in Unicode
// becomes that one, a wide blank two spaces, and one that the font lacks Unknown.
func Canonical(s string) string {
	var out []rune
	for _, r := range s {
		g := font.Find(r)
		b := bitmap{wide: g.Width() == 16}
		for y := range b.rows {
			b.rows[y] = g.Row(y)
		}
		switch same, ok := glyphs[b]; {
		case ok:
			out = append(out, same)
		case b.wide:
			out = append(out, ' ', ' ')
		default:
			out = append(out, ' ')
		}
	}
	return string(out)
}

// screen is a picture by half cells.
type screen struct {
	pix           []uint32
	stride        int    // pixels
	columns, rows int    // whole half cells
	blank         []bool // by half cell: it is of one colour
}

func newScreen(img image.Image) *screen {
	b := img.Bounds()
	s := &screen{
		pix: make([]uint32, b.Dx()*b.Dy()), stride: b.Dx(),
		columns: b.Dx() / display.CellWidth, rows: b.Dy() / display.CellHeight,
	}
	s.read(img)
	s.blank = make([]bool, s.columns*s.rows)
	for i := range s.blank {
		b, ok := s.bitmapAt(i%s.columns, i/s.columns, 1, false)
		s.blank[i] = ok && b == bitmap{}
	}
	return s
}

// read copies the pixels.
func (s *screen) read(img image.Image) {
	b := img.Bounds()
	rgba, fast := img.(*image.RGBA)
	for y := range b.Dy() {
		for x := range b.Dx() {
			if fast {
				p := rgba.Pix[rgba.PixOffset(b.Min.X+x, b.Min.Y+y):]
				s.pix[y*s.stride+x] = uint32(p[0])<<16 | uint32(p[1])<<8 | uint32(p[2])
				continue
			}
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			s.pix[y*s.stride+x] = r>>8<<16 | g>>8<<8 | bl>>8
		}
	}
}

// bitmapAt reads the glyph's worth of pixels whose top left half cell is (col, row). It fails where the area
// leaves the screen, has more than two colours, or is not made of squares of scale × scale pixels.
func (s *screen) bitmapAt(col, row, scale int, wide bool) (b bitmap, ok bool) {
	across := 1
	if wide {
		across = 2
	}
	if col+across*scale > s.columns || row+scale > s.rows {
		return b, false
	}
	b.wide = wide
	width := across * display.CellWidth * scale
	first, second := uint32(0), uint32(0)
	var above []uint32
	for y := range display.CellHeight * scale {
		start := (row*display.CellHeight+y)*s.stride + col*display.CellWidth
		line := s.pix[start : start+width]
		if y%scale != 0 { // the same squares as in the line above
			if !slices.Equal(line, above) {
				return b, false
			}
			continue
		}
		if y == 0 {
			first, second = line[0], line[0]
		}
		above = line
		for x, p := range line {
			switch {
			case x%scale != 0 && p != line[x-1]:
				return b, false
			case p == first:
				continue
			case second == first:
				second = p
			case p != second:
				return b, false
			}
			b.rows[y/scale] |= 0x8000 >> (x / scale)
		}
	}
	return b, true
}

// glyphAt returns the character drawn at (col, row), 0 if there is none; blanks are none.
func (s *screen) glyphAt(col, row, scale int, wide bool) rune {
	columns := scale
	if wide {
		columns *= 2
	}
	if s.allBlank(col, row, columns, scale) {
		return 0
	}
	b, ok := s.bitmapAt(col, row, scale, wide)
	if !ok {
		return 0
	}
	if r, ok := glyphs[b]; ok {
		return r
	}
	return glyphs[b.inverse()]
}

// allBlank reports whether each half cell of the block of columns × rows is of one colour.
func (s *screen) allBlank(col, row, columns, rows int) bool {
	for y := row; y < min(row+rows, s.rows); y++ {
		for x := col; x < min(col+columns, s.columns); x++ {
			if !s.blank[y*s.columns+x] {
				return false
			}
		}
	}
	return true
}
