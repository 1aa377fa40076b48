package keypad_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

// bench is a matrix source on emulated pins, inside a bubble of fake time.
type bench struct {
	*keypad.Matrix
	board *keypadtest.Matrix
	need  int // scans that a press takes
}

// newBench starts one and waits until it believes its contacts. Its end checks that the pins were treated well.
func newBench(t *testing.T, change func(*keypad.MatrixConfig, *keypadtest.Matrix)) *bench {
	t.Helper()
	board := keypadtest.NewMatrix(4, 4, 1)
	cfg := keypad.MatrixConfig{Rows: board.Rows(), Columns: board.Columns(), Debounce: 3}
	if change != nil {
		change(&cfg, board)
	}
	m, err := keypad.NewMatrix(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Matrix: m, board: board, need: 2 * cfg.Debounce}
	time.Sleep(100 * time.Millisecond)
	t.Cleanup(func() {
		for _, p := range board.Problems() {
			t.Error(p)
		}
	})
	return b
}

func (b *bench) press(k keypad.Key)   { b.board.Press(keypadtest.Place(k)) }
func (b *bench) release(k keypad.Key) { b.board.Release(keypadtest.Place(k)) }

// settle gives the scanner time for any change that it is going to see.
func (b *bench) settle() { time.Sleep(100 * time.Millisecond) }

func (b *bench) tap(t *testing.T, k keypad.Key) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a row that is not scanned fails the test
	defer cancel()
	if err := b.board.Tap(ctx, k, b.need); err != nil {
		t.Fatal(err)
	}
}

// inBubble runs a test of one matrix.
func inBubble(t *testing.T, change func(*keypad.MatrixConfig, *keypadtest.Matrix), test func(*testing.T, *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, change)
		defer b.Close()
		test(t, b)
	})
}

func TestMatrixIsASource(t *testing.T) {
	for _, active := range []gpio.Level{gpio.Low, gpio.High} {
		t.Run("active "+active.String(), func(t *testing.T) {
			keypadtest.TestSource(t, func(t *testing.T) keypadtest.Rig {
				b := newBench(t, func(cfg *keypad.MatrixConfig, board *keypadtest.Matrix) {
					cfg.Active = active
					board.SetBounce(2)
					board.SetSettle(15*time.Microsecond, 50*time.Microsecond)
				})
				return keypadtest.Rig{
					Source: b,
					Press:  func(k keypad.Key) { b.tap(t, k) },
					Hold: func() {
						b.press(keypad.Scan)
						time.Sleep(keypad.DefaultLongPress + 100*time.Millisecond)
						b.release(keypad.Scan)
						b.settle()
					},
				}
			})
		})
	}
}

// TestMatrixRandomPresses presses 200 random keys, short and long, alone and rolled over, with bouncing
// contacts: each is recognised, none twice, none wrong. KEYPAD_SEED repeats a run.
func TestMatrixRandomPresses(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("KEYPAD_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("KEYPAD_SEED=%d", seed)
	const presses = 200
	bounce := func(cfg *keypad.MatrixConfig, board *keypadtest.Matrix) {
		cfg.Debounce = 4
		board.SetBounce(3)
		board.SetSettle(15*time.Microsecond, 50*time.Microsecond)
	}
	inBubble(t, bounce, func(t *testing.T, b *bench) {
		random := rand.New(rand.NewPCG(seed, 0))
		keys, long := keypad.Keys(), 0
		for i := 0; i < presses; i++ {
			k := keys[random.IntN(len(keys))]
			switch next := keys[random.IntN(len(keys))]; {
			case random.IntN(4) == 0 && next != k && k != keypad.Scan && next != keypad.Scan && i+1 < presses:
				b.press(k) // the next key goes down before this one is up
				b.settle()
				b.press(next)
				b.settle()
				b.release(k)
				b.settle()
				b.release(next)
				b.settle()
				i++
				keypadtest.Expect(t, b, keypadtest.Short(k, next)...)
			case random.IntN(8) == 0:
				b.press(k)
				time.Sleep(keypad.DefaultLongPress + 50*time.Millisecond)
				b.release(k)
				b.settle()
				long++
				keypadtest.Expect(t, b, keypad.Event{Key: k, Long: k == keypad.Scan})
			default:
				b.tap(t, k)
				keypadtest.Expect(t, b, keypad.Event{Key: k})
			}
			time.Sleep(time.Duration(random.IntN(10_000)) * time.Microsecond)
		}
		keypadtest.ExpectNothing(t, b, 5*time.Second)
		t.Logf("%d presses recognised, %d of them held", presses, long)
	})
}

// TestMatrixSlowPulls: a weak pull-up takes five settle times to bring a column back. No key may appear in
// the row that is driven next.
func TestMatrixSlowPulls(t *testing.T) {
	slow := func(cfg *keypad.MatrixConfig, board *keypadtest.Matrix) {
		cfg.Settle = 20 * time.Microsecond
		board.SetSettle(15*time.Microsecond, 100*time.Microsecond)
	}
	inBubble(t, slow, func(t *testing.T, b *bench) {
		for _, k := range keypad.Keys() {
			b.tap(t, k)
			keypadtest.Expect(t, b, keypad.Event{Key: k})
		}
		keypadtest.ExpectNothing(t, b, time.Second)
	})
}

// TestMatrixSettleTooShort: wires that follow later than the settle time make a dead keypad, not a wrong one.
func TestMatrixSettleTooShort(t *testing.T) {
	slow := func(cfg *keypad.MatrixConfig, board *keypadtest.Matrix) {
		cfg.Settle = 20 * time.Microsecond
		board.SetSettle(30*time.Microsecond, 100*time.Microsecond)
	}
	inBubble(t, slow, func(t *testing.T, b *bench) {
		for _, k := range keypad.Keys() {
			b.tap(t, k)
		}
		keypadtest.ExpectNothing(t, b, time.Second)
	})
}

func TestMatrixLeavesPinsInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		time.Sleep(12345 * time.Microsecond)
		b.Close()
		for _, p := range b.board.Rows() {
			if f := p.(interface{ Function() string }).Function(); f != "In" {
				t.Errorf("%s is left %s", p.Name(), f)
			}
		}
	})
}

func TestMatrixConfig(t *testing.T) {
	board := keypadtest.NewMatrix(4, 4, 1)
	good := func() keypad.MatrixConfig {
		return keypad.MatrixConfig{Rows: board.Rows(), Columns: board.Columns()}
	}
	for name, spoil := range map[string]func(*keypad.MatrixConfig){
		"no pins":           func(c *keypad.MatrixConfig) { c.Rows = nil },
		"three columns":     func(c *keypad.MatrixConfig) { c.Columns = c.Columns[:3] },
		"nil pin":           func(c *keypad.MatrixConfig) { c.Rows[2] = nil },
		"unknown pin":       func(c *keypad.MatrixConfig) { c.Rows[2] = gpio.INVALID },
		"same pin twice":    func(c *keypad.MatrixConfig) { c.Columns[1] = c.Rows[0] },
		"negative settle":   func(c *keypad.MatrixConfig) { c.Settle = -1 },
		"endless settle":    func(c *keypad.MatrixConfig) { c.Settle = time.Second },
		"negative interval": func(c *keypad.MatrixConfig) { c.ScanEvery = -1 },
		"negative debounce": func(c *keypad.MatrixConfig) { c.Debounce = -1 },
		"endless debounce":  func(c *keypad.MatrixConfig) { c.Debounce = 1000 },
	} {
		cfg := good()
		spoil(&cfg)
		if m, err := keypad.NewMatrix(cfg); err == nil {
			m.Close()
			t.Errorf("%s was accepted", name)
		}
	}
}

func ExampleNewMatrix() {
	board := keypadtest.NewMatrix(4, 4, 1) // on a board: pins by gpioreg.ByName
	m, err := keypad.NewMatrix(keypad.MatrixConfig{Rows: board.Rows(), Columns: board.Columns()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	board.AwaitScans(ctx, 3, 4) // the first scans only learn which keys are up
	board.Tap(ctx, keypad.Scan, 4)
	fmt.Println(m.Next(ctx))
	// Output: SCAN <nil>
}
