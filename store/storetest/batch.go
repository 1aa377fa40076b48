package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// BatchClosed returns the record that asks for the settlement of batch no by a supervisor, or with "" by nobody's PIN.
func BatchClosed(no int, by string) *txn.BatchClosed {
	return &txn.BatchClosed{No: no, Operator: "01", By: by, At: Day.Add(12 * time.Hour)}
}

// BatchPrinted returns the record of a settlement's slip.
func BatchPrinted(no int) *txn.BatchPrinted {
	return &txn.BatchPrinted{No: no, At: Day.Add(13 * time.Hour)}
}

// WalkBatches returns what every settlement among the records, and after the last of them the batch that runs, must come
// to. It keeps no sums: it looks for what happened between two settlements, and at every order that there is. So it is slow
// and plain, as a check should be.
func WalkBatches(t *testing.T, records []txn.Record) (rows [][]txn.BatchRow) {
	t.Helper()
	orders := map[txn.OrderNo]txn.Order{}
	batch := newWalkedBatch()
	for i, rec := range records {
		if closed, ok := rec.(*txn.BatchClosed); ok {
			rows = append(rows, batch.close(orders))
			batch = newWalkedBatch()
			if closed.Through != uint64(i) || closed.Orders != uint64(len(orders)) {
				t.Errorf("batch %d ends at record %d with %d orders, not %d with %d", closed.No, i, len(orders), closed.Through, closed.Orders)
			}
			continue
		}
		no := rec.OrderNo()
		if no == "" {
			continue
		}
		before := orders[no]
		after, err := before.Apply(rec)
		if err != nil {
			t.Fatalf("record %d: %v", i+1, err)
		}
		orders[no] = after
		batch.take(before, after)
	}
	return append(rows, batch.close(orders))
}

type walkedBatch map[txn.BatchRow]*txn.BatchRow

func newWalkedBatch() walkedBatch { return walkedBatch{} }

func (b walkedBatch) of(o txn.Order) *txn.BatchRow {
	key := txn.BatchRow{Network: o.Network, Method: o.Method, Currency: o.Amount.Currency}
	if b[key] == nil {
		row := key
		b[key] = &row
	}
	return b[key]
}

func count(s *txn.Sum, fen int64) { s.N, s.Fen = s.N+1, s.Fen+fen }

// take counts what happened to an order.
func (b walkedBatch) take(before, after txn.Order) {
	if before.State != txn.Paid && after.State == txn.Paid {
		count(&b.of(after).Sales, after.Amount.Fen)
	}
	if before.State != txn.Reversed && after.State == txn.Reversed {
		count(&b.of(after).Voids, after.Amount.Fen)
	}
	for i, r := range after.Refunds {
		if r.State == txn.RefundDone && (i >= len(before.Refunds) || before.Refunds[i].State != txn.RefundDone) {
			count(&b.of(after).Refunds, r.Amount.Fen)
		}
	}
}

// close looks at what stays open.
func (b walkedBatch) close(orders map[txn.OrderNo]txn.Order) (rows []txn.BatchRow) {
	for _, o := range orders {
		switch o.State {
		case txn.Unconfirmed:
			count(&b.of(o).Unconfirmed, o.Amount.Fen)
		case txn.Open, txn.Unknown, txn.Closing, txn.Reversing:
			count(&b.of(o).Open, o.Amount.Fen)
		}
		for _, r := range o.Refunds {
			if !r.State.Final() {
				count(&b.of(o).Refunding, r.Amount.Fen)
			}
		}
	}
	for _, row := range b {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(x, y txn.BatchRow) int {
		return cmp.Or(cmp.Compare(x.Network, y.Network), cmp.Compare(x.Method, y.Method), cmp.Compare(x.Currency, y.Currency))
	})
	return rows
}

func testBatches(t *testing.T, j txn.Journal) {
	report := func() txn.BatchReport {
		t.Helper()
		r, err := j.Batch()
		if err != nil {
			t.Fatalf("Batch: %v", err)
		}
		if Text(start(t, j).Settlement) != Text(r.Last) {
			t.Fatalf("Start and Batch differ about the latest settlement: %s", Text(r.Last))
		}
		return r
	}
	runs := func(no int, want ...txn.BatchRow) {
		t.Helper()
		if r := report(); r.No != no || !slices.Equal(r.Running.Rows, want) {
			t.Fatalf("batch %d runs with\n%s\nwant batch %d with\n%s", r.No, Text(r.Running.Rows), no, Text(want))
		}
	}
	settle := func(no int, by string) txn.Settlement {
		t.Helper()
		before := report()
		if o, err := j.Commit(BatchClosed(no, by)); err != nil || o.No != "" {
			t.Fatalf("settlement of batch %d: %q, %v", no, o.No, err)
		}
		last := report().Last
		if last == nil || last.No != no || last.From != before.Running.From || last.Printed || last.Head == "" ||
			last.Orders != before.Running.Orders || !slices.Equal(last.Rows, before.Running.Rows) {
			t.Fatalf("settled %s, and before that %s ran", Text(last), Text(before.Running))
		}
		return *last
	}

	runs(1)
	refuse(t, j, BatchPrinted(1), txn.ErrTransition) // there is none
	refuse(t, j, BatchClosed(2, ""), rules.ErrRecord)
	refuse(t, j, BatchClosed(1, "S01"), txn.ErrTransition) // whom nobody knows
	for _, change := range []func(*txn.BatchClosed){
		func(r *txn.BatchClosed) { r.From = 1 },
		func(r *txn.BatchClosed) { r.Through = 1 },
		func(r *txn.BatchClosed) { r.Orders = 1 },
		func(r *txn.BatchClosed) { r.Rows = []txn.BatchRow{{Method: txn.Cash, Sales: txn.Sum{N: 1, Fen: 1}}} },
		func(r *txn.BatchClosed) { r.Journal = Incarnation },
	} {
		r := BatchClosed(1, "")
		change(r)
		refuse(t, j, r, rules.ErrRecord) // what it came to is the journal's to say
	}

	sold(t, j, 300)
	drawer := commit(t, j, Cash(500, 1000, ""))
	late := commit(t, j, Intent(70, ""))
	commit(t, j, Move(late, txn.Closing))
	offline := commit(t, j, OfflineScheme(11, ""))
	commit(t, j, OfflineSeen(offline))
	scanned := commit(t, j, Scan(40, ""))
	commit(t, j, Move(scanned, txn.Reversing))
	commit(t, j, Outcome(scanned, txn.Reversed))
	show := txn.BatchRow{Network: txn.WeChat, Method: txn.Show, Currency: txn.CNY}
	cash := txn.BatchRow{Method: txn.Cash, Currency: txn.CNY, Sales: txn.Sum{N: 1, Fen: 500}}
	scan := txn.BatchRow{Network: txn.WeChat, Method: txn.Scan, Currency: txn.CNY, Voids: txn.Sum{N: 1, Fen: 40}}
	seen := txn.BatchRow{Network: txn.UnionPay, Method: txn.Show, Currency: txn.CNY, Unconfirmed: txn.Sum{N: 1, Fen: 11}}
	show.Sales, show.Open = txn.Sum{N: 1, Fen: 300}, txn.Sum{N: 1, Fen: 70}
	runs(1, cash, seen, scan, show)
	first := settle(1, "")
	show.Sales = txn.Sum{}
	runs(2, seen, show) // carried over
	refuse(t, j, BatchClosed(1, ""), rules.ErrRecord)
	if _, err := j.Commit(BatchPrinted(1)); err != nil {
		t.Fatal(err)
	}
	if last := report().Last; !last.Printed || last.Head != first.Head {
		t.Fatalf("printed, it is %s", Text(last))
	}
	refuse(t, j, BatchPrinted(1), txn.ErrTransition)

	// What is learnt late, and what goes back, counts where it is learnt and done.
	paid := Outcome(late, txn.Paid)
	paid.Late, paid.Exception = true, txn.LateSuccess
	late = commit(t, j, paid)
	out := Outcome(offline, txn.Paid)
	out.Settles = offline.Amount
	commit(t, j, out)
	late = commit(t, j, RefundIntent(late, 50))
	commit(t, j, RefundIntent(drawer, 200)) // which is done at once
	show.Sales, show.Open, show.Refunding = txn.Sum{N: 1, Fen: 70}, txn.Sum{}, txn.Sum{N: 1, Fen: 50}
	seen.Sales, seen.Unconfirmed = txn.Sum{N: 1, Fen: 11}, txn.Sum{}
	cash.Sales, cash.Refunds = txn.Sum{}, txn.Sum{N: 1, Fen: 200}
	runs(2, cash, seen, show)
	if _, err := j.Commit(Enrolled("S01")); err != nil {
		t.Fatal(err)
	}
	refuse(t, j, BatchClosed(2, ""), txn.ErrTransition) // there is somebody to ask now
	second := settle(2, "S01")
	if second.From != first.Through+1 || second.Head == first.Head {
		t.Fatalf("batch 2 is of records %d to %d, batch 1 ended with %d", second.From, second.Through, first.Through)
	}
	commit(t, j, RefundOutcome(late, txn.RefundDone))
	runs(3, txn.BatchRow{Network: txn.WeChat, Method: txn.Show, Currency: txn.CNY, Refunds: txn.Sum{N: 1, Fen: 50}})
	settle(3, "S01")
	settle(4, "S01") // nothing was in it
	runs(5)
}
