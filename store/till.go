package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"smartpos/txn"
)

// till returns what the terminal knows of itself: nothing before the first record of it, and in format 1.
func (v *view) till(st state) (t txn.Till, err error) {
	if st.till == 0 {
		return txn.Till{}, nil
	}
	body, err := v.must(bucketTill, []byte(keyNow))
	if err != nil {
		return txn.Till{}, err
	}
	kept, err := v.keys.decodeTill(body)
	if err != nil {
		return txn.Till{}, damagedf("till: %v", err)
	}
	if kept.Record != st.till { // an older one, put back: it would give tries back
		return txn.Till{}, damagedf("the till is that of record %d, should be of %d", kept.Record, st.till)
	}
	return kept.Till, nil
}

// tillSnapshot is the till and the latest record that it is the sum of.
type tillSnapshot struct {
	Record uint64   `json:"record"`
	Till   txn.Till `json:"till"`
}

// putTill applies rec, the latest record, to the till.
func (w *writer) putTill(rec txn.Record) error {
	t, err := w.till(w.st)
	if err != nil {
		return err
	}
	if t, err = t.Apply(rec); err != nil {
		return err
	}
	w.st.till = w.st.records
	return w.putTillNow(t)
}

// putTillNow writes the till as it is after the record that the state names.
func (w *writer) putTillNow(t txn.Till) error {
	body, err := w.keys.encodeTill(tillSnapshot{Record: w.st.till, Till: t})
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRecord, err)
	}
	if len(body) > maxValue-macSize {
		return fmt.Errorf("%w: a till of %d bytes", ErrRecord, len(body))
	}
	return w.put(bucketTill, []byte(keyNow), body)
}

// upgrade makes a journal of an older format one of this format, in the transaction that writes its next record.
func (w *writer) upgrade() error {
	format, err := w.format()
	if err != nil || format == Format {
		return err
	}
	if _, err := w.tx.CreateBucketIfNotExists([]byte(bucketTill)); err != nil {
		return err
	}
	if format < formatBatches && w.st.records > 0 { // what is written may be no record, and the batch is to be found
		if err := w.putBatchNow(); err != nil {
			return err
		}
	}
	return w.putRaw(bucketMeta, []byte(keyFormat), u32(Format))
}

// tillTally is the till as the records make it, for [Journal.Verify].
type tillTally struct {
	till    txn.Till
	record  uint64 // the latest that concerns it
	without uint64 // records that have no order

	incarnation string // of the numbers that come next
	batches     batchTally
}

// add takes the next record of the chain.
func (t *tillTally) add(e Entry) (err error) {
	if t.incarnation, err = follow(t.incarnation, e.Record); err != nil {
		return damagedf("record %d: %v", e.Sequence, err)
	}
	t.batches.add(e)
	if !txn.ConcernsTill(e.Record) {
		return nil
	}
	if t.till, err = t.till.Apply(e.Record); err != nil {
		return damagedf("record %d: %v", e.Sequence, err)
	}
	t.record = e.Sequence
	if txn.OfTill(e.Record) {
		t.without++
	}
	return nil
}

// verifyTill holds the till against the sum of its records.
func (v *view) verifyTill(st state, want tillTally) error {
	if st.till != want.record {
		return damagedf("the till is that of record %d, should be of %d", st.till, want.record)
	}
	got, err := v.till(st)
	if err != nil {
		return err
	}
	x, errX := json.Marshal(got)
	y, errY := json.Marshal(want.till)
	if errX != nil || errY != nil || !bytes.Equal(x, y) {
		return damagedf("the till is not the sum of its records")
	}
	format, err := v.format()
	switch {
	case err != nil || format == 1:
		return err
	case format < formatBatches:
		return v.verifyCounts(map[string]uint64{bucketTill: min(st.till, 1)})
	}
	return v.verifyCounts(map[string]uint64{bucketTill: min(st.till, 1) + min(st.records, 1)})
}
