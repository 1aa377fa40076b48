package txn

import (
	"errors"
	"fmt"
	"time"
)

// RefundNo is the merchant's refund number (商户退款单号): terminal id, incarnation and sequence like an [OrderNo],
// and from the same sequence, since some networks number orders and refunds alike. It names one refund for ever: a
// retry has the same number, which is what keeps money from going back twice.
type RefundNo string

// Valid reports whether n has the length and the characters that every network takes.
func (n RefundNo) Valid() bool { return OrderNo(n).Valid() }

// Short returns the last six characters, by which a person tells refunds of one day apart.
func (n RefundNo) Short() string { return OrderNo(n).Short() }

// Refund is one wish to give a paid order's money back, in part or whole.
type Refund struct {
	No      RefundNo  `json:"no"`
	Network NetworkID `json:"network"`

	Order         OrderNo `json:"order"`
	TransactionID string  `json:"transaction_id,omitempty"` // 平台交易号 of the order, where it is known
	Total         Money   `json:"total"`                    // of the order, as it was asked for
	Before        Money   `json:"before"`                   // of the order's other refunds that are not refused

	Amount   Money     `json:"amount"`
	Reason   string    `json:"reason,omitempty"` // the customer may read it; at most 80 characters
	Operator string    `json:"operator"`
	Created  time.Time `json:"created"` // for ever: with it some networks tell refunds apart

	State    RefundState `json:"state"`
	RefundID string      `json:"refund_id,omitempty"` // 平台退款单号, where the network has one
	DoneAt   time.Time   `json:"done_at"`             // by the network's clock, where it says
}

// RefundState is where a refund stands.
type RefundState string

const (
	// RefundAsked: the intent is on disk; a request may have been made.
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

// NewRefund returns a refund of order o, of which others exist; the error says why there can be none. Every refund
// that is not refused counts as given back, also one that nobody knows the outcome of.
func NewRefund(o Order, others []Refund, no RefundNo, amount Money, now time.Time) (Refund, error) {
	r := Refund{
		No: no, Network: o.Network, Order: o.No, TransactionID: o.TransactionID, Total: o.Amount,
		Before: Money{Currency: o.Amount.Currency}, Amount: amount, Created: now, State: RefundAsked,
	}
	n := 0
	for _, other := range others {
		switch {
		case other.Order != o.No || other.Network != o.Network:
			return Refund{}, ErrRefundOrder
		case other.No == no:
			return Refund{}, ErrRefundNumber
		case other.State != RefundRefused:
			r.Before.Fen += other.Amount.Fen
		}
		n++
	}
	paid := o.PaidAt
	if paid.IsZero() {
		paid = o.Created
	}
	switch {
	case o.State != Paid:
		return Refund{}, ErrRefundOrder
	case n >= MaxRefunds:
		return Refund{}, ErrRefundMany
	case now.Sub(paid) > RefundWithin:
		return Refund{}, ErrRefundLate
	}
	return r, r.Check()
}
