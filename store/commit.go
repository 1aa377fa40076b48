package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Commit implements [txn.Journal]: one bbolt transaction holds the record, the order after it and every
// index, so a power cut leaves all of it or nothing. Besides the errors named there it returns [ErrSaleBusy],
// [ErrRecord], [ErrTerminal] and [ErrReadOnly].
//
// When the disk fails in the very last step nobody can say whether the record is on it. The journal then takes
// no more work, and is as the disk says when it is opened again.
func (j *Journal) Commit(rec txn.Record) (o txn.Order, err error) {
	if j.cfg.ReadOnly {
		return txn.Order{}, ErrReadOnly
	}
	err = j.do("commit", func() error {
		if j.damaged != nil {
			return j.damaged
		}
		o, err = j.commit(rec)
		return err
	})
	if err != nil {
		return txn.Order{}, err
	}
	return o, nil
}

func (j *Journal) commit(rec txn.Record) (txn.Order, error) {
	return j.transact(j.cfg.Now(), func(w *writer) (txn.Order, error) { return w.apply(rec) })
}

// transact runs fn in a transaction that writes, and makes it durable. At is what its record is stamped with.
func (j *Journal) transact(at time.Time, fn func(*writer) (txn.Order, error)) (txn.Order, error) {
	tx, err := j.db.Begin(true)
	if err != nil {
		return txn.Order{}, damagedf("%v", err)
	}
	w := &writer{view: view{tx: tx, id: j.id, keys: j.keys, visits: &j.visits}, j: j, at: at}
	if w.st, err = w.state(); err == nil {
		w.batch, err = w.view.batch(w.st) // of an older format, too
	}
	if err == nil {
		err = w.upgrade()
	}
	if err != nil {
		return txn.Order{}, errors.Join(err, tx.Rollback())
	}
	id := tx.ID()
	o, err := fn(w)
	if err != nil {
		return txn.Order{}, errors.Join(noRoom(err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return txn.Order{}, j.failed(err, id)
	}
	return o, nil
}

// failed judges an error of bbolt's Commit of a transaction. With no room, bbolt has gone back to where it was, and so may
// we: that is checked. After any other error, or if what it wrote is visible although its sync failed, memory and
// disk may differ, and the kernel will not say so a second time: nothing is done any more.
func (j *Journal) failed(err error, id int) error {
	if isFull(err) {
		unchanged := false
		viewErr := j.view(func(v *view) error {
			unchanged = v.tx.ID() < id // not every transaction moves the head
			return nil
		})
		if viewErr == nil && unchanged {
			return noRoom(err)
		}
	}
	j.broken = fmt.Errorf("%w: writing it failed, and it must be opened again: %w", txn.ErrJournalDamaged, err)
	return j.broken
}

// appendFill is how full bbolt leaves the pages of buckets that only grow at their end; by default it splits them
// in the middle, for keys that will never come.
const appendFill = 0.95

// writer adds to the journal within one transaction.
type writer struct {
	view
	j  *Journal
	at time.Time // the time of the record
	st state     // as it will be

	batch txn.Batch // the one that runs, as it will be

	again *envelope // what is added was decided before, see replay; nil for what is new
}

// apply adds rec and returns its order after it, if it has one.
func (w *writer) apply(rec txn.Record) (txn.Order, error) {
	if err := w.reserve(rec); err != nil {
		return txn.Order{}, err
	}
	switch r := rec.(type) {
	case *txn.Intent:
		return w.intent(r)
	case *txn.BatchClosed:
		return w.closeBatch(r)
	}
	payload, rec, err := rules.Canonical(rec)
	if err != nil {
		return txn.Order{}, err
	}
	return w.keep(rec, payload)
}

// keep adds rec, of which payload is the JSON. An intent has its number already, the next one.
func (w *writer) keep(rec txn.Record, payload []byte) (txn.Order, error) {
	if in, ok := rec.(*txn.Intent); ok {
		return w.open(in, payload)
	}
	if txn.OfTill(rec) {
		if err := w.putRecord(rec.Type(), payload); err != nil {
			return txn.Order{}, err
		}
		return txn.Order{}, w.finish(rec, txn.Order{}, txn.Order{})
	}
	s, err := w.orderByNo(rec.OrderNo())
	if err != nil {
		return txn.Order{}, err
	}
	first, ok := rules.Sequence(s.Order.Sale)
	if !ok {
		return txn.Order{}, damagedf("order %s belongs to sale %q", s.Order.No, s.Order.Sale)
	}
	seqs, err := w.sale(first)
	if err != nil {
		return txn.Order{}, err
	}
	return w.add(s, rec, payload, first, seqs)
}

// intent gives a new order its number.
func (w *writer) intent(in *txn.Intent) (txn.Order, error) {
	incarnation, err := w.incarnation(w.st)
	if err != nil {
		return txn.Order{}, err
	}
	no, err := rules.Number(w.j.cfg.Terminal, incarnation, w.st.orders+1)
	if err != nil {
		return txn.Order{}, err
	}
	if in, err = rules.NewIntent(in, no); err != nil {
		return txn.Order{}, err
	}
	payload, rec, err := rules.Canonical(in)
	if err != nil {
		return txn.Order{}, err
	}
	return w.keep(rec, payload)
}

// open adds an intent that has its number, the next one.
func (w *writer) open(in *txn.Intent, payload []byte) (txn.Order, error) {
	w.st.orders++
	first, seqs := w.st.orders, []uint64(nil)
	if in.Sale != in.No {
		s, err := w.orderByNo(in.Sale)
		if err != nil {
			return txn.Order{}, fmt.Errorf("sale: %w", err)
		}
		if s.Order.Sale != in.Sale {
			return txn.Order{}, fmt.Errorf("%w: sale %s", txn.ErrNoOrder, in.Sale)
		}
		first, _ = rules.Sequence(in.Sale)
		if seqs, err = w.sale(first); err != nil {
			return txn.Order{}, err
		}
	}
	return w.add(snapshot{}, in, payload, first, append(seqs, w.st.orders))
}

// add decides on rec, and writes it and everything that follows from it. First and seqs are the sale and its
// orders, with the new one.
func (w *writer) add(s snapshot, rec txn.Record, payload []byte, first uint64, seqs []uint64) (txn.Order, error) {
	seq, ok := rules.Sequence(rec.OrderNo())
	if !ok {
		return txn.Order{}, damagedf("order %q", rec.OrderNo())
	}
	others, pending, err := w.others(seqs, seq)
	if err != nil {
		return txn.Order{}, err
	}
	after, err := w.judge(s.Order, rec, others)
	if err != nil {
		return txn.Order{}, err
	}
	if len(s.Records) >= rules.MaxRecords {
		return txn.Order{}, fmt.Errorf("%w: order %s has %d records", ErrRecord, after.No, len(s.Records))
	}
	w.j.plan.touch(w.j, seq, first)
	if err := w.putRecord(rec.Type(), payload); err != nil {
		return txn.Order{}, err
	}
	if err := w.putOrder(seq, snapshot{Records: append(s.Records, w.st.records), Order: after}); err != nil {
		return txn.Order{}, err
	}
	if s.Order.No == "" {
		if err := w.putSale(first, seqs); err != nil {
			return txn.Order{}, err
		}
	}
	if err := w.putPending(first, pending || after.Pending()); err != nil {
		return txn.Order{}, err
	}
	if err := w.putNotes(seq, s.Order, after); err != nil {
		return txn.Order{}, err
	}
	return after, w.finish(rec, s.Order, after)
}

// finish writes what rec, which has been put and made after of its order before, changes in the till and the batch, and
// the state.
func (w *writer) finish(rec txn.Record, before, after txn.Order) error {
	if txn.ConcernsTill(rec) {
		if err := w.putTill(rec); err != nil {
			return err
		}
	}
	if err := w.putBatch(rec, before, after); err != nil {
		return err
	}
	return w.putState()
}

// others returns a sale's orders except one, and whether any of them is pending.
func (w *writer) others(seqs []uint64, except uint64) (out []txn.Order, pending bool, err error) {
	for _, seq := range seqs {
		if seq == except {
			continue
		}
		s, err := w.order(seq)
		if err != nil {
			return nil, false, err
		}
		out = append(out, s.Order)
		pending = pending || s.Order.Pending()
	}
	return out, pending, nil
}

// put writes a sealed value.
func (w *writer) put(bucket string, key, body []byte) error {
	return w.putRaw(bucket, key, w.keys.seal(bucket, key, body))
}

func (w *writer) putRaw(bucket string, key, value []byte) error {
	b, err := w.bucket(bucket)
	if err != nil {
		return err
	}
	if bucket == bucketRecords || bucket == bucketSales {
		b.FillPercent = appendFill
	}
	return b.Put(key, value)
}

func (w *writer) putRecord(kind txn.RecordType, payload []byte) error {
	e := envelope{kind: kind, sequence: w.st.records + 1, previous: w.st.head, at: w.at}
	if w.again != nil {
		e = *w.again
	} else if err := e.fill(w.keys, payload); err != nil {
		return err
	}
	b := e.encode(w.keys.record)
	w.st.records, w.st.head = e.sequence, sha256.Sum256(b)
	return w.putRaw(bucketRecords, u64(e.sequence), b)
}

func (w *writer) putOrder(seq uint64, s snapshot) error {
	body, err := w.keys.encodeOrder(seq, s)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRecord, err)
	}
	if len(body) > maxValue-macSize { // nobody could read it again
		return fmt.Errorf("%w: an order of %d bytes", ErrRecord, len(body))
	}
	return w.put(bucketOrders, u64(seq), body)
}

func (w *writer) putSale(first uint64, seqs []uint64) error {
	var body []byte
	for _, seq := range seqs {
		body = append(body, u64(seq)...)
	}
	return w.put(bucketSales, u64(first), body)
}

// putPending keeps the sale in the index of what the terminal takes up after a restart, or takes it out.
func (w *writer) putPending(first uint64, pending bool) error {
	_, was, err := w.sealed(bucketPending, u64(first))
	if err != nil || was == pending {
		return err
	}
	if pending {
		w.st.pending++
		return w.put(bucketPending, u64(first), nil)
	}
	w.st.pending--
	b, err := w.bucket(bucketPending)
	if err != nil {
		return err
	}
	return b.Delete(u64(first))
}

// putNotes keeps what Start tells besides the pending sales.
func (w *writer) putNotes(seq uint64, before, after txn.Order) error {
	if before.State != txn.Paid && after.State == txn.Paid {
		w.st.last = seq
	}
	if !before.Listed() && after.Listed() {
		w.st.exceptions++
		if err := w.put(bucketExceptions, u64(w.st.exceptions), u64(seq)); err != nil {
			return err
		}
	}
	if before.No != "" || after.Code == "" {
		return nil
	}
	w.st.codes++
	if err := w.put(bucketCodes, u64(w.st.codes), []byte(after.Code)); err != nil {
		return err
	}
	if w.st.codes <= rules.MaxCodes {
		return nil
	}
	b, err := w.bucket(bucketCodes)
	if err != nil {
		return err
	}
	return b.Delete(u64(w.st.codes - rules.MaxCodes))
}
