package keypad

import (
	"math/bits"
	"testing"
)

// electrical returns what a matrix without diodes reads for pressed switches: a crossing reads as pressed if
// its row and column are connected by any path.
func electrical(pressed grid) (read grid) {
	for r := range matrixRows {
		rows, columns := uint8(1<<r), uint8(0)
		for range matrixRows {
			for x := range matrixRows {
				if rows>>x&1 != 0 || pressed.row(x)&columns != 0 {
					columns |= pressed.row(x)
					if pressed.row(x) != 0 {
						rows |= 1 << x
					}
				}
			}
		}
		read |= gridRow(r, columns)
	}
	return read
}

// TestGhostsOfEverySet tries all 65,536 sets of pressed keys: no ghost is ever believed, and no key is rejected
// without need.
func TestGhostsOfEverySet(t *testing.T) {
	var invented, rejected int
	for set := range 1 << (matrixRows * matrixColumns) {
		pressed := grid(set)
		read := electrical(pressed)
		believed := read &^ ghosts(read)
		if ghost := believed &^ pressed; ghost != 0 {
			t.Fatalf("pressed %016b, read %016b: believed %016b", pressed, read, ghost)
		}
		if read != pressed {
			invented++
		}
		if believed == read {
			continue
		}
		rejected++
		if bits.OnesCount(uint(set)) < 3 {
			t.Fatalf("pressed %016b: two keys rejected", pressed)
		}
	}
	// So that this proves something: there are sets with ghosts, and rejections.
	if invented == 0 || rejected < invented {
		t.Fatalf("%d sets make ghosts, %d are rejected", invented, rejected)
	}
	t.Logf("of %d sets %d make ghosts; %d hold a rectangle of three or more and are rejected in part", 1<<16, invented, rejected)
}
