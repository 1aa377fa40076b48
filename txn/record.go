package txn

import (
	"errors"
	"fmt"
	"time"
)

// ErrTransition is returned when a record does not fit the state of its order.
var ErrTransition = errors.New("txn: record does not fit the order's state")

// RecordType names a kind of record in the journal. Values are on disk: they are never reused.
type RecordType uint8

// The record types. The first four are those of the journal's format 1, 5 and 6 came with format 2, those of batches
// with format 4, the others with format 3.
const (
	TypeIntent  RecordType = 1
	TypeMove    RecordType = 2
	TypeOutcome RecordType = 3
	TypePrinted RecordType = 4

	TypeEnrolled RecordType = 5
	TypePINTried RecordType = 6

	TypeRefundIntent  RecordType = 7
	TypeRefundOutcome RecordType = 8
	TypeSettled       RecordType = 9

	TypeOfflineMade     RecordType = 20
	TypeOfflineTried    RecordType = 21
	TypeOfflineAnswered RecordType = 22
	TypeOfflineRenewed  RecordType = 23
	TypeOfflineSeen     RecordType = 24

	TypeBatchClosed  RecordType = 30
	TypeBatchPrinted RecordType = 31

	TypeRestored RecordType = 40
)

// Record is one durable step in the life of an order ([Intent], [Move], [Outcome], [Printed], [RefundIntent],
// [RefundOutcome], [Settled]), of the [Till] ([Enrolled], [PINTried], [OfflineRenewed], [BatchClosed], [BatchPrinted],
// [Restored]), or of both, as those of offline codes. Each marshals to JSON and back without loss.
type Record interface {
	Type() RecordType
	OrderNo() OrderNo // empty for a record of the till alone
	apply(Order) (Order, error)
}

// NewRecord returns a pointer to an empty record of type t to unmarshal into, or nil for a type that this
// version does not know.
func NewRecord(t RecordType) Record {
	switch t {
	case TypeIntent:
		return &Intent{}
	case TypeMove:
		return &Move{}
	case TypeOutcome:
		return &Outcome{}
	case TypePrinted:
		return &Printed{}
	case TypeEnrolled:
		return &Enrolled{}
	case TypePINTried:
		return &PINTried{}
	case TypeRefundIntent:
		return &RefundIntent{}
	case TypeRefundOutcome:
		return &RefundOutcome{}
	case TypeSettled:
		return &Settled{}
	case TypeOfflineMade:
		return &OfflineMade{}
	case TypeOfflineTried:
		return &OfflineTried{}
	case TypeOfflineAnswered:
		return &OfflineAnswered{}
	case TypeOfflineRenewed:
		return &OfflineRenewed{}
	case TypeOfflineSeen:
		return &OfflineSeen{}
	case TypeBatchClosed:
		return &BatchClosed{}
	case TypeBatchPrinted:
		return &BatchPrinted{}
	case TypeRestored:
		return &Restored{}
	}
	return nil
}

// Intent is the decision to ask a network for money. It is on disk before any QR, network call or print.
// With [Cash] it is the payment itself: the money is on the counter, so nothing is left to find out, and one record
// leaves a power cut no cash order in between. It spends the original receipt, as an outcome Paid does.
type Intent struct {
	No       OrderNo    `json:"no"`   // given by the journal
	Sale     OrderNo    `json:"sale"` // empty for a sale's first order: then the journal makes it No
	Network  NetworkID  `json:"network"`
	Method   Method     `json:"method"`
	Amount   Money      `json:"amount"`
	Tendered Money      `json:"tendered,omitzero"` // cash: at least Amount
	Items    []Item     `json:"items,omitempty"`
	Operator string     `json:"operator"`
	Created  time.Time  `json:"created"`
	Expires  time.Time  `json:"expires"`
	Code     CodeDigest `json:"code,omitempty"`

	Offline *OfflineTerms `json:"offline,omitempty"` // show: the code is made without a network; counts against the limits
}

// Type implements [Record].
func (*Intent) Type() RecordType { return TypeIntent }

// OrderNo implements [Record].
func (r *Intent) OrderNo() OrderNo { return r.No }

func (r *Intent) apply(o Order) (Order, error) {
	if o.No != "" {
		return o, fmt.Errorf("%w: second intent of %s", ErrTransition, o.No)
	}
	if r.Method == Cash && r.Tendered.Currency != r.Amount.Currency { // nobody could say the change
		return o, fmt.Errorf("%w: %s tendered for %s", ErrTransition, r.Tendered, r.Amount)
	}
	o = Order{
		No: r.No, Sale: r.Sale, Network: r.Network, Method: r.Method, Amount: r.Amount, Tendered: r.Tendered,
		Items: r.Items, Operator: r.Operator, Created: r.Created, Expires: r.Expires, Code: r.Code,
		State: Open, Updated: r.Created,
	}
	if r.Offline != nil {
		o.Offline = &OfflineCode{Digits: r.Offline.Digits, Scheme: r.Offline.Scheme, Counts: true}
	}
	if r.Method == Cash {
		o.State, o.Payer, o.PaidAt = Paid, r.Amount, r.Created
	}
	return o, nil
}

// Move takes an order from one open state to another: Open → Unknown, Closing or Reversing,
// Unknown → Closing or Reversing.
type Move struct {
	Order  OrderNo   `json:"order"`
	To     State     `json:"to"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`

	Settles Money `json:"settles,omitzero"` // of an offline code that ends unanswered: its amount, which counts no more
}

// Type implements [Record].
func (*Move) Type() RecordType { return TypeMove }

// OrderNo implements [Record].
func (r *Move) OrderNo() OrderNo { return r.Order }

func (r *Move) apply(o Order) (Order, error) {
	ok := r.To == Unknown && o.State == Open ||
		r.To == Closing && o.Method == Show && (o.State == Open || o.State == Unknown) ||
		r.To == Reversing && o.Method == Scan && (o.State == Open || o.State == Unknown)
	if !ok {
		return o, fmt.Errorf("%w: %s from %q to %q", ErrTransition, o.No, o.State, r.To)
	}
	o.State, o.Reason, o.Updated = r.To, r.Reason, r.At
	return o.settle(r.Settles)
}

// Outcome ends an order by a verified statement of its network, by proof that it was never asked, or by a supervisor's
// verdict. An
// outcome Paid also spends the original receipt: whatever prints after it in another run is a reprint.
type Outcome struct {
	Order         OrderNo   `json:"order"`
	State         State     `json:"state"`
	Reason        string    `json:"reason,omitempty"`
	TransactionID string    `json:"transaction_id,omitempty"`
	Wallet        NetworkID `json:"wallet,omitempty"`
	WalletID      string    `json:"wallet_id,omitempty"`
	Payer         Money     `json:"payer"`
	PaidAt        time.Time `json:"paid_at"`
	Late          bool      `json:"late,omitempty"`
	Exception     Exception `json:"exception,omitempty"`
	Verdict       string    `json:"verdict,omitempty"` // the supervisor, where no network could say it
	At            time.Time `json:"at"`
	Settles       Money     `json:"settles,omitzero"` // of an offline code that still counts: its amount, which does no more
}

// Type implements [Record].
func (*Outcome) Type() RecordType { return TypeOutcome }

// OrderNo implements [Record].
func (r *Outcome) OrderNo() OrderNo { return r.Order }

func (r *Outcome) apply(o Order) (Order, error) {
	// Money that came after a verified "closed" is still money: only that correction of a final state exists.
	corrects := r.State == Paid && r.Late && (o.State == Closed || o.State == Reversed || o.State == Failed)
	if o.No == "" || !r.State.Final() || o.State.Final() && !corrects || !o.disprovedBy(r.Exception) {
		return o, fmt.Errorf("%w: %s from %q to %q", ErrTransition, r.Order, o.State, r.State)
	}
	if r.State == Paid && r.Payer.Currency != o.Amount.Currency { // nobody could say what coupons took off
		return o, fmt.Errorf("%w: %s paid for %s", ErrTransition, r.Payer, o.Amount)
	}
	o.State, o.Reason, o.Updated = r.State, r.Reason, r.At
	o.TransactionID, o.Payer, o.PaidAt = r.TransactionID, r.Payer, r.PaidAt
	o.Wallet, o.WalletID = r.Wallet, r.WalletID
	o.Late, o.Exception, o.Settled, o.Verdict = r.Late, r.Exception, "", r.Verdict
	return o.settle(r.Settles)
}

// Printed says that the receipts of a paid or unconfirmed order, or of one of an order's refunds, came out whole, or that a
// person decided to do without.
type Printed struct {
	Order   OrderNo   `json:"order"`
	Refund  RefundNo  `json:"refund,omitempty"` // empty: of the payment
	Skipped bool      `json:"skipped,omitempty"`
	At      time.Time `json:"at"`
}

// Type implements [Record].
func (*Printed) Type() RecordType { return TypePrinted }

// OrderNo implements [Record].
func (r *Printed) OrderNo() OrderNo { return r.Order }

func (r *Printed) apply(o Order) (Order, error) {
	if refund, ok := o.Refund(r.Refund); ok && refund.State == RefundDone {
		refund.Printed = true
		return o.withRefund(refund), nil
	}
	if o.State != Paid && !o.answered() || r.Refund != "" { // a slip may come out just when its order is disproved
		return o, fmt.Errorf("%w: receipt of %s%s, which is %q", ErrTransition, o.No, r.Refund, o.State)
	}
	o.Printed = true
	return o, nil
}
