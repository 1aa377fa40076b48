package store

import (
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// plan is how far pruning could go, as far as it has looked. Records never change, so what it has seen of them stays true
// while others are added; an order that it has seen and that gets another record ends the plan.
type plan struct {
	from    uint64    // the latest record that was gone when it began
	limit   uint64    // the latest that may go: settled, backed up, not the head
	before  time.Time // what is younger stays
	now     time.Time // what is younger than this has a false time
	settled uint64
	backup  mark

	// What has been seen.
	next   uint64
	head   [hashSize]byte
	orders uint64
	codes  uint64
	till   tillTally
	batch  txn.Batch
	open   map[txn.OrderNo]passing
	need   uint64 // latest record of an order or a sale that has been seen: the anchor can't stand before it

	best   anchor    // the latest place where it can stand
	known  known     // … and what was known there
	full   bool      // nothing more may go: what follows tells only whether the clock was right
	short  bool      // … which does not matter
	latest time.Time // of the latest record, as far as its time is true
	done   bool
}

// clockJump is more than a shop is closed as a rule. Where no record is for so long, the clock may have been set forward: that
// of a new board, or of one without a real-time clock, can be years behind until a network has signed the time.
const clockJump = 48 * time.Hour

// passing is an order of which some records have been seen, and more follow.
type passing struct {
	order txn.Order
	is    snapshot // what it has come to
}

// newPlan returns a plan that has seen nothing yet, or nil if nothing may go.
func (v *view) newPlan(st state, r Retention, now time.Time) (*plan, error) {
	a, err := v.anchor(st)
	if err != nil {
		return nil, err
	}
	m, err := v.backedUp()
	if err != nil || st.records == 0 {
		return nil, err
	}
	b, err := v.batch(st)
	if err != nil {
		return nil, err
	}
	last, _, err := v.record(st.records)
	if err != nil {
		return nil, err
	}
	if last.at.Before(now) { // a clock that has jumped ahead since makes nothing old by itself
		now = last.at
	}
	if r.Short {
		r.Slack = 0
	}
	p := &plan{
		from: a.records, limit: min(b.From-1, m.records), before: now.Add(-r.Keep), now: now, settled: b.From - 1, backup: m,
		open: map[txn.OrderNo]passing{}, next: a.records + 1, head: a.hash, orders: a.orders, codes: a.codes,
		short: r.Short,
	}
	if p.limit < p.next {
		return nil, nil
	}
	first, _, err := v.record(p.next)
	if err != nil || !first.at.Before(p.before.Add(-r.Slack)) && !first.at.After(now) {
		return nil, err
	}
	if _, hash, err := v.record(m.records); err != nil || Head(hash) != m.head {
		return nil, damagedf("record %d is another than in the backup: %v", m.records, err)
	}
	p.till, err = a.tally(v.keys, v.id)
	p.batch = p.till.batches.from
	return p, err
}

// look takes the next records into account.
func (v *view) look(p *plan, st state) (err error) {
	for range pruneBatch {
		p.full = p.full || p.next > p.limit || p.need > p.limit
		switch {
		case p.full && (p.short || p.best.records == 0): // nothing depends on what follows
			p.done = true
		case p.next > st.records:
			p.end(p.now)
		case p.full:
			err = v.lookOn(p)
		default:
			err = v.lookAt(p, st)
		}
		if err != nil || p.done {
			return err
		}
	}
	return nil
}

// lookAt takes the next record into account.
func (v *view) lookAt(p *plan, st state) error {
	e, err := v.entry(p.next, p.head)
	if err != nil {
		return err
	}
	if p.young(e.At) {
		p.end(e.At)
		return nil
	}
	if in, ok := e.Record.(*txn.Intent); ok {
		if p.full, err = v.weigh(p, in, st); err != nil || p.full {
			return err
		}
	}
	if err := p.take(e); err != nil {
		return damagedf("record %d: %v", e.Sequence, err)
	}
	p.next, p.head = e.Sequence+1, e.Hash
	if p.pass(e.At) && p.need <= e.Sequence {
		p.stop(e)
	}
	return nil
}

// lookOn looks when the next record was made.
func (v *view) lookOn(p *plan) error {
	e, _, err := v.record(p.next)
	switch {
	case err != nil:
		return err
	case p.young(e.at):
		p.end(e.at)
	default:
		p.pass(e.at)
		p.next++
	}
	return nil
}

// young reports whether a record stays for its time. One of the future was written by a clock that was ahead: it is as old
// as what follows it.
func (p *plan) young(at time.Time) bool { return !at.Before(p.before) && !at.After(p.now) }

// pass notes the time of a record that is not young, and reports whether it is old by that.
func (p *plan) pass(at time.Time) (old bool) {
	if old = at.Before(p.before); old {
		p.latest = at
	}
	return old
}

// end ends the plan at the first time that is young. If that comes long after the one before, nothing tells whether what was
// before it is old: then it all stays until this is old, too.
func (p *plan) end(at time.Time) {
	p.done = true
	if at.Sub(p.latest) > clockJump && !p.short {
		p.best = anchor{}
	}
}

// weigh looks at the order that an intent has begun, and reports whether it stays.
func (v *view) weigh(p *plan, in *txn.Intent, st state) (stays bool, err error) {
	s, err := v.order(p.orders + 1)
	if err != nil {
		return true, err
	}
	if s.Order.No != in.No || len(s.Records) == 0 {
		return true, damagedf("order %d is %s, should be %s", p.orders+1, s.Order.No, in.No)
	}
	if !s.Order.AtRest() || p.orders+1 == st.last {
		return true, nil
	}
	p.orders++
	p.open[in.No] = passing{is: s}
	if s.Order.Code != "" {
		p.codes++
	}
	p.need = max(p.need, s.Records[len(s.Records)-1])
	if first, _ := rules.Sequence(s.Order.Sale); first != p.orders {
		return false, nil
	}
	sale, err := v.sale(p.orders)
	if err != nil {
		return true, err
	}
	latest, err := v.order(sale[len(sale)-1])
	if err == nil && len(latest.Records) > 0 {
		p.need = max(p.need, latest.Records[0])
	}
	return false, err
}

// take applies a record to what it changes.
func (p *plan) take(e Entry) error {
	if err := p.till.add(e); err != nil {
		return err
	}
	no, after := e.Record.OrderNo(), txn.Order{}
	o, ok := p.open[no]
	if no != "" {
		var err error
		if after, err = o.order.Apply(e.Record); err != nil || !ok {
			return damagedf("order %s: %v", no, err)
		}
	}
	before := o.order
	if o.order = after; no != "" {
		p.open[no] = o
	}
	if ok && e.Sequence == o.is.Records[len(o.is.Records)-1] {
		delete(p.open, no)
		if !sameOrder(after, o.is.Order) {
			return damagedf("order %s is not the sum of its records", no)
		}
	}
	var err error
	p.batch, err = p.batch.Apply(e.Record, e.Sequence, before, after)
	return err
}

// stop notes that the anchor can stand at e.
func (p *plan) stop(e Entry) {
	p.best = anchor{
		records: e.Sequence, hash: e.Hash, orders: p.orders, codes: p.codes, till: p.till.record, at: e.At,
		settled: p.settled, backup: p.backup,
	}
	p.known = known{Till: p.till.till, Batch: p.batch}
}

// touch ends the plan if an order or a sale that it has seen changes.
func (p *plan) touch(j *Journal, order, sale uint64) {
	if p != nil && min(order, sale) <= p.orders {
		j.plan = nil
	}
}
