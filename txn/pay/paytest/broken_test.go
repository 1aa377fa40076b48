package paytest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

// broken is a network that breaks the contract in one way.
type broken struct {
	*paytest.Fake
	scan  func(a txn.Answer, err error, code txn.PaymentCode) (txn.Answer, error)
	query func(a txn.Answer, err error) (txn.Answer, error)

	refund      func(ctx context.Context, f *paytest.Fake, r txn.Refund) (txn.RefundAnswer, error)
	queryRefund func(a txn.RefundAnswer, r txn.Refund, err error) (txn.RefundAnswer, error)
}

func (b broken) Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	if b.refund != nil {
		return b.refund(ctx, b.Fake, r)
	}
	return b.Fake.Refund(ctx, r)
}

func (b broken) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	a, err := b.Fake.QueryRefund(ctx, r)
	if b.queryRefund != nil {
		return b.queryRefund(a, r, err)
	}
	return a, err
}

func (b broken) Scan(ctx context.Context, o txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	a, err := b.Fake.Scan(ctx, o, code)
	if b.scan != nil {
		return b.scan(a, err, code)
	}
	return a, err
}

func (b broken) Query(ctx context.Context, o txn.Order) (txn.Answer, error) {
	a, err := b.Fake.Query(ctx, o)
	if b.query != nil {
		return b.query(a, err)
	}
	return a, err
}

// ways are the mistakes that cost money, and what the suite says of each.
var ways = map[string]struct {
	network broken
	charges int // too many
	says    string
	refunds bool // it is about refunds
}{
	"charges twice": {charges: 1, says: "the customer's account says"},
	"believes another's success": {says: "want mismatch", network: broken{query: func(a txn.Answer, err error) (txn.Answer, error) {
		if a.Status == txn.StatusMismatch {
			a = txn.Answer{Status: txn.StatusPaid, TransactionID: "1", Payer: txn.Yuan(1234)}
		}
		return a, err
	}}},
	"takes silence for a refusal": {says: `want fault "no-answer"`, network: broken{scan: func(a txn.Answer, err error, _ txn.PaymentCode) (txn.Answer, error) {
		if pay.FaultOf(err) == txn.FaultNoAnswer {
			return txn.Answer{Status: txn.StatusFailed}, nil
		}
		return a, err
	}}},
	"says not sent of what was sent": {says: `want fault "no-answer"`, network: broken{scan: func(a txn.Answer, err error, _ txn.PaymentCode) (txn.Answer, error) {
		var e *pay.Error
		if errors.As(err, &e) {
			e.Fault = txn.FaultNotSent
		}
		return a, err
	}}},
	"tells the payment code": {says: "carries the payment code", network: broken{scan: func(a txn.Answer, err error, code txn.PaymentCode) (txn.Answer, error) {
		var e *pay.Error
		if errors.As(err, &e) {
			e.Err = errors.New(code.Reveal())
		}
		return a, err
	}}},
	"refunds under a fresh number": {refunds: true, says: "GiveBacks:2", network: broken{
		refund: func(ctx context.Context, f *paytest.Fake, r txn.Refund) (txn.RefundAnswer, error) {
			a, err := f.Refund(ctx, r)
			if again, err := f.QueryRefund(ctx, r); err == nil && again.Status == txn.StatusRefunded {
				r.No += "B"
				return f.Refund(ctx, r)
			}
			return a, err
		},
	}},
	"sends what is beyond the order": {refunds: true, says: "beyond_what_is_left_is_not_sent", network: broken{
		refund: func(ctx context.Context, f *paytest.Fake, r txn.Refund) (txn.RefundAnswer, error) {
			r.Before = txn.Money{}
			return f.Refund(ctx, r)
		},
	}},
	"takes silence for a refused refund": {refunds: true, says: `want fault "no-answer"`, network: broken{
		refund: func(ctx context.Context, f *paytest.Fake, r txn.Refund) (txn.RefundAnswer, error) {
			a, err := f.Refund(ctx, r)
			if pay.FaultOf(err) == txn.FaultNoAnswer {
				return txn.RefundAnswer{Status: txn.StatusRefused}, nil
			}
			return a, err
		},
	}},
	"takes acceptance for success": {refunds: true, says: "want [accepted]", network: broken{
		refund: func(ctx context.Context, f *paytest.Fake, r txn.Refund) (txn.RefundAnswer, error) {
			a, err := f.Refund(ctx, r)
			if a.Status == txn.StatusAccepted {
				a.Status, a.Refunded = txn.StatusRefunded, r.Amount
			}
			return a, err
		},
	}},
	"believes in another's refund": {refunds: true, says: "want [mismatch]", network: broken{
		queryRefund: func(a txn.RefundAnswer, r txn.Refund, err error) (txn.RefundAnswer, error) {
			if a.Status == txn.StatusMismatch {
				a = txn.RefundAnswer{Status: txn.StatusRefunded, Refunded: r.Amount}
			}
			return a, err
		},
	}},
	"takes a refund in process for made": {refunds: true, says: "want [waiting]", network: broken{
		queryRefund: func(a txn.RefundAnswer, r txn.Refund, err error) (txn.RefundAnswer, error) {
			if a.Status == txn.StatusWaiting {
				a.Status, a.Refunded = txn.StatusRefunded, r.Amount
			}
			return a, err
		},
	}},
	"refunds without saying which": {refunds: true, says: "does not name the refund", network: broken{
		queryRefund: func(a txn.RefundAnswer, r txn.Refund, err error) (txn.RefundAnswer, error) {
			var e *pay.Error
			if errors.As(err, &e) {
				e.Refund = ""
			}
			return a, err
		},
	}},
	"paid without a number": {says: "paid without the network's number", network: broken{query: func(a txn.Answer, err error) (txn.Answer, error) {
		a.TransactionID = ""
		return a, err
	}}},
}

// inChild names the way that a child process tries.
const inChild = "SMARTPOS_PAYTEST_BROKEN"

// TestSuiteCatches runs the suite on networks that break the contract; each in a process of its own, since it
// must fail there.
func TestSuiteCatches(t *testing.T) {
	if name := os.Getenv(inChild); name != "" {
		way := ways[name]
		way.network.Fake = paytest.NewFake(txn.WeChat)
		run := paytest.Run
		if way.refunds {
			run = paytest.RunRefunds
		}
		run(t, harness(way.network.Fake, way.network, way.charges))
		return
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestSuiteCatches$")
			cmd.Env = append(os.Environ(), inChild+"="+name)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), way.says) {
				t.Errorf("%v; want it to fail with %q:\n%s", err, way.says, out)
			}
		})
	}
}
