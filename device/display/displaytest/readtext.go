package displaytest

import (
	"image"
	"slices"
	"strings"

	"smartpos/device/display"
)

// An item is a character, or one row of a picture, found on the screen.
type item struct {
	col, row int
	columns  int // half cells across
	scale    int
	text     string
}

// ReadText reads a screen drawn by package display back from its pixels: one line for each row of 16 pixels,
// trailing blanks trimmed. Text counts where it stands on multiples of 8 and 16 pixels, at scale 1 to 4, in
// any two colours.
//
//   - A half cell that shows no glyph is "�"; so is the box of a character outside the font.
//   - A large area that is no text, such as a QR code, is "▦", one for two half cells.
//   - Lines and rectangles (rules, bars, frames) are blank.
//   - Magnified text stands on the line of its top row, its characters together; a gap to other text is as
//     wide as on the screen.
func ReadText(img image.Image) string {
	s := newScreen(img)
	r := &reader{screen: s, taken: make([]bool, s.columns*s.rows), strange: make([]bool, s.columns*s.rows)}
	for scale := display.MaxScale; scale > 1; scale-- {
		r.readLarge(scale)
	}
	for row := range s.rows {
		r.readRow(row)
	}
	r.findPictures()
	return r.lines()
}

// A reader gathers the items of a screen.
type reader struct {
	*screen
	taken   []bool // half cells of magnified characters
	strange []bool // half cells that show no glyph
	items   []item
}

// readLarge finds magnified text. A glyph can be misread one row too high or half a glyph too far left when
// half of it is blank (the apostrophe as a comma), so among overlapping candidates the run of characters
// that covers most cells wins.
func (r *reader) readLarge(scale int) {
	var candidates []item
	for row := range r.rows {
		for col := range r.columns {
			for _, wide := range []bool{true, false} {
				if c := r.glyphAt(col, row, scale, wide); c != 0 && !isLine(c) {
					columns := scale
					if wide {
						columns *= 2
					}
					candidates = append(candidates, item{col, row, columns, scale, string(c)})
				}
			}
		}
	}
	for {
		candidates = slices.DeleteFunc(candidates, r.overlapsTaken)
		run := r.bestRun(candidates)
		if run == nil {
			return
		}
		for _, it := range run {
			r.items = append(r.items, it)
			r.each(it, func(i int) { r.taken[i] = true })
		}
	}
}

// isLine reports whether c is for drawing boxes: nobody magnifies those, and the finder patterns of a QR
// code look like them.
func isLine(c rune) bool { return c >= 0x2500 && c <= 0x257F }

// each calls f with the index of each half cell of it.
func (r *reader) each(it item, f func(i int)) {
	for row := it.row; row < it.row+it.scale; row++ {
		for col := it.col; col < it.col+it.columns; col++ {
			f(row*r.columns + col)
		}
	}
}

func (r *reader) overlapsTaken(it item) (overlaps bool) {
	r.each(it, func(i int) { overlaps = overlaps || r.taken[i] })
	return overlaps
}

// bestRun returns the run of candidates side by side in one row that covers most half cells that are not
// blank; nil if there is no candidate. Candidates are in order of row, then column.
func (r *reader) bestRun(candidates []item) []item {
	score := make([]int, len(candidates)) // of the best run that ends here
	before := make([]int, len(candidates))
	best := -1
	for i, it := range candidates {
		before[i] = -1
		r.each(it, func(cell int) {
			if !r.blank[cell] {
				score[i]++
			}
		})
		most := 0
		for j := i - 1; j >= 0 && candidates[j].row == it.row; j-- {
			gap := it.col - candidates[j].col - candidates[j].columns
			if gap >= 0 && gap <= 2*it.scale && gap%it.scale == 0 && score[j] > most { // at most a wide blank
				most, before[i] = score[j], j
			}
		}
		score[i] += most
		if best < 0 || score[i] > score[best] {
			best = i
		}
	}
	var run []item
	for i := best; i >= 0; i = before[i] {
		run = append(run, candidates[i])
	}
	slices.Reverse(run)
	return run
}

// The cost of reading a half cell, or two, as what: fewer characters are likelier than more, and anything is
// likelier than a glyph that the font lacks.
const (
	costGlyph   = 1
	costShape   = 3
	costUnknown = 100
)

// readRow reads one row at scale 1, as the cheapest sequence of blanks, narrow and wide glyphs, shapes and
// unknown cells.
func (r *reader) readRow(row int) {
	type step struct {
		cost    int
		columns int
		c       rune // 0: blank, shape or taken
	}
	best := make([]step, r.columns+1) // best[col] reads what is right of col
	for col := r.columns - 1; col >= 0; col-- {
		rest := best[col+1].cost
		switch narrow := r.glyphAt(col, row, 1, false); {
		case r.taken[row*r.columns+col] || r.blank[row*r.columns+col]:
			best[col] = step{rest, 1, 0}
		case narrow != 0:
			best[col] = step{rest + costGlyph, 1, narrow}
		case r.shape(col, row):
			best[col] = step{rest + costShape, 1, 0}
		default:
			best[col] = step{rest + costUnknown, 1, Unknown}
		}
		if col+1 == r.columns || r.taken[row*r.columns+col] || r.taken[row*r.columns+col+1] {
			continue
		}
		if wide := r.glyphAt(col, row, 1, true); wide != 0 && best[col+2].cost+costGlyph < best[col].cost {
			best[col] = step{best[col+2].cost + costGlyph, 2, wide}
		}
	}
	for col := 0; col < r.columns; col += best[col].columns {
		if c := best[col].c; c != 0 {
			r.items = append(r.items, item{col, row, best[col].columns, 1, string(c)})
			r.strange[row*r.columns+col] = best[col].cost >= costUnknown+best[col+1].cost
		}
	}
}

// A group of strange half cells at least this large is a picture; the smallest QR code, 29 modules of
// 2 pixels with its quiet zone, has 6×3 with ink on them.
const (
	pictureColumns = 5
	pictureRows    = 3
)

// findPictures replaces each large group of strange half cells, with all that seems to be text inside of
// it, by a picture.
func (r *reader) findPictures() {
	seen := make([]bool, len(r.strange))
	for i, strange := range r.strange {
		if !strange || seen[i] {
			continue
		}
		box := r.group(i, seen)
		if box.Dx() < pictureColumns || box.Dy() < pictureRows {
			continue
		}
		r.items = slices.DeleteFunc(r.items, func(it item) bool {
			return image.Rect(it.col, it.row, it.col+it.columns, it.row+it.scale).Overlaps(box)
		})
		for row := box.Min.Y; row < box.Max.Y; row++ {
			r.items = append(r.items, item{box.Min.X, row, box.Dx(), 1, strings.Repeat(string(Picture), (box.Dx()+1)/2)})
		}
	}
}

// group returns the box around the strange half cells that hang together with the one at index i; a gap of
// one half cell, such as a large dark square of a QR code leaves, does not part them.
func (r *reader) group(i int, seen []bool) image.Rectangle {
	box := image.Rectangle{}
	todo := []int{i}
	seen[i] = true
	for len(todo) > 0 {
		at := image.Pt(todo[0]%r.columns, todo[0]/r.columns)
		todo = todo[1:]
		box = box.Union(image.Rectangle{Min: at, Max: at.Add(image.Pt(1, 1))})
		for dy := -1; dy <= 1; dy++ {
			for dx := -2; dx <= 2; dx++ {
				next := at.Add(image.Pt(dx, dy))
				if !next.In(image.Rect(0, 0, r.columns, r.rows)) {
					continue
				}
				if j := next.Y*r.columns + next.X; r.strange[j] && !seen[j] {
					seen[j] = true
					todo = append(todo, j)
				}
			}
		}
	}
	return box
}

// lines sets the items.
func (r *reader) lines() string {
	slices.SortFunc(r.items, func(a, b item) int { return (a.row-b.row)*(r.columns+1) + a.col - b.col })
	lines := make([]strings.Builder, r.rows)
	end := make([]item, r.rows) // the last item on each line
	for _, it := range r.items {
		last := end[it.row]
		gap := it.col - last.col - last.columns
		if last.scale == it.scale && gap%it.scale == 0 {
			gap /= it.scale // blanks of the magnified text
		}
		lines[it.row].WriteString(strings.Repeat(" ", max(gap, 0)))
		lines[it.row].WriteString(it.text)
		end[it.row] = it
	}
	out := make([]string, r.rows)
	for i := range lines {
		out[i] = lines[i].String()
	}
	return strings.Join(out, "\n")
}
