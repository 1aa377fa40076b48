package paynet

import (
	"fmt"
	"math/bits"
	"slices"
	"time"
)

// RefundFate is what becomes of refunds, those in process and new ones, until it is set anew.
type RefundFate string

// Fates of refunds.
const (
	RefundNormal   RefundFate = "normal"   // given back when the network does: at Alipay at once, at the others after a minute
	RefundQuick    RefundFate = "quick"    // given back before the next request
	RefundHeld     RefundFate = "held"     // in process until another fate is set
	RefundClosed   RefundFate = "closed"   // taken, then closed: nothing goes back
	RefundAbnormal RefundFate = "abnormal" // taken, and can't be delivered
	RefundUnfunded RefundFate = "unfunded" // new ones are refused: the merchant has too little; those in process go on
)

var refundFates = []RefundFate{RefundNormal, RefundQuick, RefundHeld, RefundClosed, RefundAbnormal, RefundUnfunded}

// SetRefunds says what becomes of refunds from now on. A sandbox that was opened anew gives them back normally.
func (p *Paynet) SetRefunds(fate RefundFate) error {
	if !slices.Contains(refundFates, fate) {
		return fmt.Errorf("paynet: no fate of refunds %.20q: use one of %v", fate, refundFates)
	}
	err := ErrClosed // unless the sandbox is open
	p.update(func(now time.Time) {
		p.fate, err = fate, nil
		p.settleRefunds(now)
	})
	return err
}

// Limits of refunds: WeChat Pay documents both, the others leave the time to the merchant's contract.
const (
	maxRefunds   = 50
	refundWithin = 365 * 24 * time.Hour
	refundTime   = time.Minute // until WeChat Pay or UnionPay has given back; scaled
)

// refund is one refund of an order.
type refund struct {
	No     string    `json:"out_refund_no"`
	ID     string    `json:"refund_id"`
	Amount int64     `json:"amount"` // of the order's total
	Payer  int64     `json:"payer"`  // of that, what the customer gets; the rest were coupons
	State  string    `json:"status"`
	At     time.Time `json:"at"`
	Due    time.Time `json:"due"` // when it is given back, normally
	DoneAt time.Time `json:"done_at"`

	TxnTime string `json:"txn_time,omitempty"` // UnionPay: by which, with the number, a refund is known
	TxnType string `json:"txn_type,omitempty"` // … and how it was asked for: 04 退货, 31 消费撤销
}

// States of refunds, in WeChat Pay's words.
const (
	refundProcessing = "PROCESSING"
	refundSuccess    = "SUCCESS"
	refundClosed     = "CLOSED"
	refundAbnormal   = "ABNORMAL"
)

// refund returns the order's refund of that number; nil where there is none.
func (o *order) refund(no string) *refund {
	i := slices.IndexFunc(o.Refunds, func(r *refund) bool { return r.No == no })
	if i < 0 {
		return nil
	}
	return o.Refunds[i]
}

// forget drops a refund that came to nothing.
func (o *order) forget(r *refund) {
	o.Refunds = slices.DeleteFunc(o.Refunds, func(other *refund) bool { return other == r })
}

// refundOf returns a network's refund of that number, and its order; nil where there is none.
func (p *Paynet) refundOf(network, no string) (*order, *refund) {
	for _, o := range p.state.Orders {
		if r := o.refund(no); o.Network == network && r != nil {
			return o, r
		}
	}
	return nil, nil
}

// paid returns the order that the network knows a payment by; nil where there is none.
func (p *Paynet) paid(network, transaction string) *order {
	for _, o := range p.state.Orders {
		if o.Network == network && transaction != "" && o.Transaction == transaction && !o.PaidAt.IsZero() {
			return o
		}
	}
	return nil
}

// refunded sums up the refunds in one of the states; of none: in any but closed.
func (o *order) refunded(states ...string) (amount, payer int64) {
	for _, r := range o.Refunds {
		if len(states) == 0 && r.State != refundClosed || slices.Contains(states, r.State) {
			amount, payer = amount+r.Amount, payer+r.Payer
		}
	}
	return amount, payer
}

// beginRefund takes a refund that the caller has found right: amount is at most what is left. Of a sale with a coupon
// the customer gets the part that he paid, and with the last fen all of it.
func (p *Paynet) beginRefund(o *order, no, id string, amount int64, now time.Time, takes time.Duration) *refund {
	before, payerBefore := o.refunded()
	hi, lo := bits.Mul64(uint64(o.PayerTotal), uint64(before+amount))
	payer, _ := bits.Div64(hi, lo, uint64(o.Total)) // before+amount is at most Total, so it fits
	r := &refund{
		No: no, ID: id, Amount: amount, Payer: max(0, int64(payer)-payerBefore), State: refundProcessing,
		At: now, Due: now.Add(takes),
	}
	o.Refunds = append(o.Refunds, r)
	return r
}

// settleRefunds does what is due.
func (p *Paynet) settleRefunds(now time.Time) {
	for _, o := range p.state.Orders {
		for _, r := range o.Refunds {
			p.settle(o, r, now)
		}
	}
}

// settle brings a refund in process to its end, if that has come.
func (p *Paynet) settle(o *order, r *refund, now time.Time) {
	switch {
	case r.State != refundProcessing || p.fate == RefundHeld:
	case p.fate == RefundClosed:
		r.State = refundClosed
	case p.fate == RefundAbnormal:
		r.State = refundAbnormal
	case p.fate == RefundQuick || !now.Before(r.Due):
		r.State, r.DoneAt = refundSuccess, now
		p.payBack(o, Entry{At: now, Amount: r.Payer, Total: r.Amount, Refund: r.No})
	}
}

// nextRefund is when a refund is due by itself; zero for none.
func (p *Paynet) nextRefund() (at time.Time) {
	for _, o := range p.state.Orders {
		for _, r := range o.Refunds {
			if r.State == refundProcessing && p.fate != RefundHeld && (at.IsZero() || r.Due.Before(at)) {
				at = r.Due
			}
		}
	}
	return at
}

// payBack returns money of an order to its customer.
func (p *Paynet) payBack(o *order, e Entry) {
	e.Kind, e.Wallet, e.Network, e.Order = EntryGiveBack, o.Wallet, o.Network, o.No
	p.state.Phones[o.Wallet].Balance += e.Amount
	p.state.Entries = append(p.state.Entries, e)
}
