package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Batch implements [txn.Journal].
func (j *Journal) Batch() (out txn.BatchReport, err error) {
	err = j.read("batch", func(v *view) error {
		st, err := v.state()
		if err != nil {
			return err
		}
		t, err := v.till(st)
		if err != nil {
			return err
		}
		if out.Running, err = v.batch(st); err != nil {
			return err
		}
		out.No = t.Batches.Closed + 1
		out.Last, err = v.settlement(t, out.Running)
		return err
	})
	return out, err
}

// batchSnapshot is the batch that runs and the latest record: every record writes it anew, so that an older one that
// somebody puts back is known.
type batchSnapshot struct {
	Record uint64    `json:"record"`
	Batch  txn.Batch `json:"batch"`
}

// batch returns the batch that runs.
func (v *view) batch(st state) (txn.Batch, error) {
	format, err := v.format()
	switch {
	case err != nil:
		return txn.Batch{}, err
	case format < formatBatches:
		return v.firstBatch(st)
	case st.records == 0:
		return txn.FirstBatch, nil
	}
	body, err := v.must(bucketTill, []byte(keyBatch))
	if err != nil {
		return txn.Batch{}, err
	}
	var kept batchSnapshot
	if err := json.Unmarshal(body, &kept); err != nil {
		return txn.Batch{}, damagedf("batch: %v", err)
	}
	if kept.Record != st.records {
		return txn.Batch{}, damagedf("the batch is that of record %d, should be of %d", kept.Record, st.records)
	}
	return kept.Batch, nil
}

// firstBatch sums up a journal of before there were batches: all of it is the first. It is as long as the journal; the
// next record keeps what comes of it.
func (v *view) firstBatch(st state) (txn.Batch, error) {
	b := txn.FirstBatch
	for seq := uint64(1); seq <= st.orders; seq++ {
		s, err := v.order(seq)
		if err != nil {
			return b, err
		}
		if !s.Order.Late { // what it is now says how it came about
			if b, err = b.Changed(txn.Order{}, s.Order); err != nil {
				return b, damagedf("order %d: %v", seq, err)
			}
			continue
		}
		var bad error
		err = v.derive(s, func(_ uint64, before, after txn.Order) {
			if bad == nil {
				b, bad = b.Changed(before, after)
			}
		})
		if err != nil || bad != nil {
			return b, damagedf("order %d: %v", seq, errors.Join(err, bad))
		}
	}
	return b, nil
}

// latestSettlement is settlement for a start, which looks at the batch in any case: damage that is found here can be
// repaired before anybody sells. A journal of before there were batches has none to look at.
func (v *view) latestSettlement(st state, t txn.Till) (*txn.Settlement, error) {
	if format, err := v.format(); err != nil || format < formatBatches {
		return nil, err
	}
	b, err := v.batch(st)
	if err != nil {
		return nil, err
	}
	return v.settlement(t, b)
}

// settlement returns the latest one, by which the batch that runs begins.
func (v *view) settlement(t txn.Till, running txn.Batch) (*txn.Settlement, error) {
	if t.Batches.Closed == 0 {
		return nil, nil
	}
	e, hash, err := v.record(running.From)
	if err != nil {
		return nil, err
	}
	rec, err := e.record(v.keys)
	if err != nil {
		return nil, damagedf("record %d: %v", e.sequence, err)
	}
	r, ok := rec.(*txn.BatchClosed)
	if !ok || r.No != t.Batches.Closed {
		return nil, damagedf("record %d is not the settlement of batch %d", e.sequence, t.Batches.Closed)
	}
	head := Witness{e.sequence, Head(hash).Short()}
	return &txn.Settlement{BatchClosed: *r, Head: head.String(), Printed: t.Batches.Printed}, nil
}

// closeBatch adds a settlement.
func (w *writer) closeBatch(r *txn.BatchClosed) (txn.Order, error) {
	t, err := w.till(w.st)
	if err != nil {
		return txn.Order{}, err
	}
	incarnation, err := w.incarnation(w.st)
	if err != nil {
		return txn.Order{}, err
	}
	if r, err = rules.CloseBatch(r, t, w.batch, w.st.records+1, incarnation); err != nil {
		return txn.Order{}, err
	}
	payload, rec, err := rules.Canonical(r)
	if err != nil {
		return txn.Order{}, err
	}
	return w.keep(rec, payload)
}

// putBatch takes rec, the latest record, into the batch.
func (w *writer) putBatch(rec txn.Record, before, after txn.Order) (err error) {
	if w.batch, err = w.batch.Apply(rec, w.st.records, before, after); err != nil {
		return err
	}
	return w.putBatchNow()
}

// putBatchNow writes the batch as it is after the latest record.
func (w *writer) putBatchNow() error {
	body, err := json.Marshal(batchSnapshot{w.st.records, w.batch})
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRecord, err)
	}
	return w.put(bucketTill, []byte(keyBatch), body)
}

// batchTally is what the batches must be, as the orders make them, for [Journal.Verify].
type batchTally struct {
	from    txn.Batch     // what ran where the journal begins
	closed  []closedBatch // in the order of the chain
	changes []txn.Batch   // what the records of each batch have changed; the last is the one that runs
}

type closedBatch struct {
	sequence uint64
	rec      *txn.BatchClosed
}

// add takes the next record of the chain.
func (t *batchTally) add(e Entry) {
	if r, ok := e.Record.(*txn.BatchClosed); ok {
		t.closed = append(t.closed, closedBatch{e.Sequence, r})
	}
}

// change takes what a record did to its order.
func (t *batchTally) change(record uint64, before, after txn.Order) (err error) {
	if t.changes == nil {
		t.changes = make([]txn.Batch, len(t.closed)+1)
	}
	i, _ := slices.BinarySearchFunc(t.closed, record, func(c closedBatch, record uint64) int { return cmp.Compare(c.sequence, record) })
	t.changes[i], err = t.changes[i].Changed(before, after)
	return err
}

// verifyBatches holds every settlement, and the batch that runs, against the sum of their records.
func (v *view) verifyBatches(st state, t batchTally) error {
	got, err := v.batch(st)
	if err != nil {
		return err
	}
	want := t.from
	for i := range len(t.closed) + 1 {
		if i < len(t.changes) {
			if want, err = want.Plus(t.changes[i]); err != nil {
				return damagedf("batch %d: %v", i+1, err)
			}
		}
		if i < len(t.closed) {
			if want, err = want.Apply(t.closed[i].rec, t.closed[i].sequence, txn.Order{}, txn.Order{}); err != nil {
				return damagedf("record %d: %v", t.closed[i].sequence, err)
			}
		}
	}
	if got.From != want.From || got.Orders != want.Orders || !slices.Equal(got.Rows, want.Rows) {
		return damagedf("the batch that runs is not the sum of its records")
	}
	return nil
}
