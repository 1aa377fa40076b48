package qemu

import "math/bits"

// net4 is the wires of a matrix of up to 4×4 switches. Row r and column c are joined while their switch is
// closed, and through other closed switches:
//
//	          column 0   column 1
//	row 0 ──────●──────────●────────  driven          Row 1 is an input and only a wire here: it carries
//	            │          │                          column 0's level on to column 1, although its own
//	row 1 ──────●──────────○────────  not driven      switch there is open: a ghost.
type net4 struct {
	driven uint8    // rows that the guest drives to their active level
	closed [4]uint8 // by row: the columns whose switch is closed
}

func (n *net4) drive(row int, active bool) { n.driven = setBit(n.driven, row, active) }

func (n *net4) isDriven(row int) bool { return n.driven>>row&1 != 0 }

func (n *net4) join(row, column int, closed bool) {
	n.closed[row] = setBit(n.closed[row], column, closed)
}

// columns returns the columns that the driven rows reach.
func (n *net4) columns() uint8 { return n.reach(n.driven) }

// reach returns the columns that rows reach when they are driven, and no other.
func (n *net4) reach(rows uint8) (columns uint8) {
	for grew := true; grew; {
		grew = false
		for r, closed := range n.closed {
			if rows>>r&1 == 0 && closed&columns == 0 {
				continue
			}
			if rows>>r&1 == 0 || closed&^columns != 0 {
				rows, columns, grew = rows|1<<r, columns|closed, true
			}
		}
	}
	return columns
}

// wires returns the column that each row is to have a wire to, or -1, given those that they have: a row that reaches
// one column has it to that.
func (n *net4) wires(have [4]int) [4]int {
	for row, column := range have {
		reached := n.reach(1 << row)
		switch {
		case reached == 0:
			have[row] = -1
		case column < 0 || reached>>column&1 == 0:
			have[row] = bits.TrailingZeros8(reached)
		}
	}
	return have
}

func setBit(mask uint8, bit int, on bool) uint8 {
	if on {
		return mask | 1<<bit
	}
	return mask &^ (1 << bit)
}
