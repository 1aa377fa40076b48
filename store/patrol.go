package store

import (
	"slices"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// patrolBatch is how many records or orders one step of a patrol looks at: it bounds how long a sale that comes meanwhile
// waits for the journal.
const patrolBatch = 64

// Patrol is a check of the whole journal, a small step at a time, beside the selling. The zero Patrol begins at the
// beginning.
type Patrol struct {
	Records uint64 // the last record whose MAC and place in the chain hold
	Orders  uint64 // the last order that is the sum of its records, and stands in its sale and where it is pending

	head [hashSize]byte
}

// Patrol takes the next step of p, and reports whether there are more; then the caller takes its turn when nothing is
// being sold. It checks every record and every order against the chain. What [Journal.Verify] checks besides that is
// whether there is anything too many, in the indexes or on the pages.
//
// It returns [txn.ErrJournalDamaged] with the first thing that doesn't hold. Selling may go on: what is read for a sale is
// checked when it is read.
func (j *Journal) Patrol(p *Patrol) (more bool, err error) {
	err = j.aside("patrol", func() error {
		return j.view(func(v *view) error {
			st, a, err := v.bounds()
			if err != nil {
				return err
			}
			if p.Records <= a.records { // at the beginning, or what was next is gone meanwhile
				p.Records, p.head = a.records, a.hash
			}
			p.Orders = max(p.Orders, a.orders)
			if p.Records < st.records {
				more = true
				return v.patrolRecords(p, st)
			}
			if err := v.patrolOrders(p, st); err != nil {
				return err
			}
			more = p.Orders < st.orders
			return nil
		})
	})
	return more && err == nil, err
}

func (v *view) patrolRecords(p *Patrol, st state) error {
	for last := min(st.records, p.Records+patrolBatch); p.Records < last; {
		e, err := v.entry(p.Records+1, p.head)
		if err != nil {
			return err
		}
		p.Records, p.head = e.Sequence, e.Hash
	}
	if p.Records == st.records && p.head != st.head {
		return damagedf("record %d is not the head of the chain", st.records)
	}
	return nil
}

func (v *view) patrolOrders(p *Patrol, st state) error {
	for last := min(st.orders, p.Orders+patrolBatch); p.Orders < last; p.Orders++ {
		s, err := v.order(p.Orders + 1)
		if err != nil {
			return err
		}
		if err := v.derive(s, nil); err != nil {
			return err
		}
		if err := v.inPlace(s.Order, p.Orders+1); err != nil {
			return err
		}
	}
	return nil
}

// inPlace holds that an order stands in its sale, and that its sale is taken up after a restart if the order needs it.
func (v *view) inPlace(o txn.Order, seq uint64) error {
	first, ok := rules.Sequence(o.Sale)
	if !ok {
		return damagedf("order %s belongs to sale %q", o.No, o.Sale)
	}
	sale, err := v.sale(first)
	if err != nil {
		return err
	}
	if !slices.Contains(sale, seq) {
		return damagedf("order %s is missing in its sale", o.No)
	}
	if !o.Pending() {
		return nil
	}
	_, ok, err = v.sealed(bucketPending, u64(first))
	if err == nil && !ok {
		err = damagedf("order %s is pending, and its sale is not", o.No)
	}
	return err
}
