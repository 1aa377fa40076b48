package displaytest

import (
	"image"
	"image/color"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// A Terminal is an [io.Writer] that understands what display.NewANSI writes, as a terminal window of the
// same size would: cursor positions, colours, erasing, modes, wide characters. It is strict: a sequence that
// it does not know is kept for Unknown, so that a test notices.
//
// It may be written and read from several goroutines.
type Terminal struct {
	mu            sync.Mutex
	columns, rows int
	cells         []termCell
	x, y          int
	pen           termCell // colours of what is written next
	pending       []byte   // an unfinished sequence or character
	modes         map[string]bool
	unknown       []string
}

// A termCell is one column of a line; its colours are indexes of the ANSI palette plus one, 0 the default.
type termCell struct {
	r      rune // 0: right half of a wide character
	fg, bg int
	bold   bool
}

// NewTerminal returns an empty terminal.
func NewTerminal(columns, rows int) *Terminal {
	t := &Terminal{columns: columns, rows: rows, modes: map[string]bool{"?7": true, "?25": true}}
	t.cells = make([]termCell, columns*rows)
	t.erase(0, len(t.cells))
	return t
}

// Write implements [io.Writer].
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending = append(t.pending, p...)
	for len(t.pending) > 0 {
		n := t.step(t.pending)
		if n == 0 {
			break
		}
		t.pending = t.pending[n:]
	}
	return len(p), nil
}

// step takes one character or sequence and returns its length, 0 if it is not complete yet.
func (t *Terminal) step(p []byte) int {
	switch {
	case p[0] == 0x1B:
		if len(p) < 2 {
			return 0
		}
		if p[1] != '[' {
			t.unknown = append(t.unknown, string(p[:2]))
			return 2
		}
		for i := 2; i < len(p); i++ {
			if p[i] >= 0x40 && p[i] <= 0x7E {
				t.control(string(p[2:i]), p[i])
				return i + 1
			}
		}
		return 0
	case p[0] < 0x20 || p[0] == 0x7F:
		t.unknown = append(t.unknown, string(p[:1]))
		return 1
	case !utf8.FullRune(p):
		return 0
	}
	r, n := utf8.DecodeRune(p)
	t.print(r)
	return n
}

// print writes a character at the cursor; what would go over the edge is lost, as without wrapping.
func (t *Terminal) print(r rune) {
	columns := 1
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		columns = 2
	}
	for i := range columns {
		if t.x < t.columns {
			cell := t.pen
			if i == 0 {
				cell.r = r
			}
			t.cells[t.y*t.columns+t.x] = cell
			t.x++
		}
	}
}

// control carries out a control sequence (ECMA-48).
func (t *Terminal) control(args string, final byte) {
	switch {
	case final == 'H':
		row, col, _ := strings.Cut(args, ";")
		t.y = min(max(number(row), 1), t.rows) - 1
		t.x = min(max(number(col), 1), t.columns) - 1
	case final == 'm':
		for arg := range strings.SplitSeq(args, ";") {
			t.attribute(args, number(arg))
		}
	case final == 'K' && args == "":
		t.erase(t.y*t.columns+t.x, (t.y+1)*t.columns)
	case final == 'J' && args == "2":
		t.erase(0, len(t.cells))
	case (final == 'h' || final == 'l') && (args == "?7" || args == "?25" || args == "?1049"):
		t.modes[args] = final == 'h'
	default:
		t.unknown = append(t.unknown, "\x1b["+args+string(final))
	}
}

func (t *Terminal) attribute(args string, n int) {
	switch {
	case n == 0:
		t.pen = termCell{}
	case n == 1:
		t.pen.bold = true
	case n >= 30 && n <= 37:
		t.pen.fg = n - 30 + 1
	case n >= 90 && n <= 97:
		t.pen.fg = n - 90 + 9
	case n >= 40 && n <= 47:
		t.pen.bg = n - 40 + 1
	default:
		t.unknown = append(t.unknown, "\x1b["+args+"m")
	}
}

func (t *Terminal) erase(from, to int) {
	for i := from; i < to; i++ {
		t.cells[i] = termCell{r: ' ', bg: t.pen.bg}
	}
}

// number reads a decimal argument; an empty one is 0.
func number(s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<16 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// Text returns what the terminal shows, one line a row, trailing blanks trimmed. Half blocks are Picture.
func (t *Terminal) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := make([]string, t.rows)
	for y := range lines {
		var line strings.Builder
		for _, c := range t.cells[y*t.columns : (y+1)*t.columns] {
			switch c.r {
			case 0:
			case '▀':
				line.WriteRune(Picture)
			default:
				line.WriteRune(c.r)
			}
		}
		lines[y] = strings.TrimRight(line.String(), " ")
	}
	return strings.Join(lines, "\n")
}

// Image returns the terminal's half blocks and papers as a picture, 4×4 pixels for each half of a cell, so
// that a QR code on it can be read. Letters don't appear.
func (t *Terminal) Image() image.Image {
	t.mu.Lock()
	defer t.mu.Unlock()
	const size = 4
	img := image.NewGray(image.Rect(0, 0, t.columns*size, 2*t.rows*size))
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			c := t.cells[y/size/2*t.columns+x/size]
			shown := c.bg
			if c.r == '▀' && y/size%2 == 0 {
				shown = c.fg
			}
			if shown == 8 || shown == 16 { // white
				img.SetGray(x, y, color.Gray{Y: 0xFF})
			}
		}
	}
	return img
}

// Mode reports whether a DEC private mode is on: "?7" wrapping, "?25" cursor, "?1049" the other screen.
func (t *Terminal) Mode(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.modes[name]
}

// Unknown returns the sequences and control characters that the terminal did not know.
func (t *Terminal) Unknown() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.unknown
}
