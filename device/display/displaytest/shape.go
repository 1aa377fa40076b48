package displaytest

import (
	"math/bits"

	"smartpos/device/display/font"
)

// shape reports whether the half cell shows a part of a drawn line, rectangle or frame, in either colour.
func (s *screen) shape(col, row int) bool {
	b, ok := s.bitmapAt(col, row, 1, false)
	if !ok {
		return false
	}
	for range 2 {
		if bands := b.bands(); rectangle(bands) || corner(bands) {
			return true
		}
		b = b.inverse()
	}
	return false
}

// A band is rows of the same pixels in a narrow bitmap.
type band struct {
	from, to int   // rows from..to-1
	pixels   uint8 // not 0, the leftmost in bit 7
}

// bands returns what a narrow bitmap has besides empty rows; nil if a row has more than one stretch of
// pixels, which no shape has, or if empty rows part the others.
func (b bitmap) bands() []band {
	var bands []band
	for y, row := range b.rows {
		pixels := uint8(row >> 8)
		if pixels == 0 {
			continue
		}
		if stretch := pixels >> bits.TrailingZeros8(pixels); stretch&(stretch+1) != 0 {
			return nil
		}
		switch last := len(bands) - 1; {
		case last >= 0 && bands[last].to != y:
			return nil
		case last >= 0 && bands[last].pixels == pixels:
			bands[last].to = y + 1
		default:
			bands = append(bands, band{y, y + 1, pixels})
		}
	}
	return bands
}

// The edges of a half cell that a band touches.
func (b band) left() bool   { return b.pixels&0x80 != 0 }
func (b band) right() bool  { return b.pixels&0x01 != 0 }
func (b band) top() bool    { return b.from == 0 }
func (b band) bottom() bool { return b.to == font.Height }

// least is how many pixels a part of a shape has; fewer may be stray ones.
const least = 4

// rectangle accepts one band that reaches from one edge of the cell to the opposite one, or that touches an
// edge and is more than a stray pixel or two.
func rectangle(bands []band) bool {
	if len(bands) != 1 {
		return false
	}
	b := bands[0]
	if b.left() && b.right() || b.top() && b.bottom() {
		return true
	}
	return (b.left() || b.right() || b.top() || b.bottom()) && bits.OnesCount8(b.pixels)*(b.to-b.from) >= least
}

// corner accepts two bands that make the corner of a frame: a line to the left or right edge, and one from
// its end to the top or bottom edge.
func corner(bands []band) bool {
	if len(bands) != 2 {
		return false
	}
	across, along := bands[0], bands[1]
	reaches := along.bottom()
	if across.pixels&along.pixels == across.pixels { // the line across is the lower one
		across, along = along, across
		reaches = along.top()
	}
	notch := (bits.OnesCount8(across.pixels) - bits.OnesCount8(along.pixels)) * (along.to - along.from)
	if across.pixels&along.pixels != along.pixels || !reaches || notch < least {
		return false
	}
	return across.right() && leftmost(across.pixels) == leftmost(along.pixels) ||
		across.left() && across.pixels&-across.pixels == along.pixels&-along.pixels
}

// leftmost is the leftmost pixel of a row.
func leftmost(pixels uint8) int { return bits.LeadingZeros8(pixels) }
