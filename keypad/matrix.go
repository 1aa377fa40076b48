package keypad

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Defaults of a matrix.
const (
	DefaultSettle    = 20 * time.Microsecond
	DefaultScanEvery = 5 * time.Millisecond
	DefaultDebounce  = 2

	// maxGap is the most that the time between two scans counts for a key that is held. After a longer
	// pause (a loaded machine, a board restored from a saved state) nobody knows what happened in it.
	maxGap = 250 * time.Millisecond
)

// MatrixConfig describes a 4×4 matrix of switches, without diodes. Only the pins are required.
type MatrixConfig struct {
	Name string // stands in errors; "matrix" if empty

	// Rows are driven and Columns are read, in the order of Layout: 4 each.
	Rows, Columns []gpio.PinIO

	// Active is the level a row is driven to. Low needs columns pulled up, High columns pulled down.
	Active gpio.Level
	// ExternalPulls says that the board has resistors on the columns; else the pins' own are used.
	ExternalPulls bool

	// Settle is waited from driving a row to reading the columns, up to 10 ms; DefaultSettle if 0. Shorter than
	// the wires need it makes a dead keypad; pins emulated over a socket need about 2 ms.
	Settle    time.Duration
	ScanEvery time.Duration // from one scan to the next, up to 1 s; DefaultScanEvery if 0
	Debounce  int           // consecutive equal scans that make a change, up to 100; DefaultDebounce if 0

	HoldConfig
}

// Matrix is a keypad of switches on gpio pins. Each scan drives one row after the other, the others being
// inputs (Hi-Z), and reads the columns:
//
//	rest ─▶ row 0 out ─▶ settle ─▶ columns ─▶ row 0 in ─▶ quiet? ─▶ row 1 out …  ─▶ rest until ScanEvery
//
// Several keys may be down at once; each is a key of its own as long as it can be told from a ghost. Three
// keys or more at the corners of a rectangle can't be (see the package's ghosts): they are rejected until one
// of them goes up.
//
// Next reports a pin that fails as a [*PinError], a key that is down too long as a [*StuckError].
type Matrix struct {
	queue     *queue
	wires     wires
	debouncer debouncer
	every     time.Duration

	closing sync.Once
	stop    chan struct{}
	done    chan struct{}
}

var _ Source = (*Matrix)(nil)

// NewMatrix starts scanning. Its errors are about the configuration; pins that fail, now or later, are
// reported by Next and tried again.
func NewMatrix(cfg MatrixConfig) (*Matrix, error) {
	if cfg.Name == "" {
		cfg.Name = "matrix"
	}
	m, err := newMatrix(cfg)
	if err != nil {
		return nil, fmt.Errorf("keypad %s: %w", cfg.Name, err)
	}
	go m.run()
	return m, nil
}

// newMatrix is NewMatrix without the scanning.
func newMatrix(cfg MatrixConfig) (*Matrix, error) {
	if err := errors.Join(
		checkPins(cfg),
		setDefault(&cfg.Settle, "settle", DefaultSettle, 10*time.Millisecond),
		setDefault(&cfg.ScanEvery, "scan interval", DefaultScanEvery, time.Second),
		setDefault(&cfg.Debounce, "debounce", DefaultDebounce, 100),
	); err != nil {
		return nil, err
	}
	q := newQueue(cfg.Name)
	m := &Matrix{
		queue:     q,
		debouncer: debouncer{need: cfg.Debounce, reject: ghosts, holds: newHolds(q, cfg.HoldConfig)},
		every:     cfg.ScanEvery,
		stop:      make(chan struct{}),
		done:      make(chan struct{}),
	}
	m.wires = wires{active: cfg.Active, pull: gpio.PullDown, settle: cfg.Settle}
	switch {
	case cfg.ExternalPulls:
		m.wires.pull = gpio.PullNoChange
	case cfg.Active == gpio.Low:
		m.wires.pull = gpio.PullUp
	}
	m.wires.fail = func(pin, op string, err error) {
		q.report(&PinError{Device: q.device, Pin: pin, Op: op, Err: err})
	}
	for i := range m.wires.rows {
		m.wires.rows[i].pin = cfg.Rows[i]
	}
	for i := range m.wires.columns {
		m.wires.columns[i].pin = cfg.Columns[i]
	}
	return m, nil
}

func checkPins(cfg MatrixConfig) error {
	if len(cfg.Rows) != matrixRows || len(cfg.Columns) != matrixColumns {
		return fmt.Errorf("%d rows and %d columns, want %d and %d",
			len(cfg.Rows), len(cfg.Columns), matrixRows, matrixColumns)
	}
	used := map[string]bool{}
	for _, pins := range [][]gpio.PinIO{cfg.Rows, cfg.Columns} {
		for i, p := range pins {
			if p == nil || p == gpio.INVALID {
				return fmt.Errorf("pin %d is missing", i)
			}
			if used[p.Name()] {
				return fmt.Errorf("pin %s is used twice", p.Name())
			}
			used[p.Name()] = true
		}
	}
	return nil
}

// setDefault gives *v its default if it is 0, and refuses what is out of 0 to most.
func setDefault[T time.Duration | int](v *T, name string, standard, most T) error {
	if *v < 0 || *v > most {
		return fmt.Errorf("%s %v is out of range, at most %v", name, *v, most)
	}
	if *v == 0 {
		*v = standard
	}
	return nil
}

// run scans until Close. It never waits for the reader of the events.
func (m *Matrix) run() {
	defer close(m.done)
	defer m.wires.rest()
	tick := time.NewTicker(m.every)
	defer tick.Stop()
	last, gap := time.Now(), max(maxGap, 2*m.every)
	for {
		select {
		case <-tick.C:
		case <-m.stop:
			return
		}
		now := time.Now()
		m.debouncer.step(m.wires.scan(now), min(now.Sub(last), gap))
		last = now
	}
}

// Next implements [Source].
func (m *Matrix) Next(ctx context.Context) (Event, error) { return m.queue.Next(ctx) }

// Close implements [Source]. It leaves every pin an input.
func (m *Matrix) Close() error {
	m.closing.Do(func() {
		m.queue.close()
		close(m.stop)
		<-m.done
	})
	return nil
}
