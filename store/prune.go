package store

import (
	"encoding/binary"
	"errors"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// pruneBatch is how many records one step of pruning looks at or removes: it bounds how long a sale that comes meanwhile
// waits for the journal.
const pruneBatch = 64

// Retention says what may go.
type Retention struct {
	// Keep is how long a record stays in any case.
	Keep time.Duration
	// Slack is how much older than Keep the first record must be before anything goes: each time that something does, one
	// backup must be kept that nothing replaces, so it should go in large pieces.
	Slack time.Duration
	// Short says that room is: then Slack counts for nothing, and days without a record are days on which the shop was
	// closed, whatever the clock may have been.
	Short bool
}

// Prune makes room: it takes from the journal's beginning what is settled, held by a backup that was read back, old enough
// and closed in itself, and leaves an anchor in its place. An order that needs the machine, is on the exception list, was
// paid last, or has a record that stays, stays with everything behind it.
//
// Each call does one small step of that, and reports whether there is more to do: the caller takes its turn when nothing
// is being sold. First it looks for how far it can go, and holds every record and every order against the chain on the
// way; then one transaction moves the anchor; then what lies before it is swept out of the file. Whatever is committed
// meanwhile is taken into account. A power cut between any two steps loses nothing but the looking.
//
// Damage found here stops the pruning and not the selling. While a backup is being written, Prune does nothing.
func (j *Journal) Prune(r Retention) (more bool, err error) {
	if j.cfg.ReadOnly {
		return false, ErrReadOnly
	}
	err = j.aside("prune", func() error {
		if j.damaged != nil || j.copying > 0 {
			return j.damaged
		}
		more, err = j.prune(r)
		if err != nil {
			j.plan = nil
		}
		return err
	})
	return more && err == nil, err
}

func (j *Journal) prune(r Retention) (more bool, err error) {
	var st state
	err = j.view(func(v *view) error {
		if st, err = v.state(); err != nil || st.swept < st.gone {
			return err
		}
		if j.plan == nil {
			j.plan, err = v.newPlan(st, r, j.cfg.Now())
		}
		if err == nil && j.plan != nil && !j.plan.done {
			err = v.look(j.plan, st)
		}
		return err
	})
	switch p := j.plan; {
	case err != nil:
		return false, err
	case st.swept < st.gone:
		return true, j.write(func(w *writer) error { return w.sweep() })
	case p == nil:
		return false, nil
	case !p.done:
		return true, nil
	default:
		j.plan = nil
		if p.best.records == 0 {
			return false, nil
		}
		return true, j.write(func(w *writer) error { return w.moveAnchor(p) })
	}
}

// write runs fn in a transaction of its own that adds no record.
func (j *Journal) write(fn func(*writer) error) error {
	_, err := j.transact(time.Time{}, func(w *writer) (txn.Order, error) { return txn.Order{}, fn(w) })
	return err
}

// moveAnchor makes the journal begin where a plan says.
func (w *writer) moveAnchor(p *plan) error {
	before, err := w.anchor(w.st)
	if err != nil {
		return err
	}
	a := p.best
	if before.records != p.from || a.records >= w.st.records {
		return damagedf("pruning to record %d of a journal from %d to %d", a.records, before.records, w.st.records)
	}
	if a.exceptions, err = w.dropExceptions(before.exceptions, a.orders); err != nil {
		return err
	}
	codes, err := w.bucket(bucketCodes)
	if err != nil {
		return err
	}
	for i := after(before.codes, w.st.codes, rules.MaxCodes); i <= a.codes; i++ {
		if err := codes.Delete(u64(i)); err != nil {
			return err
		}
	}
	body, err := a.encode(w.keys, p.known)
	if err != nil {
		return err
	}
	if err := w.put(bucketMeta, []byte(keyAnchor), body); err != nil {
		return err
	}
	w.st.gone, w.st.goneOrders = a.records, a.orders
	return w.putState()
}

// dropExceptions removes the entries of orders up to one from the front of the exception list, behind those that are gone.
// An order that goes has no record that stays, so theirs are the first.
func (w *writer) dropExceptions(gone, orders uint64) (uint64, error) {
	b, err := w.bucket(bucketExceptions)
	if err != nil {
		return 0, err
	}
	for ; gone < w.st.exceptions; gone++ {
		seq, err := w.number(bucketExceptions, gone+1)
		if err != nil || seq > orders {
			return gone, err
		}
		if err := b.Delete(u64(gone + 1)); err != nil {
			return 0, err
		}
	}
	return gone, nil
}

// sweep removes the next records that are gone from the file, with the orders that began with them and their sales.
func (w *writer) sweep() error {
	records, err := w.bucket(bucketRecords)
	if err != nil {
		return err
	}
	for last := min(w.st.gone, w.st.swept+pruneBatch); w.st.swept < last; {
		e, _, err := w.record(w.st.swept + 1)
		if err != nil {
			return err
		}
		w.st.swept = e.sequence
		if err := records.Delete(u64(e.sequence)); err != nil {
			return err
		}
		if e.kind != txn.TypeIntent {
			continue
		}
		w.st.sweptOrders++
		if err := w.dropOrder(w.st.sweptOrders); err != nil {
			return err
		}
	}
	if w.st.swept == w.st.gone && w.st.sweptOrders != w.st.goneOrders {
		return damagedf("%d orders swept, %d should be gone", w.st.sweptOrders, w.st.goneOrders)
	}
	return w.putState()
}

// dropOrder removes an order, and its sale if it was that's first.
func (w *writer) dropOrder(seq uint64) error {
	var errs []error
	for _, name := range []string{bucketOrders, bucketSales} {
		b, err := w.bucket(name)
		if err != nil {
			return err
		}
		errs = append(errs, b.Delete(u64(seq)))
	}
	return errors.Join(errs...)
}

// noteBackup keeps how far a backup goes that lies on a medium and was read back from it: only what is in one ever goes.
func (j *Journal) noteBackup(m mark) error {
	if j.cfg.ReadOnly {
		return nil // nothing is pruned by whoever reads only
	}
	return j.do("backup", func() error {
		if j.damaged != nil {
			return j.damaged
		}
		return j.write(func(w *writer) error {
			if was, err := w.backedUp(); err != nil || was.records >= m.records {
				return err
			}
			return w.put(bucketMeta, []byte(keyBackup), append(u64(m.records), m.head[:]...))
		})
	})
}

// backedUp returns how far the latest backup goes.
func (v *view) backedUp() (mark, error) {
	body, ok, err := v.sealed(bucketMeta, []byte(keyBackup))
	if err != nil || !ok {
		return mark{}, err
	}
	if len(body) != 8+hashSize {
		return mark{}, damagedf("a backup of %d bytes", len(body))
	}
	return mark{binary.BigEndian.Uint64(body), Head(body[8:])}, nil
}

// hold keeps records from being pruned until release is called.
func (j *Journal) hold() (release func()) {
	add := func(n int) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.copying += n
	}
	add(1)
	return func() { add(-1) }
}
