package txn

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A batch (批次) is what lies between two settlements (结算). It is a range of the journal's records, without a gap: each
// begins with the record that closed the one before it. What a record changes counts in the batch that the record lies in:
// a sale in that in which it became paid, however late, a refund in that in which it was done. What nobody has proved yet
// is carried over:
//
//	batch 1                        batch 2
//	records 1 … n ── BatchClosed, record n+1 … m ── BatchClosed …
//	             └─ sums as of n, and what stays open
//
// The sums are kept beside the journal's records, by [Batch.Apply] alone, so looking at them costs the same in the
// evening as in the morning, and checking everything derives them again.

// Sum is how many there are, and what they come to in fen.
type Sum struct {
	N   int   `json:"n"`
	Fen int64 `json:"fen"`
}

// plus returns the sum with n more of fen in all. It fails rather than wrap.
func (s Sum) plus(n int, fen int64) (Sum, error) {
	if fen > 0 && s.Fen > math.MaxInt64-fen || fen < 0 && s.Fen < math.MinInt64-fen {
		return s, fmt.Errorf("%w: a sum of %d and %d fen", ErrTransition, s.Fen, fen)
	}
	return Sum{s.N + n, s.Fen + fen}, nil
}

// BatchRow is what a network and a method came to in a batch, in one currency.
type BatchRow struct {
	Network  NetworkID `json:"network,omitempty"` // none with cash
	Method   Method    `json:"method"`
	Currency Currency  `json:"cur"`

	Sales   Sum `json:"sales,omitzero"`   // 收款: became paid in this batch, of the orders' amounts
	Refunds Sum `json:"refunds,omitzero"` // 退款: were done in this batch
	Voids   Sum `json:"voids,omitzero"`   // 撤销: scanned, and reversed in this batch; they never were sales

	// What goes over to the next batch, as it stands.
	Unconfirmed Sum `json:"unconfirmed,omitzero"` // 离线待确认
	Open        Sum `json:"open,omitzero"`        // 未决: may still be paid
	Refunding   Sum `json:"refunding,omitzero"`   // 退款未决: may still go back
}

// empty reports whether there is nothing in the row.
func (r BatchRow) empty() bool {
	return r == BatchRow{Network: r.Network, Method: r.Method, Currency: r.Currency}
}

// carried is what of the row goes over to the next batch.
func (r BatchRow) carried() BatchRow {
	r.Sales, r.Refunds, r.Voids = Sum{}, Sum{}, Sum{}
	return r
}

// sums are the row's, to be added one by one.
func (r *BatchRow) sums() []*Sum {
	return []*Sum{&r.Sales, &r.Refunds, &r.Voids, &r.Unconfirmed, &r.Open, &r.Refunding}
}

func (r BatchRow) compare(s BatchRow) int {
	return cmp.Or(cmp.Compare(r.Network, s.Network), cmp.Compare(r.Method, s.Method), cmp.Compare(r.Currency, s.Currency))
}

// rowOf is what an order in its state comes to. Reversals are not in it: such an order may still turn out paid.
func rowOf(o Order) (BatchRow, error) {
	r := BatchRow{Network: o.Network, Method: o.Method, Currency: o.Amount.Currency}
	one := Sum{1, o.Amount.Fen}
	switch {
	case o.No == "":
	case o.State == Paid:
		r.Sales = one
	case o.State == Unconfirmed:
		r.Unconfirmed = one
	case !o.State.Final():
		r.Open = one
	}
	var err error
	for _, refund := range o.Refunds {
		sum := &r.Refunding
		switch {
		case refund.State == RefundDone:
			sum = &r.Refunds
		case refund.State.Final():
			continue
		}
		if *sum, err = sum.plus(1, refund.Amount.Fen); err != nil {
			return r, err
		}
	}
	return r, nil
}

// Batch is the batch that runs: the sum of its records and of what was carried into it. Its size grows with the networks
// in it, not with the payments. It is a value: nothing of it is changed in place. The first is [FirstBatch].
type Batch struct {
	From   uint64     `json:"from"`             // sequence of its first record
	Orders uint64     `json:"orders,omitempty"` // sequence of the latest order
	Rows   []BatchRow `json:"rows,omitempty"`   // sorted by network, method and currency; none is empty
}

// FirstBatch is the batch of a new journal.
var FirstBatch = Batch{From: 1}

// Apply returns the batch after rec, the journal's record number sequence, which made after of its order before. Both are
// zero for a record that has no order.
func (b Batch) Apply(rec Record, sequence uint64, before, after Order) (Batch, error) {
	if closed, ok := rec.(*BatchClosed); ok {
		return b.closed(closed, sequence)
	}
	return b.Changed(before, after)
}

// Changed returns the batch after one of its orders has changed.
func (b Batch) Changed(before, after Order) (Batch, error) {
	if after.No == "" {
		return b, nil
	}
	was, err := rowOf(before)
	if err != nil {
		return b, err
	}
	is, err := rowOf(after)
	if err != nil {
		return b, err
	}
	for i, s := range was.sums() {
		into := is.sums()[i]
		into.N, into.Fen = into.N-s.N, into.Fen-s.Fen // each is of one order's amount at most
	}
	if before.State != Reversed && after.State == Reversed {
		is.Voids = Sum{1, after.Amount.Fen}
	}
	change := Batch{Rows: []BatchRow{is}}
	if before.No == "" {
		change.Orders = 1
	}
	return b.Plus(change)
}

// Plus returns the batch with what c adds to its sums.
func (b Batch) Plus(c Batch) (_ Batch, err error) {
	rows := slices.Clone(b.Rows)
	for _, r := range c.Rows {
		i, ok := slices.BinarySearchFunc(rows, r, BatchRow.compare)
		if !ok {
			rows = slices.Insert(rows, i, BatchRow{Network: r.Network, Method: r.Method, Currency: r.Currency})
		}
		for n, s := range r.sums() {
			into := rows[i].sums()[n]
			if *into, err = into.plus(s.N, s.Fen); err != nil {
				return b, err
			}
		}
		if rows[i].empty() {
			rows = slices.Delete(rows, i, i+1)
		}
	}
	return Batch{From: b.From, Orders: b.Orders + c.Orders, Rows: rows}, nil
}

// Close returns r with what the batch has come to, as the journal's record number sequence.
func (b Batch) Close(r BatchClosed, sequence uint64) *BatchClosed {
	r.From, r.Through, r.Orders, r.Rows = b.From, sequence-1, b.Orders, slices.Clone(b.Rows)
	return &r
}

// closed returns the batch that follows, if r says of this one what it is.
func (b Batch) closed(r *BatchClosed, sequence uint64) (Batch, error) {
	if r.From != b.From || r.Through != sequence-1 || r.Orders != b.Orders || !slices.Equal(r.Rows, b.Rows) {
		return b, fmt.Errorf("%w: batch %d of records %d to %d is not the sum of its records", ErrTransition, r.No, r.From, r.Through)
	}
	next := Batch{From: sequence, Orders: b.Orders}
	for _, row := range b.Rows {
		if row = row.carried(); !row.empty() {
			next.Rows = append(next.Rows, row)
		}
	}
	return next, nil
}

// moved reports whether anything came, went or was undone in the batch.
func (b Batch) moved() bool {
	return slices.ContainsFunc(b.Rows, func(r BatchRow) bool { return r.carried() != r })
}

// totals are the batch's sums, one row for each currency.
func (b Batch) totals() []BatchRow {
	var all Batch
	for _, r := range b.Rows {
		r.Network, r.Method = "", ""
		sum, err := all.Plus(Batch{Rows: []BatchRow{r}})
		if err != nil { // more fen in all than a number holds: each row still stands
			return b.Rows
		}
		all = sum
	}
	return all.Rows
}

// net is what came, less what went back.
func (r BatchRow) net() Money { return Money{r.Sales.Fen - r.Refunds.Fen, r.Currency} }
