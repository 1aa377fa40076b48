package keypad_test

import (
	"testing"
	"testing/synctest"
	"time"

	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

// The three corners of a rectangle that TestMatrixGhosts presses, and the key they make appear.
var (
	corners = []keypad.Key{keypad.Digit1, keypad.Digit2, keypad.Digit4}
	ghost   = keypad.Digit5
)

// TestMatrixGhosts presses three corners of a rectangle one after the other, and lifts each of them first.
func TestMatrixGhosts(t *testing.T) {
	for _, lifted := range corners {
		t.Run("lift "+lifted.String(), func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, b *bench) {
				for _, k := range corners {
					b.press(k)
					b.settle()
				}
				keypadtest.Expect(t, b, keypadtest.Short(corners[0], corners[1])...)
				keypadtest.ExpectNothing(t, b, time.Second) // neither the third corner nor its ghost
				b.release(lifted)
				if lifted != corners[2] {
					keypadtest.Expect(t, b, keypadtest.Short(corners[2])...) // can be told now, and is still down
				}
				for _, k := range corners {
					b.release(k)
				}
				keypadtest.ExpectNothing(t, b, time.Second)
				b.tap(t, ghost)
				keypadtest.Expect(t, b, keypadtest.Short(ghost)...)
			})
		})
	}
}

// TestMatrixGhostsAreReal proves that the board makes ghosts, and that nothing but the rejection keeps them out.
func TestMatrixGhostsAreReal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := keypadtest.NewMatrix(4, 4, 1)
		m, err := keypad.NewMatrixWithGhosts(keypad.MatrixConfig{Rows: board.Rows(), Columns: board.Columns()})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		time.Sleep(100 * time.Millisecond)
		for _, k := range corners {
			board.Press(keypadtest.Place(k))
		}
		keypadtest.Expect(t, m, keypadtest.Short(keypad.Digit1, keypad.Digit2, keypad.Digit4, ghost)...)
	})
}

// TestMatrixAllAtOnce presses the whole keypad with a flat hand: no key can be told.
func TestMatrixAllAtOnce(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		for _, k := range keypad.Keys() {
			b.press(k)
		}
		keypadtest.ExpectNothing(t, b, 5*time.Second)
		for _, k := range keypad.Keys() {
			b.release(k)
		}
		keypadtest.ExpectNothing(t, b, 5*time.Second)
		b.tap(t, keypad.OK)
		keypadtest.Expect(t, b, keypadtest.Short(keypad.OK)...)
	})
}

// TestMatrixTwoAtOnce: every pair of keys, pressed between the same two scans, is two keys.
func TestMatrixTwoAtOnce(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		for _, k1 := range keypad.Keys() {
			for _, k2 := range keypad.Keys() {
				if k1 >= k2 {
					continue
				}
				b.press(k1)
				b.press(k2)
				b.settle()
				b.release(k1)
				b.release(k2)
				b.settle()
				got := map[keypad.Key]bool{}
				for range 2 {
					e, err := b.Next(t.Context())
					if err != nil || e.Long {
						t.Fatalf("%v and %v: got %v, %v", k1, k2, e, err)
					}
					got[e.Key] = true
				}
				if !got[k1] || !got[k2] {
					t.Fatalf("%v and %v: got %v", k1, k2, got)
				}
			}
		}
		keypadtest.ExpectNothing(t, b, 5*time.Second)
	})
}

// TestMatrixHoldDuringGhost: SCAN is down, becomes a corner among ghosts and is released there, where it goes on
// reading as pressed. No long press may come of it.
func TestMatrixHoldDuringGhost(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		b.press(keypad.Scan) // row 3, column 2
		b.settle()
		for _, k := range []keypad.Key{keypad.OK, keypad.Menu, keypad.Digit9} { // the rest of its rectangle
			b.press(k)
		}
		b.settle()
		b.release(keypad.Scan)
		keypadtest.ExpectNothing(t, b, 10*time.Second)
		for _, k := range []keypad.Key{keypad.OK, keypad.Menu, keypad.Digit9} {
			b.release(k)
		}
		keypadtest.Expect(t, b, keypadtest.Short(keypad.Scan)...)
		keypadtest.ExpectNothing(t, b, 5*time.Second)
	})
}
