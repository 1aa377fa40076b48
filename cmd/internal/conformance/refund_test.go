package conformance

import (
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

// back is what the refund of a cell gives back, in fen, and the keys for it: the latest order, the amount, a PIN.
const (
	back     = 500
	backKeys = "MENU 5 OK 1 5 OK 1 2 3 4 5 6 OK"
)

// askedRefund is a request on its way to the network.
func (c *cell) askedRefund(q txn.RefundRequest) (txn.RefundAnswer, error) {
	return c.shop.askRefund(q, c.breaks(q.Op))
}

// knownRefund notes where the refund stands once the machine knows of the failure.
func (c *cell) knownRefund(ev txn.RefundAnswered) {
	if c.broke != nil && *c.broke == ev.Op && c.back == "" {
		c.back = c.refund().State
	}
}

// refund is the only one.
func (c *cell) refund() txn.Refund {
	c.Helper()
	o := c.order()
	if len(o.Refunds) != 1 {
		c.Fatalf("%d refunds of %s, want one", len(o.Refunds), o.State)
	}
	return o.Refunds[0]
}

// giveBack sells, and gives a part back.
func (c *cell) giveBack() {
	c.Helper()
	c.charge()
	c.wait(20 * time.Second)
	if o := c.order(); o.State != txn.Paid {
		c.Fatalf("%s, and nothing has failed yet", o.State)
	}
	c.keys("OK " + backKeys)
	c.refund()
}

// settleRefund ends the failure and waits until the refund is final. Whatever the failure was, the money must have gone
// back once if the journal says so, and not at all if it says that it did not.
func (c *cell) settleRefund() txn.Refund {
	c.Helper()
	c.wait(lateBy)
	c.shop.mend()
	for end := c.clock.since() + settled; !c.refund().State.Final(); {
		if c.clock.since() > end {
			c.Fatalf("still %s a quarter of an hour after the failure", c.refund().State)
		}
		c.wait(time.Second)
	}
	c.holdRefund()
	c.restart()
	c.wait(2 * time.Minute)
	c.holdRefund()
	if c.back == "" {
		c.Error("the failure never came")
	}
	c.phone.Idle()
	return c.refund()
}

// holdRefund holds the journal to the customer's account.
func (c *cell) holdRefund() {
	c.Helper()
	r, a := c.refund(), c.shop.account(c.order().No)
	switch {
	case a.Charged != price || a.Charges != 1:
		c.Errorf("the customer's account says %+v", a)
	case r.State == txn.RefundDone && (a.GiveBacks != 1 || a.GivenBack != back || r.Amount.Fen != back):
		c.Errorf("given back %v, and the customer's account says %+v", r.Amount, a)
	case r.State == txn.RefundRefused && a.GiveBacks != 0:
		c.Errorf("refused, and the customer's account says %+v", a)
	case r.State != txn.RefundDone && r.State != txn.RefundRefused:
		c.Errorf("%s in the end", r.State)
	}
}

// addRefund counts a cell about a refund.
func (s *count) addRefund(first, last txn.RefundState) {
	s.run++
	if last == txn.RefundDone {
		s.not++
	} else {
		s.paid++
	}
	if !first.Final() {
		s.open++
	}
}

// refundRows are the states of a refund in which a request can fail.
var refundRows = []row{
	{name: "refund", op: txn.OpRefund, play: func(c *cell) {
		c.fail(txn.OpRefund)
		c.giveBack()
	}},
	{name: "query of a refund", op: txn.OpQueryRefund, play: func(c *cell) {
		c.also(txn.OpRefund, "")
		c.fail(txn.OpQueryRefund)
		c.giveBack()
	}},
	{name: "query of a refund that was not answered", op: txn.OpQueryRefund, play: func(c *cell) {
		c.also(txn.OpRefund, paytest.LostReply)
		c.fail(txn.OpQueryRefund)
		c.giveBack()
	}},
	{name: "query of a refund that never arrived", op: txn.OpQueryRefund, play: func(c *cell) {
		c.also(txn.OpRefund, paytest.Dropped)
		c.fail(txn.OpQueryRefund)
		c.giveBack()
	}},
	{name: "refund, asked for again", op: txn.OpRefund, play: func(c *cell) {
		c.also(txn.OpRefund, paytest.Dropped)
		c.fail(txn.OpRefund)
		c.giveBack()
	}},
	{name: "restart, a refund was asked for", op: txn.OpQueryRefund, play: func(c *cell) {
		c.also(txn.OpRefund, paytest.LostReply)
		c.giveBack()
		c.fail(txn.OpQueryRefund)
		c.restart()
	}},
}
