package display

import (
	"errors"
	"fmt"
	"image"
)

// Format is how a framebuffer holds a pixel. Both are little-endian, as on every board that is meant here.
type Format string

// Formats.
const (
	XRGB8888 Format = "xrgb8888" // 4 bytes: blue, green, red, unused
	RGB565   Format = "rgb565"   // 2 bytes: rrrrrggg gggbbbbb, low byte first
)

// ErrFormat is returned for a pixel format that is neither XRGB8888 nor RGB565.
var ErrFormat = errors.New("display: unsupported pixel format")

// bytes is the size of a pixel.
func (f Format) bytes() int {
	if f == RGB565 {
		return 2
	}
	return 4
}

// geometry is how a framebuffer's memory is laid out.
type geometry struct {
	width, height int // pixels
	stride        int // bytes from one row to the next
	offset        int // bytes before the first visible pixel (a panned device)
	format        Format
}

// size is how many bytes reach to the end of the last row.
func (g geometry) size() int { return g.offset + g.stride*g.height }

// check refuses what cannot be: sizes out of range, rows that overlap.
func (g geometry) check() error {
	if g.format != XRGB8888 && g.format != RGB565 {
		return fmt.Errorf("%w: %q", ErrFormat, string(g.format))
	}
	if g.width < 1 || g.width > MaxSide || g.height < 1 || g.height > MaxSide {
		return fmt.Errorf("display: size %d×%d out of range 1..%d", g.width, g.height, MaxSide)
	}
	if least := g.width * g.format.bytes(); g.stride < least || g.stride > 16*MaxSide {
		return fmt.Errorf("display: stride of %d bytes out of range %d..%d", g.stride, least, 16*MaxSide)
	}
	return nil
}

// put converts the pixels of r, which is on the canvas, into mem; what is beyond the geometry is cut off.
func (g geometry) put(mem []byte, c *Canvas, r image.Rectangle) {
	r = r.Intersect(image.Rect(0, 0, g.width, g.height))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		from := c.pix[y*c.width+r.Min.X : y*c.width+r.Max.X]
		at := g.offset + y*g.stride + r.Min.X*g.format.bytes()
		if g.format == RGB565 {
			to := mem[at : at+2*len(from)]
			for i, p := range from {
				v := p>>8&0xF800 | p>>5&0x07E0 | p>>3&0x001F
				to[2*i], to[2*i+1] = byte(v), byte(v>>8)
			}
			continue
		}
		to := mem[at : at+4*len(from)]
		for i, p := range from {
			to[4*i], to[4*i+1], to[4*i+2], to[4*i+3] = byte(p), byte(p>>8), byte(p>>16), 0xFF
		}
	}
}

// picture converts all of mem into an image. The bits that RGB565 lacks repeat its high bits, so that white
// is white.
func (g geometry) picture(mem []byte) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, g.width, g.height))
	for y := range g.height {
		row := mem[g.offset+y*g.stride:]
		for x := range g.width {
			to := img.Pix[y*img.Stride+4*x:][:4]
			if g.format == RGB565 {
				v := uint32(row[2*x]) | uint32(row[2*x+1])<<8
				r, gr, b := v>>11, v>>5&0x3F, v&0x1F
				to[0], to[1], to[2] = byte(r<<3|r>>2), byte(gr<<2|gr>>4), byte(b<<3|b>>2)
			} else {
				to[0], to[1], to[2] = row[4*x+2], row[4*x+1], row[4*x]
			}
			to[3] = 0xFF
		}
	}
	return img
}
