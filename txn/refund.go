package txn

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// RefundNo is the merchant's refund number (商户退款单号): the order's number, "R" and two digits from 01 on, in sequence,
// at most 27 characters from our journal. It is derived, so it names one refund for ever and a retry can't
// have another, which is what keeps money from going back twice. No order's number looks like it, since those have a
// digit where it has its "R": some networks number orders and refunds alike.
//
// A journal that was restored from a backup does not know which refunds were asked for after that was taken. So those of
// orders from before the restore end in the first five characters of the incarnation that it began: at most 32.
type RefundNo string

// refundTag is how long that end is.
const refundTag = 5

// NewRefundNo returns the number of the nth refund of an order, from 1 to [MaxRefunds], in a journal that was never
// restored.
func NewRefundNo(order OrderNo, n int) RefundNo {
	return RefundNo(fmt.Sprintf("%sR%02d", order, n))
}

// nextRefundNo returns the number of the order's next refund.
func (m *Machine) nextRefundNo(o Order) RefundNo {
	no := NewRefundNo(o.No, len(o.Refunds)+1)
	if m.predates(o.No) {
		no += RefundNo(m.refundTag())
	}
	return no
}

// refundTag is what the numbers of such refunds end in.
func (m *Machine) refundTag() string {
	return m.till.Incarnation[:min(len(m.till.Incarnation), refundTag)]
}

// predates reports whether an order is older than the latest restore: of what became of it since its backup was taken, the
// journal knows nothing.
func (m *Machine) predates(no OrderNo) bool {
	return m.till.Incarnation != "" && !strings.Contains(string(no), m.till.Incarnation)
}

// tagged reports whether n is a number that a restored journal gave.
func (n RefundNo) tagged() bool {
	r := len(n) - len("R01") - refundTag
	return r > 0 && n[r] == 'R' // where a number without an end has its order's digits
}

// isNext reports whether n is the order's next refund, of whichever incarnation.
func (n RefundNo) isNext(o Order) bool {
	end, ok := strings.CutPrefix(string(n), string(NewRefundNo(o.No, len(o.Refunds)+1)))
	return ok && (end == "" || len(end) == refundTag) && n.Valid()
}

// Valid reports whether n has the length and the characters that every network takes.
func (n RefundNo) Valid() bool { return OrderNo(n).Valid() }

// Short returns nine characters: the order's last six, and which of its refunds it is.
func (n RefundNo) Short() string {
	if n.tagged() {
		n = n[:len(n)-refundTag]
	}
	return string(n[max(0, len(n)-9):])
}

// Refund is one wish to give a paid order's money back, in part or whole. It is a part of its order.
type Refund struct {
	No      RefundNo  `json:"no"`
	Network NetworkID `json:"network"` // none with cash

	Order         OrderNo   `json:"order"`
	TransactionID string    `json:"transaction_id,omitempty"` // 平台交易号 of the order, where it is known
	Total         Money     `json:"total"`                    // of the order, as it was asked for
	Paid          time.Time `json:"paid"`                     // when the order was, by the network's clock where it said
	Before        Money     `json:"before"`                   // of the order's other refunds that are not refused

	Amount     Money     `json:"amount"`
	Reason     string    `json:"reason,omitempty"` // the customer may read it; at most 80 characters
	Operator   string    `json:"operator"`
	Supervisor string    `json:"supervisor"` // whose PIN allowed it (授权)
	Created    time.Time `json:"created"`    // for ever: with it some networks tell refunds apart

	State    RefundState `json:"state"`
	Code     string      `json:"code,omitempty"`      // why it ended so, in a code of ours or the network's
	RefundID string      `json:"refund_id,omitempty"` // 平台退款单号, where the network has one
	DoneAt   time.Time   `json:"done_at"`             // by the network's clock, where it says
	Verdict  string      `json:"verdict,omitempty"`   // the supervisor who ended it, where no network could
	Printed  bool        `json:"printed,omitempty"`   // its slips came out whole
}

// RefundState is where a refund stands.
type RefundState string

const (
	// RefundAsked: the intent is on disk; a request may have been made. The journal knows no other before the end.
	RefundAsked RefundState = "asked"
	// RefundUnknown: a request was made and no verified answer has proved its outcome.
	RefundUnknown RefundState = "unknown"
	// RefundProcessing: the network has taken it; the customer does not have the money yet.
	RefundProcessing RefundState = "processing"

	// RefundDone is final: the network states that the money was given back.
	RefundDone RefundState = "done"
	// RefundRefused is final: the network states that nothing is given back under this number.
	RefundRefused RefundState = "refused"
	// RefundDisputed is final for the machine and open for people: the network could not deliver the money
	// (退款异常), or its statements contradict ours.
	RefundDisputed RefundState = "disputed"
)

// Pending reports whether the refund needs the machine after a restart: its outcome is open, or money went back and
// its slip is not known to have come out.
func (r Refund) Pending() bool { return !r.State.Final() || r.State == RefundDone && !r.Printed }

// Final reports whether the machine has nothing left to find out about the refund.
func (s RefundState) Final() bool {
	return s == RefundDone || s == RefundRefused || s == RefundDisputed
}

// RefundAnswer is a network's verified statement about one refund.
type RefundAnswer struct {
	Status   Status    // Accepted, Waiting, Refunded, Refused, Abnormal, Exists, NotFound or Mismatch
	Refunded Money     // with Refunded: what went back, of the order's total; equal to the refund's amount
	RefundID string    // the network's number (平台退款单号), where it has one
	DoneAt   time.Time // with Refunded: by the network's clock, where it says
	Code     string    // the network's own error or state code; [A-Z0-9_.]
}

// Why a refund is not asked for.
var (
	ErrRefundNumber = errors.New("txn: the refund's or the order's number is not one that networks take")
	ErrRefundAmount = errors.New("txn: the refund's amount is not a positive one in the order's currency")
	ErrRefundOver   = errors.New("txn: the refund is more than is left of what was paid")
	ErrRefundOrder  = errors.New("txn: the order was not paid, or the refund is not of it")
	ErrRefundMany   = errors.New("txn: the order has as many refunds as a network takes")
	ErrRefundLate   = errors.New("txn: the order was paid more than a year ago")
)

// The networks' common limits for one order.
const (
	MaxRefunds   = 50                   // in number
	RefundWithin = 365 * 24 * time.Hour // from when it was paid
)

// Check returns why r can't be asked for, by what it says itself; nil when it can.
func (r Refund) Check() error {
	switch {
	case !r.No.Valid(), !r.Order.Valid(), string(r.No) == string(r.Order):
		return ErrRefundNumber
	case r.Amount.Fen <= 0, r.Before.Fen < 0, r.Amount.Currency != r.Total.Currency,
		r.Before.Currency != r.Total.Currency && !r.Before.IsZero():
		return ErrRefundAmount
	case r.Total.Fen < r.Before.Fen, r.Amount.Fen > r.Total.Fen-r.Before.Fen:
		return fmt.Errorf("%w: %s of %s, %s of them in other refunds", ErrRefundOver, r.Amount, r.Total, r.Before)
	}
	return nil
}

// NewRefund returns the next refund of order o; the error says why there can be none. Every refund that is not refused
// counts as given back, also one that nobody knows the outcome of.
func NewRefund(o Order, amount Money, now time.Time) (Refund, error) {
	paid := o.PaidAt
	if paid.IsZero() {
		paid = o.Created
	}
	r := Refund{
		No: NewRefundNo(o.No, len(o.Refunds)+1), Network: o.Network, Order: o.No, TransactionID: o.TransactionID,
		Total: o.Amount, Paid: paid, Before: o.Amount.Sub(o.Refundable()), Amount: amount, Created: now, State: RefundAsked,
	}
	switch {
	case o.State != Paid:
		return Refund{}, ErrRefundOrder
	case len(o.Refunds) >= MaxRefunds:
		return Refund{}, ErrRefundMany
	case now.Sub(paid) > RefundWithin:
		return Refund{}, ErrRefundLate
	}
	return r, r.Check()
}

// Refundable returns what can still be given back of an order that was paid: all but the refunds that are not refused.
func (o Order) Refundable() Money {
	return o.withoutRefunds(func(s RefundState) bool { return s != RefundRefused })
}

// GivenBack returns what is known to have been given back.
func (o Order) GivenBack() Money {
	return o.Amount.Sub(o.withoutRefunds(func(s RefundState) bool { return s == RefundDone }))
}

// backBefore returns what is known to have been given back by the refunds before the one of a number.
func (o Order) backBefore(no RefundNo) Money {
	i := slices.IndexFunc(o.Refunds, func(r Refund) bool { return r.No == no })
	o.Refunds = o.Refunds[:max(0, i)]
	return o.GivenBack()
}

// withoutRefunds returns the amount less the refunds in the states that count.
func (o Order) withoutRefunds(count func(RefundState) bool) Money {
	left := o.Amount
	for _, r := range o.Refunds {
		if count(r.State) {
			left.Fen -= r.Amount.Fen
		}
	}
	return left
}

// Refund returns the order's refund of a number.
func (o Order) Refund(no RefundNo) (Refund, bool) {
	i := slices.IndexFunc(o.Refunds, func(r Refund) bool { return r.No == no })
	if i < 0 {
		return Refund{}, false
	}
	return o.Refunds[i], true
}

// withRefund returns the order with r in the place of its refund of that number, or as a new one.
func (o Order) withRefund(r Refund) Order {
	o.Refunds = slices.Clone(o.Refunds)
	i := slices.IndexFunc(o.Refunds, func(old Refund) bool { return old.No == r.No })
	if i < 0 {
		o.Refunds = append(o.Refunds, r)
	} else {
		o.Refunds[i] = r
	}
	return o
}
