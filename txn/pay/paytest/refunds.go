package paytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// RefundOps are the requests of a [pay.Refunder].
var RefundOps = []txn.Op{txn.OpRefund, txn.OpQueryRefund}

// RunRefunds proves that h keeps the contract of [pay.Refunder], which its Network must be.
func RunRefunds(t *testing.T, h Harness) {
	if _, ok := h.Network.(pay.Refunder); !ok {
		t.Fatalf("%s gives nothing back", h.Network.ID())
	}
	t.Run("flows", func(t *testing.T) { runRefundFlows(t, h) })
	t.Run("failures", func(t *testing.T) { runRefundFailures(t, h) })
}

// sold is a case whose order is paid.
func sold(t *testing.T, h Harness, method txn.Method) *suite {
	t.Helper()
	s := newSuite(t, h, method, price)
	s.must(h.Customer.RequirePassword(false))
	s.must(h.Customer.SetBalance(10_000_000))
	s.fare(Quick)
	var a txn.Answer
	if method == txn.Show {
		shown := s.want(txn.OpShow, txn.StatusReady)
		s.must(h.Customer.Pay(shown.CodeURL))
		a = s.want(txn.OpQuery, txn.StatusPaid)
	} else {
		s.newCode()
		a = s.want(txn.OpScan, txn.StatusPaid)
	}
	s.order.State, s.order.TransactionID, s.order.PaidAt = txn.Paid, a.TransactionID, a.PaidAt
	return s
}

// fare says what becomes of refunds; without, the network has no such fate.
func (s *suite) fare(f Fate) {
	s.Helper()
	if !s.Refunds(f) {
		s.Skipf("no refund is %s here", f)
	}
}

// refund makes a refund of the order beside others of it.
func (s *suite) refund(fen int64, others ...txn.Refund) txn.Refund {
	s.Helper()
	no := txn.RefundNo(fmt.Sprintf("REFUND%d%05d", s.order.Created.Unix(), runs.Add(1)))
	o := s.order
	o.Refunds = others
	r, err := txn.NewRefund(o, txn.Yuan(fen), time.Now().Truncate(time.Second))
	s.must(err)
	r.No = no // the sandbox is the same for every case
	return r
}

// AskRefund makes one request about a refund.
func AskRefund(ctx context.Context, n pay.Refunder, op txn.Op, r txn.Refund) (txn.RefundAnswer, error) {
	if op == txn.OpRefund {
		return n.Refund(ctx, r)
	}
	return n.QueryRefund(ctx, r)
}

// wantRefund makes one request that must be answered so, or in one of several ways.
func (s *suite) wantRefund(op txn.Op, r txn.Refund, status ...txn.Status) txn.RefundAnswer {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	a, err := AskRefund(ctx, s.Network.(pay.Refunder), op, r)
	if err != nil || !slices.Contains(status, a.Status) {
		s.Fatalf("%s of %v: %+v, %v; want %s", op, r.Amount, a, err, status)
	}
	CheckRefundAnswer(s, op, r, a)
	return a
}

// given makes a refund to its end.
func (s *suite) given(fen int64, others ...txn.Refund) txn.Refund {
	s.Helper()
	r := s.refund(fen, others...)
	s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
	s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
	r.State = txn.RefundDone
	return r
}

// NewRefund is a refund of an order of 1234 fen that was paid, in part.
func NewRefund(id txn.NetworkID, fen int64) txn.Refund {
	return txn.Refund{
		No: "T0000001R0001", Network: id, Order: "T0000001A0001", TransactionID: "4200001234202611230000000001",
		Total: txn.Yuan(price), Before: txn.Yuan(0), Amount: txn.Yuan(fen), State: txn.RefundAsked,
		Created: time.Date(2026, 11, 23, 10, 34, 56, 0, time.FixedZone("CST", 8*60*60)),
	}
}

// CheckWildRefund holds for whatever a client makes of what a fuzzer said of a refund. success says whether it said at
// all that the money went back.
func CheckWildRefund(t testing.TB, op txn.Op, r txn.Refund, a txn.RefundAnswer, err error, success bool) {
	t.Helper()
	var e *pay.Error
	switch {
	case errors.As(err, &e) && (a != txn.RefundAnswer{} || e.Refund != r.No || !codeForm.MatchString(e.Code)):
		t.Errorf("%s: an answer beside %v: %+v", op, err, a)
	case err == nil:
		CheckRefundAnswer(t, op, r, a)
	case e == nil:
		t.Errorf("%s: %v", op, err)
	}
	if a.Status == txn.StatusRefunded && !success {
		t.Errorf("%s: given back by something else: %+v", op, a)
	}
}

// refundAllowed is what each operation may be answered, by the contract.
var refundAllowed = map[txn.Op][]txn.Status{
	txn.OpRefund: {txn.StatusAccepted, txn.StatusRefused, txn.StatusExists, txn.StatusNotFound},
	txn.OpQueryRefund: {
		txn.StatusRefunded, txn.StatusWaiting, txn.StatusRefused, txn.StatusAbnormal, txn.StatusNotFound, txn.StatusMismatch,
	},
}

// CheckRefundAnswer holds for every answer about a refund.
func CheckRefundAnswer(t testing.TB, op txn.Op, r txn.Refund, a txn.RefundAnswer) {
	t.Helper()
	done := a.Status == txn.StatusRefunded
	switch {
	case !slices.Contains(refundAllowed[op], a.Status):
		t.Errorf("%s was answered %q, which the contract does not have", op, a.Status)
	case !codeForm.MatchString(a.Code):
		t.Errorf("%s: code %q is not of the form", op, a.Code)
	case done && a.Refunded != r.Amount:
		t.Errorf("%s: %v went back instead of %v", op, a.Refunded, r.Amount)
	case !done && (a.Refunded != (txn.Money{}) || !a.DoneAt.IsZero()):
		t.Errorf("%s: %s with the facts of money given back: %+v", op, a.Status, a)
	}
}

// checkRefundError holds for every error.
func (s *suite) checkRefundError(op txn.Op, r txn.Refund, err error) {
	s.Helper()
	s.checkError(op, err)
	var e *pay.Error
	if errors.As(err, &e) && e.Refund != r.No {
		s.Errorf("%s: the error does not name the refund: %+v", op, e)
	}
}

// backed checks how often and how much the customer got back, of what was charged once.
func (s *suite) backed(times int, fen int64) {
	s.Helper()
	s.account(1, price-fen)
	if a := s.Account(s.order.No); a.GiveBacks != times {
		s.Fatalf("the customer's account says %+v; want %d times given back", a, times)
	}
}

// inProcess is what a query says of a refund that was taken and is not made yet.
func (h Habits) inProcess() txn.Status {
	if h.HidesRefunds {
		return txn.StatusNotFound
	}
	return txn.StatusWaiting
}

// failed is what a query says of a refund that was taken and came to nothing.
func (h Habits) failed() txn.Status {
	if h.HidesRefunds {
		return txn.StatusNotFound
	}
	return txn.StatusRefused
}

func runRefundFlows(t *testing.T, h Harness) {
	for _, f := range refundFlows {
		t.Run(f.name, func(t *testing.T) {
			defer h.Refunds(Quick)
			f.run(sold(t, h, txn.Scan))
		})
	}
	t.Run("of a shown order", func(t *testing.T) {
		s := sold(t, h, txn.Show)
		s.given(price)
		s.backed(1, price)
		s.want(txn.OpQuery, txn.StatusRefunded)
	})
	t.Run("of nothing", func(t *testing.T) {
		s := newSuite(t, h, txn.Show, price)
		s.order.State, s.order.TransactionID = txn.Paid, "4200000000000000000000000000" // as a forged receipt would say
		r := s.refund(price)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusNotFound)
		s.wantRefund(txn.OpRefund, r, txn.StatusRefused, txn.StatusNotFound)
		s.want(txn.OpShow, txn.StatusReady)
		s.wantRefund(txn.OpRefund, r, txn.StatusRefused, txn.StatusNotFound)
		s.account(0, 0)
	})
}

// refundFlows are refunds of a code payment that was made.
var refundFlows = []struct {
	name string
	run  func(*suite)
}{
	{"whole", func(s *suite) {
		s.given(price)
		s.backed(1, price)
		s.want(txn.OpQuery, txn.StatusRefunded, txn.StatusReversed)
	}},
	{"in parts, and not a fen more", func(s *suite) {
		a := s.given(1000)
		s.backed(1, 1000)
		b := s.given(233, a)
		s.backed(2, 1233)
		c := s.given(1, a, b)
		s.backed(3, price)
		over := s.refund(1)
		s.wantRefund(txn.OpRefund, over, txn.StatusRefused)
		s.wantRefund(txn.OpQueryRefund, over, txn.StatusNotFound)
		for _, r := range []txn.Refund{a, b, c} {
			s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
		}
		s.backed(3, price)
	}},
	{"beyond what is left is not sent", func(s *suite) {
		a := s.given(1000)
		n := s.Requests()
		for name, change := range map[string]func(*txn.Refund){
			"more than is left":   func(r *txn.Refund) { r.Before, r.Amount = a.Amount, txn.Yuan(235) },
			"more than was paid":  func(r *txn.Refund) { r.Amount.Fen = price + 1 },
			"nothing":             func(r *txn.Refund) { r.Amount.Fen = 0 },
			"less than nothing":   func(r *txn.Refund) { r.Amount.Fen = -1 },
			"other money":         func(r *txn.Refund) { r.Amount.Currency = "USD" },
			"other money at all":  func(r *txn.Refund) { r.Amount.Currency, r.Total.Currency = "USD", "USD" },
			"less before":         func(r *txn.Refund) { r.Before.Fen = -1 },
			"no number":           func(r *txn.Refund) { r.No = "" },
			"a path":              func(r *txn.Refund) { r.No = "../../../refund" },
			"no order":            func(r *txn.Refund) { r.Order = "" },
			"the order's number":  func(r *txn.Refund) { r.No = txn.RefundNo(r.Order) },
			"an endless reason":   func(r *txn.Refund) { r.Reason = string(make([]rune, 81)) },
			"more before than it": func(r *txn.Refund) { r.Before = txn.Yuan(1 << 62); r.Amount = txn.Yuan(1 << 62) },
		} {
			r := s.refund(1)
			change(&r)
			_, err := s.Network.(pay.Refunder).Refund(context.Background(), r)
			if pay.FaultOf(err) != txn.FaultConfig {
				s.Errorf("%s: %v", name, err)
			}
		}
		if s.Requests() != n {
			s.Errorf("%d requests were sent", s.Requests()-n)
		}
		s.backed(1, 1000)
	}},
	{"the network holds the total, too", func(s *suite) { // where the journal does not know of the first
		s.given(1000)
		forgotten := s.refund(235)
		s.wantRefund(txn.OpRefund, forgotten, txn.StatusRefused)
		s.wantRefund(txn.OpQueryRefund, forgotten, txn.StatusNotFound)
		s.backed(1, 1000)
	}},
	{"again under the same number", func(s *suite) {
		r := s.given(500)
		for range 3 {
			s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
			s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
		}
		s.backed(1, 500)
	}},
	{"another amount under the same number", func(s *suite) {
		r := s.given(500)
		r.Amount = txn.Yuan(501)
		if s.Habits.RefundsAlone {
			s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
		} else {
			s.wantRefund(txn.OpRefund, r, txn.StatusRefused, txn.StatusExists)
		}
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusMismatch)
		s.backed(1, 500)
	}},
	{"another total", func(s *suite) {
		if s.Habits.RefundsAlone {
			s.Skip("no answer carries it")
		}
		r := s.refund(500)
		s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
		r.Total = txn.Yuan(price + 1)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusMismatch)
		s.backed(1, 500)
	}},
	{"in process", func(s *suite) {
		s.fare(Held)
		r := s.refund(500)
		for range 2 {
			s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
			s.wantRefund(txn.OpQueryRefund, r, s.Habits.inProcess())
		}
		s.wantRefund(txn.OpRefund, s.refund(price), txn.StatusRefused)
		s.backed(0, 0)
		s.fare(Quick)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
		s.backed(1, 500)
	}},
	{"taken, and nothing goes back", func(s *suite) {
		s.fare(Closed)
		r := s.refund(price)
		s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
		s.wantRefund(txn.OpQueryRefund, r, s.Habits.failed())
		s.backed(0, 0)
		s.fare(Quick)
		s.given(price) // under another number, since the first has come to its end
		s.backed(1, price)
	}},
	{"can't be delivered", func(s *suite) {
		s.fare(Abnormal)
		r := s.refund(price)
		s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusAbnormal)
		s.fare(Quick)
		s.wantRefund(txn.OpRefund, s.refund(price), txn.StatusRefused)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusAbnormal)
		s.backed(0, 0)
	}},
	{"the merchant has too little", func(s *suite) {
		s.fare(Unfunded)
		r := s.refund(price)
		s.wantRefund(txn.OpRefund, r, txn.StatusRefused)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusNotFound)
		s.backed(0, 0)
		s.fare(Quick)
		s.wantRefund(txn.OpRefund, r, txn.StatusAccepted) // once there is money, under the same number
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
		s.backed(1, price)
	}},
	{"of a reversed order", func(s *suite) {
		s.want(txn.OpReverse, txn.StatusAccepted)
		r := s.refund(price)
		s.wantRefund(txn.OpRefund, r, txn.StatusRefused, txn.StatusNotFound)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusNotFound)
		s.backed(1, price)
	}},
	{"reversed after a refund", func(s *suite) {
		s.given(500)
		s.want(txn.OpReverse, txn.StatusRefused)
		s.backed(1, 500)
	}},
	{"the same at once", func(s *suite) {
		s.atOnce(slices.Repeat([]txn.Refund{s.refund(500)}, 4))
		s.backed(1, 500)
	}},
	{"too much at once", func(s *suite) {
		s.atOnce([]txn.Refund{s.refund(700), s.refund(700), s.refund(700), s.refund(700)})
		s.backed(1, 700)
	}},
}

// atOnce makes requests side by side, of which one or more are taken.
func (s *suite) atOnce(all []txn.Refund) {
	s.Helper()
	var wg sync.WaitGroup
	for _, r := range all {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), patient)
			defer cancel()
			a, err := s.Network.(pay.Refunder).Refund(ctx, r)
			if err != nil || a.Status != txn.StatusAccepted && a.Status != txn.StatusRefused {
				s.Errorf("%+v, %v", a, err)
			}
		})
	}
	wg.Wait()
}
