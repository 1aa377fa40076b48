package paytest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Refunder = (*Fake)(nil)

// Fate is what becomes of a network's refunds, those in process and new ones, until it is set anew.
type Fate string

// Fates of refunds.
const (
	Quick    Fate = ""         // given back before the next request is answered
	Held     Fate = "held"     // in process until another fate is set
	Closed   Fate = "closed"   // taken, and nothing goes back in the end
	Abnormal Fate = "abnormal" // taken, and can't be delivered
	Unfunded Fate = "unfunded" // refused: the merchant has too little
)

type fakeRefund struct {
	refund txn.Refund
	state  txn.Status // Waiting, Refunded, Refused or Abnormal
	doneAt time.Time
}

// SetRefunds says what becomes of refunds from now on.
func (f *Fake) SetRefunds(fate Fate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fate = fate
	for _, o := range f.orders {
		f.settle(o)
	}
}

// settle brings refunds in process to their end.
func (f *Fake) settle(o *fakeOrder) {
	end := map[Fate]txn.Status{
		Quick: txn.StatusRefunded, Unfunded: txn.StatusRefunded, Closed: txn.StatusRefused, Abnormal: txn.StatusAbnormal,
	}[f.fate]
	for _, r := range o.refunds {
		if r.state != txn.StatusWaiting || f.fate == Held {
			continue
		}
		r.state = end
		if end == txn.StatusRefunded {
			r.doneAt = f.clock().UTC().Truncate(time.Second)
			f.giveBack(o, r.refund.Amount.Fen)
		}
	}
}

// Refund implements [pay.Refunder].
func (f *Fake) Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return f.serveRefund(ctx, txn.OpRefund, r, func(o *fakeOrder) txn.RefundAnswer {
		if o == nil || o.account.Charges == 0 {
			return txn.RefundAnswer{Status: txn.StatusNotFound, Code: "RESOURCE_NOT_EXISTS"}
		}
		left := o.order.Amount.Fen
		for _, old := range o.refunds {
			switch {
			case old.refund.No == r.No && old.refund.Amount != r.Amount:
				return txn.RefundAnswer{Status: txn.StatusExists, Code: "REFUND_FEE_MISMATCH"}
			case old.refund.No == r.No:
				return txn.RefundAnswer{Status: txn.StatusAccepted, RefundID: "FAKE" + string(r.No)}
			case old.state != txn.StatusRefused:
				left -= old.refund.Amount.Fen
			}
		}
		switch {
		case o.state != txn.StatusPaid && o.state != txn.StatusRefunded, r.Amount.Fen > left, r.Total != o.order.Amount:
			return txn.RefundAnswer{Status: txn.StatusRefused, Code: "INVALID_REQUEST"}
		case f.fate == Unfunded:
			return txn.RefundAnswer{Status: txn.StatusRefused, Code: "NOT_ENOUGH"}
		}
		o.refunds = append(o.refunds, &fakeRefund{refund: r, state: txn.StatusWaiting})
		o.state = txn.StatusRefunded
		f.settle(o)
		return txn.RefundAnswer{Status: txn.StatusAccepted, RefundID: "FAKE" + string(r.No), Code: "PROCESSING"}
	})
}

// QueryRefund implements [pay.Refunder].
func (f *Fake) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return f.serveRefund(ctx, txn.OpQueryRefund, r, func(o *fakeOrder) txn.RefundAnswer {
		if o == nil {
			return txn.RefundAnswer{Status: txn.StatusNotFound, Code: "RESOURCE_NOT_EXISTS"}
		}
		i := slices.IndexFunc(o.refunds, func(old *fakeRefund) bool { return old.refund.No == r.No })
		if i < 0 {
			return txn.RefundAnswer{Status: txn.StatusNotFound, Code: "RESOURCE_NOT_EXISTS"}
		}
		old := o.refunds[i]
		if old.refund.Amount != r.Amount || r.Total != o.order.Amount {
			return txn.RefundAnswer{Status: txn.StatusMismatch}
		}
		a := txn.RefundAnswer{Status: old.state, RefundID: fmt.Sprint("FAKE", r.No), DoneAt: old.doneAt}
		if a.Status == txn.StatusRefunded {
			a.Refunded = r.Amount
		}
		return a
	})
}

// serveRefund runs one request about a refund along the script.
func (f *Fake) serveRefund(
	ctx context.Context, op txn.Op, r txn.Refund, do func(*fakeOrder) txn.RefundAnswer,
) (a txn.RefundAnswer, err error) {
	if err := client.CheckRefund(op, r); err != nil {
		return client.FailRefund(f.id, op, r, txn.FaultConfig, "", err)
	}
	s, err := f.run(ctx, Request{op, r.Order, r.No}, func(o *fakeOrder) { a = do(o) })
	switch {
	case err != nil:
		return txn.RefundAnswer{}, err
	case s.Refund != nil:
		a = s.Refund(a)
	}
	return a, nil
}
