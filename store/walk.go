package store

import (
	"cmp"
	"fmt"
	"time"

	"smartpos/txn"
)

// walkBatch is how many entries are read before the caller sees them. The journal is not held while it looks
// at them, so it may take its time and may commit.
const walkBatch = 64

// Entry is one record as it lies in the journal.
type Entry struct {
	Sequence uint64 // from 1, also where what came before is gone
	At       time.Time
	Previous [32]byte // hash of the record before it
	Hash     [32]byte
	Record   txn.Record
}

// Walk calls fn for every record, oldest first, until it returns an error, and returns that. Every record's
// MAC and place in the chain are checked; it returns [txn.ErrJournalDamaged] at the first that doesn't hold,
// having shown all before it. What is pruned meanwhile is passed over.
func (j *Journal) Walk(fn func(Entry) error) error {
	var head [hashSize]byte
	for next := uint64(0); ; {
		var batch []Entry
		err := j.read("walk", func(v *view) error {
			st, a, err := v.bounds()
			if err != nil {
				return err
			}
			if next <= a.records {
				next, head = a.records+1, a.hash
			}
			for ; next <= st.records && len(batch) < walkBatch; next++ {
				e, err := v.entry(next, head)
				if err != nil {
					return err
				}
				head = e.Hash
				batch = append(batch, e)
			}
			return nil
		})
		for _, e := range batch {
			if err := fn(e); err != nil {
				return err
			}
		}
		if err != nil || len(batch) < walkBatch {
			return err
		}
	}
}

// bounds returns where the journal ends and where it begins.
func (v *view) bounds() (st state, a anchor, err error) {
	if st, err = v.state(); err == nil {
		a, err = v.anchor(st)
	}
	return st, a, err
}

// entry returns a record that follows the one whose hash is head.
func (v *view) entry(seq uint64, head [hashSize]byte) (Entry, error) {
	e, hash, err := v.record(seq)
	if err != nil {
		return Entry{}, err
	}
	if e.previous != head {
		return Entry{}, damagedf("record %d doesn't follow the one before it", seq)
	}
	rec, err := e.record(v.keys)
	if err != nil {
		return Entry{}, damagedf("record %d: %v", seq, err)
	}
	return Entry{Sequence: seq, At: e.at, Previous: e.previous, Hash: hash, Record: rec}, nil
}

// List calls fn for every order, oldest first, until it returns an error, and returns that. Damage that it comes upon ends it,
// and not the selling.
func (j *Journal) List(fn func(txn.Order) error) error {
	for next := uint64(1); ; {
		var batch []txn.Order
		err := j.aside("list", func() error {
			return j.view(func(v *view) error {
				st, err := v.state()
				if err != nil {
					return err
				}
				next = max(next, st.goneOrders+1)
				for ; next <= st.orders && len(batch) < walkBatch; next++ {
					s, err := v.order(next)
					if err != nil {
						return err
					}
					batch = append(batch, s.Order)
				}
				return nil
			})
		})
		for _, o := range batch {
			if err := fn(o); err != nil {
				return err
			}
		}
		if err != nil || len(batch) < walkBatch {
			return err
		}
	}
}

// String names the record as a list shows it: "12 move T0000001…: open → closing".
func (e Entry) String() string {
	switch r := e.Record.(type) {
	case *txn.Intent:
		return fmt.Sprintf("%d intent %s: %s %s %s", e.Sequence, r.No, r.Network, r.Method, r.Amount)
	case *txn.Move:
		return fmt.Sprintf("%d move %s: %s", e.Sequence, r.Order, r.To)
	case *txn.Outcome:
		return fmt.Sprintf("%d outcome %s: %s", e.Sequence, r.Order, r.State)
	case *txn.Printed:
		return fmt.Sprintf("%d printed %s", e.Sequence, cmp.Or(string(r.Refund), string(r.Order)))
	case *txn.RefundIntent:
		return fmt.Sprintf("%d refund %s: %s, allowed by %s", e.Sequence, r.No, r.Amount, r.Supervisor)
	case *txn.RefundOutcome:
		return fmt.Sprintf("%d refund %s: %s", e.Sequence, r.No, r.State)
	case *txn.Settled:
		return fmt.Sprintf("%d settled %s: by %s", e.Sequence, r.Order, r.By)
	case *txn.OfflineMade:
		return fmt.Sprintf("%d offline %s: code made", e.Sequence, r.Order)
	case *txn.OfflineTried:
		return fmt.Sprintf("%d offline %s: an answer", e.Sequence, r.Order)
	case *txn.OfflineAnswered:
		return fmt.Sprintf("%d offline %s: unconfirmed", e.Sequence, r.Order)
	case *txn.OfflineSeen:
		return fmt.Sprintf("%d offline %s: unconfirmed, seen by the cashier", e.Sequence, r.Order)
	case *txn.OfflineRenewed:
		return fmt.Sprintf("%d offline mode: renewed by %s", e.Sequence, r.Operator)
	case *txn.BatchClosed:
		return fmt.Sprintf("%d batch %d: settled, records %d to %d", e.Sequence, r.No, r.From, r.Through)
	case *txn.BatchPrinted:
		return fmt.Sprintf("%d batch %d: slip", e.Sequence, r.No)
	case *txn.Enrolled:
		return fmt.Sprintf("%d operator %s: %s", e.Sequence, r.Operator, r.Role)
	case *txn.Restored:
		return fmt.Sprintf("%d restored: incarnation %s after %s", e.Sequence, r.Incarnation, r.From)
	case *txn.PINTried:
		if r.Right {
			return fmt.Sprintf("%d operator %s: right PIN", e.Sequence, r.Operator)
		}
		return fmt.Sprintf("%d operator %s: a try", e.Sequence, r.Operator)
	}
	return fmt.Sprintf("%d", e.Sequence)
}
