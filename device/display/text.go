package display

import (
	"image"
	"image/color"
	"strings"
	"unicode/utf8"

	"smartpos/device/display/font"
)

// MaxScale is the largest magnification of text.
const MaxScale = 4

// A Style says how text looks.
type Style struct {
	Ink   color.RGBA // alpha is ignored: ink is opaque
	Paper color.RGBA // alpha 0 leaves what is behind the text
	Scale int        // magnification 1..MaxScale; 0 means 1, beyond is clamped
}

func (s Style) scale() int { return clampScale(s.Scale) }

func clampScale(scale int) int { return min(max(scale, 1), MaxScale) }

// Text writes s in one line with its top left corner at (x, y) and returns how far it advances in pixels.
// Characters are 16 × scale pixels high and 8 or 16 × scale wide; what is beyond the canvas is cut off; a
// character outside the font, a control character too, is a visible box.
//
// Placed on multiples of 8 and 16 pixels, text can be read back from the picture.
func (c *Canvas) Text(x, y int, s string, st Style) (advance int) {
	scale := st.scale()
	if y >= c.height || y <= -CellHeight*scale {
		return TextWidth(s, scale)
	}
	for i, r := range s {
		if x >= c.width {
			return advance + TextWidth(s[i:], scale)
		}
		g := font.Find(r)
		w := g.Width() * scale
		if x > -w {
			c.glyph(x, y, g, scale, st)
			c.layerText(x, y, r, w/CellWidth, scale, st)
		}
		x += w
		advance += w
	}
	return advance
}

// glyph draws one character of which at least a part is on the canvas.
func (c *Canvas) glyph(x, y int, g font.Glyph, scale int, st Style) {
	ink, paper, opaque := pack(st.Ink), pack(st.Paper), st.Paper.A != 0
	box := image.Rect(x, y, x+g.Width()*scale, y+CellHeight*scale).Intersect(c.Bounds())
	skip := box.Min.X - x // pixels left of the canvas
	for py := box.Min.Y; py < box.Max.Y; py++ {
		line := c.pix[py*c.width+box.Min.X : py*c.width+box.Max.X]
		if opaque && py > box.Min.Y && (py-y)%scale != 0 { // the line above once more
			copy(line, c.pix[(py-1)*c.width+box.Min.X:])
			continue
		}
		bits := g.Row((py-y)/scale) << (skip / scale)
		left := scale - skip%scale // pixels left of the current bit
		for i := range line {
			if bits&0x8000 != 0 {
				line[i] = ink
			} else if opaque {
				line[i] = paper
			}
			if left--; left == 0 {
				bits, left = bits<<1, scale
			}
		}
	}
	c.touch(box)
}

// TextWidth is the width of s in pixels at the scale.
func TextWidth(s string, scale int) int {
	width := 0
	for _, r := range s {
		width += font.Width(r)
	}
	return width * clampScale(scale)
}

// Align says where text goes in its field.
type Align uint8

// Alignments.
const (
	Left Align = iota
	Center
	Right
)

// TextAligned writes s in the field of the given width whose top left corner is (x, y), aligned and snapped
// to the grid of 8 pixels counted from x. What is too long is cut after the last character that fits.
func (c *Canvas) TextAligned(x, y, width int, align Align, s string, st Style) {
	s = Fit(s, width/st.scale())
	free := max(width-TextWidth(s, st.scale()), 0)
	switch align {
	case Center:
		x += free / 2 / CellWidth * CellWidth
	case Right:
		x += free / CellWidth * CellWidth
	}
	c.Text(x, y, s, st)
}

// Fit cuts s after the last character that fits the width in pixels at scale 1.
func Fit(s string, width int) string {
	used := 0
	for i, r := range s {
		if used += font.Width(r); used > width {
			return s[:i]
		}
	}
	return s
}

// Wrap breaks s into lines of at most width pixels at scale 1. Lines end at "\n", at the last space where
// there is one, else (as usual in Chinese) after any character, but a line does not begin with a comma, a full
// stop or a closing bracket where the character before it can go along. Spaces at a break vanish. A width below that
// of one character puts each on a line of its own. An empty s gives no lines.
func Wrap(s string, width int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapParagraph(paragraph, width)...)
	}
	return lines
}

// wrapParagraph breaks a text without line ends; an empty one gives one empty line.
func wrapParagraph(s string, width int) []string {
	var lines []string
	for {
		cut := len(Fit(s, width))
		if cut == 0 && s != "" { // not even one character fits
			_, cut = utf8.DecodeRuneInString(s)
		}
		if cut == len(s) {
			return append(lines, strings.TrimRight(s, " "))
		}
		if s[cut] != ' ' && s[cut] < 0x80 && s[cut-1] < 0x80 { // inside a Latin word
			if space := strings.LastIndexByte(s[:cut], ' '); space > 0 {
				cut = space
			}
		}
		cut = beforeStop(s, cut)
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
		if s == "" {
			return lines
		}
	}
}

// stops never begin a line (标点避头尾).
const stops = "，。、：；！？）》」』】”’…"

// beforeStop moves a break in s back by as many characters as keep a stop from beginning the next line, if
// something is left of the line then.
func beforeStop(s string, cut int) int {
	for at := cut; at > 0; {
		if next, _ := utf8.DecodeRuneInString(s[at:]); !strings.ContainsRune(stops, next) {
			return at
		}
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return cut
}
