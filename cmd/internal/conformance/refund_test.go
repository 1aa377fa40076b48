package conformance

import (
	"context"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

// back is what the refund of a cell gives back, in fen.
const back = 500

// refund pays, and gives a part back, as a terminal must: a refund ends by a query alone, and is asked for again under
// its number. One request of it fails. It reports whether the outcome was open then.
func (c *cell) refund(op txn.Op) (open bool) {
	c.Helper()
	c.charge()
	c.wait(20 * time.Second)
	r, err := txn.NewRefund(c.order(), txn.Yuan(back), c.clock.now())
	if err != nil {
		c.Fatal(err)
	}
	if op == txn.OpQueryRefund {
		c.askRefund(txn.OpRefund, r, "")
	}
	open = !c.askRefund(op, r, c.failure)
	for range 10 {
		c.wait(lateBy)
		c.shop.mend()
		if c.askRefund(txn.OpQueryRefund, r, "") {
			break
		}
		c.askRefund(txn.OpRefund, r, "")
	}
	c.askRefund(txn.OpRefund, r, "") // once more, as if nobody knew: nothing happens
	c.wait(2 * time.Minute)
	if a := c.shop.account(r.Order); a.GiveBacks != 1 || a.GivenBack != back || a.Charged != price {
		c.Errorf("the customer's account says %+v", a)
	}
	return open
}

// askRefund reports whether the money is back.
func (c *cell) askRefund(op txn.Op, r txn.Refund, f paytest.Failure) (done bool) {
	c.Helper()
	c.shop.during(c.network, f, func(ctx context.Context) {
		a, err := paytest.AskRefund(ctx, c.shop.clients[c.network].(pay.Refunder), op, r)
		done = err == nil && a.Status == txn.StatusRefunded
		if done && c.shop.account(r.Order).GivenBack != back {
			c.Error("given back, says the network, and the customer has nothing")
		}
	})
	return done
}
