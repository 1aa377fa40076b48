package display

import (
	"image"

	"smartpos/device/display/qr"
)

// A cell is what one half cell of the grid says: the record beside the pixels from which a text console is
// drawn. A character is held by the half cell at its top left, its head; the others that it covers follow.
type cell struct {
	r          rune   // 0: nothing written here
	columns    uint8  // of a head: half cells that the character covers across, 1..8; 0 in the others
	scale      uint8  // of a head: 1..MaxScale
	ink, paper uint32 // 0x00RRGGBB
}

// A qrLayer is the QR code on the screen and where it is.
type qrLayer struct {
	content string // what matrix encodes, so that drawing the same again need not encode it again
	matrix  *qr.Matrix
	area    image.Rectangle // with quiet zone; empty: no code on the screen
}

// layerText records a character whose top left corner is at (x, y), snapped to the nearest half cell.
func (c *Canvas) layerText(x, y int, r rune, columns, scale int, st Style) {
	col, row := floorDiv(x+CellWidth/2, CellWidth), floorDiv(y+CellHeight/2, CellHeight)
	paper := pack(st.Paper)
	if r == 0 { // NUL, which draws a box like other control characters; 0 says that nothing is written
		r = '\uFFFD'
	}
	for dy := range scale {
		for dx := range columns {
			at := image.Pt(col+dx, row+dy)
			if !at.In(image.Rect(0, 0, c.columns, c.rows)) {
				continue
			}
			under := &c.layer[at.Y*c.columns+at.X]
			if st.Paper.A == 0 {
				paper = under.paper
			}
			*under = cell{ink: pack(st.Ink), paper: paper}
			if dx == 0 && dy == 0 {
				under.r, under.columns, under.scale = r, uint8(columns), uint8(scale)
			}
		}
	}
}

// layerFill records a painted rectangle, which is on the canvas and not empty: the half cells of which it
// covers at least a half say nothing any more and have its colour, and a thin line across empty ones is a
// rule. A code that it touches is gone.
func (c *Canvas) layerFill(r image.Rectangle, p uint32) {
	if r.Overlaps(c.code.area) {
		c.code.area = image.Rectangle{}
	}
	const rule = 4 // a line up to so many pixels thick is a rule
	for row := r.Min.Y / CellHeight; row <= (r.Max.Y-1)/CellHeight; row++ {
		for col := r.Min.X / CellWidth; col <= (r.Max.X-1)/CellWidth; col++ {
			half := image.Rect(col*CellWidth, row*CellHeight, (col+1)*CellWidth, (row+1)*CellHeight)
			part := half.Intersect(r)
			under := &c.layer[row*c.columns+col]
			switch {
			case 2*part.Dx()*part.Dy() >= CellWidth*CellHeight:
				*under = cell{ink: p, paper: p}
			case r.Dy() <= rule && part.Dx() == CellWidth && under.r == 0:
				*under = cell{r: '─', columns: 1, scale: 1, ink: p, paper: under.paper}
			}
		}
	}
}

// floorDiv divides rounding down, also below zero.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
