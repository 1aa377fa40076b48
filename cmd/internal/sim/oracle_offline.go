package sim

import (
	"time"

	"smartpos/txn"
)

// offlineCode is what the journal acknowledged about one order's code, and what was done on the strength of it.
type offlineCode struct {
	scheme   bool
	digest   txn.AnswerDigest
	expires  time.Time
	tries    int
	answered bool
	counts   bool

	compared int  // answers that were held against it
	right    bool // the last of them was
}

// mode is what the journal acknowledged about offline codes as a whole.
type mode struct {
	count   int
	fen     int64
	tries   int
	unpaid  bool
	renewed int

	compared int // wrong or not known to be right, since it was renewed
}

// offlineIntent holds a code that is to be made to the limits.
func (o *oracle) offlineIntent(e *entry, in *txn.Intent) {
	if in.Offline == nil {
		return
	}
	m := &o.mode
	switch {
	case m.unpaid || m.tries >= limits.ModeTries:
		o.w.fail(9, e.no, "an offline code, and the mode had ended with %d wrong answers", m.tries)
	case m.count >= limits.Count || e.amount > limits.Each || m.fen+e.amount > limits.Fen:
		o.w.fail(9, e.no, "an offline code of %d fen beside %d of %d fen", e.amount, m.count, m.fen)
	}
	m.count++
	m.fen += e.amount
	e.code = &offlineCode{scheme: in.Offline.Scheme != "", expires: in.Expires, counts: true}
	o.w.result.Offline++
}

// takeOffline applies a record about an order's code.
func (o *oracle) takeOffline(e *entry, rec txn.Record, run int) {
	m, c := &o.mode, e.code
	if c == nil {
		return
	}
	settles := txn.Money{}
	switch r := rec.(type) {
	case *txn.OfflineMade:
		c.digest = r.Digest
	case *txn.OfflineTried:
		c.tries++
		if m.tries++; m.tries == limits.ModeTries {
			o.w.result.Kinds[OfflineEnded]++
		}
	case *txn.OfflineAnswered:
		e.state, e.run, c.answered = txn.Unconfirmed, run, true
		m.tries--
		m.compared--
		if !c.right {
			o.w.fail(3, e.no, "unconfirmed, and no right answer was keyed in")
		}
	case *txn.OfflineSeen:
		e.state, e.run, c.answered = txn.Unconfirmed, run, true
	case *txn.Move:
		settles = r.Settles
	case *txn.Outcome:
		settles = r.Settles
		m.unpaid = m.unpaid || r.Exception == txn.Unpaid
	}
	if settles.Fen != 0 {
		c.counts = false
		m.count--
		m.fen -= settles.Fen
	}
}

// compares holds the comparison of an answer to the tries on disk.
func (o *oracle) compares(no txn.OrderNo, right bool) {
	e := o.entries[no]
	if e == nil || e.code == nil {
		o.w.fail(9, no, "an answer is compared for no code on disk")
		return
	}
	c := e.code
	c.compared++
	o.mode.compared++
	c.right = right
	switch {
	case c.compared > c.tries || c.compared > limits.CodeTries:
		o.w.fail(9, no, "answer %d to a code is compared, and on disk are %d tries", c.compared, c.tries)
	case o.mode.compared > o.mode.tries || o.mode.compared > limits.ModeTries:
		o.w.fail(9, no, "answer %d of the mode is compared, and on disk are %d tries", o.mode.compared, o.mode.tries)
	}
}

// is reports whether the journal has the same of a code.
func (c *offlineCode) is(got *txn.OfflineCode) bool {
	if c == nil || got == nil {
		return c == nil && got == nil
	}
	return c.digest == got.Digest && c.tries == got.Tries && c.answered == got.Answered && c.counts == got.Counts &&
		c.scheme == (got.Scheme != "")
}

// renewed holds the renewal of the mode to its rules.
func (o *oracle) renewed() {
	switch {
	case !o.pins.right:
		o.w.fail(9, "", "offline codes renewed, and no PIN allowed it")
	case o.mode.count != 0 || o.mode.fen != 0:
		o.w.fail(9, "", "offline codes renewed, and %d are open", o.mode.count)
	}
	o.pins.right = false
	o.mode = mode{renewed: o.mode.renewed + 1}
	o.w.result.Kinds[OfflineRenewed]++
}

// recallOffline holds the mode against the books after a restart.
func (o *oracle) recallOffline(s txn.OfflineState) {
	m := o.mode
	if s.Count != m.count || s.Fen != m.fen || s.Tries != m.tries || s.Unpaid != m.unpaid || s.Renewed != m.renewed {
		o.w.fail(9, "", "offline: %d codes of %d fen, %d tries, unpaid %t, renewed %d; acknowledged were %d, %d, %d, %t, %d",
			s.Count, s.Fen, s.Tries, s.Unpaid, s.Renewed, m.count, m.fen, m.tries, m.unpaid, m.renewed)
	}
}
