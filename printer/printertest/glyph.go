package printertest

import (
	"sync"

	"smartpos/device/display/font"
)

// A face is a printer font: the cell of a narrow character, a wide one has twice the width.
type face struct{ w, h int }

// The printer's fonts; Chinese is always 24×24.
var (
	fontA = face{12, 24}
	fontB = face{9, 17}
)

// glyphs keeps what has been drawn: the font has 7,700 characters, a picture takes 72 bytes.
var glyphs sync.Map

type glyphKey struct {
	r     rune
	f     face
	cells int
}

// glyph is r in a cell of cells×f.w by f.h dots. It is shared: nobody may change it.
func glyph(r rune, f face, cells int) *bitmap {
	key := glyphKey{r, f, cells}
	if b, ok := glyphs.Load(key); ok {
		return b.(*bitmap)
	}
	b := drawGlyph(r, f, cells)
	if has(r) {
		glyphs.Store(key, b)
	}
	return b
}

// drawGlyph draws r. A character that the font lacks is a box.
func drawGlyph(r rune, f face, cells int) *bitmap {
	w := f.w * cells
	if b := blockGlyph(r, w, f.h); b != nil {
		return b
	}
	g := font.Find(r)
	if euro := r == '€' && !has(r); euro {
		return fit(func(x, y int) bool { return euroRows[y]&(0x80>>x) != 0 }, 8, w, f.h)
	}
	src := func(x, y int) bool { return g.Row(y)&(0x8000>>x) != 0 }
	return fit(src, g.Width(), w, f.h)
}

func has(r rune) bool { _, ok := font.Lookup(r); return ok }

// fit scales a picture of sw×16 into a cell of w×h. Where the cell is at least half again as large, as for
// font A, strokes of one pixel become two dots everywhere: a dot is black when half of it or more is.
func fit(src func(x, y int) bool, sw, w, h int) *bitmap {
	out := newBitmap(w, h)
	dw := min(w, sw*h/font.Height) // keep the proportions: a narrow sign in a wide cell stays narrow
	if dw == 0 {
		return out
	}
	if w < sw {
		dw = w
	}
	left := (w - dw) / 2
	const fine = 6 // sub-dots a side
	for y := range h {
		for x := range dw {
			n := 0
			for sy := range fine {
				for sx := range fine {
					if src((x*fine+sx)*sw/(dw*fine), (y*fine+sy)*font.Height/(h*fine)) {
						n++
					}
				}
			}
			if 2*n >= fine*fine {
				out.set(left+x, y)
			}
		}
	}
	return out
}

// euroRows is the euro sign, which GB 2312 lacks and code page 858 has.
var euroRows = [16]byte{0, 0, 0, 0x1C, 0x22, 0x40, 0xF8, 0x40, 0xF8, 0x40, 0x40, 0x22, 0x1C, 0, 0, 0}

// blockGlyph draws the block elements and double lines of code page 437, which fill their cell to the edges.
func blockGlyph(r rune, w, h int) *bitmap {
	out := newBitmap(w, h)
	switch r {
	case '█':
		out.fill(0, 0, w, h)
	case '▀':
		out.fill(0, 0, w, h/2)
	case '▄':
		out.fill(0, h/2, w, h-h/2)
	case '▁', '▂', '▃', '▅', '▆', '▇':
		n := h * int(r-'▀') / 8
		out.fill(0, h-n, w, n)
	case '▔':
		out.fill(0, 0, w, h/8)
	case '▕':
		out.fill(w-w/8-1, 0, w/8+1, h)
	case '▉', '▊', '▋', '▍', '▎', '▏':
		out.fill(0, 0, w*int('▐'-r)/8, h)
	case '▌':
		out.fill(0, 0, w/2, h)
	case '▐':
		out.fill(w/2, 0, w-w/2, h)
	case '░', '▒', '▓':
		for y := range h {
			for x := range w {
				light, half := x%2 == 0 && y%2 == 0, (x+y)%2 == 0
				if r == '░' && light || r == '▒' && half || r == '▓' && (half || light || x%2 == 0) {
					out.set(x, y)
				}
			}
		}
	default:
		arms, ok := boxArms[r]
		if !ok {
			return nil
		}
		drawBox(out, arms)
	}
	return out
}

// boxArms are the line-drawing characters of code page 437: how many lines leave the middle of the cell to the
// left, right, top and bottom.
var boxArms = map[rune][4]int{
	'─': {1, 1, 0, 0}, '│': {0, 0, 1, 1}, '┌': {0, 1, 0, 1}, '┐': {1, 0, 0, 1}, '└': {0, 1, 1, 0}, '┘': {1, 0, 1, 0},
	'╭': {0, 1, 0, 1}, '╮': {1, 0, 0, 1}, '╰': {0, 1, 1, 0}, '╯': {1, 0, 1, 0},
	'├': {0, 1, 1, 1}, '┤': {1, 0, 1, 1}, '┬': {1, 1, 0, 1}, '┴': {1, 1, 1, 0}, '┼': {1, 1, 1, 1},
	'═': {2, 2, 0, 0}, '║': {0, 0, 2, 2}, '╔': {0, 2, 0, 2}, '╗': {2, 0, 0, 2}, '╚': {0, 2, 2, 0}, '╝': {2, 0, 2, 0},
	'╠': {0, 2, 2, 2}, '╣': {2, 0, 2, 2}, '╦': {2, 2, 0, 2}, '╩': {2, 2, 2, 0}, '╬': {2, 2, 2, 2},
	'╒': {0, 2, 0, 1}, '╓': {0, 1, 0, 2}, '╕': {2, 0, 0, 1}, '╖': {1, 0, 0, 2}, '╘': {0, 2, 1, 0}, '╙': {0, 1, 2, 0},
	'╛': {2, 0, 1, 0}, '╜': {1, 0, 2, 0}, '╞': {0, 2, 1, 1}, '╟': {0, 1, 2, 2}, '╡': {2, 0, 1, 1}, '╢': {1, 0, 2, 2},
	'╤': {2, 2, 0, 1}, '╥': {1, 1, 0, 2}, '╧': {2, 2, 1, 0}, '╨': {1, 1, 2, 0}, '╪': {2, 2, 1, 1}, '╫': {1, 1, 2, 2},
}

// drawBox draws lines two dots thick; a double line is two of them. A line reaches as far as the one it meets.
func drawBox(out *bitmap, arms [4]int) {
	left, right, top, bottom := arms[0], arms[1], arms[2], arms[3]
	cx, cy := out.w/2-1, out.h/2-1
	offsets := [][]int{nil, {0}, {-2, 2}}
	half := func(a, b int) int { // from the middle to the outer edge of the lines across
		if max(a, b) == 2 {
			return 2
		}
		return 0
	}
	across, down := half(top, bottom), half(left, right)
	for _, o := range offsets[left] {
		out.fill(0, cy+o, cx+2+across, 2)
	}
	for _, o := range offsets[right] {
		out.fill(cx-across, cy+o, out.w-cx+across, 2)
	}
	for _, o := range offsets[top] {
		out.fill(cx+o, 0, 2, cy+2+down)
	}
	for _, o := range offsets[bottom] {
		out.fill(cx+o, cy-down, 2, out.h-cy+down)
	}
}
