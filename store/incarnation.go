package store

import (
	"encoding/json"
	"fmt"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// incarnation returns the incarnation of the numbers to come: the one that the latest restore began, or the journal's
// first.
func (v *view) incarnation(st state) (string, error) {
	t, err := v.till(st)
	if err != nil || t.Incarnation == "" {
		return v.id.incarnation, err
	}
	return t.Incarnation, nil
}

// follow returns the incarnation after rec. It returns [ErrRecord] for a number of another incarnation than the one that
// holds, and for a restore that ends another.
func follow(incarnation string, rec txn.Record) (string, error) {
	switch r := rec.(type) {
	case *txn.Intent:
		if _, ok := rules.Sequence(r.No); !ok || rules.Incarnation(r.No) != incarnation {
			return "", fmt.Errorf("%w: order %q in incarnation %s", ErrRecord, r.No, incarnation)
		}
	case *txn.BatchClosed:
		if r.Journal != incarnation {
			return "", fmt.Errorf("%w: batch %d of incarnation %q in %s", ErrRecord, r.No, r.Journal, incarnation)
		}
	case *txn.Restored:
		if r.From != incarnation || !rules.ValidIncarnation(r.Incarnation) {
			return "", fmt.Errorf("%w: incarnation %q after %q, which is %s", ErrRecord, r.Incarnation, r.From, incarnation)
		}
		return r.Incarnation, nil
	}
	return incarnation, nil
}

// begin writes the record by which a new incarnation begins, and fills in what it follows.
func (w *writer) begin(r *txn.Restored) error {
	var err error
	if r.From, err = w.incarnation(w.st); err != nil {
		return err
	}
	r.Incarnation = rules.NewIncarnation()
	payload, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRecord, err)
	}
	_, err = w.keep(r, payload)
	return err
}

// replay writes a record of this journal again, byte for byte, and everything that follows from it. Whether it was right
// to take it was judged when it came, perhaps by older rules: it must fit its order, and that is all.
func (w *writer) replay(e envelope) (txn.Order, error) {
	if e.sequence != w.st.records+1 || e.previous != w.st.head {
		return txn.Order{}, damagedf("record %d doesn't follow record %d", e.sequence, w.st.records)
	}
	rec, err := e.record(w.keys)
	if err != nil {
		return txn.Order{}, damagedf("record %d: %v", e.sequence, err)
	}
	if in, ok := rec.(*txn.Intent); ok {
		if seq, ok := rules.Sequence(in.No); !ok || seq != w.st.orders+1 {
			return txn.Order{}, damagedf("record %d: order %q behind order %d", e.sequence, in.No, w.st.orders)
		}
	}
	w.at, w.again = e.at, &e
	o, err := w.keep(rec, nil) // the envelope has it
	if err != nil {
		return txn.Order{}, damagedf("record %d: %v", e.sequence, err)
	}
	return o, nil
}

// judge returns o after rec, by the rules for what is new or as it was decided before.
func (w *writer) judge(o txn.Order, rec txn.Record, others []txn.Order) (txn.Order, error) {
	if w.again != nil {
		return o.Apply(rec)
	}
	return rules.Apply(o, rec, others)
}
