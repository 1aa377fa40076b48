package store

import (
	"encoding/binary"
	"slices"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Start implements [txn.Journal]. What it costs depends on what is pending and on the exceptions and codes it
// returns. On the way it checks the head of the chain and builds every pending order again from its records;
// [Journal.Verify] checks the rest.
func (j *Journal) Start() (s txn.Start, err error) {
	err = j.read("start", func(v *view) error {
		st, err := v.state()
		if err != nil {
			return err
		}
		if err := v.checkHead(st); err != nil {
			return err
		}
		if s.Pending, err = v.pending(st); err != nil {
			return err
		}
		if s.Exceptions, err = v.exceptions(st); err != nil {
			return err
		}
		if s.Codes, err = v.codes(st); err != nil {
			return err
		}
		if s.Till, err = v.till(st); err != nil {
			return err
		}
		if s.Settlement, err = v.latestSettlement(st, s.Till); err != nil {
			return err
		}
		if s.Restored, err = v.restored(st); err != nil {
			return err
		}
		if st.last == 0 {
			return nil
		}
		last, err := v.order(st.last)
		s.Last = &last.Order
		return err
	})
	if err != nil {
		return txn.Start{}, err
	}
	return s, nil
}

// restored returns the latest record if that began an incarnation.
func (v *view) restored(st state) (*txn.Restored, error) {
	if st.records == 0 {
		return nil, nil
	}
	e, _, err := v.record(st.records)
	if err != nil {
		return nil, err
	}
	rec, err := e.record(v.keys)
	if err != nil {
		return nil, damagedf("record %d: %v", st.records, err)
	}
	r, _ := rec.(*txn.Restored)
	return r, nil
}

// pending returns the orders of the sales in the pending index, oldest first.
func (v *view) pending(st state) ([]txn.Order, error) {
	sales, err := v.pendingSales(st)
	if err != nil {
		return nil, err
	}
	var seqs []uint64
	for _, first := range sales {
		of, err := v.sale(first)
		if err != nil {
			return nil, err
		}
		seqs = append(seqs, of...)
	}
	slices.Sort(seqs)
	var out []txn.Order
	for _, seq := range seqs {
		s, err := v.order(seq)
		if err != nil {
			return nil, err
		}
		if err := v.derive(s, nil); err != nil {
			return nil, err
		}
		out = append(out, s.Order)
	}
	return out, nil
}

// pendingSales returns the keys of the pending index, which must be as many as the state says.
func (v *view) pendingSales(st state) ([]uint64, error) {
	b, err := v.bucket(bucketPending)
	if err != nil {
		return nil, err
	}
	var sales []uint64
	c := b.Cursor()
	for key, value := c.First(); key != nil; key, value = c.Next() {
		*v.visits++
		if _, ok := v.keys.unseal(bucketPending, key, value); !ok || len(key) != 8 {
			return nil, damagedf("pending %x: its seal doesn't hold", key)
		}
		sales = append(sales, binary.BigEndian.Uint64(key))
	}
	if uint64(len(sales)) != st.pending {
		return nil, damagedf("%d pending sales, should be %d", len(sales), st.pending)
	}
	return sales, nil
}

// exceptions returns the latest 1,000 orders on the exception list, oldest first. An order that a late
// success has cleared, or a supervisor settled, is no longer on it; one that came back keeps its first place.
func (v *view) exceptions(st state) ([]txn.Order, error) {
	var out []txn.Order
	for i := after(st.exceptions, rules.MaxRecent); i <= st.exceptions; i++ {
		seq, err := v.number(bucketExceptions, i)
		if err != nil {
			return nil, err
		}
		s, err := v.order(seq)
		if err != nil {
			return nil, err
		}
		if s.Order.Listed() && !slices.ContainsFunc(out, func(o txn.Order) bool { return o.No == s.Order.No }) {
			out = append(out, s.Order)
		}
	}
	return out, nil
}

// codes returns the digests kept, oldest first.
func (v *view) codes(st state) ([]txn.CodeDigest, error) {
	var out []txn.CodeDigest
	for i := after(st.codes, rules.MaxCodes); i <= st.codes; i++ {
		body, err := v.must(bucketCodes, u64(i))
		if err != nil {
			return nil, err
		}
		out = append(out, txn.CodeDigest(body))
	}
	return out, nil
}

// after returns the first of the latest n of the numbers 1 to last.
func after(last, n uint64) uint64 {
	if last <= n {
		return 1
	}
	return last - n + 1
}
