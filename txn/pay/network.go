package pay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smartpos/txn"
)

// Network is one payment network. Every method makes at most one request that can change anything at the
// network, waits no longer than ctx allows, and may be called from several goroutines.
//
// A nil error means that the answer's signature, time, order number, merchant number, app and, where it
// carries one, amount were verified. Otherwise the error is an [*Error] whose Fault says what is known of the
// request; the answer is then empty. No error text carries a key, a payment code or the network's raw bytes.
type Network interface {
	// ID names the network.
	ID() txn.NetworkID

	// Show asks for a code to show for order. Answers: Ready with CodeURL, Failed, Exists.
	// Asking again with the same order is idempotent.
	Show(ctx context.Context, order txn.Order) (txn.Answer, error)

	// Scan charges the customer's code for order. Answers: Paid, Waiting (the customer types a password),
	// Failed, Exists, Mismatch. It is never repeated with another code, and never by Scan itself.
	Scan(ctx context.Context, order txn.Order, code txn.PaymentCode) (txn.Answer, error)

	// Query asks where order stands. Answers: Paid, Waiting, Failed, Closed, Reversed, Refunded, NotFound,
	// Mismatch. It changes nothing.
	Query(ctx context.Context, order txn.Order) (txn.Answer, error)

	// Close gives up a shown order. Answers: Accepted, Refused, Paid, NotFound. It is idempotent, and only a
	// query proves what came of it.
	Close(ctx context.Context, order txn.Order) (txn.Answer, error)

	// Reverse undoes a scanned order (撤销). Answers: Accepted, Refused, NotFound. It is idempotent, and only
	// a query proves what came of it.
	Reverse(ctx context.Context, order txn.Order) (txn.Answer, error)
}

// Refunder is a network that gives money back. The rules of [Network] hold: at most one request that changes
// anything, an error is an [*Error], and a nil error means that the answer is about this refund. A refund whose
// numbers or amounts can't be right ([txn.Refund.Check]) is not sent: its error has [txn.FaultConfig].
//
// Nothing that Refund answers ends a refund: a query does. Refund answered Accepted may yet fail, and Refused speaks
// of one request, where an earlier one of the same number may have been taken.
type Refunder interface {
	// Refund asks to give r.Amount of r.Order back. Answers: Accepted, Refused, Exists (the number stands for
	// another refund), NotFound (no such order). Asking again with the same refund is idempotent.
	Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error)

	// QueryRefund asks where r stands. Answers: Refunded, Waiting, Refused (nothing was or will be given back under
	// this number unless it is asked for again), Abnormal, NotFound, Mismatch. NotFound is no last word within
	// [RefundSettles] of a request. It changes nothing.
	QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error)
}

// RefundSettles is how long after a request for a refund a query may not find it yet (documented by Alipay: 10 s or
// more).
const RefundSettles = 10 * time.Second

// TimeProver is a network that can prove what time it is: it signs its answers' time with a key that the terminal
// holds. A board without a real-time clock needs that before anybody can be paid.
type TimeProver interface {
	// ProveTime returns the network's time. It carries no secret and changes nothing, and it takes a server's
	// certificate that is not valid yet by the terminal's clock: only the signature is believed.
	ProveTime(ctx context.Context) (time.Time, error)
}

// ErrClock is returned, inside an [*Error], where an answer or a certificate can't be judged because the terminal's
// clock is wrong.
var ErrClock = errors.New("the terminal's clock is wrong")

// Error says that a request brought no verified answer.
type Error struct {
	Network txn.NetworkID
	Op      txn.Op
	Order   txn.OrderNo
	Refund  txn.RefundNo // of a refund's requests
	Fault   txn.Fault
	Code    string // the network's own code, when one was given: [A-Z0-9_.], at most 64 characters
	Err     error  // what went wrong underneath; never carries secrets
}

// Error implements error.
func (e *Error) Error() string {
	of := string(e.Order)
	if e.Refund != "" {
		of = fmt.Sprintf("%s of %s", e.Refund, e.Order)
	}
	s := fmt.Sprintf("%s %s", e.Network, e.Op)
	if of != "" { // a bill is of no order
		s += " " + of
	}
	s += ": " + string(e.Fault)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// FaultOf returns what err says of the request: FaultNone for nil, and FaultNoAnswer, the most careful
// reading, for an error that is not an [*Error].
func FaultOf(err error) txn.Fault {
	if err == nil {
		return txn.FaultNone
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Fault
	}
	return txn.FaultNoAnswer
}
