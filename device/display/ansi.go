package display

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// The size taken for a console that does not tell its own, as on a serial line.
const (
	consoleColumns = 80
	consoleRows    = 24
)

// consoleLimit bounds the writing of one flush where the writer knows deadlines: 2 kB at 9600 baud take 2 s.
const consoleLimit = 3 * time.Second

// Control sequences (ECMA-48 and the DEC private modes that every terminal emulator and the Linux console
// know; who does not know one ignores it).
const (
	ansiEnter = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[0m\x1b[2J" // other screen, no wrap at the edge, no cursor
	ansiLeave = "\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1049l"
	ansiClear = "\x1b[0m\x1b[2J"
)

// ansi is a Backend that shows the canvas as text.
type ansi struct {
	w       io.Writer
	own     *os.File // w opened once more with deadlines, if w is a terminal
	limit   time.Duration
	entered bool
	last    *sheet // what the console shows; nil: unknown
}

// NewANSI returns a Backend for a terminal window or a serial console with UTF-8, 80×24 or whatever size w
// tells if it is a terminal. The text of the canvas appears as text, half cell by half cell, magnified text
// in bold; the QR code in half blocks beside it. Where that is too narrow the text is wrapped into what the
// code leaves; where the code is too large altogether a line says how large the console would have to be.
// Pictures other than the code do not appear.
//
// Only what differs from the last flush is written; when the whole canvas changed, everything is, which
// mends a console that was plugged in anew (see Canvas.Invalidate). Close gives the terminal back as it was;
// it does not close w.
//
// A terminal that takes nothing, stopped by the user or by flow control, makes Flush fail after 3 s; so does
// any w with a SetWriteDeadline method.
func NewANSI(w io.Writer) Backend { return &ansi{w: w, limit: consoleLimit} }

// Flush implements Backend.
func (a *ansi) Flush(c *Canvas, changed []image.Rectangle) error {
	columns, rows := a.size()
	next := compose(c, columns, rows)

	var out bytes.Buffer
	if !a.entered {
		a.own = reopen(a.w)
	}
	if a.last == nil { // the first time, or again after an error
		out.WriteString(ansiEnter)
	}
	if last := a.last; last != nil && (last.columns != columns || last.rows != rows) {
		out.WriteString(ansiClear) // the window was resized
		a.last = nil
	}
	if len(changed) == 1 && changed[0] == c.Bounds() {
		a.last = nil
	}
	next.writeChanges(&out, a.last)
	a.entered = true
	if err := a.write(out.Bytes()); err != nil {
		a.last = nil // who knows what arrived
		return err
	}
	a.last = next
	return nil
}

// Close implements Backend.
func (a *ansi) Close() error {
	if !a.entered {
		return nil
	}
	err := a.write([]byte(ansiLeave))
	if a.own != nil {
		err = errors.Join(err, a.own.Close())
	}
	a.entered, a.last, a.own = false, nil, nil
	return err
}

// reopen opens the terminal behind w once more, for writing with deadlines: what a program inherits as its
// standard output blocks, and making it not block would change it for all programs that share it. It
// returns nil where w is no terminal or can't be opened.
func reopen(w io.Writer) *os.File {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil
	}
	var own *os.File
	_ = raw.Control(func(fd uintptr) {
		if _, err := unix.IoctlGetTermios(int(fd), unix.TCGETS); err != nil {
			return
		}
		path := "/proc/self/fd/" + strconv.Itoa(int(fd))
		if again, err := os.OpenFile(path, os.O_WRONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0); err == nil {
			own = again
		}
	})
	return own
}

func (a *ansi) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	w := a.w
	if a.own != nil {
		w = a.own
	}
	if d, ok := w.(interface{ SetWriteDeadline(time.Time) error }); ok {
		// A plain file has no deadlines and says so here; it does not block either.
		_ = d.SetWriteDeadline(time.Now().Add(a.limit))
	}
	if _, err := w.Write(p); err != nil {
		return fmt.Errorf("display: console: %w", err)
	}
	return nil
}

// size asks the terminal for its size.
func (a *ansi) size() (columns, rows int) {
	columns, rows = consoleColumns, consoleRows
	conn, ok := a.w.(syscall.Conn)
	if !ok {
		return columns, rows
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return columns, rows
	}
	_ = raw.Control(func(fd uintptr) {
		if ws, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ); err == nil && ws.Col > 0 && ws.Row > 0 {
			columns, rows = min(int(ws.Col), MaxSide/CellWidth), min(int(ws.Row), MaxSide/CellHeight)
		}
	})
	return columns, rows
}

// A glyphCell is one column of a console's line.
type glyphCell struct {
	r    rune // 0: the right half of the wide character before
	fg   ansiColor
	bg   ansiColor
	bold bool
}

// A sheet is what a console shows.
type sheet struct {
	columns, rows int
	cells         []glyphCell
}

func newSheet(columns, rows int) *sheet {
	s := &sheet{columns, rows, make([]glyphCell, columns*rows)}
	for i := range s.cells {
		s.cells[i].r = ' '
	}
	return s
}

// row returns the cells of a row.
func (s *sheet) row(y int) []glyphCell { return s.cells[y*s.columns : (y+1)*s.columns] }

// isWide reports whether a console gives the character two columns.
func (c glyphCell) isWide() bool { return c.r != 0 && consoleWidth(c.r) == 2 }

// at returns a cell, which is empty outside.
func (s *sheet) at(x, y int) glyphCell {
	if x >= 0 && y >= 0 && x < s.columns && y < s.rows {
		return s.cells[y*s.columns+x]
	}
	return glyphCell{}
}

// put writes a cell, ignoring what is outside. The ink of a blank makes no difference.
func (s *sheet) put(x, y int, c glyphCell) {
	if c.r == ' ' {
		c.fg, c.bold = 0, false
	}
	if x >= 0 && y >= 0 && x < s.columns && y < s.rows {
		s.cells[y*s.columns+x] = c
	}
}

// writeChanges writes what differs from last, or everything if last is nil.
func (s *sheet) writeChanges(out *bytes.Buffer, last *sheet) {
	var style glyphCell // as set by the last sequence written
	styled := false
	for y := range s.rows {
		row := s.row(y)
		at := -1 // the column where the cursor is, if it is in this row
		for x := 0; x < s.columns; {
			width := 1
			for x+width < s.columns && row[x+width].r == 0 {
				width++
			}
			same := last != nil
			for i := x; same && i < x+width; i++ {
				same = row[i] == last.cells[y*s.columns+i]
			}
			if same {
				x += width
				continue
			}
			if at != x {
				out.WriteString("\x1b[" + strconv.Itoa(y+1) + ";" + strconv.Itoa(x+1) + "H")
			}
			if want := row[x]; !styled || want.fg != style.fg || want.bg != style.bg || want.bold != style.bold {
				out.WriteString(sgr(want))
				style, styled = want, true
			}
			if last == nil && blankFrom(row, x) {
				out.WriteString("\x1b[K") // the rest of the row
				break
			}
			out.Write(utf8.AppendRune(nil, row[x].r))
			x += width
			at = x
		}
	}
}

// blankFrom reports whether the row shows nothing from x on, in the console's own colours.
func blankFrom(row []glyphCell, x int) bool {
	for _, c := range row[x:] {
		if c != (glyphCell{r: ' '}) {
			return false
		}
	}
	return true
}
