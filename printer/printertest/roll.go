package printertest

import (
	"fmt"
	"strings"
)

// Bounds of what is kept since the last tear; beyond them the oldest is forgotten, as paper on the floor is.
const (
	maxRows    = 16384   // dots: two metres of paper
	maxLines   = 4096    // lines of text
	maxRaw     = 1 << 20 // bytes
	maxUnknown = 256
)

// A roll is the paper: what is printed on it since the last tear.
type roll struct {
	dots  *bitmap
	text  []string
	cuts  []cutMark
	moved int                // dots the paper has moved since taken
	image struct{ w, h int } // of the picture in the last line of text, if it is one
}

// A cutMark is where the paper was cut, in rows from the top.
type cutMark struct {
	row     int
	partial bool
}

func newRoll(width int) *roll { return &roll{dots: newBitmap(width, 0)} }

// feed moves the paper.
func (r *roll) feed(rows int) {
	if rows <= 0 {
		return
	}
	r.moved += rows
	r.dots.grow(min(rows, maxRows))
	if over := r.dots.h - maxRows; over > 0 {
		r.dots.dropTop(over)
		kept := r.cuts[:0]
		for _, c := range r.cuts {
			if c.row -= over; c.row > 0 {
				kept = append(kept, c)
			}
		}
		r.cuts = kept
	}
}

// stamp prints a picture with its left edge at x where the head is, and feeds by its height or more.
func (r *roll) stamp(b *bitmap, x, feed int) {
	r.feed(max(b.h, feed))
	r.dots.draw(b, x, r.dots.h-max(b.h, feed))
}

// write adds a line of text.
func (r *roll) write(s string) {
	r.image.h = 0
	r.text = append(r.text, strings.TrimRight(s, " "))
	if len(r.text) > maxLines {
		r.text = append([]string(nil), r.text[len(r.text)-maxLines/2:]...)
	}
}

// picture adds a line of text for a picture. Bands of one picture that follow each other are one line.
func (r *roll) picture(w, h int) {
	if r.image.h > 0 && r.image.w == w && len(r.text) > 0 {
		h += r.image.h
		r.text = r.text[:len(r.text)-1]
	}
	r.write(fmt.Sprintf("[image %d×%d]", w, h))
	r.image.w, r.image.h = w, h
}

// cut cuts the paper above the head by so many dots as the cutter is away, less what was fed.
func (r *roll) cut(row int, partial bool) {
	last := 0
	if n := len(r.cuts); n > 0 {
		last = r.cuts[n-1].row
	}
	r.cuts = append(r.cuts, cutMark{max(row, last, 0), partial})
	r.write("✂" + strings.Repeat("-", 15))
}
