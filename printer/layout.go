package printer

import "slices"

// A style is what a line of cells looks like.
type style struct {
	align     Align
	size      Size
	bold      bool
	invert    bool
	underline bool
}

// A line is one printed line of text: what is in it fits the paper, and the printer aligns it.
type line struct {
	text []rune
	style
}

// lines lays a text element out in lines for paper of cols columns.
func (c charset) lines(e Element, cols int) []line {
	switch e := e.(type) {
	case Text:
		return c.text(e, cols)
	case Pair:
		return c.pair(e, cols)
	case Columns:
		return c.row(e, cols)
	case Rule:
		return c.rule(e, cols)
	}
	return nil
}

// text wraps a paragraph.
func (c charset) text(t Text, cols int) []line {
	st := style{t.Align, t.Size & Large, t.Bold, t.Invert, t.Underline}
	var out []line
	for _, l := range wrap(c.clean(t.S), cols/st.size.width()) {
		out = append(out, line{l, st})
	}
	return out
}

// rule repeats a character across the paper.
func (c charset) rule(r Rule, cols int) []line {
	ch := r.Rune
	if ch == 0 {
		ch = '-'
	}
	ch = c.printable(ch, 4)
	return []line{{text: slices.Repeat([]rune{ch}, cols/columns(ch))}}
}

// pair puts a label and its value on as few lines as hold them.
func (c charset) pair(p Pair, cols int) []line {
	st := style{size: p.Size & Large, bold: p.Bold}
	cols /= st.size.width()
	left, right := wrap(c.clean(p.Left), cols), c.clean(p.Right)

	var out []line
	last := left[len(left)-1]
	for _, l := range left[:len(left)-1] {
		out = append(out, line{l, st})
	}
	gap := cols - width(last) - width(right)
	switch {
	case len(right) == 0:
		return append(out, line{last, st})
	case gap >= 1 || len(last) == 0 && gap >= 0:
		return append(out, line{slices.Concat(last, spaces(gap), right), st})
	}
	out = append(out, line{last, st})
	st.align = Right
	for _, l := range wrap(right, cols) {
		out = append(out, line{l, st})
	}
	return out
}

// row sets the cells of a table's row side by side, or below each other where they cannot be.
func (c charset) row(t Columns, cols int) []line {
	st := style{bold: t.Bold}
	cells := make([][]rune, len(t.Cells))
	for i, cell := range t.Cells {
		cells[i] = c.clean(cell.S)
	}
	widths := cellWidths(t.Cells, cells, cols)
	if widths == nil {
		return stack(t.Cells, cells, st, cols)
	}
	wrapped, high := make([][][]rune, len(cells)), 0
	for i := range cells {
		if widths[i] > 0 {
			wrapped[i] = wrap(cells[i], widths[i])
		}
		high = max(high, len(wrapped[i]))
	}
	out := make([]line, high)
	for y := range out {
		var text []rune
		for i, cell := range t.Cells {
			var part []rune
			if y < len(wrapped[i]) {
				part = wrapped[i][y]
			}
			text = append(text, pad(part, widths[i], cell.Align)...)
		}
		out[y] = line{trimRight(text), st}
	}
	return out
}

// leastName is how narrow a cell that takes the rest may become before the row is stacked instead.
const leastName = 8

// cellWidths shares cols columns among cells: each has the width it asks for or, so that numbers stay whole,
// the width of its content and a space; those with width 0 share the rest. It returns nil when that leaves
// too little.
func cellWidths(cells []Cell, texts [][]rune, cols int) []int {
	widths, rest, open := make([]int, len(cells)), cols, 0
	for i, cell := range cells {
		if cell.Width <= 0 {
			open++
			continue
		}
		need := width(texts[i])
		if i > 0 && need > 0 {
			need++ // a space keeps it apart from its neighbour
		}
		widths[i] = max(min(cell.Width, cols), need)
		rest -= widths[i]
	}
	if rest < 0 || open > 0 && rest/open < leastName {
		return nil
	}
	for i, cell := range cells {
		if cell.Width <= 0 {
			widths[i] = rest / open
			rest -= widths[i]
			open--
		}
	}
	return widths
}

// stack gives every cell lines of its own.
func stack(cells []Cell, texts [][]rune, st style, cols int) []line {
	var out []line
	for i, cell := range cells {
		if len(texts[i]) == 0 {
			continue
		}
		st.align = cell.Align
		for _, l := range wrap(texts[i], cols) {
			out = append(out, line{l, st})
		}
	}
	return out
}

// pad fills s to w columns. s has at most w.
func pad(s []rune, w int, a Align) []rune {
	gap := w - width(s)
	switch a {
	case Right:
		return slices.Concat(spaces(gap), s)
	case Center:
		return slices.Concat(spaces(gap/2), s, spaces(gap-gap/2))
	}
	return slices.Concat(s, spaces(gap))
}

func spaces(n int) []rune { return slices.Repeat([]rune{' '}, max(n, 0)) }
