package paytest

import (
	"context"
	"sync"
	"testing"

	"smartpos/txn"
)

const price = 1234 // fen

// flows are the sales of an ordinary day, and the ways in which they end.
var flows = []struct {
	name   string
	method txn.Method
	run    func(*suite)
}{
	{"show is paid", txn.Show, func(s *suite) {
		a := s.want(txn.OpShow, txn.StatusReady)
		s.scanned(a)
		s.want(txn.OpQuery, s.Habits.unpaid())
		s.must(s.Customer.Pay(a.CodeURL))
		if q := s.want(txn.OpQuery, txn.StatusPaid); q.Payer.Fen != price {
			s.Errorf("the customer paid %v", q.Payer)
		}
		s.account(1, price)
		if s.Customer.Pay(a.CodeURL) == nil {
			s.Error("paid twice")
		}
		s.account(1, price)
	}},
	{"show again is idempotent", txn.Show, func(s *suite) {
		a, b := s.want(txn.OpShow, txn.StatusReady), s.want(txn.OpShow, txn.StatusReady)
		s.must(s.Customer.Pay(b.CodeURL))
		if a.CodeURL != b.CodeURL && s.Customer.Pay(a.CodeURL) == nil {
			s.Error("two codes of one order were both paid")
		}
		s.want(txn.OpShow, txn.StatusExists)
		s.account(1, price)
	}},
	{"show is closed", txn.Show, func(s *suite) {
		if s.Habits.BornByPay {
			s.Skip("no request closes it")
		}
		a := s.want(txn.OpShow, txn.StatusReady)
		s.scanned(a)
		s.want(txn.OpClose, txn.StatusAccepted)
		s.want(txn.OpClose, txn.StatusAccepted, txn.StatusRefused)
		s.want(txn.OpQuery, txn.StatusClosed)
		if s.Customer.Pay(a.CodeURL) == nil {
			s.Error("a closed order was paid")
		}
		s.want(txn.OpShow, txn.StatusExists)
		s.account(0, 0)
	}},
	{"a code that nobody scanned", txn.Show, func(s *suite) {
		if !s.Habits.BornByScan && !s.Habits.BornByPay {
			s.Skip("a shown order exists at once")
		}
		a := s.want(txn.OpShow, txn.StatusReady)
		s.want(txn.OpClose, txn.StatusNotFound)
		s.want(txn.OpReverse, txn.StatusNotFound)
		s.want(txn.OpQuery, txn.StatusNotFound)
		s.must(s.Customer.Pay(a.CodeURL)) // closing what does not exist keeps nobody from paying
		s.want(txn.OpQuery, txn.StatusPaid)
		s.account(1, price)
	}},
	{"a paid order does not close", txn.Show, func(s *suite) {
		a := s.want(txn.OpShow, txn.StatusReady)
		s.must(s.Customer.Pay(a.CodeURL))
		s.want(txn.OpClose, txn.StatusRefused, txn.StatusPaid)
		s.want(txn.OpQuery, txn.StatusPaid)
		s.account(1, price)
	}},
	{"nothing of the number", txn.Show, func(s *suite) {
		s.want(txn.OpQuery, txn.StatusNotFound)
		s.want(txn.OpClose, txn.StatusNotFound)
		s.want(txn.OpReverse, txn.StatusNotFound)
	}},
	{"scan is paid", txn.Scan, func(s *suite) {
		s.want(txn.OpScan, txn.StatusPaid)
		s.want(txn.OpQuery, txn.StatusPaid)
		s.account(1, price)
	}},
	{"scan under a used number", txn.Scan, func(s *suite) {
		s.want(txn.OpScan, txn.StatusPaid)
		s.newCode()
		s.want(txn.OpScan, txn.StatusExists)
		s.account(1, price)
	}},
	{"scan of a used code", txn.Scan, func(s *suite) {
		s.want(txn.OpScan, txn.StatusPaid)
		s.account(1, price)
		used := s.code
		*s = *newSuite(s.T, s.Harness, txn.Scan, price)
		s.code = used
		s.want(txn.OpScan, txn.StatusFailed)
		s.account(0, 0)
	}},
	{"scan of nobody's code", txn.Scan, func(s *suite) {
		s.code = txn.NewPaymentCode("130000000000000099")
		s.want(txn.OpScan, txn.StatusFailed)
		s.account(0, 0)
	}},
	{"scan with password", txn.Scan, func(s *suite) {
		s.must(s.Customer.RequirePassword(true))
		s.want(txn.OpScan, txn.StatusWaiting)
		s.want(txn.OpQuery, txn.StatusWaiting)
		if !s.Habits.UndoesWaiting {
			s.want(txn.OpReverse, txn.StatusRefused)
		}
		s.account(0, 0)
		s.must(s.Customer.Confirm())
		s.want(txn.OpQuery, txn.StatusPaid)
		s.account(1, price)
	}},
	{"scan with password declined", txn.Scan, func(s *suite) {
		s.must(s.Customer.RequirePassword(true))
		s.want(txn.OpScan, txn.StatusWaiting)
		s.must(s.Customer.Decline())
		s.want(txn.OpQuery, s.undecided())
		s.want(txn.OpReverse, txn.StatusAccepted)
		s.want(txn.OpQuery, txn.StatusReversed, txn.StatusClosed)
		s.account(0, 0)
	}},
	{"reverse while the password is typed", txn.Scan, func(s *suite) {
		if !s.Habits.UndoesWaiting {
			s.Skip("it is refused, as another flow holds")
		}
		s.must(s.Customer.RequirePassword(true))
		s.want(txn.OpScan, txn.StatusWaiting)
		s.want(txn.OpReverse, txn.StatusAccepted)
		if s.Customer.Confirm() == nil {
			s.Error("a reversed order was paid")
		}
		s.want(txn.OpQuery, txn.StatusReversed, txn.StatusClosed)
		s.account(0, 0)
	}},
	{"scan without balance", txn.Scan, func(s *suite) {
		s.must(s.Customer.SetBalance(price - 1))
		s.want(txn.OpScan, txn.StatusFailed)
		s.want(txn.OpQuery, s.undecided())
		s.account(0, 0)
	}},
	{"reverse gives back once", txn.Scan, func(s *suite) {
		s.want(txn.OpScan, txn.StatusPaid)
		s.want(txn.OpReverse, txn.StatusAccepted)
		s.want(txn.OpReverse, txn.StatusAccepted)
		s.want(txn.OpQuery, txn.StatusReversed)
		s.account(1, 0)
		s.newCode()
		s.want(txn.OpScan, txn.StatusExists)
		s.account(1, 0)
	}},
	{"another amount under our number", txn.Scan, func(s *suite) {
		s.want(txn.OpScan, txn.StatusPaid)
		s.order.Amount.Fen++
		s.want(txn.OpQuery, txn.StatusMismatch)
	}},
	{"many at once", txn.Scan, func(s *suite) {
		var wg sync.WaitGroup
		for range 4 {
			one := newSuite(s.T, s.Harness, txn.Scan, price)
			one.newCode()
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), patient)
				defer cancel()
				a, err := one.do(ctx, txn.OpScan)
				if err != nil || a.Status != txn.StatusPaid {
					one.Errorf("one of many: %+v, %v", a, err)
				}
				if n := one.Account(one.order.No); n.Charges != 1 {
					one.Errorf("one of many: %+v", n)
				}
			})
		}
		wg.Wait()
	}},
}

// undecided is what a query says of a code payment that was not made.
func (s *suite) undecided() txn.Status {
	if s.Habits.Undecided {
		return txn.StatusWaiting
	}
	return txn.StatusFailed
}

func runFlows(t *testing.T, h Harness) {
	for _, f := range flows {
		t.Run(f.name, func(t *testing.T) {
			s := newSuite(t, h, f.method, price)
			s.must(h.Customer.RequirePassword(false))
			s.must(h.Customer.SetBalance(10_000_000))
			s.newCode()
			f.run(s)
		})
	}
}
