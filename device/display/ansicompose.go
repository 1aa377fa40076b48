package display

import (
	"fmt"

	"golang.org/x/text/width"

	"smartpos/device/display/font"
	"smartpos/device/display/qr"
)

// compose sets what the canvas says on a sheet of the console's size:
//
//	no code          beside                 wrapped               too large
//	┌──────────┐     ┌──────────┬──────┐    ┌─────┬──────────┐    ┌──────────┐
//	│ text     │     │ text     │ code │    │ text│ code     │    │ text     │
//	│ 40 × 15  │     │ 40 × 15  │      │    │ wrap│          │    │ needs …  │
//	└──────────┘     └──────────┴──────┘    └─────┴──────────┘    └──────────┘
func compose(c *Canvas, columns, rows int) *sheet {
	text, out := newSheet(c.columns, c.rows), newSheet(columns, rows)
	c.writeLayer(text)
	if matrix := c.code.matrix; c.code.area.Empty() {
		out.copyText(text)
	} else if quiet := quietFor(matrix, columns-c.columns, rows, 2); quiet > 0 {
		out.copyText(text)
		out.writeCode(c.columns, matrix, quiet)
	} else if quiet := quietFor(matrix, columns-leastText, rows, 1); quiet > 0 {
		side := matrix.Size + 2*quiet
		out.wrapText(text, columns-side-1)
		out.writeCode(columns-side, matrix, quiet)
	} else {
		out.copyText(text)
		side := matrix.Size + 2
		note := fmt.Sprintf("[二维码需要 %d×%[2]d 的终端 QR needs %[1]d×%[2]d]", side+leastText, (side+1)/2)
		out.writeLine(0, min(c.rows, rows-1), note)
	}
	out.mend()
	return out
}

// leastText is how many columns wrapped text gets at least.
const leastText = 16

// quietFor returns the largest quiet zone with which the code fits, one row holding two modules; 0 if it
// does not fit with the least one.
func quietFor(m *qr.Matrix, columns, rows, least int) int {
	for quiet := qr.QuietZone; quiet >= least; quiet-- {
		if side := m.Size + 2*quiet; side <= columns && (side+1)/2 <= rows {
			return quiet
		}
	}
	return 0
}

// copyText copies the text to the top left.
func (s *sheet) copyText(text *sheet) {
	for y := range min(text.rows, s.rows) {
		copy(s.row(y), text.row(y))
	}
}

// mend blanks halves of wide characters: one cut by the edge, or half written over.
func (s *sheet) mend() {
	for y := range s.rows {
		row := s.row(y)
		for x := range row {
			whole := x+1 < len(row) && row[x+1].r == 0
			if row[x].isWide() && !whole || row[x].r == 0 && (x == 0 || !row[x-1].isWide()) {
				row[x].r = ' '
			}
		}
	}
}

// writeCode draws the code with its left edge in column x, two modules a row: the upper half block has the
// upper module's colour, its paper the lower one's.
func (s *sheet) writeCode(x int, m *qr.Matrix, quiet int) {
	color := func(mx, my int) ansiColor {
		if m.At(mx-quiet, my-quiet) {
			return ansiBlack
		}
		return ansiWhite
	}
	side := m.Size + 2*quiet
	for y := 0; y < side; y += 2 {
		for mx := range side {
			upper, lower := color(mx, y), color(mx, y+1)
			c := glyphCell{r: '▀', fg: upper, bg: lower}
			if y+1 == side { // an odd number of modules: the rest of the row is the console's
				c.bg = 0
			} else if upper == lower {
				c = glyphCell{r: ' ', bg: upper}
			}
			s.put(x+mx, y/2, c)
		}
	}
}

// writeLine writes a text in the console's own colours.
func (s *sheet) writeLine(x, y int, text string) {
	for _, r := range text {
		s.put(x, y, glyphCell{r: r})
		if x++; consoleWidth(r) == 2 {
			s.put(x, y, glyphCell{})
			x++
		}
	}
}

// wrapText sets the rows of text that say something one after the other, wrapped to the width.
func (s *sheet) wrapText(text *sheet, columns int) {
	y := 0
	for row := range text.rows {
		line := squeeze(text.row(row))
		for len(line) > 0 && y < s.rows {
			n := min(len(line), columns)
			if n < len(line) && line[n].r == 0 { // not through the middle of a wide character
				n--
			}
			copy(s.row(y), line[:n])
			if line[0].r == '─' {
				n = len(line) // a rule is cut, not wrapped
			}
			line = line[n:]
			y++
		}
	}
}

// squeeze returns the row without blanks at its ends, and with no more than two of them anywhere.
func squeeze(row []glyphCell) []glyphCell {
	var line []glyphCell
	blanks := 2
	for _, c := range row {
		if c.r != ' ' {
			blanks = 0
		} else if blanks++; blanks > 2 {
			continue
		}
		line = append(line, c)
	}
	for len(line) > 0 && line[len(line)-1].r == ' ' {
		line = line[:len(line)-1]
	}
	return line
}

// writeLayer sets the canvas's own text, half cell by half cell.
func (c *Canvas) writeLayer(text *sheet) {
	for y := range c.rows {
		for x := range c.columns {
			under := c.layer[y*c.columns+x]
			text.put(x, y, glyphCell{r: ' ', bg: nearest(under.paper, 8)})
		}
	}
	for y := range c.rows {
		for x := 0; x < c.columns; x++ {
			switch under := c.layer[y*c.columns+x]; {
			case under.r == 0:
			case under.scale == 1:
				c.writeCharacter(text, x, y, under, int(under.columns), false)
			default:
				x = c.writeLarge(text, x, y) - 1
			}
		}
	}
}

// writeLarge sets the run of magnified characters that begins at (x, y) in bold, centred in the space that
// it takes on the canvas, and returns the column after it.
func (c *Canvas) writeLarge(text *sheet, x, y int) (end int) {
	first := c.layer[y*c.columns+x]
	var run []cell
	used := 0
	for end = x; end < c.columns; {
		next := c.layer[y*c.columns+end]
		if next.r == 0 || next.scale != first.scale {
			break
		}
		run = append(run, next)
		used += int(next.columns / next.scale)
		end += int(next.columns)
	}
	at := x + (min(end, c.columns)-x-used)/2
	for _, ch := range run {
		columns := int(ch.columns / ch.scale)
		c.writeCharacter(text, at, y+(int(ch.scale)-1)/2, ch, columns, true)
		at += columns
	}
	return end
}

// writeCharacter sets one character that has the given number of columns. A console may see its width
// differently from the font: what is narrower there is followed by a blank, what is wider is a box.
func (c *Canvas) writeCharacter(text *sheet, x, y int, ch cell, columns int, bold bool) {
	fg, bg := inkOn(ch.ink, ch.paper)
	set := glyphCell{r: ch.r, fg: fg, bg: bg, bold: bold}
	if _, ok := font.Lookup(ch.r); !ok || consoleWidth(ch.r) > columns {
		set.r = '□' // which keeps control characters off the console, too
	} else if ch.r == '\u00A0' || ch.r == '\u00AD' { // a console shows these two each in its own way
		set.r = ' '
	}
	text.put(x, y, set)
	if columns == 2 {
		if set.r = ' '; text.at(x, y).isWide() {
			set.r = 0
		}
		text.put(x+1, y, set)
	}
}

// consoleWidth is how many columns a console gives to r: 2 for what Unicode calls wide, 1 for the rest,
// characters of ambiguous width included.
func consoleWidth(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
