package conformance

import (
	"flag"
	"fmt"
	"sync"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

var (
	payments = flag.Int("payments", 500, "random payments to make")
	first    = flag.Uint64("first", 1, "seed of the first day of payments")
	seed     = flag.Uint64("seed", 0, "make the payments of this day alone")
)

// ofDay is how many payments a day has: few enough that one can be read.
const ofDay = 25

// TestPayments makes random payments over all networks, both ways, while 30 of 100 calls fail at random points and the
// terminal restarts. In the end the journal's total is what customers were charged, to the fen, and nothing is open.
func TestPayments(t *testing.T) {
	from, days := *first, (*payments+ofDay-1)/ofDay
	switch {
	case *seed != 0:
		from, days = *seed, 1
	case testing.Short():
		days = min(days, 2)
	}
	var mu sync.Mutex
	var sum result
	t.Run("days", func(t *testing.T) {
		for s := from; s < from+uint64(days); s++ {
			t.Run(fmt.Sprint("seed=", s), func(t *testing.T) {
				t.Parallel()
				defer func() {
					if t.Failed() {
						t.Logf("see it again: go test ./cmd/internal/conformance -run 'TestPayments$' -seed %d", s)
					}
				}()
				d := newDay(t, s)
				d.play(ofDay)
				mu.Lock()
				defer mu.Unlock()
				sum.add(d.result)
			})
		}
	})
	t.Logf("%+v", sum)
	if !t.Failed() && days >= 20 && (sum.Failed*100 < sum.Calls*(failing-10) || sum.Restarts == 0 || sum.Paid*3 < sum.Payments) {
		t.Error("too little went wrong, or right, for this to prove anything")
	}
}

// audit holds the journal against the customers' accounts, order by order and as a whole.
func (d *day) audit() {
	d.Helper()
	if _, err := d.store.Verify(); err != nil {
		d.Error(err)
	}
	start, err := d.store.Start()
	if err != nil {
		d.Fatal(err)
	}
	listed := map[txn.OrderNo]bool{}
	for _, o := range start.Exceptions {
		listed[o.No] = true
	}
	accounts := map[txn.OrderNo]paynet.OrderAccount{}
	ledger := d.shop.net.Ledger()
	for _, a := range ledger.Orders {
		accounts[txn.OrderNo(a.Order)] = a
	}
	captured := map[txn.OrderNo]int64{} // by sale, without those that people settle
	orders := d.orders()
	for _, o := range orders {
		a := accounts[o.No]
		delete(accounts, o.No)
		d.settled(o, a, listed[o.No])
		if o.State == txn.Paid {
			d.result.Paid++
			d.result.Fen += o.Amount.Fen
			if o.Exception == txn.OverTotal {
				d.result.OverTotal++
				continue
			}
			if captured[o.Sale] += o.Amount.Fen; captured[o.Sale] > o.Amount.Fen {
				d.Errorf("sale %s was captured beyond its total", o.Sale)
			}
		}
	}
	for no := range accounts {
		d.Errorf("the network has an order %s that the journal has not", no)
	}
	d.result.Orders += len(orders)
	if kept := ledger.Charged - ledger.GivenBack; kept != d.result.Fen {
		d.Errorf("customers have paid %d fen, the journal says %d", kept, d.result.Fen)
	}
}

// settled holds one order to its customer's account.
func (d *day) settled(o txn.Order, a paynet.OrderAccount, listed bool) {
	d.Helper()
	kept := a.Charged - a.GivenBack
	switch {
	case !o.State.Final():
		d.Errorf("%s of %s is still %s; the network says %s", o.No, o.Network, o.State, a.State)
	case a.Charges > 1 || a.GiveBacks > 1:
		d.Errorf("%s was charged %d times and given back %d times", o.No, a.Charges, a.GiveBacks)
	case o.State == txn.Disputed:
		d.Errorf("%s of %s is disputed (%s)", o.No, o.Network, o.Reason)
	case o.State == txn.Paid && (kept != o.Amount.Fen || a.Transaction != o.TransactionID):
		d.Errorf("%s is paid as %q, and the customer's account says %+v", o.No, o.TransactionID, a)
	case o.State != txn.Paid && kept != 0:
		d.Errorf("%s is %s (%s), and the customer has paid %d fen", o.No, o.State, o.Reason, kept)
	case o.Exception != "" && !listed:
		d.Errorf("%s (%s) is not on the exception list", o.No, o.Exception)
	}
}
