package sim

import (
	"time"

	"smartpos/txn"
)

// pins is what the journal acknowledged about the supervisor's PIN, and what was done on the strength of it.
type pins struct {
	wrong int           // tries since the last right one
	at    time.Duration // of the latest
	right bool          // the last one was right, and nothing has been allowed by it yet

	compared int // since the last right one
}

// lockedFor is how long nobody may try after so many wrong PINs: five are free, the next costs a quarter of an hour, each
// after it twice as much.
func lockedFor(wrong int) time.Duration {
	if wrong < 5 {
		return 0
	}
	return min(15*time.Minute<<min(wrong-5, 10), 24*time.Hour)
}

// till takes a record of the till alone.
func (o *oracle) till(rec txn.Record) {
	switch r := rec.(type) {
	case *txn.PINTried:
		o.tried(r.Right)
	case *txn.OfflineRenewed:
		o.renewed()
	case *txn.BatchClosed:
		info, err := o.w.terminal.store.Info()
		if err != nil {
			o.w.fail(8, "", "after a settlement: %v", err)
		}
		o.closed(r, info)
	}
}

func (o *oracle) tried(right bool) {
	p := &o.pins
	if right {
		*p = pins{right: true}
		return
	}
	if since := o.w.now - p.at; since < lockedFor(p.wrong) {
		o.w.fail(9, "", "a PIN is tried %s after wrong PIN number %d", since, p.wrong)
	}
	p.right = false
	p.at = o.w.now
	if p.wrong++; p.wrong == 5 {
		o.w.result.Kinds[PINLocked]++
	}
}

// checks holds the comparison of a PIN to the tries on disk.
func (o *oracle) checks() {
	if o.pins.compared++; o.pins.compared > o.pins.wrong {
		o.w.fail(9, "", "PIN %d is compared, and on disk are %d tries", o.pins.compared, o.pins.wrong)
	}
}

// recallTill holds what the journal knows of the till against the books after a restart; doubt may be on disk or not.
func (o *oracle) recallTill(t txn.Till, doubt txn.Record) {
	s, _ := t.Operator("S01")
	if doubt != nil && txn.OfTill(doubt) && (s.Tries != o.pins.wrong || t.Offline.Renewed != o.mode.renewed) {
		o.till(doubt)
	}
	if s.Tries != o.pins.wrong {
		o.w.fail(9, "", "%d wrong PINs, acknowledged were %d", s.Tries, o.pins.wrong)
	}
	o.recallOffline(t.Offline)
}
