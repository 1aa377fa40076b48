package keypad

import "math/bits"

// Size of the matrix.
const (
	matrixRows    = 4
	matrixColumns = 4
	allColumns    = 1<<matrixColumns - 1
)

// grid is a set of crossings of the matrix: bit matrixColumns×row + column.
type grid uint16

// gridRow returns the crossings of one row with a set of columns (bit 0 is column 0).
func gridRow(row int, columns uint8) grid { return grid(columns) << (matrixColumns * row) }

// gridColumns returns the crossings of every row with a set of columns.
func gridColumns(columns uint8) grid {
	var g grid
	for row := range matrixRows {
		g |= gridRow(row, columns)
	}
	return g
}

func (g grid) row(row int) uint8 { return uint8(g>>(matrixColumns*row)) & allColumns }

func (g grid) has(cell int) bool { return g>>cell&1 != 0 }

// ghosts returns the crossings that can't be trusted when the crossings in g read as pressed.
//
// Without diodes three pressed corners of a rectangle connect its fourth:
//
//	        c0      c1
//	r0 ─────x───────x─────     r1 is driven; through (r1,c0) the level reaches c0, through (r0,c0) the
//	        │       │          row r0, and through (r0,c1) the column c1: (r1,c1) reads as pressed.
//	r1 ─────x───────?─────
//
// Which three of the four are real can't be told, so no corner of such a rectangle is trusted. Two rows span
// one if they share a column and one of them has a second; a fourth corner that does not read as pressed
// (yet) belongs to it. Any number of keys in one row, or in one column, connects nothing else and is no ghost.
func ghosts(g grid) grid {
	var out grid
	for r1 := range matrixRows {
		for r2 := r1 + 1; r2 < matrixRows; r2++ {
			a, b := g.row(r1), g.row(r2)
			if a&b != 0 && bits.OnesCount8(a|b) >= 2 {
				out |= gridRow(r1, a|b) | gridRow(r2, a|b)
			}
		}
	}
	return out
}
