package paytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// Account is what the customer was really charged for one order.
type Account struct {
	Charges   int   // how often; more than once is never right
	Charged   int64 // fen
	GivenBack int64 // fen
	GiveBacks int   // how often something was given back
}

// Step is how one request fares at a [Fake].
type Step struct {
	Fault   txn.Fault                   // the error to answer with; empty for none
	Code    string                      // the network's code in that error
	Execute bool                        // with Fault: whether the request is executed all the same
	Wait    <-chan struct{}             // holds the request until it is closed or the caller's context ends
	Answer  func(txn.Answer) txn.Answer // changes the true answer

	Refund func(txn.RefundAnswer) txn.RefundAnswer // the same, of a request about a refund
}

// Request is one that a [Fake] has received.
type Request struct {
	Op     txn.Op
	Order  txn.OrderNo
	Refund txn.RefundNo // of a request about a refund
}

// Fake is a payment network in memory with one customer. Without a script it behaves well. It is safe for
// concurrent use.
type Fake struct {
	id txn.NetworkID

	mu       sync.Mutex
	clock    func() time.Time
	orders   map[txn.OrderNo]*fakeOrder
	codes    map[string]bool // issued payment codes; true once used
	script   map[txn.Op][]Step
	fare     func() Step // of requests beyond the script; nil: they fare well
	requests []Request
	balance  int64
	password bool
	serial   int
	fate     Fate
}

type fakeOrder struct {
	order   txn.Order
	state   txn.Status
	url     string
	paid    txn.Answer
	account Account
	refunds []*fakeRefund
}

var _ pay.Network = (*Fake)(nil)

// NewFake returns a network whose customer has a million yuan and types no password.
func NewFake(id txn.NetworkID) *Fake {
	return &Fake{
		id: id, clock: time.Now, balance: 100_000_000,
		orders: map[txn.OrderNo]*fakeOrder{}, codes: map[string]bool{}, script: map[txn.Op][]Step{},
	}
}

// ID implements [pay.Network].
func (f *Fake) ID() txn.NetworkID { return f.id }

// SetClock makes the network's clock another than time.Now.
func (f *Fake) SetClock(clock func() time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = clock
}

// Script appends steps for the next requests of op; requests beyond it fare well, or as [Fake.SetFare] says.
func (f *Fake) Script(op txn.Op, steps ...Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script[op] = append(f.script[op], steps...)
}

// SetFare decides how each request beyond the script fares, of any kind.
func (f *Fake) SetFare(fare func() Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fare = fare
}

// Requests returns what has come in, in order.
func (f *Fake) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Request(nil), f.requests...)
}

// Account returns what the customer was charged for one order.
func (f *Fake) Account(no txn.OrderNo) Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o := f.orders[no]; o != nil {
		return o.account
	}
	return Account{}
}

// Accounts returns all accounts.
func (f *Fake) Accounts() map[txn.OrderNo]Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[txn.OrderNo]Account{}
	for no, o := range f.orders {
		all[no] = o.account
	}
	return all
}

// Code shows a fresh payment code of the customer's.
func (f *Fake) Code() (txn.PaymentCode, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	code := fmt.Sprintf("13%016d", len(f.codes)+1)
	f.codes[code] = false
	return txn.NewPaymentCode(code), nil
}

// Look scans a shown code and leaves it unpaid.
func (f *Fake) Look(codeURL string) error {
	return f.shown(codeURL, func(*fakeOrder) error { return nil })
}

// Pay scans a shown code and pays it.
func (f *Fake) Pay(codeURL string) error { return f.shown(codeURL, f.charge) }

func (f *Fake) shown(codeURL string, do func(*fakeOrder) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range f.orders {
		if o.url == codeURL && codeURL != "" {
			if o.state != txn.StatusWaiting || !o.order.Expires.IsZero() && !f.clock().Before(o.order.Expires) {
				return fmt.Errorf("paytest: order %s can't be paid", o.order.No)
			}
			return do(o)
		}
	}
	return errors.New("paytest: no such code")
}

// RequirePassword makes code payments wait for Confirm or Decline.
func (f *Fake) RequirePassword(on bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.password = on
	return nil
}

// Confirm types the password of the code payment that waits for it.
func (f *Fake) Confirm() error {
	return f.waiting(f.charge)
}

// Decline refuses the code payment that waits for the password.
func (f *Fake) Decline() error {
	return f.waiting(func(o *fakeOrder) error { o.state = txn.StatusFailed; return nil })
}

func (f *Fake) waiting(do func(*fakeOrder) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range f.orders {
		if o.order.Method == txn.Scan && o.state == txn.StatusWaiting {
			return do(o)
		}
	}
	return errors.New("paytest: no code payment waits")
}

// SetBalance sets what the customer has.
func (f *Fake) SetBalance(fen int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.balance = fen
	return nil
}

func (f *Fake) charge(o *fakeOrder) error {
	if f.balance < o.order.Amount.Fen {
		return errors.New("paytest: balance too low")
	}
	f.serial++
	f.balance -= o.order.Amount.Fen
	o.account.Charges++
	o.account.Charged += o.order.Amount.Fen
	o.state = txn.StatusPaid
	o.paid = txn.Answer{
		Status: txn.StatusPaid, TransactionID: fmt.Sprintf("FAKE%024d", f.serial), Payer: o.order.Amount,
		PaidAt: f.clock().UTC().Truncate(time.Second), Code: "SUCCESS",
	}
	return nil
}

// Show implements [pay.Network].
func (f *Fake) Show(ctx context.Context, order txn.Order) (txn.Answer, error) {
	return f.serve(ctx, txn.OpShow, order, func(o *fakeOrder) txn.Answer {
		if o == nil {
			o = &fakeOrder{order: order, state: txn.StatusWaiting, url: "weixin://wxpay/bizpayurl?pr=" + string(order.No)}
			f.orders[order.No] = o
		}
		if o.state != txn.StatusWaiting || o.order.Amount != order.Amount || o.order.Method != txn.Show {
			return txn.Answer{Status: txn.StatusExists, Code: "OUT_TRADE_NO_USED"}
		}
		return txn.Answer{Status: txn.StatusReady, CodeURL: o.url}
	})
}

// Scan implements [pay.Network].
func (f *Fake) Scan(ctx context.Context, order txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	return f.serve(ctx, txn.OpScan, order, func(o *fakeOrder) txn.Answer {
		if o != nil {
			return txn.Answer{Status: txn.StatusExists, Code: "OUT_TRADE_NO_USED"}
		}
		used, issued := f.codes[code.Reveal()]
		if !issued || used {
			return txn.Answer{Status: txn.StatusFailed, Code: "AUTH_CODE_INVALID"}
		}
		f.codes[code.Reveal()] = true
		o = &fakeOrder{order: order, state: txn.StatusWaiting}
		f.orders[order.No] = o
		if f.password {
			return txn.Answer{Status: txn.StatusWaiting, Code: "USERPAYING"}
		}
		if f.charge(o) != nil {
			o.state = txn.StatusFailed
			return txn.Answer{Status: txn.StatusFailed, Code: "NOTENOUGH"}
		}
		return o.paid
	})
}

// Query implements [pay.Network].
func (f *Fake) Query(ctx context.Context, order txn.Order) (txn.Answer, error) {
	return f.serve(ctx, txn.OpQuery, order, func(o *fakeOrder) txn.Answer {
		switch {
		case o == nil:
			return txn.Answer{Status: txn.StatusNotFound, Code: "ORDER_NOT_EXIST"}
		case o.order.Amount != order.Amount:
			return txn.Answer{Status: txn.StatusMismatch}
		case o.state == txn.StatusPaid:
			return o.paid
		}
		return txn.Answer{Status: o.state}
	})
}

// Close implements [pay.Network].
func (f *Fake) Close(ctx context.Context, order txn.Order) (txn.Answer, error) {
	return f.serve(ctx, txn.OpClose, order, func(o *fakeOrder) txn.Answer {
		switch {
		case o == nil:
			return txn.Answer{Status: txn.StatusNotFound, Code: "ORDER_NOT_EXIST"}
		case o.state == txn.StatusPaid || o.order.Method == txn.Scan:
			return txn.Answer{Status: txn.StatusRefused, Code: "ORDERPAID"}
		}
		o.state = txn.StatusClosed
		return txn.Answer{Status: txn.StatusAccepted}
	})
}

// Reverse implements [pay.Network].
func (f *Fake) Reverse(ctx context.Context, order txn.Order) (txn.Answer, error) {
	return f.serve(ctx, txn.OpReverse, order, func(o *fakeOrder) txn.Answer {
		switch {
		case o == nil:
			return txn.Answer{Status: txn.StatusNotFound, Code: "ORDER_NOT_EXIST"}
		case o.state == txn.StatusWaiting || o.order.Method == txn.Show:
			return txn.Answer{Status: txn.StatusRefused, Code: "USERPAYING"}
		case len(o.refunds) > 0:
			return txn.Answer{Status: txn.StatusRefused, Code: "TRADE_ERROR"}
		case o.state == txn.StatusPaid:
			f.giveBack(o, o.account.Charged)
		}
		o.state = txn.StatusReversed
		return txn.Answer{Status: txn.StatusAccepted}
	})
}

// giveBack returns money to the customer.
func (f *Fake) giveBack(o *fakeOrder, fen int64) {
	f.balance += fen
	o.account.GivenBack += fen
	o.account.GiveBacks++
}

// serve runs one request about an order along the script.
func (f *Fake) serve(ctx context.Context, op txn.Op, order txn.Order, do func(*fakeOrder) txn.Answer) (a txn.Answer, err error) {
	s, err := f.run(ctx, Request{Op: op, Order: order.No}, func(o *fakeOrder) { a = do(o) })
	switch {
	case err != nil:
		return txn.Answer{}, err
	case s.Answer != nil:
		a = s.Answer(a)
	}
	return a, nil
}

// run runs one request along the script. Where there is an error, do may have been done all the same.
func (f *Fake) run(ctx context.Context, r Request, do func(*fakeOrder)) (s Step, err error) {
	f.mu.Lock()
	f.requests = append(f.requests, r)
	if q := f.script[r.Op]; len(q) > 0 {
		s, f.script[r.Op] = q[0], q[1:]
	} else if f.fare != nil {
		s = f.fare()
	}
	f.mu.Unlock()
	execute := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		do(f.orders[r.Order])
	}
	fail := func(fault txn.Fault, err error) (Step, error) {
		if s.Execute {
			execute()
		}
		return s, &pay.Error{Network: f.id, Op: r.Op, Order: r.Order, Refund: r.Refund, Fault: fault, Code: s.Code, Err: err}
	}
	if s.Wait != nil {
		select {
		case <-s.Wait:
		case <-ctx.Done():
			return fail(txn.FaultNoAnswer, ctx.Err())
		}
	}
	switch {
	case s.Fault != txn.FaultNone:
		return fail(s.Fault, nil)
	case ctx.Err() != nil:
		s.Execute = false
		return fail(txn.FaultNotSent, ctx.Err())
	}
	execute()
	return s, nil
}
