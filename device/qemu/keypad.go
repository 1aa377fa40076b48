package qemu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// DefaultScans is how often in succession a key's row is scanned while it is down, and again while it is up: one
// more than what a guest needs that wants two equal scans.
const DefaultScans = 3

// KeypadConfig says how a matrix of switches is wired to the board's pins.
type KeypadConfig struct {
	Rows    []int // lines 0–7 that the guest drives, in order
	Columns []int // lines 0–7 that the guest reads, in order

	// ActiveLow says that the guest drives a row low to scan it, and that the columns are pulled up. The virt board
	// pulls its lines down: it works there only with a guest that drives the rows high in between.
	ActiveLow bool

	Scans int // how often a row is scanned while a key is down, and while it is up; DefaultScans if 0, up to 1000
}

// MatrixPins is the wiring of the board: rows on lines 0–3, columns on lines 4–7, active high.
func MatrixPins() KeypadConfig {
	return KeypadConfig{Rows: []int{0, 1, 2, 3}, Columns: []int{4, 5, 6, 7}}
}

// Keypad is a matrix of switches on the board's pins. Wires that closed switches join have one level, as real
// ones without diodes: three keys at the corners of a rectangle close the fourth. It is safe for use by several
// goroutines.
//
// A guest may take a key that is down when it begins to look for a jammed one: wait with [Keypad.AwaitScans]
// before the first.
type Keypad struct {
	cfg  KeypadConfig
	pins *Pins
	tail func() string // of the guest's console

	mu     sync.Mutex
	net    net4
	levels uint8 // of the columns, as last set
	passes passes
	err    error // why the wires failed
}

// newKeypad joins switches to pins; tail is the console's, for errors.
func newKeypad(cfg KeypadConfig, pins *Pins, tail func() string) (*Keypad, error) {
	if err := cfg.check(); err != nil {
		return nil, harness("wire the keypad", err)
	}
	if cfg.Scans == 0 {
		cfg.Scans = DefaultScans
	}
	k := &Keypad{
		cfg:    cfg,
		pins:   pins,
		tail:   tail,
		passes: passes{row: -1, alone: len(cfg.Rows) == 1},
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	driven, ok := pins.watchWith(k.changed)
	if !ok {
		return nil, harness("wire the keypad", errors.New("the pins have a keypad already"))
	}
	for i, line := range cfg.Rows {
		// Active low rows count as driven only once that is told: before the guest has set up its pins all lines
		// are low.
		k.net.drive(i, !cfg.ActiveLow && driven>>line&1 != 0)
	}
	// All columns are set, changed or not: a restored machine remembers other switches.
	k.levels = k.wanted()
	if err := pins.post(k.columnMask(), k.levels, nil); err != nil {
		return nil, err
	}
	return k, nil
}

func (cfg *KeypadConfig) check() error {
	if n := len(cfg.Rows); n < 1 || n > 4 {
		return fmt.Errorf("%d rows, want 1 to 4", n)
	}
	if n := len(cfg.Columns); n < 1 || n > 4 {
		return fmt.Errorf("%d columns, want 1 to 4", n)
	}
	if cfg.Scans < 0 || cfg.Scans > 1000 {
		return fmt.Errorf("%d scans a key, want 1 to 1000", cfg.Scans)
	}
	used := map[int]bool{}
	for _, lines := range [][]int{cfg.Rows, cfg.Columns} {
		for _, line := range lines {
			if line < 0 || line >= pinCount {
				return fmt.Errorf("line %d is out of range, 0 to %d", line, pinCount-1)
			}
			if used[line] {
				return fmt.Errorf("line %d is used twice", line)
			}
			used[line] = true
		}
	}
	return nil
}

// changed follows a line that the guest drives.
func (k *Keypad) changed(line int, level bool) {
	row := slices.Index(k.cfg.Rows, line)
	if row < 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	active := level != k.cfg.ActiveLow
	if active == k.net.isDriven(row) {
		return
	}
	k.net.drive(row, active)
	if !active {
		k.passes.released(row)
		k.follow()
		return
	}
	pulse := k.passes.driven(row)
	if k.passes.watched() {
		// All columns, changed or not: QEMU's answer tells whether they were in time for this pulse.
		k.set(k.columnMask(), func() {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.passes.reached(pulse)
		})
		return
	}
	k.follow()
}

// follow sets the columns that changed; the caller holds the lock.
func (k *Keypad) follow() { k.set(k.wanted()^k.levels, nil) }

// set sets columns; the caller holds the lock.
func (k *Keypad) set(mask uint8, then func()) {
	if mask == 0 || k.err != nil {
		return
	}
	k.levels = k.wanted()
	if err := k.pins.post(mask, k.levels, then); err != nil {
		k.err = err
		k.passes.giveUp()
	}
}

// wanted returns the level of each column's line.
func (k *Keypad) wanted() (levels uint8) {
	active := k.net.columns()
	for i, line := range k.cfg.Columns {
		if (active>>i&1 != 0) != k.cfg.ActiveLow {
			levels |= 1 << line
		}
	}
	return levels
}

func (k *Keypad) columnMask() (mask uint8) {
	for _, line := range k.cfg.Columns {
		mask |= 1 << line
	}
	return mask
}

// Press closes a switch and leaves it closed.
func (k *Keypad) Press(row, column int) error { return k.turn(row, column, true) }

// Release opens a switch.
func (k *Keypad) Release(row, column int) error { return k.turn(row, column, false) }

func (k *Keypad) turn(row, column int, closed bool) error {
	if row < 0 || row >= len(k.cfg.Rows) || column < 0 || column >= len(k.cfg.Columns) {
		return harness("press a key", fmt.Errorf("there is no key in row %d, column %d", row, column))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.net.join(row, column, closed)
	k.follow()
	return k.err
}

// AwaitScans returns when the guest has scanned a row n times in succession, each time with the columns at their
// levels before it released the row. A guest that does not, until the context's deadline or for 20 s, is a
// [*GuestError].
func (k *Keypad) AwaitScans(ctx context.Context, row, n int) error {
	if row < 0 || row >= len(k.cfg.Rows) {
		return harness("await a scan", fmt.Errorf("there is no row %d", row))
	}
	ctx, cancel := bounded(ctx, commandTimeout)
	defer cancel()
	k.mu.Lock()
	w := k.passes.watch(row, n)
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.passes.leave(w)
	}()
	select {
	case <-w.done:
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.err
	case <-k.pins.qtest.done:
		return harness("keypad", k.pins.qtest.err)
	case <-ctx.Done():
		op := fmt.Sprintf("scan row %d of the keypad %d times in succession", row, n)
		return guestFailed(op, ctx.Err(), k.tail())
	}
}

// Tap presses a key until the guest has scanned its row [KeypadConfig].Scans times, and at least for hold;
// then it releases the key for as many scans. The key is up afterwards, also when it failed.
func (k *Keypad) Tap(ctx context.Context, row, column int, hold time.Duration) error {
	if err := k.Press(row, column); err != nil {
		return err
	}
	held := time.NewTimer(hold)
	defer held.Stop()
	err := k.AwaitScans(ctx, row, k.cfg.Scans)
	if err == nil {
		select {
		case <-held.C:
		case <-ctx.Done():
			err = guestFailed("hold a key", ctx.Err(), k.tail())
		}
	}
	if err := errors.Join(err, k.Release(row, column)); err != nil {
		return err
	}
	return k.AwaitScans(ctx, row, k.cfg.Scans)
}
