package scenario

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// settle is how long the terminal gets, again and again, to find out what came of its orders before the end is
// judged: each time its power is taken away to read the journal, which also proves that it takes its work up
// again after any cut.
var settle = []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}

// finish is the check at the end of every scenario.
func (s *session) finish() error {
	if s.failed || s.board == nil {
		return nil
	}
	b := s.board
	if p := b.Power(); p.State == board.PowerExited {
		return fmt.Errorf("at the end: %s%s", p.Reason, s.scene())
	}
	if log := b.Log(1 << 20); strings.Contains(log, "panic:") || strings.Contains(log, "fatal error:") {
		return fmt.Errorf("at the end: the firmware crashed%s", s.scene())
	}
	if u := b.Paper().Unknown(); len(u) > 0 {
		return fmt.Errorf("at the end: the printer got what means nothing to it: %v", u)
	}
	if err := b.Break(board.Faults{Network: board.FaultOK, Refunds: "quick"}); err != nil {
		return err
	}
	scene := s.scene()
	for i, wait := range settle {
		if err := s.work(wait); err != nil {
			return err
		}
		orders, err := s.journal()
		if err != nil {
			return fmt.Errorf("at the end: %w%s", err, scene)
		}
		if err := Compare(orders, b.Ledger()); err != nil {
			return fmt.Errorf("at the end: %w%s", err, scene)
		}
		open := unresolved(orders)
		if len(open) == 0 || s.unresolved {
			return nil
		}
		if i == len(settle)-1 {
			return fmt.Errorf("at the end: orders without an outcome (say allow-unresolved if that is meant):\n%s%s",
				strings.Join(open, "\n"), scene)
		}
	}
	return nil
}

// work lets the terminal run for so long.
func (s *session) work(d time.Duration) error {
	if d == 0 {
		return nil
	}
	ctx, cancel := s.longer(doLimit)
	defer cancel()
	if err := s.board.PowerOn(ctx); err != nil && !errors.Is(err, board.ErrPowered) {
		return fmt.Errorf("at the end: the terminal does not start again: %w%s", err, s.scene())
	}
	time.Sleep(s.limit(d)) // there is no event for "nothing more to do"
	return nil
}

// journal reads all orders, with the power off.
func (s *session) journal() ([]txn.Order, error) {
	if err := s.board.PowerCut(); err != nil {
		return nil, err
	}
	ctx, cancel := s.longer(doLimit)
	defer cancel()
	dir, remove, err := s.board.Data(ctx)
	if err != nil {
		return nil, err
	}
	key, err := s.board.JournalKey()
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	j, err := store.Open(dir, store.Config{ReadOnly: true, Key: key})
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	orders, err := j.Recent(1000)
	return orders, errors.Join(err, j.Close(), remove())
}

// unresolved describes the orders and refunds that have no outcome.
func unresolved(orders []txn.Order) []string {
	var out []string
	for _, o := range orders {
		if !o.State.Final() {
			out = append(out, fmt.Sprintf("order %s, %s %s: %s", o.No, o.Method, o.Amount, o.State))
		}
		for _, r := range o.Refunds {
			if !r.State.Final() {
				out = append(out, fmt.Sprintf("refund %s, %s: %s", r.No, r.Amount, r.State))
			}
		}
	}
	return out
}

// Compare holds the journal against what the customers were really charged.
func Compare(orders []txn.Order, ledger paynet.Ledger) error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	known := make(map[string]bool)
	captured := make(map[txn.OrderNo]int)
	back, refunds := givenBack(ledger)
	for _, o := range orders {
		known[string(o.No)] = true
		errs = append(errs, compareRefunds(o, refunds))
		a, there := ledger.Order(string(o.No))
		if o.Method == txn.Cash { // no network knows of it
			if there {
				fault("order %s is cash in the journal, and known to a network", o.No)
			}
			if o.Exception == "" {
				captured[o.Sale]++
			}
			continue
		}
		charged := there && a.Charged > a.GivenBack-back[a.Order] || there && a.Charges > 0 && a.Charged == 0
		switch {
		case o.State == txn.Paid && !charged:
			fault("order %s is paid in the journal; its customer was not charged", o.No)
		case o.State != txn.Paid && o.State != txn.Disputed && o.State.Final() && charged: // a disputed one is for people
			fault("order %s is %s in the journal; its customer was charged %d fen", o.No, o.State, a.Charged)
		case o.State == txn.Paid && o.Amount.Fen != a.Total:
			fault("order %s: %s in the journal, %d fen at the network", o.No, o.Amount, a.Total)
		case a.Charges > 1:
			fault("order %s: its customer was charged %d times", o.No, a.Charges)
		}
		if o.State == txn.Paid && o.Exception == "" {
			captured[o.Sale]++
		}
	}
	for sale, n := range captured {
		if n > 1 {
			fault("sale %s was captured %d times, and none of them stands on the exception list", sale, n)
		}
	}
	for _, a := range ledger.Orders {
		if !known[a.Order] && a.Charged > a.GivenBack {
			fault("the network charged %d fen for order %s, which the journal does not know", a.Charged, a.Order)
		}
	}
	for no := range refunds {
		fault("the network gave %d fen back under %s, which the journal does not know of", refunds[no], no)
	}
	return errors.Join(errs...)
}

// givenBack sums up what went back by refunds: of each order, in fen of the customer, and under each number, in fen of
// the order.
func givenBack(ledger paynet.Ledger) (orders map[string]int64, refunds map[txn.RefundNo]int64) {
	orders, refunds = make(map[string]int64), make(map[txn.RefundNo]int64)
	for _, e := range ledger.Entries {
		if e.Kind == paynet.EntryGiveBack && e.Refund != "" {
			orders[e.Order] += e.Amount
			refunds[txn.RefundNo(e.Refund)] += e.Total
		}
	}
	return orders, refunds
}

// compareRefunds holds an order's refunds against what the customers really got back, and strikes them off.
func compareRefunds(o txn.Order, refunds map[txn.RefundNo]int64) error {
	var errs []error
	for _, r := range o.Refunds {
		got := refunds[r.No]
		delete(refunds, r.No)
		switch {
		case r.State == txn.RefundDone && o.Method != txn.Cash && got != r.Amount.Fen:
			errs = append(errs, fmt.Errorf("refund %s: %s in the journal, the customer got %d fen", r.No, r.Amount, got))
		case r.State.Final() && r.State != txn.RefundDone && got != 0:
			errs = append(errs, fmt.Errorf("refund %s is %s in the journal, the customer got %d fen", r.No, r.State, got))
		}
	}
	return errors.Join(errs...)
}
