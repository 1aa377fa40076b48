package terminal

import (
	"cmp"
	"context"
	"errors"
	"time"

	"smartpos/store/pin"
	"smartpos/txn"
	"smartpos/txn/pay"
)

// errNoRefunds is what a network gives back that can't.
var errNoRefunds = errors.New("this network gives nothing back")

// requestRefund asks a network about a refund, in a goroutine of its own that ends with the request's time.
func (t *Terminal) requestRefund(ctx context.Context, r txn.RefundRequest) {
	t.work.Go(func() {
		limited, cancel := t.limit(ctx)
		defer cancel()
		began := time.Now()
		answer, err := t.askRefund(limited, r)
		ev := txn.RefundAnswered{Refund: r.Refund.No, Op: r.Op, Answer: answer, Fault: pay.FaultOf(err)}
		ev.Code = t.codeOf(r.Refund.Network, err)
		t.logAnswer(began, answer.Status, cmp.Or(answer.Code, ev.Code), err, "op", r.Op, "refund", r.Refund.No)
		t.tell(ctx, ev)
	})
}

func (t *Terminal) askRefund(ctx context.Context, r txn.RefundRequest) (txn.RefundAnswer, error) {
	unable := &pay.Error{
		Network: r.Refund.Network, Op: r.Op, Order: r.Refund.Order, Refund: r.Refund.No, Fault: txn.FaultNotSetUp,
	}
	n := t.network(r.Refund.Network)
	if n == nil {
		return txn.RefundAnswer{}, unable
	}
	refunder, ok := n.(pay.Refunder)
	if !ok {
		unable.Fault, unable.Code, unable.Err = txn.FaultConfig, "NO_REFUNDS", errNoRefunds
		return txn.RefundAnswer{}, unable
	}
	if r.Op == txn.OpRefund {
		return refunder.Refund(ctx, r.Refund)
	}
	return refunder.QueryRefund(ctx, r.Refund)
}

// recall looks past orders up beside the loop.
func (t *Terminal) recall(ctx context.Context, r txn.Recall) {
	t.work.Go(func() { t.tell(ctx, r.From(t.ports.Journal)) })
}

// recallBatch looks the batch up beside the loop.
func (t *Terminal) recallBatch(ctx context.Context, r txn.RecallBatch) {
	t.work.Go(func() { t.tell(ctx, r.From(t.ports.Journal)) })
}

// checkPIN compares a PIN beside the loop: it takes a slow board about a second. One that can't be compared is wrong.
func (t *Terminal) checkPIN(ctx context.Context, c txn.CheckPIN) {
	t.work.Go(func() {
		right, err := pin.Check(c.Hash, c.PIN)
		if err != nil {
			t.ports.Log.Error("supervisor", "err", err)
		}
		t.tell(ctx, txn.PINChecked{Token: c.Token, Right: right})
	})
}

func (t *Terminal) hashPIN(ctx context.Context, h txn.HashPIN) {
	t.work.Go(func() { t.tell(ctx, txn.PINHashed{Token: h.Token, Hash: pin.Hash(h.PIN)}) })
}
