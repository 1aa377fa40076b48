package display

import (
	"image"
	"slices"
)

// maxChanges bounds the rectangles of one flush; beyond it neighbours are merged, at the price of writing
// some pixels that did not change.
const maxChanges = 16

// changes returns what differs from the last flush, as few disjoint rectangles on the grid of half cells.
//
// A screen is usually drawn anew as a whole, so having been drawn on proves nothing: each half cell drawn on
// is compared with what was flushed last. A countdown that ticks on a screen with a QR code thus costs its
// few digits, which matters on a panel behind a slow bus and on a serial console.
func (c *Canvas) changes() []image.Rectangle {
	var found []image.Rectangle // in grid units
	for row := range c.rows {
		for col := 0; col < c.columns; col++ {
			if !c.changed(col, row) {
				continue
			}
			from := col
			for col < c.columns && c.changed(col, row) {
				col++
			}
			found = grow(found, image.Rect(from, row, col, row+1))
		}
		if len(found) > 8*maxChanges { // keeps the search in grow short on a large, busy canvas
			found = bound(found, maxChanges)
		}
	}
	found = bound(found, maxChanges)
	for i, r := range found {
		found[i] = image.Rect(r.Min.X*CellWidth, r.Min.Y*CellHeight, r.Max.X*CellWidth, r.Max.Y*CellHeight).
			Intersect(c.Bounds())
	}
	return found
}

// grow adds a run of one row to the rectangles: it extends the one right above it of the same columns, if
// there is one.
func grow(found []image.Rectangle, run image.Rectangle) []image.Rectangle {
	for i := range found {
		if r := &found[i]; r.Max.Y == run.Min.Y && r.Min.X == run.Min.X && r.Max.X == run.Max.X {
			r.Max.Y = run.Max.Y
			return found
		}
	}
	return append(found, run)
}

// bound merges rectangles until there are at most limit, and until no two overlap. Rectangles are in the
// order of their top row, so merging a pair of neighbours wastes little.
func bound(found []image.Rectangle, limit int) []image.Rectangle {
	for len(found) > limit {
		merged := found[:0]
		for i := 0; i < len(found); i += 2 {
			r := found[i]
			if i+1 < len(found) {
				r = r.Union(found[i+1])
			}
			merged = append(merged, r)
		}
		found = disjoint(merged)
	}
	return found
}

// disjoint unites rectangles that overlap.
func disjoint(rects []image.Rectangle) []image.Rectangle {
	for i := 0; i < len(rects); i++ {
		for j := i + 1; j < len(rects); j++ {
			if rects[i].Overlaps(rects[j]) {
				rects[i] = rects[i].Union(rects[j])
				rects = slices.Delete(rects, j, j+1)
				j = i // the larger rectangle may reach ones that it has passed
			}
		}
	}
	return rects
}

// changed reports whether the half cell differs from what was flushed last.
func (c *Canvas) changed(col, row int) bool {
	if !c.touched[row*c.columns+col] {
		return false
	}
	if c.fresh {
		return true
	}
	x, w := col*CellWidth, min(CellWidth, c.width-col*CellWidth)
	for y := row * CellHeight; y < min((row+1)*CellHeight, c.height); y++ {
		i := y*c.width + x
		if !slices.Equal(c.pix[i:i+w], c.shown[i:i+w]) {
			return true
		}
	}
	return false
}

// settle takes the canvas as shown.
func (c *Canvas) settle() {
	copy(c.shown, c.pix)
	clear(c.touched)
	c.fresh = false
}
