package keypad

import (
	"time"

	"periph.io/x/conn/v3/gpio"
)

const (
	// A pin that failed is tried again after retryFirst, then after twice that, up to retryMost.
	retryFirst = 100 * time.Millisecond
	retryMost  = 5 * time.Second

	// checkEvery is how often the columns are set up anew. Read has no error to return, In has: a pin that
	// died is found by this even where a failed Read (always Low) looks like no key.
	checkEvery = time.Second

	// quietTries is how many settle times the columns have to go back to rest after a row was released.
	quietTries = 8

	// badScans is in how many consecutive scans a column may be active with no row driven before it
	// counts as failed. Less is noise, and just not read.
	badScans = 20
)

// wire is one pin of the matrix.
type wire struct {
	pin     gpio.PinIO
	failed  bool
	retryAt time.Time
	pause   time.Duration
	bad     int       // consecutive scans in which a column was active with no row driven
	checkAt time.Time // when a column is to be set up again
}

// wires drives the rows and reads the columns of a matrix. Between scans, and on all rows but one during a
// scan, the pins are inputs, so that two rows never drive against each other through two pressed keys.
type wires struct {
	rows    [matrixRows]wire
	columns [matrixColumns]wire
	active  gpio.Level
	pull    gpio.Pull
	settle  time.Duration
	fail    func(pin, op string, err error) // told once an outage
}

// scan reads the whole matrix once, at time now.
func (w *wires) scan(now time.Time) snapshot {
	live := w.liveColumns(now)
	bad := w.quiet(live)
	s := snapshot{}
	for i := range w.rows {
		row := &w.rows[i]
		if row.failed && now.Before(row.retryAt) {
			continue
		}
		columns, ok := w.scanRow(row, live, now)
		if !ok {
			continue
		}
		s.pressed |= gridRow(i, columns)
		s.known |= gridRow(i, live)
		if columns != 0 {
			bad |= w.quiet(live)
		}
	}
	w.judge(live, bad, now)
	s.sure = s.known &^ gridColumns(bad)
	// What an uncertain column read stays in pressed: it can be the corner that makes another one a ghost.
	return s
}

// scanRow drives one row and returns which columns follow it.
func (w *wires) scanRow(row *wire, live uint8, now time.Time) (columns uint8, ok bool) {
	op, err := "drive", row.pin.Out(w.active)
	if err == nil {
		time.Sleep(w.settle)
		columns = w.activeColumns(live)
	}
	// Released after a failed Out too: half of it may have worked, and periph's ioctl driver believes it did.
	if e := row.pin.In(gpio.Float, gpio.NoEdge); err == nil {
		op, err = "release", e
	}
	if err != nil {
		w.down(row, op, err, now)
		return 0, false
	}
	row.failed = false
	return columns, true
}

// liveColumns returns the columns that can be read, after setting up those that need it.
func (w *wires) liveColumns(now time.Time) (live uint8) {
	for i := range w.columns {
		c := &w.columns[i]
		if c.failed && now.Before(c.retryAt) {
			continue
		}
		if c.failed || !now.Before(c.checkAt) {
			if err := c.pin.In(w.pull, gpio.NoEdge); err != nil {
				w.down(c, "set up", err, now)
				continue
			}
			c.checkAt = now.Add(checkEvery)
		}
		live |= 1 << i
	}
	return live
}

// activeColumns reads the live columns.
func (w *wires) activeColumns(live uint8) (active uint8) {
	for i := range w.columns {
		if live>>i&1 != 0 && w.columns[i].pin.Read() == w.active {
			active |= 1 << i
		}
	}
	return active
}

// quiet waits until no column is active, which with no row driven is soon. It returns those that still are:
// what they would read belongs to no row.
func (w *wires) quiet(live uint8) (bad uint8) {
	for range quietTries {
		if bad = w.activeColumns(live); bad == 0 {
			return 0
		}
		time.Sleep(w.settle)
	}
	return bad
}

// judge keeps account of the columns that were active for no reason, and gives up those that stay so.
func (w *wires) judge(live, bad uint8, now time.Time) {
	for i := range w.columns {
		c := &w.columns[i]
		switch {
		case live>>i&1 == 0:
		case bad>>i&1 == 0:
			c.bad, c.failed = 0, false
		default:
			c.bad++
			if c.failed || c.bad >= badScans {
				w.down(c, "read", ErrBadLevel, now)
			}
		}
	}
}

// down notes that a pin failed, and tells it if that is news.
func (w *wires) down(x *wire, op string, err error, now time.Time) {
	if !x.failed {
		x.failed, x.pause = true, retryFirst
		w.fail(x.pin.Name(), op, err)
	} else {
		x.pause = min(2*x.pause, retryMost)
	}
	x.bad = 0
	x.retryAt = now.Add(x.pause)
}

// rest leaves every row an input. Its errors were told already, or concern a keypad nobody listens to any more.
func (w *wires) rest() {
	for i := range w.rows {
		_ = w.rows[i].pin.In(gpio.Float, gpio.NoEdge)
	}
}
