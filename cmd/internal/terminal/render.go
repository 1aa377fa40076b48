package terminal

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"smartpos/device/display"
	"smartpos/txn"
)

// The layout is a grid of 16-pixel rows; every text starts on a multiple of 8 and 16 pixels, so that what
// stands on the display can be read back from its pixels.
//
//	a sale, a text                           a QR
//	rows 0–1    title ×2          测试       row 0       title             测试 12:34
//	                              12:34      rows 1–11   QR at the left, amount and
//	rows 3–5    amount ×3                                countdown beside it
//	rows 6–11   what happened, what to do
//	row 12      standing line
//	rows 13–14  which key does what
const (
	row    = display.CellHeight
	margin = 8

	amountAt = 3 * row
	linesAt  = 6 * row
	lines    = 6 // of text below an amount

	statusAt = -3 // rows from the bottom
	keysAt   = -2
)

// The colours: dark on white, since a QR wants white around it and cheap panels show it best.
var (
	white  = color.RGBA{255, 255, 255, 255}
	ink    = color.RGBA{24, 28, 36, 255}
	faint  = color.RGBA{110, 118, 130, 255}
	bar    = color.RGBA{236, 239, 243, 255}
	navy   = color.RGBA{28, 56, 104, 255}
	green  = color.RGBA{16, 124, 65, 255}
	amber  = color.RGBA{166, 94, 0, 255}
	red    = color.RGBA{190, 30, 45, 255}
	yellow = color.RGBA{255, 221, 87, 255}
)

func toneColor(t txn.Tone) color.RGBA {
	switch t {
	case txn.ToneGood:
		return green
	case txn.ToneWait:
		return amber
	case txn.ToneBad:
		return red
	}
	return navy
}

// painter draws screens on a canvas and flushes what changed.
type painter struct {
	canvas  *display.Canvas
	backend display.Backend
}

// NewScreen returns a screen of width × height pixels, at least 320 × 240, shown by backend.
func NewScreen(width, height int, backend display.Backend) Screen {
	return &painter{canvas: display.NewCanvas(width, height), backend: backend}
}

// Close implements [Screen].
func (p *painter) Close() error { return p.backend.Close() }

// Show implements [Screen].
func (p *painter) Show(s txn.Screen) error {
	Draw(p.canvas, s)
	return p.canvas.Flush(p.backend)
}

// Draw puts s on the canvas.
func Draw(c *display.Canvas, s txn.Screen) {
	b := c.Bounds()
	c.Fill(b, white)
	switch s.Kind {
	case txn.ScreenQR:
		drawHead(c, s, 1)
		drawQR(c, s)
	case txn.ScreenSale:
		drawHead(c, s, 2)
		drawSale(c, s)
	default:
		drawHead(c, s, 2)
		drawLines(c, s.Lines, amountAt, b.Dy()/row-6)
	}
	drawStatus(c, s)
	drawKeys(c, s.Keys)
}

// drawHead draws the title, the mark of a sandbox and the time in a bar one or two rows high.
func drawHead(c *display.Canvas, s txn.Screen, rows int) {
	w := c.Bounds().Dx()
	paper := toneColor(s.Tone)
	c.Fill(image.Rect(0, 0, w, rows*row), paper)
	clock := w - margin - display.TextWidth(s.Clock, 1)
	mark := w - margin - display.TextWidth(s.Mark, 1)
	if rows == 1 {
		mark -= display.TextWidth(s.Clock, 1) + margin
	}
	c.Text(margin, 0, display.Fit(s.Title, (mark-2*margin)/rows), display.Style{Ink: white, Paper: paper, Scale: rows})
	c.Text(clock, (rows-1)*row, s.Clock, display.Style{Ink: white, Paper: paper})
	c.Text(mark, 0, s.Mark, display.Style{Ink: ink, Paper: yellow})
}

// drawSale draws a large amount and what is to be said about it.
func drawSale(c *display.Canvas, s txn.Screen) {
	w := c.Bounds().Dx()
	shade := ink
	if s.Tone == txn.ToneGood || s.Tone == txn.ToneBad {
		shade = toneColor(s.Tone)
	}
	c.TextAligned(margin, amountAt, w-2*margin, display.Right, s.Amount, display.Style{Ink: shade, Paper: white, Scale: amountScale(s.Amount, w)})
	drawLines(c, s.Lines, linesAt, lines)
}

// amountScale is the largest of 3, 2 and 1 that the width takes.
func amountScale(amount string, width int) int {
	for scale := 3; scale > 1; scale-- {
		if display.TextWidth(amount, scale) <= width-2*margin {
			return scale
		}
	}
	return 1
}

// drawLines wraps text into at most n rows from y on. What does not fit is marked, never dropped unseen.
func drawLines(c *display.Canvas, text []string, y, n int) {
	w := c.Bounds().Dx() - 2*margin
	var all []string
	for _, l := range text {
		all = append(all, display.Wrap(l, w)...)
	}
	if len(all) > n {
		all = all[:n]
		all[n-1] = display.Fit(all[n-1], w-row) + "…"
	}
	step := row
	if 2*len(all)-1 <= n { // few lines stand apart
		step = 2 * row
	}
	for i, l := range all {
		c.Text(margin, y+i*step, l, display.Style{Ink: ink, Paper: white})
	}
}

// drawQR draws the code, as large as it goes, and beside it what the customer and the cashier must know.
func drawQR(c *display.Canvas, s txn.Screen) {
	b := c.Bounds()
	side := min(b.Dy()-4*row, b.Dx()*11/20)
	if err := c.QR(image.Rect(0, row, side, row+side), s.QR); err != nil {
		drawLines(c, []string{"QR: " + err.Error()}, amountAt, lines)
		return
	}
	x := (side + margin + 7) / 8 * 8
	w := b.Dx() - x - margin
	scale := 2
	if display.TextWidth(s.Amount, scale) > w {
		scale = 1
	}
	c.Text(x, 2*row, s.Amount, display.Style{Ink: ink, Paper: white, Scale: scale})
	y := 5 * row
	for _, l := range display.Wrap(s.Wallet, w) {
		c.Text(x, y, l, display.Style{Ink: navy, Paper: white})
		y += row
	}
	shade := ink
	if s.Left <= 10 {
		shade = red
	}
	c.Text(x, 7*row, clock(s.Left), display.Style{Ink: shade, Paper: white, Scale: 2})
	for i, l := range s.Choice {
		c.Text(x, (9+i)*row, display.Fit(l, w), display.Style{Ink: faint, Paper: white})
	}
}

// clock writes seconds as "1:05"; a scheme's code may last for half an hour.
func clock(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

func drawStatus(c *display.Canvas, s txn.Screen) {
	if s.Status == "" {
		return
	}
	b := c.Bounds()
	y := (b.Dy()/row + statusAt) * row
	style := display.Style{Ink: faint, Paper: white}
	if s.Alarm {
		style = display.Style{Ink: white, Paper: red}
		c.Fill(image.Rect(0, y, b.Dx(), y+row), red)
	}
	c.Text(margin, y, display.Fit(s.Status, b.Dx()-2*margin), style)
}

// drawKeys draws up to four hints in two columns: the key as a cap, then what it does.
func drawKeys(c *display.Canvas, keys []string) {
	b := c.Bounds()
	top := (b.Dy()/row + keysAt) * row
	c.Fill(image.Rect(0, top, b.Dx(), b.Dy()), bar)
	column := b.Dx() / 2 / 8 * 8
	if len(keys) == 1 {
		column = b.Dx()
	}
	for i, k := range keys[:min(len(keys), 4)] {
		x, y := margin+i%2*column, top+i/2*row
		cap, does, _ := strings.Cut(k, " ")
		c.Text(x, y, cap, display.Style{Ink: white, Paper: navy})
		c.Text(x+display.TextWidth(cap, 1)+8, y, display.Fit(does, column-display.TextWidth(cap, 1)-2*margin), display.Style{Ink: ink, Paper: bar})
	}
}
