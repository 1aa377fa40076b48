package store

import (
	"slices"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// finish brings every order to rest, makes a sale and settles, so that something may go.
func (m *modelled) finish() {
	m.t.Helper()
	for _, no := range m.all[m.gone:] {
		for range 20 {
			o := must(m.model.Order(no))
			if o.AtRest() {
				break
			}
			m.both(m.ending(o))
		}
	}
	if cash := m.both(storetest.Cash(100, 100, "")); cash.No != "" {
		m.both(storetest.Printed(cash))
	}
	till, by := must(m.model.Start()).Till, ""
	if len(till.Operators) > 0 {
		by = till.Operators[0].ID
	}
	m.both(storetest.BatchClosed(till.Batches.Closed+1, by))
}

// ending returns what takes an order a step nearer to rest.
func (m *modelled) ending(o txn.Order) txn.Record {
	for _, r := range o.Refunds {
		if !r.State.Final() {
			return &txn.RefundOutcome{Order: o.No, No: r.No, State: txn.RefundDone, At: storetest.Day}
		}
		if r.Pending() {
			return &txn.Printed{Order: o.No, Refund: r.No, At: storetest.Day}
		}
	}
	switch {
	case !o.State.Final():
		r := storetest.Outcome(o, txn.Paid)
		r.Exception = txn.OverTotal
		if o.Offline != nil && o.Offline.Counts {
			r.Settles = o.Amount
		}
		return r
	case o.State == txn.Paid && !o.Printed:
		return storetest.Printed(o)
	}
	return &txn.Settled{Order: o.No, By: "9001", At: storetest.Day}
}

// both commits a record to both, and returns the model's order.
func (m *modelled) both(rec txn.Record) txn.Order {
	m.t.Helper()
	got, err := m.real.Commit(m.translate(rec))
	want, wantErr := m.model.Commit(rec)
	if (err == nil) != (wantErr == nil) {
		m.t.Errorf("%T: %v, the model says %v", rec, err, wantErr)
	}
	if wantErr == nil {
		m.took(rec, want, got)
	}
	return want
}

// prune takes from the real journal what may go. What is left is still what the model says.
func (m *modelled) prune() {
	m.t.Helper()
	if m.rng.IntN(2) == 0 {
		m.finish()
	}
	var records []uint64 // of those that the model has, too
	err := m.real.Walk(func(e Entry) error {
		if _, ok := e.Record.(*txn.Restored); !ok {
			records = append(records, e.Sequence)
		}
		return nil
	})
	if err == nil {
		_, err = m.real.BackupTo(m.t.Context(), m.t.TempDir(), safe().Recipient())
	}
	for more := true; more && err == nil; {
		more, err = m.real.Prune(Retention{Keep: -time.Second})
	}
	if err != nil {
		m.t.Fatal(err)
	}
	info := must(m.real.Info())
	kept := slices.IndexFunc(records, func(seq uint64) bool { return seq > info.Gone })
	if kept < 0 {
		kept = len(records)
	}
	m.gone, m.goneRecords = int(info.GoneOrders), m.goneRecords+kept
}
