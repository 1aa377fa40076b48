package terminal

import (
	"context"
	"errors"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/reconcile"
)

// booksLimit bounds a reconciliation: every network may take its time.
const booksLimit = 4*pay.BillTimeout + 30*time.Second

// reconcile does a day's reconciliation beside the selling, and tells the machine what came of it. One that hangs with a
// stick the machine gives up; until it ends there is no other, since the desk does one at a time.
func (t *Terminal) reconcile(ctx context.Context, day time.Time) {
	t.work.Go(func() {
		if !t.books.TryLock() {
			t.ports.Log.Warn("reconcile", "err", "the one before has not ended: pull the stick out")
			return
		}
		defer t.books.Unlock()
		within, cancel := context.WithTimeout(ctx, booksLimit)
		defer cancel()
		ev := txn.Reconciled{Day: day}
		if desk := t.ports.Desk; desk != nil {
			desk.Bill = func(ctx context.Context, id txn.NetworkID, day time.Time) (pay.BillAnswer, error) {
				t.awaitNetworks(ctx)
				return bill(ctx, t.network(id), id, day)
			}
			report := desk.Reconcile(within, day)
			for _, b := range report.Books {
				if b.Err != nil {
					t.ports.Log.Warn("reconcile", "network", b.Network, "err", b.Err)
				}
			}
			if report.Carry != nil {
				t.ports.Log.Warn("reconcile", "err", report.Carry)
			}
			ev = Reconciled(report)
		}
		t.tell(ctx, ev)
	})
}

// classes are reconcile's, as the machine calls them.
var classes = map[reconcile.Class]txn.Class{
	reconcile.Agreed: txn.ClassAgreed, reconcile.Short: txn.ClassShort, reconcile.Surplus: txn.ClassSurplus,
	reconcile.Amount: txn.ClassAmount, reconcile.Status: txn.ClassStatus, reconcile.Duplicate: txn.ClassDuplicate,
	reconcile.InDoubt: txn.ClassInDoubt,
}

// Reconciled is a report as the machine takes it: sums, and as many differences as go to a screen.
func Reconciled(r daybook.Report) txn.Reconciled {
	ev := txn.Reconciled{Day: r.Day}
	for _, b := range r.Books {
		books := txn.Books{Network: b.Network}
		if b.Err != nil {
			books.Trouble, books.File, books.Line = booksTrouble(b.Err)
			ev.Books = append(ev.Books, books)
			continue
		}
		total := b.Result.Total()
		books.Bill, books.Ours, books.Open = turnover(total.Bill), turnover(total.Ours), len(b.Result.Differences)
		ev.Books = append(ev.Books, books)
		for class, sum := range b.Result.Sums {
			ev.Counts[classes[reconcile.Class(class)]] += sum.Items
		}
	}
	for class := reconcile.Short; class <= reconcile.InDoubt; class++ {
		for _, b := range r.Books {
			if b.Result != nil {
				ev.Differences = differences(ev.Differences, b, class)
			}
		}
	}
	return ev
}

// differences appends those of a class.
func differences(to []txn.Difference, b daybook.Books, class reconcile.Class) []txn.Difference {
	for _, d := range b.Result.Differences {
		if d.Class != class || len(to) == txn.MaxDifferences {
			continue
		}
		out := txn.Difference{
			Class: classes[class], Network: b.Network, Order: txn.OrderNo(d.Key.Order),
			Refund: d.Key.Kind == reconcile.Refund, Why: d.Why,
		}
		ours, bill := d.Sides()
		if ours != nil {
			out.Ours = txn.Yuan(*ours)
		}
		if bill != nil {
			out.Bill = txn.Yuan(*bill)
		}
		to = append(to, out)
	}
	return to
}

func turnover(t reconcile.Totals) txn.Turnover {
	return txn.Turnover{Payments: t.Payments, Paid: txn.Yuan(t.PaidFen), Returns: t.Refunds, Returned: txn.Yuan(t.RefundFen)}
}

// booksTrouble says why a network has no result: for the cashier, who needs to know what to do. The log has the rest.
func booksTrouble(err error) (trouble txn.BooksTrouble, file string, line int) {
	var bad *reconcile.Error
	var fault *pay.Error
	switch {
	case errors.Is(err, daybook.ErrNotReady):
		return txn.BillNotReady, "", 0
	case errors.As(err, &bad) && (errors.Is(err, reconcile.ErrMerchant) || errors.Is(err, reconcile.ErrDay)):
		return txn.BillForeign, bad.File, bad.Line
	case errors.As(err, &bad):
		return txn.BillUnread, bad.File, bad.Line
	case errors.As(err, &fault) && fault.Fault == txn.FaultConfig:
		return txn.BillRefused, "", 0
	case errors.As(err, &fault):
		return txn.BillNoAnswer, "", 0
	case errors.Is(err, daybook.ErrFolder):
		return txn.BillUnread, "", 0
	}
	return txn.BooksFailed, "", 0
}
