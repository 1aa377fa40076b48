package reconcile_test

import (
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/reconcile"
)

// An order counts by what the journal has proved of it, and under the time that its network gave.
func TestEntries(t *testing.T) {
	paidAt, updated := at("09:00:00"), at("10:00:00")
	for _, tt := range []struct {
		state txn.State
		paid  time.Time
		want  reconcile.State
		when  time.Time
	}{
		{txn.Paid, paidAt, settled, paidAt},
		{txn.Paid, time.Time{}, settled, updated},
		{txn.Reversed, time.Time{}, undone, updated},
		{txn.Closed, time.Time{}, none, updated},
		{txn.Failed, time.Time{}, none, updated},
		{txn.Open, time.Time{}, unknown, updated},
		{txn.Unknown, time.Time{}, unknown, updated},
		{txn.Closing, time.Time{}, unknown, updated},
		{txn.Reversing, time.Time{}, unknown, updated},
		{txn.Disputed, time.Time{}, unknown, updated},
	} {
		o := txn.Order{No: "T0000001A0001", Network: txn.WeChat, Method: txn.Scan, Amount: txn.Yuan(100), State: tt.state, PaidAt: tt.paid, Updated: updated}
		got := reconcile.Entries(o)
		want := reconcile.Entry{Kind: reconcile.Payment, Order: "T0000001A0001", Fen: 100, State: tt.want, At: tt.when}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, want %+v", tt.state, got, want)
		}
		o.Method = txn.Cash
		if got := reconcile.Entries(o); got != nil {
			t.Errorf("cash, %s: %+v", tt.state, got)
		}
	}
	for class := reconcile.Agreed; class <= reconcile.InDoubt; class++ {
		if class.Do() == "" {
			t.Errorf("%s: nothing to do", class)
		}
	}
}

// Refunds stand beside their payment, each by its own number and time; what people still have to settle is unknown.
func TestRefundEntries(t *testing.T) {
	o := txn.Order{No: "T0000001A0001", Network: txn.WeChat, Method: txn.Scan, Amount: txn.Yuan(100), State: txn.Paid, PaidAt: at("09:00:00")}
	created, done := at("11:00:00"), at("11:01:00")
	states := map[txn.RefundState]reconcile.State{
		txn.RefundDone: settled, txn.RefundRefused: none, txn.RefundAsked: unknown, txn.RefundDisputed: unknown,
	}
	for state, want := range states {
		for _, doneAt := range []time.Time{{}, done} {
			o.Refunds = []txn.Refund{{No: "T0000001R0001", Order: o.No, Amount: txn.Yuan(30), State: state, Created: created, DoneAt: doneAt}}
			when := created
			if !doneAt.IsZero() {
				when = doneAt
			}
			got := reconcile.Entries(o)
			entry := reconcile.Entry{Kind: reconcile.Refund, Order: "T0000001A0001", Refund: "T0000001R0001", Fen: 30, State: want, At: when}
			if len(got) != 2 || got[1] != entry {
				t.Errorf("%s: %+v, want %+v", state, got, entry)
			}
		}
	}
}
