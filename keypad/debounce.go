package keypad

import "time"

// snapshot is what one scan of the matrix found.
type snapshot struct {
	pressed grid
	known   grid // crossings whose two pins work; of the others nothing is known any more
	sure    grid // crossings whose reading of this scan counts; the others stay as they were
}

// contact is the debounced state of one crossing.
type contact uint8

const (
	contactUnknown contact = iota // not yet watched for long enough
	contactUp
	contactDown
)

// debouncer turns snapshots into keys going down and up. A contact changes when it read the same in a number
// of consecutive scans. Readings that can't be told from ghosts don't count, neither for a change nor for the
// time a key was held: what was down stays down, and nothing new goes down, until the ambiguity resolves.
// A key that was rejected counts as soon as it can be told again, if it is then still pressed.
//
// A contact that is down when watching begins counts only after its release: a key that is jammed at power-on
// types nothing.
type debouncer struct {
	need   int // consecutive equal scans
	reject func(grid) grid
	holds  *holds
	cells  [matrixRows * matrixColumns]cell
}

type cell struct {
	state contact
	last  bool // the latest reading that counted
	equal int  // how many in a row were like it
}

// step takes one snapshot; passed is the time since the one before.
func (d *debouncer) step(s snapshot, passed time.Duration) {
	sure := s.sure &^ d.reject(s.pressed)
	for i := range d.cells {
		key := Layout[i/matrixColumns][i%matrixColumns]
		switch {
		case !s.known.has(i):
			d.cells[i] = cell{}
			d.holds.forget(key)
		case !sure.has(i):
			d.cells[i].equal = 0
		default:
			d.read(&d.cells[i], key, s.pressed.has(i), passed)
		}
	}
}

// read takes a reading that counts.
func (d *debouncer) read(c *cell, key Key, pressed bool, passed time.Duration) {
	if c.state == contactDown && pressed {
		d.holds.advance(key, passed)
	}
	if c.equal == 0 || c.last != pressed {
		c.last, c.equal = pressed, 0
	}
	c.equal = min(c.equal+1, d.need)
	if c.equal < d.need {
		return
	}
	switch {
	case pressed && c.state == contactUnknown:
		d.holds.find(key)
	case pressed && c.state == contactUp:
		d.holds.press(key)
	case !pressed && c.state == contactDown:
		d.holds.release(key)
	}
	c.state = contactUp
	if pressed {
		c.state = contactDown
	}
}
