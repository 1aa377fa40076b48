package store

import (
	"errors"
	"slices"

	"go.etcd.io/bbolt"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Report is what a check found to hold.
type Report struct {
	Records uint64 // the last of the records from the first on with their MAC and their place in the chain
	Orders  uint64 // the last of the orders from the first on that are the sum of their records

	Gone       uint64 // the last of the records that were pruned, in whose place the anchor stands; or 0
	GoneOrders uint64 // the last of the orders that were
}

// Verify checks everything: the pages of the file, the chain from where the journal begins to the head, every order
// against its records, and every index against the orders. It returns [txn.ErrJournalDamaged] with the first
// thing that doesn't hold, and how far everything did. The journal can't be used meanwhile; its cost grows with
// everything that is past.
func (j *Journal) Verify() (rep Report, err error) {
	err = j.do("verify", func() error {
		pagesErr := j.verifyPages()
		err := j.view(func(v *view) error { return v.verify(&rep) })
		if pagesErr != nil {
			return pagesErr
		}
		return err
	})
	return rep, err
}

// verifyPages reads every page.
func (j *Journal) verifyPages() error {
	p, err := j.pages()
	if err != nil {
		return err
	}
	if err := p.check(true); err != nil {
		return err
	}
	return j.view(func(v *view) error { return v.checkBehind(p) })
}

// pages returns the pages of bbolt's own file: another file would need a lock of its own.
func (j *Journal) pages() (*pages, error) {
	info, err := j.file.Stat()
	if err != nil {
		return nil, damagedf("%v", err)
	}
	return openPages(j.file, info.Size())
}

// checkBehind holds that the state is the latest one, and not what a lost meta page has left.
func (v *view) checkBehind(p *pages) error {
	st, err := v.state()
	if err == nil {
		_, err = p.behind(st, v.keys)
	}
	return err
}

// tally is what the indexes must say, gathered from the orders.
type tally struct {
	anchor     anchor
	records    uint64
	exceptions map[uint64]uint64 // record that put an order on the list → order
	codes      []txn.CodeDigest  // the latest
	coded      uint64            // orders with a code
	last       uint64            // latest paid order
	lastRecord uint64            // the record that paid it
	pending    map[uint64]bool   // by sale
	sales      map[uint64][]uint64
	batches    batchTally
}

func (v *view) verify(rep *Report) error {
	st, a, err := v.bounds()
	if err != nil {
		return err
	}
	if err := v.checkAnchor(st); err != nil {
		return err
	}
	till, err := a.tally(v.keys, v.id)
	if err != nil {
		return err
	}
	*rep = Report{Records: a.records, Orders: a.orders, Gone: a.records, GoneOrders: a.orders}
	for head := a.hash; rep.Records < st.records; {
		e, err := v.entry(rep.Records+1, head)
		if err != nil {
			return err
		}
		if err := till.add(e); err != nil {
			return err
		}
		head = e.Hash
		rep.Records++
	}
	if st.records == 0 && st.head != a.hash {
		return damagedf("the head of an empty journal is not its identity")
	}
	if err := v.checkHead(st); err != nil {
		return err
	}
	t := tally{
		anchor: a, batches: till.batches, records: a.records + till.without,
		exceptions: map[uint64]uint64{}, pending: map[uint64]bool{}, sales: map[uint64][]uint64{},
	}
	for rep.Orders < st.orders {
		if err := v.verifyOrder(rep.Orders+1, &t); err != nil {
			return err
		}
		rep.Orders++
	}
	if t.records != st.records {
		return damagedf("%d records belong to orders or the till, of %d", t.records, st.records)
	}
	if err := v.verifyTill(st, till); err != nil {
		return err
	}
	if err := v.verifyBatches(st, t.batches); err != nil {
		return err
	}
	return v.verifyIndexes(st, t)
}

// verifyOrder derives one order and adds what it means for the indexes to t.
func (v *view) verifyOrder(seq uint64, t *tally) error {
	s, err := v.order(seq)
	if err != nil {
		return err
	}
	var bad error
	err = v.derive(s, func(record uint64, before, after txn.Order) {
		t.records++
		if bad == nil {
			bad = t.batches.change(record, before, after)
		}
		if !before.Listed() && after.Listed() {
			t.exceptions[record] = seq
		}
		if before.State != txn.Paid && after.State == txn.Paid && record > t.lastRecord {
			t.last, t.lastRecord = seq, record
		}
	})
	if err = errors.Join(err, bad); err != nil {
		return err
	}
	if s.Order.Code != "" {
		t.coded++
		t.codes = append(t.codes, s.Order.Code)
		t.codes = t.codes[max(0, len(t.codes)-rules.MaxCodes):]
	}
	first, ok := rules.Sequence(s.Order.Sale)
	if !ok || first > seq {
		return damagedf("order %s belongs to sale %q", s.Order.No, s.Order.Sale)
	}
	t.sales[first] = append(t.sales[first], seq)
	if s.Order.Pending() {
		t.pending[first] = true
	}
	return nil
}

func (v *view) verifyIndexes(st state, t tally) error {
	for first, want := range t.sales {
		got, err := v.sale(first)
		if err != nil {
			return err
		}
		if !slices.Equal(got, want) {
			return damagedf("sale %d has orders %d, should have %d", first, got, want)
		}
	}
	sales, err := v.pendingSales(st)
	if err != nil {
		return err
	}
	for _, first := range sales {
		if !t.pending[first] {
			return damagedf("sale %d is not pending", first)
		}
	}
	if len(sales) != len(t.pending) {
		return damagedf("%d pending sales, should be %d", len(sales), len(t.pending))
	}
	if st.last != t.last {
		return damagedf("the latest paid order is %d, should be %d", st.last, t.last)
	}
	if err := v.verifyExceptions(st, t); err != nil {
		return err
	}
	codes, err := v.codes(st)
	if err != nil {
		return err
	}
	if !slices.Equal(codes, t.codes) || st.codes != t.anchor.codes+t.coded {
		return damagedf("the digests of payment codes are not those of the latest orders")
	}
	swept, err := v.verifyUnswept(st, t.anchor)
	if err != nil {
		return err
	}
	return v.verifyCounts(map[string]uint64{
		bucketRecords: st.records - st.swept, bucketOrders: st.orders - st.sweptOrders, bucketSales: uint64(len(t.sales)) + swept,
		bucketPending: st.pending, bucketExceptions: st.exceptions - t.anchor.exceptions,
		bucketCodes: min(st.codes-t.anchor.codes, rules.MaxCodes),
	})
}

// verifyUnswept holds that what is gone and still lies in the file is what was there: its records lead to the anchor. It
// returns how many sales are among it.
func (v *view) verifyUnswept(st state, a anchor) (sales uint64, err error) {
	var hash [hashSize]byte
	for seq := st.swept + 1; seq <= st.gone; seq++ {
		e, next, err := v.record(seq)
		if err != nil {
			return 0, err
		}
		if seq > st.swept+1 && e.previous != hash {
			return 0, damagedf("record %d doesn't follow the one before it", seq)
		}
		hash = next
	}
	if st.swept < st.gone && hash != a.hash {
		return 0, damagedf("record %d is not the one that the anchor names", st.gone)
	}
	for seq := st.sweptOrders + 1; seq <= st.goneOrders; seq++ {
		s, err := v.order(seq)
		if err != nil {
			return 0, err
		}
		if first, _ := rules.Sequence(s.Order.Sale); first == seq {
			sales++
		}
	}
	return sales, nil
}

func (v *view) verifyExceptions(st state, t tally) error {
	gone := t.anchor.exceptions
	if gone+uint64(len(t.exceptions)) != st.exceptions {
		return damagedf("%d exceptions, should be %d", st.exceptions, gone+uint64(len(t.exceptions)))
	}
	records := make([]uint64, 0, len(t.exceptions))
	for record := range t.exceptions {
		records = append(records, record)
	}
	slices.Sort(records)
	for i, record := range records {
		seq, err := v.number(bucketExceptions, gone+uint64(i+1))
		if err != nil {
			return err
		}
		if seq != t.exceptions[record] {
			return damagedf("exception %d is order %d, should be %d", gone+uint64(i+1), seq, t.exceptions[record])
		}
	}
	return nil
}

// verifyCounts holds that no bucket has entries besides those that were looked at.
func (v *view) verifyCounts(want map[string]uint64) error {
	for name, n := range want {
		b, err := v.bucket(name)
		if err != nil {
			return err
		}
		if got := count(b); got != n {
			return damagedf("%s has %d entries, should have %d", name, got, n)
		}
	}
	return nil
}

func count(b *bbolt.Bucket) (n uint64) {
	c := b.Cursor()
	for key, _ := c.First(); key != nil; key, _ = c.Next() {
		n++
	}
	return n
}
