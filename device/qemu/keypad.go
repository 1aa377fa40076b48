package qemu

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"time"
)

const (
	// DefaultScans is how many good scans in succession a guest makes of a key while it is down, and again while it is
	// up. It is what a guest wants that believes two equal scans; more would make a tap on a busy board a long press.
	DefaultScans = 2

	// mostOfScan is the most that a scan counts for a key that is held. Nobody knows what a guest makes of the time in
	// which a busy host has it stand still.
	mostOfScan = 100 * time.Millisecond
)

// KeypadConfig says how a matrix of switches is wired to the board's pins. A row is driven high, because the virt
// board pulls its lines down.
type KeypadConfig struct {
	Rows    []int // lines 0–7 that the guest drives, in the order in which it scans them
	Columns []int // lines 0–7 that the guest reads, in order

	Scans int // how often a row is scanned while a key is down, and while it is up; DefaultScans if 0, up to 1000
}

// MatrixPins is the wiring of the board: rows on lines 0–3, columns on lines 4–7.
func MatrixPins() KeypadConfig {
	return KeypadConfig{Rows: []int{0, 1, 2, 3}, Columns: []int{4, 5, 6, 7}}
}

// Keypad is a matrix of switches on the board's pins. Wires that closed switches join have one level, as real
// ones without diodes: three keys at the corners of a rectangle close the fourth. It is safe for use by several
// goroutines.
//
// A switch is a wire inside QEMU, from the row's line to the column's: the guest can't read the one before the other
// has followed, however busy the host is. QEMU lets a line have one such wire. Where closed switches join a row to
// several columns, the others are set from here when the row is driven, and a guest that looks too soon misses them.
//
// A guest may take a key that is down when it begins to look for a jammed one: wait with [Keypad.AwaitScans]
// before the first.
type Keypad struct {
	cfg  KeypadConfig
	pins *Pins
	tail func() string // of the guest's console

	turning sync.Mutex // one finger at a time; taken before mu, which is never held while QEMU is waited for

	mu    sync.Mutex
	net   net4
	wires [4]int // by row: the column that it has a wire to, or -1
	set   uint8  // columns that were last set high from here
	scans scans
	err   error // why no column can be set
}

// newKeypad joins switches to pins; tail is the console's, for errors.
func newKeypad(cfg KeypadConfig, pins *Pins, tail func() string) (*Keypad, error) {
	if err := cfg.check(); err != nil {
		return nil, harness("wire the keypad", err)
	}
	if cfg.Scans == 0 {
		cfg.Scans = DefaultScans
	}
	k := &Keypad{cfg: cfg, pins: pins, tail: tail, wires: [4]int{-1, -1, -1, -1}}
	k.mu.Lock()
	defer k.mu.Unlock()
	driven, ok := pins.watchWith(k)
	if !ok {
		return nil, harness("wire the keypad", errors.New("the pins have a keypad already"))
	}
	for i, line := range cfg.Rows {
		k.net.drive(i, driven>>line&1 != 0)
	}
	// A restored machine remembers other switches.
	k.post(k.allColumns(), 0)
	if k.err != nil {
		return nil, k.err
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
	if level && !k.net.isDriven(row) {
		k.scans.driven(row, k.allColumns(), func(row int) uint8 { return k.net.reach(1 << row) })
	}
	k.net.drive(row, level)
	// One column follows its row by its wire; only of several some must be set.
	columns := k.net.columns()
	if bits.OnesCount8(columns) < 2 {
		columns = 0
	}
	k.post(columns^k.set, columns)
}

// read follows what the guest reads.
func (k *Keypad) read(mask, levels uint8) {
	var columns, active uint8
	for i, line := range k.cfg.Columns {
		columns = setBit(columns, i, mask>>line&1 != 0)
		active = setBit(active, i, levels>>line&1 != 0)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch driven := k.net.driven; bits.OnesCount8(driven) {
	case 0:
		k.scans.rested(columns, active)
	case 1:
		k.scans.took(bits.TrailingZeros8(driven), columns, active)
	}
}

// post sets columns without waiting; the caller holds the lock.
func (k *Keypad) post(columns, active uint8) {
	if columns == 0 || k.err != nil {
		return
	}
	k.set = k.set&^columns | active&columns
	var mask, levels uint8
	for i, line := range k.cfg.Columns {
		mask = setBit(mask, line, columns>>i&1 != 0)
		levels = setBit(levels, line, active>>i&1 != 0)
	}
	if err := k.pins.post(mask, levels); err != nil {
		k.err = err
		k.scans.giveUp()
	}
}

func (k *Keypad) allColumns() uint8 { return 1<<len(k.cfg.Columns) - 1 }

// Press closes a switch and leaves it closed.
func (k *Keypad) Press(row, column int) error { return k.turn(row, column, true) }

// Release opens a switch.
func (k *Keypad) Release(row, column int) error { return k.turn(row, column, false) }

func (k *Keypad) turn(row, column int, closed bool) error {
	if row < 0 || row >= len(k.cfg.Rows) || column < 0 || column >= len(k.cfg.Columns) {
		return harness("press a key", fmt.Errorf("there is no key in row %d, column %d", row, column))
	}
	// A finger does not stop half-way because somebody's patience ends.
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	k.turning.Lock()
	defer k.turning.Unlock()
	k.mu.Lock()
	k.net.join(row, column, closed)
	before, now := k.wires, k.net.wires(k.wires)
	k.wires = now
	k.mu.Unlock()
	var cut uint8
	for r, line := range k.cfg.Rows {
		if now[r] == before[r] {
			continue
		}
		far := -1
		if now[r] >= 0 {
			far = k.cfg.Columns[now[r]]
		}
		if err := k.pins.wire(ctx, line, far); err != nil {
			return err
		}
		if before[r] >= 0 {
			cut |= 1 << before[r]
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	// A column whose wire was cut while its row was driven keeps its level otherwise.
	k.post(cut, k.net.columns())
	return k.err
}

// AwaitScans returns when the guest has scanned the keypad n times in succession and has read each time what the
// switches give to a row. By then it has begun another scan, and so is done with those. A guest that does not, until
// the context's deadline or for 20 s, is a [*GuestError].
func (k *Keypad) AwaitScans(ctx context.Context, row, n int) error {
	if row < 0 || row >= len(k.cfg.Rows) {
		return harness("await a scan", fmt.Errorf("there is no row %d", row))
	}
	ctx, cancel := bounded(ctx, commandTimeout)
	defer cancel()
	k.mu.Lock()
	w := k.scans.watch(row, n)
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.scans.leave(w)
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

// Tap presses a key until the guest has scanned it [KeypadConfig].Scans times, and holds it from then on; then it
// releases the key for as many scans. It is held for the time in which the guest goes on scanning it: longer than
// hold while the board stands still on a busy host. The key is up afterwards, also when it failed.
func (k *Keypad) Tap(ctx context.Context, row, column int, hold time.Duration) error {
	if err := k.Press(row, column); err != nil {
		return err
	}
	err := k.AwaitScans(ctx, row, k.cfg.Scans)
	for held := time.Duration(0); held < hold && err == nil; {
		began := time.Now()
		err = k.AwaitScans(ctx, row, 1)
		held += min(time.Since(began), mostOfScan)
	}
	if err := errors.Join(err, k.Release(row, column)); err != nil {
		return err
	}
	return k.AwaitScans(ctx, row, k.cfg.Scans)
}
