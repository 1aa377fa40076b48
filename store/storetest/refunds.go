package storetest

import (
	"testing"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// RefundIntent returns the record of an order's next refund, of fen, allowed by supervisor S01.
func RefundIntent(o txn.Order, fen int64) *txn.RefundIntent {
	return &txn.RefundIntent{
		Order: o.No, No: txn.NewRefundNo(o.No, len(o.Refunds)+1), Amount: txn.Yuan(fen),
		Operator: "01", Supervisor: "S01", Created: Day.Add(time.Hour),
	}
}

// RefundOutcome returns the record that ends an order's latest refund.
func RefundOutcome(o txn.Order, s txn.RefundState) *txn.RefundOutcome {
	r := &txn.RefundOutcome{Order: o.No, No: txn.NewRefundNo(o.No, len(o.Refunds)), State: s, At: Day.Add(2 * time.Hour)}
	if s == txn.RefundDone {
		r.RefundID, r.DoneAt = "50000001", Day.Add(time.Hour+time.Minute)
	}
	return r
}

// sold returns an order that is paid, with its receipt printed.
func sold(t *testing.T, j txn.Journal, fen int64) txn.Order {
	o := commit(t, j, Intent(fen, ""))
	commit(t, j, Outcome(o, txn.Paid))
	return commit(t, j, Printed(o))
}

func testRefunds(t *testing.T, j txn.Journal) {
	o := commit(t, j, Intent(1000, ""))
	refuse(t, j, RefundIntent(o, 100), rules.ErrRecord) // not paid
	commit(t, j, Outcome(o, txn.Paid))
	o = commit(t, j, Printed(o))
	for _, fen := range []int64{0, -1, 1001} {
		refuse(t, j, RefundIntent(o, fen), rules.ErrRecord)
	}
	dollars, second, nobody := RefundIntent(o, 1), RefundIntent(o, 1), RefundIntent(o, 1)
	dollars.Amount.Currency, second.No, nobody.Supervisor = "USD", txn.NewRefundNo(o.No, 2), ""
	refuse(t, j, dollars, rules.ErrRecord)
	refuse(t, j, second, rules.ErrRecord)
	refuse(t, j, nobody, txn.ErrTransition)
	refuse(t, j, RefundOutcome(o, txn.RefundDone), txn.ErrTransition) // there is none
	wantNumbers(t, "pending", start(t, j).Pending)

	o = commit(t, j, RefundIntent(o, 600))
	wantNumbers(t, "pending", start(t, j).Pending, o)
	refuse(t, j, RefundIntent(o, 401), rules.ErrRecord) // the first may succeed
	refuse(t, j, RefundOutcome(o, txn.RefundProcessing), txn.ErrTransition)
	o = commit(t, j, RefundOutcome(o, txn.RefundRefused))
	wantNumbers(t, "pending", start(t, j).Pending)

	o = commit(t, j, RefundIntent(o, 401))
	o = commit(t, j, RefundOutcome(o, txn.RefundDone))
	refuse(t, j, RefundOutcome(o, txn.RefundRefused), txn.ErrTransition)
	wantNumbers(t, "pending", start(t, j).Pending, o) // its slip is owed
	o = commit(t, j, &txn.Printed{Order: o.No, Refund: o.Refunds[1].No, At: Day})
	refuse(t, j, &txn.Printed{Order: o.No, Refund: o.Refunds[0].No, At: Day}, txn.ErrTransition) // none came of it
	wantNumbers(t, "pending", start(t, j).Pending)
	refuse(t, j, RefundIntent(o, 600), rules.ErrRecord)
	o = commit(t, j, RefundIntent(o, 599))
	if o.Refundable().Fen != 0 || o.GivenBack().Fen != 401 || len(o.Refunds) != 3 || o.Refunds[2].Before.Fen != 401 {
		t.Errorf("the order is %s", Text(o))
	}
}

func testCashRefund(t *testing.T, j txn.Journal) {
	o := commit(t, j, Cash(1000, 2000, ""))
	commit(t, j, Printed(o))
	o = commit(t, j, RefundIntent(o, 1000))
	if r := o.Refunds[0]; r.State != txn.RefundDone || r.Network != "" || !r.DoneAt.Equal(r.Created) {
		t.Errorf("the refund is %s", Text(r))
	}
	wantNumbers(t, "pending", start(t, j).Pending, o)
	refuse(t, j, RefundOutcome(o, txn.RefundRefused), txn.ErrTransition)
}

func testSettled(t *testing.T, j txn.Journal) {
	settle := func(o txn.Order) *txn.Settled { return &txn.Settled{Order: o.No, By: "S01", At: Day} }
	late := func(o txn.Order) txn.Order {
		r := Outcome(o, txn.Paid)
		r.Late, r.Exception = true, txn.LateSuccess
		return commit(t, j, r)
	}
	a, b, c := sold(t, j, 100), commit(t, j, Intent(200, "")), commit(t, j, Intent(300, ""))
	refuse(t, j, settle(a), txn.ErrTransition) // nothing is odd about it
	b, c = late(b), late(c)
	wantNumbers(t, "exceptions", start(t, j).Exceptions, b, c)
	commit(t, j, settle(b))
	refuse(t, j, settle(b), txn.ErrTransition)
	wantNumbers(t, "exceptions", start(t, j).Exceptions, c)

	c = commit(t, j, RefundIntent(c, 100))
	c = commit(t, j, RefundOutcome(c, txn.RefundDone))
	wantNumbers(t, "exceptions", start(t, j).Exceptions, c) // a part does not settle it
	c = commit(t, j, RefundIntent(c, 200))
	if c = commit(t, j, RefundOutcome(c, txn.RefundDone)); c.Settled != "S01" {
		t.Errorf("settled by %q", c.Settled)
	}
	wantNumbers(t, "exceptions", start(t, j).Exceptions)

	a = commit(t, j, RefundIntent(a, 100))
	a = commit(t, j, RefundOutcome(a, txn.RefundDisputed))
	b = commit(t, j, RefundIntent(b, 200))
	b = commit(t, j, RefundOutcome(b, txn.RefundDisputed)) // it comes back
	wantNumbers(t, "exceptions", start(t, j).Exceptions, b, a)
	if b.Exception != txn.LateSuccess || a.Exception != txn.RefundStuck {
		t.Errorf("exceptions %q, %q", b.Exception, a.Exception)
	}
}
