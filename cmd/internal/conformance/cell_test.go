package conformance

import (
	"fmt"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paytest"
)

// cell is one sale in which one request fails in one way.
type cell struct {
	*till
	shop    *shop
	network txn.NetworkID
	phone   *paynet.Phone
	failure paytest.Failure

	plan  []breakage      // of the coming requests
	broke *txn.Op         // the request that failed and whose answer is on its way
	first txn.State       // where the order stood when the failure was known
	back  txn.RefundState // … or its refund
	url   string          // the latest code that a customer could see
}

// breakage is what happens to the next request of its kind.
type breakage struct {
	op      txn.Op
	failure paytest.Failure // empty: nothing goes wrong
	subject bool            // it is the failure that the cell is about
	before  func()          // what the customer does in the last moment before it
}

// price of every sale, in fen, and the keys for it.
const (
	price     = 1234
	priceKeys = "1 2 . 3 4"
)

func newCell(t testing.TB, s *shop, n txn.NetworkConfig, f paytest.Failure) *cell {
	t.Helper()
	wallet := string(n.ID)
	if n.ID == txn.Aggregator {
		wallet = paynet.UnionPay
	}
	c := &cell{shop: s, network: n.ID, failure: f, phone: s.phone(wallet)}
	s.cells++ // each has numbers of its own
	journal := storetest.NewMemory(fmt.Sprintf("T%04d", s.cells))
	c.till = &till{
		TB: t, clock: s.clock, cfg: config(n), journal: journal, ask: c.asked, told: c.known,
		account: s.account, sent: map[txn.OrderNo]int{}, askRefund: c.askedRefund, toldRefund: c.knownRefund,
	}
	if _, err := journal.Commit(storetest.Enrolled("S01")); err != nil {
		t.Fatal(err)
	}
	c.password(paynet.PasswordNever)
	c.phone.SetBalance(10_000_000)
	c.start()
	return c
}

// asked is a request on its way to the network.
func (c *cell) asked(q txn.Request) (txn.Answer, error) { return c.shop.ask(q, c.breaks(q.Op)) }

// breaks returns what is planned for a request.
func (c *cell) breaks(op txn.Op) paytest.Failure {
	if len(c.plan) == 0 || c.plan[0].op != op {
		return ""
	}
	b := c.plan[0]
	c.plan = c.plan[1:]
	if b.before != nil {
		b.before()
	}
	if b.subject {
		c.broke = &op
	}
	return b.failure
}

// known notes where the order stands once the machine knows of the failure.
func (c *cell) known(ev txn.NetworkAnswered) {
	if c.broke != nil && *c.broke == ev.Op && c.first == "" {
		c.first = c.order().State
	}
}

// order is the only one.
func (c *cell) order() (o txn.Order) {
	c.Helper()
	all := c.orders()
	if len(all) != 1 {
		c.Fatalf("%d orders, want one", len(all))
	}
	return all[0]
}

// fail makes the next request of that kind the one that the cell is about.
func (c *cell) fail(op txn.Op) {
	c.plan = append(c.plan, breakage{op: op, failure: c.failure, subject: true})
}

// also makes the next request of that kind fail on the way to it; an empty failure waits for it and lets it be.
func (c *cell) also(op txn.Op, f paytest.Failure) {
	c.plan = append(c.plan, breakage{op: op, failure: f})
}

// sell shows a code.
func (c *cell) sell() { c.keys(priceKeys + " OK") }

// charge scans the customer's code.
func (c *cell) charge() {
	c.Helper()
	code, err := c.phone.Code()
	if err != nil {
		c.Fatal(err)
	}
	c.keys(priceKeys + " SCAN")
	c.scan(txn.NetworkID(c.wallet()), code)
}

func (c *cell) wallet() string {
	if c.network == txn.Aggregator {
		return paynet.UnionPay
	}
	return string(c.network)
}

// wait lets time pass.
func (c *cell) wait(d time.Duration) {
	c.Helper()
	for end := c.clock.since() + d; c.clock.since() < end; {
		c.tick(time.Second)
		if c.screen.QR != "" {
			c.url = c.screen.QR
		}
	}
}

// look has the customer scan the code, pay has him pay it, as far as there is one that can be.
func (c *cell) look() bool {
	_, err := c.phone.Scan(c.url)
	return c.url != "" && err == nil
}

func (c *cell) pay() bool { return c.look() && c.phone.Confirm() == nil }

func (c *cell) password(p paynet.Password) {
	c.Helper()
	if err := c.phone.SetPassword(p, 0); err != nil {
		c.Fatal(err)
	}
}

// restart cuts the power for a while.
func (c *cell) restart() {
	c.Helper()
	c.clock.pass(5 * time.Second)
	c.start()
}

// Limits of the end of a cell.
const (
	lateBy  = 25 * time.Second // a request that is carried out late: less than what a margin allows for
	settled = 15 * time.Minute
)

// settle ends the failure and waits until the order is final. Whatever the failure was, the customer's account must then
// say what the journal says, and go on saying it.
func (c *cell) settle() txn.Order {
	c.Helper()
	c.wait(lateBy)
	c.shop.mend()
	for end := c.clock.since() + settled; !c.order().State.Final(); {
		if c.clock.since() > end {
			c.Fatalf("still %s a quarter of an hour after the failure", c.order().State)
		}
		c.wait(time.Second)
	}
	c.hold()
	again := c.pay()
	_ = c.phone.Confirm() // a password that is still asked for
	c.hold()
	o := c.order()
	if again {
		c.Errorf("paid by the customer after it was %s", o.State)
	}
	if c.first == "" {
		c.Error("the failure never came")
	}
	c.phone.Idle()
	return o
}

// hold holds the journal to the customer's account.
func (c *cell) hold() {
	c.Helper()
	o, a := c.order(), c.shop.account(c.order().No)
	kept := a.Charged - a.GivenBack
	switch {
	case a.Charges > 1:
		c.Errorf("charged %d times", a.Charges)
	case o.State == txn.Paid && (kept != price || o.TransactionID != a.Transaction):
		c.Errorf("paid as %q, and the customer's account says %+v", o.TransactionID, a)
	case o.State == txn.Disputed || !o.State.Final():
		c.Errorf("%s (%s) in the end", o.State, o.Reason)
	case o.State != txn.Paid && kept != 0:
		c.Errorf("%s (%s), and the customer has paid %d fen", o.State, o.Reason, kept)
	}
}
