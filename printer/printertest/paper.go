package printertest

import (
	"image"
	"image/color"
	"strings"
)

// Paper is what has come out of a printer: a copy that does not change.
type Paper struct {
	dots    *bitmap
	text    []string
	cuts    []cutMark
	raw     []byte
	unknown []Unknown
}

// Text is what stands on the paper, line by line. What is no text stands in brackets ([QR 174×174],
// [image 96×24], [EAN 6901234567892], [drawer]) and a cut is a line that begins with ✂.
func (p Paper) Text() string {
	if len(p.text) == 0 {
		return ""
	}
	return strings.Join(p.text, "\n") + "\n"
}

// Raw is the bytes received since the last tear, at most the last MiB.
func (p Paper) Raw() []byte { return p.raw }

// Unknown is what was received and meant nothing, at most the first 256.
func (p Paper) Unknown() []Unknown { return p.unknown }

// Rows is how far the paper has come out, in dots of 1/8 mm.
func (p Paper) Rows() int { return p.dots.h }

// Colours of the picture: thermal paper is not quite white, and its black has a tint.
var palette = color.Palette{
	paperColour: color.RGBA{0xFB, 0xFA, 0xF6, 0xFF},
	inkColour:   color.RGBA{0x2A, 0x28, 0x2E, 0xFF},
	edgeColour:  color.RGBA{0xDF, 0xDC, 0xD3, 0xFF},
	tableColour: color.RGBA{0x00, 0x00, 0x00, 0x00}, // behind the paper: transparent
}

const (
	paperColour uint8 = iota // 0: a new picture is blank paper
	inkColour
	edgeColour
	tableColour
)

// Sizes in the picture, in dots.
const (
	headroom = 16 // blank paper above the first row and below the last
	tooth    = 6  // of a torn edge
	cutGap   = 8  // between two pieces
	bridge   = 20 // of paper that a partial cut leaves
)

// margin is the paper beside the print area: a 58 mm roll has 464 dots, an 80 mm one 640.
func margin(dots int) int {
	if dots <= 384 {
		return 40
	}
	return 32
}

// Image draws the paper at one pixel a dot: its margins, torn edges at both ends, and gaps where it was cut.
func (p Paper) Image() image.Image {
	side := margin(p.dots.w)
	w := p.dots.w + 2*side
	h := p.dots.h + 2*headroom + len(p.cuts)*cutGap + 2*tooth
	img := image.NewPaletted(image.Rect(0, 0, w, h), palette)
	y := tear(img, 0, true)
	for range headroom {
		blank(img, y)
		y++
	}
	cuts := p.cuts
	for row := range p.dots.h {
		for len(cuts) > 0 && cuts[0].row <= row {
			y = gap(img, y, cuts[0].partial)
			cuts = cuts[1:]
		}
		blank(img, y)
		ink(img.Pix[y*img.Stride+side:], p.dots.pix[row*p.dots.stride:(row+1)*p.dots.stride])
		y++
	}
	for _, c := range cuts {
		y = gap(img, y, c.partial)
	}
	for range headroom {
		blank(img, y)
		y++
	}
	tear(img, y, false)
	return img
}

// ink blackens the pixels of a row of packed dots.
func ink(pix, dots []byte) {
	for i, b := range dots {
		for bit := 0; b != 0; bit, b = bit+1, b<<1 {
			if b&0x80 != 0 {
				pix[8*i+bit] = inkColour
			}
		}
	}
}

// blank draws a row of white paper with its edges.
func blank(img *image.Paletted, y int) {
	row := img.Pix[y*img.Stride:][:img.Stride]
	clear(row) // paperColour
	row[0], row[len(row)-1] = edgeColour, edgeColour
}

// tear draws a torn edge, teeth upwards or downwards, and returns the row below it.
func tear(img *image.Paletted, y int, up bool) int {
	w := img.Rect.Dx()
	for dy := range tooth {
		for x := range w {
			depth := tooth - 1 - dy // rows to the paper
			if !up {
				depth = dy
			}
			if phase := x % (2 * tooth); min(phase, 2*tooth-phase) > depth {
				img.SetColorIndex(x, y+dy, paperColour)
			} else {
				img.SetColorIndex(x, y+dy, tableColour)
			}
		}
	}
	return y + tooth
}

// gap draws what the cutter leaves between two pieces.
func gap(img *image.Paletted, y int, partial bool) int {
	w := img.Rect.Dx()
	for dy := range cutGap {
		for x := range w {
			c := tableColour
			if dy == 0 || dy == cutGap-1 {
				c = edgeColour
			}
			if partial && x >= (w-bridge)/2 && x < (w+bridge)/2 {
				c = paperColour
			}
			img.SetColorIndex(x, y+dy, c)
		}
	}
	return y + cutGap
}
