package txn

import (
	"cmp"
	"fmt"
	"time"
)

// RefundIntent is the decision to give money of a paid order back. It is on disk before any request, and carries whose
// PIN allowed it. Of a payment in cash it is the refund itself, as an [Intent] of cash is the payment.
type RefundIntent struct {
	Order      OrderNo   `json:"order"`
	No         RefundNo  `json:"no"` // the order's next: [RefundNo]
	Amount     Money     `json:"amount"`
	Reason     string    `json:"reason,omitempty"`
	Operator   string    `json:"operator"`
	Supervisor string    `json:"supervisor"`
	Created    time.Time `json:"created"`
}

// Type implements [Record].
func (*RefundIntent) Type() RecordType { return TypeRefundIntent }

// OrderNo implements [Record].
func (r *RefundIntent) OrderNo() OrderNo { return r.Order }

func (r *RefundIntent) apply(o Order) (Order, error) {
	refund, err := NewRefund(o, r.Amount, r.Created)
	switch {
	case err != nil:
		return o, fmt.Errorf("%w: %w", ErrTransition, err)
	case !r.No.isNext(o):
		return o, fmt.Errorf("%w: refund %s, the next is %s", ErrTransition, r.No, refund.No)
	case !operatorID(r.Supervisor):
		return o, fmt.Errorf("%w: refund %s that no supervisor allowed", ErrTransition, r.No)
	}
	refund.No = r.No
	refund.Reason, refund.Operator, refund.Supervisor = r.Reason, r.Operator, r.Supervisor
	if o.Method == Cash {
		refund.State, refund.DoneAt = RefundDone, r.Created
	}
	return o.withRefund(refund), nil
}

// RefundOutcome ends a refund by a verified statement of its network, or by a supervisor's verdict. An outcome Done
// also spends the original slip, as an [Outcome] Paid does.
type RefundOutcome struct {
	Order    OrderNo     `json:"order"`
	No       RefundNo    `json:"no"`
	State    RefundState `json:"state"`
	Code     string      `json:"code,omitempty"`
	RefundID string      `json:"refund_id,omitempty"`
	DoneAt   time.Time   `json:"done_at,omitzero"`
	Verdict  string      `json:"verdict,omitempty"` // the supervisor, where no network could say it
	At       time.Time   `json:"at"`
}

// Type implements [Record].
func (*RefundOutcome) Type() RecordType { return TypeRefundOutcome }

// OrderNo implements [Record].
func (r *RefundOutcome) OrderNo() OrderNo { return r.Order }

func (r *RefundOutcome) apply(o Order) (Order, error) {
	refund, ok := o.Refund(r.No)
	if !ok || refund.State.Final() || !r.State.Final() {
		return o, fmt.Errorf("%w: refund %s from %q to %q", ErrTransition, r.No, refund.State, r.State)
	}
	refund.State, refund.Code, refund.RefundID, refund.Verdict = r.State, r.Code, r.RefundID, r.Verdict
	refund.DoneAt = r.DoneAt
	if r.State == RefundDone && refund.DoneAt.IsZero() {
		refund.DoneAt = r.At
	}
	o = o.withRefund(refund)
	switch {
	case r.State == RefundDisputed:
		o.Exception, o.Settled = cmp.Or(o.Exception, RefundStuck), ""
	case (o.Exception == LateSuccess || o.Exception == OverTotal) && o.GivenBack() == o.Amount:
		o.Settled = refund.Supervisor // what should not have come has gone back
	}
	return o, nil
}

// Settled takes an order off the exception list: a supervisor has looked at it.
type Settled struct {
	Order OrderNo   `json:"order"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Type implements [Record].
func (*Settled) Type() RecordType { return TypeSettled }

// OrderNo implements [Record].
func (r *Settled) OrderNo() OrderNo { return r.Order }

func (r *Settled) apply(o Order) (Order, error) {
	if !o.Listed() || !operatorID(r.By) {
		return o, fmt.Errorf("%w: %s settled by %q", ErrTransition, r.Order, r.By)
	}
	o.Settled = r.By
	return o, nil
}
