package paytest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

// steps says how a Fake can be made to fail in each way that has a meaning without a wire.
var steps = map[paytest.Failure]paytest.Step{
	paytest.Refused:     {Fault: txn.FaultNotSent},
	paytest.Dropped:     {Fault: txn.FaultNoAnswer},
	paytest.LostReply:   {Fault: txn.FaultNoAnswer, Execute: true},
	paytest.SlowReply:   {Wait: make(chan struct{}), Execute: true},
	paytest.MisSigned:   {Fault: txn.FaultUnverified, Execute: true},
	paytest.SystemError: {Fault: txn.FaultSystem, Code: "SYSTEM_ERROR"},
	paytest.SystemAfter: {Fault: txn.FaultSystem, Code: "SYSTEM_ERROR", Execute: true},
	paytest.WrongOrder: {Answer: func(a txn.Answer) txn.Answer {
		if a.Status == txn.StatusPaid {
			return txn.Answer{Status: txn.StatusMismatch}
		}
		return a
	}, Refund: func(a txn.RefundAnswer) txn.RefundAnswer { return txn.RefundAnswer{Status: txn.StatusMismatch} }},
}

func TestFakeKeepsTheContract(t *testing.T) {
	f := paytest.NewFake(txn.WeChat)
	paytest.Run(t, harness(f, f, 0))
	t.Run("refunds", func(t *testing.T) { paytest.RunRefunds(t, harness(f, f, 0)) })
}

// harness runs the suite on n, which is f or wraps it. extra is added to the charges of every account.
func harness(f *paytest.Fake, n pay.Network, extra int) paytest.Harness {
	return paytest.Harness{
		Network: n, Customer: f, Mend: func() {},
		Account: func(no txn.OrderNo) paytest.Account {
			a := f.Account(no)
			if a.Charges > 0 {
				a.Charges += extra
			}
			return a
		},
		Refunds:  func(fate paytest.Fate) bool { f.SetRefunds(fate); return true },
		Requests: func() int { return len(f.Requests()) },
		Break: func(op txn.Op, failure paytest.Failure) bool {
			s, ok := steps[failure]
			if ok = ok && (s.Refund == nil || op != txn.OpRefund); ok {
				f.Script(op, s)
			}
			return ok
		},
	}
}

func ExampleFake() {
	network := paytest.NewFake(txn.WeChat)
	order := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1250), Expires: time.Now().Add(time.Minute)}
	ctx := context.Background()

	network.Script(txn.OpQuery, paytest.Step{Fault: txn.FaultNoAnswer})
	shown, _ := network.Show(ctx, order)
	_ = network.Pay(shown.CodeURL)

	_, err := network.Query(ctx, order)
	fmt.Println(pay.FaultOf(err))
	a, _ := network.Query(ctx, order)
	fmt.Println(a.Status, a.Payer, network.Account(order.No).Charges)
	// Output:
	// no-answer
	// paid ¥12.50 1
}
