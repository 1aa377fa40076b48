package printertest

// A bitmap is a picture of dots, one bit each, the leftmost in bit 7.
type bitmap struct {
	w, h   int
	stride int
	pix    []byte
}

func newBitmap(w, h int) *bitmap {
	stride := (w + 7) / 8
	return &bitmap{w: w, h: h, stride: stride, pix: make([]byte, stride*h)}
}

func (b *bitmap) clone() *bitmap {
	c := *b
	c.pix = append([]byte(nil), b.pix...)
	return &c
}

// at reports whether the dot is black; outside everything is white.
func (b *bitmap) at(x, y int) bool {
	return x >= 0 && y >= 0 && x < b.w && y < b.h && b.pix[y*b.stride+x>>3]&(0x80>>(x&7)) != 0
}

// set makes the dot black; outside nothing happens.
func (b *bitmap) set(x, y int) {
	if x >= 0 && y >= 0 && x < b.w && y < b.h {
		b.pix[y*b.stride+x>>3] |= 0x80 >> (x & 7)
	}
}

// flip inverts the dot.
func (b *bitmap) flip(x, y int) {
	if x >= 0 && y >= 0 && x < b.w && y < b.h {
		b.pix[y*b.stride+x>>3] ^= 0x80 >> (x & 7)
	}
}

// fill makes a rectangle black.
func (b *bitmap) fill(x, y, w, h int) {
	for dy := range h {
		for dx := range w {
			b.set(x+dx, y+dy)
		}
	}
}

// grow adds white rows at the bottom.
func (b *bitmap) grow(rows int) {
	b.h += rows
	b.pix = append(b.pix, make([]byte, rows*b.stride)...)
}

// dropTop takes rows away from the top.
func (b *bitmap) dropTop(rows int) {
	b.h -= rows
	b.pix = append([]byte(nil), b.pix[rows*b.stride:]...)
}

// draw adds the black dots of src with its corner at x, y.
func (b *bitmap) draw(src *bitmap, x, y int) {
	for sy := range src.h {
		for i, dots := range src.pix[sy*src.stride : (sy+1)*src.stride] {
			for bit := 0; dots != 0; bit, dots = bit+1, dots<<1 {
				if dots&0x80 != 0 {
					b.set(x+8*i+bit, y+sy)
				}
			}
		}
	}
}

// scale returns the picture with every dot w wide and h high.
func (b *bitmap) scale(w, h int) *bitmap {
	if w == 1 && h == 1 {
		return b
	}
	out := newBitmap(b.w*w, b.h*h)
	for y := range out.h {
		for x := range out.w {
			if b.at(x/w, y/h) {
				out.set(x, y)
			}
		}
	}
	return out
}

// turn returns the picture turned clockwise by quarters of a circle.
func (b *bitmap) turn(quarters int) *bitmap {
	for range quarters & 3 {
		out := newBitmap(b.h, b.w)
		for y := range b.h {
			for x := range b.w {
				if b.at(x, y) {
					out.set(b.h-1-y, x)
				}
			}
		}
		b = out
	}
	return b
}

// fromRows makes a picture of rows of packed dots, (w+7)/8 bytes each; missing data are white.
func fromRows(w, h int, data []byte) *bitmap {
	out := newBitmap(w, h)
	copy(out.pix, data)
	if spare := w & 7; spare > 0 { // bits beyond the edge are not part of it
		for y := range h {
			out.pix[(y+1)*out.stride-1] &= 0xFF << (8 - spare)
		}
	}
	return out
}

// fromColumns makes a picture of columns of packed dots, high bytes each, the topmost dot in bit 7.
func fromColumns(w, high int, data []byte) *bitmap {
	out := newBitmap(w, 8*high)
	for i, b := range data {
		x, y := i/high, i%high*8
		for bit := range 8 {
			if b&(0x80>>bit) != 0 {
				out.set(x, y+bit)
			}
		}
	}
	return out
}
