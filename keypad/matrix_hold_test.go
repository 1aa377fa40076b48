package keypad_test

import (
	"testing"
	"time"

	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

func TestMatrixLongPressComesWhenReached(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		began := time.Now()
		b.press(keypad.Scan)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Scan, Long: true})
		if took := time.Since(began); took < keypad.DefaultLongPress || took > keypad.DefaultLongPress+50*time.Millisecond {
			t.Errorf("long press after %v, want %v", took, keypad.DefaultLongPress)
		}
		b.release(keypad.Scan)
		keypadtest.ExpectNothing(t, b, 5*time.Second)
	})
}

func TestMatrixLongKeysAreConfigurable(t *testing.T) {
	menu := func(cfg *keypad.MatrixConfig, _ *keypadtest.Matrix) {
		cfg.HoldConfig = keypad.HoldConfig{LongKeys: []keypad.Key{keypad.Menu}, LongPress: 2 * time.Second}
	}
	inBubble(t, menu, func(t *testing.T, b *bench) {
		b.press(keypad.Scan)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Scan})
		b.release(keypad.Scan)
		b.press(keypad.Menu)
		time.Sleep(1900 * time.Millisecond)
		b.release(keypad.Menu)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Menu})
		b.press(keypad.Menu)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Menu, Long: true})
	})
}

func TestMatrixStuckKey(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		b.press(keypad.Digit3)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Digit3})
		err := keypadtest.ExpectError[*keypad.StuckError](t, b)
		if err.Key != keypad.Digit3 || err.Held < 30*time.Second || err.Held > 31*time.Second {
			t.Errorf("got %v", err)
		}
		keypadtest.ExpectNothing(t, b, 5*time.Second) // once
		b.tap(t, keypad.OK)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.OK})
		b.release(keypad.Digit3)
		b.settle()
		b.tap(t, keypad.Digit3)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Digit3})
	})
}

// TestMatrixJammedAtStart: a key that is down before the first scan types nothing, but is named as stuck.
func TestMatrixJammedAtStart(t *testing.T) {
	jam := func(_ *keypad.MatrixConfig, board *keypadtest.Matrix) { board.Press(keypadtest.Place(keypad.Scan)) }
	inBubble(t, jam, func(t *testing.T, b *bench) {
		keypadtest.ExpectNothing(t, b, 20*time.Second)
		if err := keypadtest.ExpectError[*keypad.StuckError](t, b); err.Key != keypad.Scan {
			t.Errorf("got %v", err)
		}
		b.release(keypad.Scan)
		keypadtest.ExpectNothing(t, b, time.Second)
		b.tap(t, keypad.Scan)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Scan})
	})
}
