package keypad_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

func TestMatrixPinFails(t *testing.T) {
	broken := errors.New("line request ioctl: input/output error")
	for _, c := range []struct {
		pin, op string
		active  gpio.Level
		dead    keypad.Key // on that pin
		alive   keypad.Key // on others
	}{
		{"ROW1", "drive", gpio.Low, keypad.Digit5, keypad.Digit1},
		{"ROW3", "drive", gpio.High, keypad.OK, keypad.Digit1},
		{"COL2", "set up", gpio.Low, keypad.Scan, keypad.OK},
		{"COL0", "set up", gpio.High, keypad.Dot, keypad.OK}, // its Read looks like no key
	} {
		t.Run(c.pin+" active "+c.active.String(), func(t *testing.T) {
			level := func(cfg *keypad.MatrixConfig, _ *keypadtest.Matrix) { cfg.Active = c.active }
			inBubble(t, level, func(t *testing.T, b *bench) {
				b.press(c.dead) // held while its pin dies: no event may come of that but its own
				b.settle()
				if c.dead != keypad.Scan {
					keypadtest.Expect(t, b, keypad.Event{Key: c.dead})
				}
				b.board.Fail(c.pin, broken)
				err := keypadtest.ExpectError[*keypad.PinError](t, b)
				if err.Pin != c.pin || !errors.Is(err, broken) && !errors.Is(err, keypad.ErrBadLevel) {
					t.Errorf("got %v", err)
				}
				b.release(c.dead)
				keypadtest.ExpectNothing(t, b, 12*time.Second) // reported once, tried often
				b.tap(t, c.alive)
				keypadtest.Expect(t, b, keypad.Event{Key: c.alive})
				b.press(c.dead)
				keypadtest.ExpectNothing(t, b, time.Second)
				b.release(c.dead)

				b.board.Fail(c.pin, nil)
				time.Sleep(10 * time.Second) // the longest pause between two tries is 5 s
				b.tap(t, c.dead)
				keypadtest.Expect(t, b, keypad.Event{Key: c.dead})
				b.board.Fail(c.pin, broken)
				keypadtest.ExpectError[*keypad.PinError](t, b) // a new outage is news
			})
		})
	}
}

// TestMatrixShortedColumn: a column tied to the active level must not type, nor take the others with it.
func TestMatrixShortedColumn(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		b.board.Short("COL1", gpio.Low)
		err := keypadtest.ExpectError[*keypad.PinError](t, b)
		if err.Pin != "COL1" || !errors.Is(err, keypad.ErrBadLevel) {
			t.Errorf("got %v", err)
		}
		for range 20 { // while it is being tried again, too
			b.tap(t, keypad.OK)
			keypadtest.Expect(t, b, keypad.Event{Key: keypad.OK})
			time.Sleep(777 * time.Millisecond)
		}
		b.board.Unshort("COL1")
		time.Sleep(10 * time.Second)
		b.tap(t, keypad.Digit8)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Digit8})
	})
}

// TestMatrixRowKeepsDriving: a row can't be released any more. Keys of other rows must not be taken for its own,
// nor be lost unless a key connects them with it.
func TestMatrixRowKeepsDriving(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		b.board.FailIn("ROW2", errors.New("busy"))
		if err := keypadtest.ExpectError[*keypad.PinError](t, b); err.Pin != "ROW2" || err.Op != "release" {
			t.Errorf("got %v", err)
		}
		for _, k := range []keypad.Key{keypad.Digit1, keypad.OK, keypad.Digit5} {
			b.tap(t, k)
			keypadtest.Expect(t, b, keypad.Event{Key: k})
		}
		b.press(keypad.Digit7)
		keypadtest.ExpectNothing(t, b, 50*time.Millisecond)
		b.release(keypad.Digit7)
		b.settle()
		b.board.FailIn("ROW2", nil)
		time.Sleep(10 * time.Second)
		b.tap(t, keypad.Digit7)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Digit7})

		b.board.FailIn("ROW2", errors.New("busy"))
		keypadtest.ExpectError[*keypad.PinError](t, b)
		b.board.FailIn("ROW2", nil)
		b.Close() // before the next try
		for _, p := range b.board.Rows() {
			if f := p.(interface{ Function() string }).Function(); f != "In" {
				t.Errorf("%s is left %s", p.Name(), f)
			}
		}
	})
}

// stallPin is a row that hangs once for some time, as a machine does that was stopped.
type stallPin struct {
	gpio.PinIO
	stall atomic.Int64 // ns
}

func (p *stallPin) Out(l gpio.Level) error {
	time.Sleep(time.Duration(p.stall.Swap(0)))
	return p.PinIO.Out(l)
}

// TestMatrixStopped: SCAN is tapped, and the board stands still for a minute meanwhile. That is no long press,
// and no stuck key.
func TestMatrixStopped(t *testing.T) {
	var row *stallPin
	stall := func(cfg *keypad.MatrixConfig, _ *keypadtest.Matrix) {
		row = &stallPin{PinIO: cfg.Rows[0]}
		cfg.Rows[0] = row
	}
	inBubble(t, stall, func(t *testing.T, b *bench) {
		b.press(keypad.Scan)
		b.settle()
		row.stall.Store(int64(time.Minute))
		time.Sleep(time.Minute + 100*time.Millisecond)
		b.release(keypad.Scan)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Scan})
		keypadtest.ExpectNothing(t, b, time.Second)
	})
}

// TestMatrixAllPinsFail: the GPIO chip is gone and comes back.
func TestMatrixAllPinsFail(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, b *bench) {
		pins := append(b.board.Rows(), b.board.Columns()...)
		for _, p := range pins {
			b.board.Fail(p.Name(), errors.New("no such device"))
		}
		named := map[string]bool{}
		for range pins {
			named[keypadtest.ExpectError[*keypad.PinError](t, b).Pin] = true
		}
		if len(named) != len(pins) {
			t.Errorf("named only %v", named)
		}
		keypadtest.ExpectNothing(t, b, 5*time.Second)
		for _, p := range pins {
			b.board.Fail(p.Name(), nil)
		}
		time.Sleep(10 * time.Second)
		b.tap(t, keypad.Digit0)
		keypadtest.Expect(t, b, keypad.Event{Key: keypad.Digit0})
	})
}
