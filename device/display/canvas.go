package display

import (
	"errors"
	"image"
	"image/color"

	"smartpos/device/display/font"
)

// Text is placed on a grid of half cells of 8×16 pixels (a Latin character; a Chinese one takes two). The
// grid is also the unit in which changes are found and flushed.
const (
	CellWidth  = 8
	CellHeight = font.Height
)

// MaxSide is the largest width or height of a canvas in pixels.
const MaxSide = 4096

// A Canvas is the terminal's screen in memory: opaque 8-bit RGB pixels (an [image.Image]), and beside them
// what was written where, so that a text console can show it too. It starts black.
//
// A Canvas is for one goroutine at a time.
type Canvas struct {
	width, height int
	pix           []uint32 // 0x00RRGGBB, row by row

	columns, rows int    // of the grid, the last ones may be cut off by the edge
	touched       []bool // half cells drawn on since the last flush
	shown         []uint32
	fresh         bool // nothing flushed yet: shown means nothing

	layer []cell  // what the half cells say, for consoles
	code  qrLayer // the QR code on the screen, if there is one
}

// NewCanvas returns a black canvas of 1..MaxSide pixels a side; sizes beyond are clamped.
func NewCanvas(width, height int) *Canvas {
	c := &Canvas{width: min(max(width, 1), MaxSide), height: min(max(height, 1), MaxSide), fresh: true}
	c.columns = (c.width + CellWidth - 1) / CellWidth
	c.rows = (c.height + CellHeight - 1) / CellHeight
	c.pix = make([]uint32, c.width*c.height)
	c.shown = make([]uint32, c.width*c.height)
	c.touched = make([]bool, c.columns*c.rows)
	c.layer = make([]cell, c.columns*c.rows)
	c.Invalidate()
	return c
}

// ColorModel implements [image.Image].
func (c *Canvas) ColorModel() color.Model { return color.RGBAModel }

// Bounds implements [image.Image].
func (c *Canvas) Bounds() image.Rectangle { return image.Rect(0, 0, c.width, c.height) }

// At implements [image.Image]; outside the canvas everything is black.
func (c *Canvas) At(x, y int) color.Color { return c.RGBAAt(x, y) }

// RGBAAt is At without the allocation.
func (c *Canvas) RGBAAt(x, y int) color.RGBA {
	if !(image.Point{X: x, Y: y}).In(c.Bounds()) {
		return color.RGBA{A: 0xFF}
	}
	return unpack(c.pix[y*c.width+x])
}

// RGBA returns a copy of the canvas as a standard image.
func (c *Canvas) RGBA() *image.RGBA {
	img := image.NewRGBA(c.Bounds())
	for i, p := range c.pix {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = byte(p>>16), byte(p>>8), byte(p), 0xFF
	}
	return img
}

// Fill paints the part of r that is on the canvas; alpha is ignored, everything is opaque.
func (c *Canvas) Fill(r image.Rectangle, col color.RGBA) {
	r = r.Intersect(c.Bounds())
	if r.Empty() {
		return
	}
	p := pack(col)
	c.fill(r, p)
	c.layerFill(r, p)
}

// fill paints r, which is on the canvas and not empty.
func (c *Canvas) fill(r image.Rectangle, p uint32) {
	first := c.pix[r.Min.Y*c.width+r.Min.X : r.Min.Y*c.width+r.Max.X]
	for i := range first {
		first[i] = p
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.pix[y*c.width+r.Min.X:], first)
	}
	c.touch(r)
}

// touch marks the half cells that r covers as drawn on; r is on the canvas and not empty.
func (c *Canvas) touch(r image.Rectangle) {
	for row := r.Min.Y / CellHeight; row <= (r.Max.Y-1)/CellHeight; row++ {
		for col := r.Min.X / CellWidth; col <= (r.Max.X-1)/CellWidth; col++ {
			c.touched[row*c.columns+col] = true
		}
	}
}

// Invalidate makes the next Flush write everything, as for a display that was switched off meanwhile.
func (c *Canvas) Invalidate() {
	c.fresh = true
	for i := range c.touched {
		c.touched[i] = true
	}
}

// A Backend shows a canvas somewhere.
type Backend interface {
	// Flush shows the changed rectangles of c; they are disjoint and inside the canvas. It returns within a
	// bounded time. After an error it may be called again with the same rectangles.
	Flush(c *Canvas, changed []image.Rectangle) error
	Close() error
}

// Flush gives what really changed since the last Flush to the backends, in order. Where one fails its error
// is returned, joined with the others', and everything counts as changed for the next Flush: a display that
// comes back shows the whole screen. Without a change the backends are not called.
func (c *Canvas) Flush(backends ...Backend) error {
	changed := c.changes()
	if len(changed) == 0 {
		return nil
	}
	var errs []error
	for _, b := range backends {
		if err := b.Flush(c, changed); err != nil {
			errs = append(errs, err)
		}
	}
	c.settle()
	if len(errs) > 0 {
		c.Invalidate()
	}
	return errors.Join(errs...)
}

func pack(c color.RGBA) uint32 { return uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B) }

func unpack(p uint32) color.RGBA {
	return color.RGBA{R: byte(p >> 16), G: byte(p >> 8), B: byte(p), A: 0xFF}
}
