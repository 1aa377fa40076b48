package display

import "strconv"

// An ansiColor is one of the colours that every console has: 0 is the console's own, 1–8 black, red, green,
// yellow, blue, magenta, cyan, white, 9–16 the bright ones, for ink only.
type ansiColor uint8

const (
	ansiBlack ansiColor = 1
	ansiWhite ansiColor = 8
)

// ansiPalette is how the colours look, more or less, from black on.
var ansiPalette = [16]uint32{
	0x000000, 0xAA0000, 0x00AA00, 0xAA8800, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xCCCCCC,
	0x666666, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF,
}

// nearest returns the colour among the first n of the palette that is nearest to p.
func nearest(p uint32, n int) ansiColor {
	best, least := 0, 1<<30
	for i, q := range ansiPalette[:n] {
		distance := 0
		for shift := 0; shift <= 16; shift += 8 {
			d := int(p>>shift&0xFF) - int(q>>shift&0xFF)
			distance += d * d
		}
		if distance < least {
			best, least = i, distance
		}
	}
	return ansiColor(best + 1)
}

// inkOn picks the two colours of a text. Ink that would vanish on its paper becomes black or white.
func inkOn(ink, paper uint32) (fg, bg ansiColor) {
	fg, bg = nearest(ink, 16), nearest(paper, 8)
	if (fg-1)%8 == (bg-1)%8 || bg == ansiWhite && fg == 16 {
		fg = 16
		if luminance(paper) > 128 {
			fg = ansiBlack
		}
	}
	return fg, bg
}

// luminance is the brightness of p, 0..255 (Rec. 601 weights).
func luminance(p uint32) uint32 { return (299*(p>>16&0xFF) + 587*(p>>8&0xFF) + 114*(p&0xFF)) / 1000 }

// sgr is the sequence that selects the cell's colours and weight.
func sgr(c glyphCell) string {
	s := "\x1b[0"
	if c.bold {
		s += ";1"
	}
	switch {
	case c.fg > 8:
		s += ";" + strconv.Itoa(90+int(c.fg)-9)
	case c.fg > 0:
		s += ";" + strconv.Itoa(30+int(c.fg)-1)
	}
	if c.bg > 0 {
		s += ";" + strconv.Itoa(40+int(c.bg)-1)
	}
	return s + "m"
}
