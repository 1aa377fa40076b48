package keypadtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"smartpos/keypad"
)

// maxProblems bounds the list of problems; one is enough to fail a test.
const maxProblems = 20

// Matrix is a keypad of switches on emulated pins, without diodes. It is safe for use by several goroutines.
type Matrix struct {
	mu       sync.Mutex
	rows     []*pin
	columns  []*pin
	contacts [][]contact
	random   *rand.Rand

	settleDriven time.Duration // how long a column takes to follow a driver
	settlePulled time.Duration // and to go back to its pull

	bounce   int // scans for which a contact chatters
	scans    []int
	scanned  chan struct{} // closed, and made anew, at every scan of a row
	problems []string
	found    []*pin // what net found last; kept to spare the memory
}

// contact is one switch.
type contact struct {
	pressed bool
	chatter int  // scans of its row for which it still bounces
	closed  bool // its electrical state
}

// NewMatrix returns a matrix with pins named ROW0… and COL0…, all inputs without pull, no key pressed. The
// seed decides how contacts bounce and what a floating wire reads. Rows and columns are at most 64.
func NewMatrix(rows, columns int, seed uint64) *Matrix {
	m := &Matrix{
		contacts: make([][]contact, rows),
		random:   rand.New(rand.NewPCG(seed, seed)),
		scans:    make([]int, rows),
		scanned:  make(chan struct{}),
	}
	for i := range rows {
		m.rows = append(m.rows, &pin{matrix: m, name: fmt.Sprintf("ROW%d", i), number: i, row: i})
		m.contacts[i] = make([]contact, columns)
	}
	for i := range columns {
		m.columns = append(m.columns, &pin{matrix: m, name: fmt.Sprintf("COL%d", i), number: rows + i, row: -1})
	}
	return m
}

// Rows returns the pins of the rows.
func (m *Matrix) Rows() []gpio.PinIO { return asPins(m.rows) }

// Columns returns the pins of the columns.
func (m *Matrix) Columns() []gpio.PinIO { return asPins(m.columns) }

func asPins(pins []*pin) []gpio.PinIO {
	out := make([]gpio.PinIO, len(pins))
	for i, p := range pins {
		out[i] = p
	}
	return out
}

// SetBounce makes every contact chatter at random for the first scans of its row after it was pressed or
// released. 0, the default, is a contact without bounce.
func (m *Matrix) SetBounce(scans int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bounce = scans
}

// SetSettle sets how long a column takes to follow a row that is driven, and to go back to its pull when the
// row is released; the second is the longer one on real boards, where a weak resistor does it. 0 is at once.
func (m *Matrix) SetSettle(driven, pulled time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settleDriven, m.settlePulled = driven, pulled
}

// Press closes a switch.
func (m *Matrix) Press(row, column int) { m.set(row, column, true) }

// Release opens a switch.
func (m *Matrix) Release(row, column int) { m.set(row, column, false) }

func (m *Matrix) set(row, column int, pressed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &m.contacts[row][column]
	if c.pressed == pressed {
		return
	}
	c.pressed, c.chatter, c.closed = pressed, m.bounce, pressed
	m.follow()
}

// Place returns the row and column of a key of keypad.Layout.
func Place(k keypad.Key) (row, column int) {
	for r := range keypad.Layout {
		for c := range keypad.Layout[r] {
			if keypad.Layout[r][c] == k {
				return r, c
			}
		}
	}
	panic(fmt.Sprintf("keypadtest: %v is not on the keypad", k))
}

// Scans returns how often a row was scanned: driven, read on at least one column, and released.
func (m *Matrix) Scans(row int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.scans[row]
}

// AwaitScans returns when the row has been scanned n more times, or with the context's error.
func (m *Matrix) AwaitScans(ctx context.Context, row, n int) error {
	m.mu.Lock()
	until := m.scans[row] + n
	m.mu.Unlock()
	for {
		m.mu.Lock()
		count, next := m.scans[row], m.scanned
		m.mu.Unlock()
		if count >= until {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return fmt.Errorf("row %d scanned %d times less than wanted: %w", row, until-count, ctx.Err())
		}
	}
}

// Tap presses a key until its row was scanned n times, and releases it for as many scans.
func (m *Matrix) Tap(ctx context.Context, k keypad.Key, n int) error {
	row, column := Place(k)
	m.Press(row, column)
	err := m.AwaitScans(ctx, row, n)
	m.Release(row, column)
	if err != nil {
		return err
	}
	return m.AwaitScans(ctx, row, n)
}

// Fail makes a pin fail from now on, as periph's ioctl driver fails: In and Out return err, Read answers Low.
// A nil err mends it.
func (m *Matrix) Fail(pinName string, err error) {
	m.pin(pinName).set(func(p *pin) { p.failure = err })
}

// FailIn makes only a pin's In fail: an output that can't be taken back goes on driving.
func (m *Matrix) FailIn(pinName string, err error) {
	m.pin(pinName).set(func(p *pin) { p.failureIn = err })
}

// Short ties a pin's wire to a level, with a force that nothing overcomes; Unshort takes that away.
func (m *Matrix) Short(pinName string, level gpio.Level) {
	m.pin(pinName).set(func(p *pin) { p.short = &level })
}

// Unshort ends Short.
func (m *Matrix) Unshort(pinName string) { m.pin(pinName).set(func(p *pin) { p.short = nil }) }

func (m *Matrix) pin(name string) *pin {
	for _, p := range append(m.rows[:len(m.rows):len(m.rows)], m.columns...) {
		if p.name == name {
			return p
		}
	}
	panic("keypadtest: no pin is named " + name)
}

// Problems returns what was done to the matrix that must never be done to a real one: drivers fighting,
// floating wires read. A test checks at its end that there are none.
func (m *Matrix) Problems() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.problems...)
}

// problem notes one; the caller holds the lock.
func (m *Matrix) problem(format string, args ...any) {
	if len(m.problems) < maxProblems {
		m.problems = append(m.problems, fmt.Sprintf(format, args...))
	}
}
