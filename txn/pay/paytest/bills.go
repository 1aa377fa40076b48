package paytest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/reconcile"
)

// OpBillFile is the second request for a bill, where the network gives out an address first.
const OpBillFile txn.Op = "bill-file"

// RunBills proves that h keeps the contract of [pay.Biller], which its Network must be.
func RunBills(t *testing.T, h Harness) {
	if _, ok := h.Network.(pay.Biller); !ok {
		t.Fatalf("%s gives no bills out", h.Network.ID())
	}
	t.Run("flows", func(t *testing.T) { runBillFlows(t, h) })
	t.Run("failures", func(t *testing.T) { runBillFailures(t, h) })
}

// bill asks for the bill of the order's day.
func (s *suite) bill(ctx context.Context, day time.Time) (pay.BillAnswer, error) {
	return s.Network.(pay.Biller).Bill(ctx, day)
}

// wantBill makes one request that must be answered so.
func (s *suite) wantBill(day time.Time, status txn.Status) pay.BillAnswer {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	a, err := s.bill(ctx, day)
	if err != nil || a.Status != status || !codeForm.MatchString(a.Code) || (len(a.Data) > 0) != (status == txn.StatusReady) {
		s.Fatalf("the bill of %s: %q %q, %d bytes, %v; want %s", day, a.Status, a.Code, len(a.Data), err, status)
	}
	return a
}

// today is the day whose bill has what is paid now.
func (s *suite) today() time.Time { return time.Now().Add(s.Habits.BillsAhead) }

// read reads a bill as the reconciliation does, and matches it with the order.
func (s *suite) read(a pay.BillAnswer, state reconcile.State) []reconcile.Line {
	s.Helper()
	b, err := reconcile.Read(a.Name, a.Data)
	s.must(err)
	if b.Network != s.Network.ID() || b.Merchant == "" {
		s.Fatalf("a bill of %q for %q", b.Network, b.Merchant)
	}
	ours := reconcile.Entry{Kind: reconcile.Payment, Order: string(s.order.No), Fen: s.order.Amount.Fen, State: state, At: time.Now()}
	r, err := reconcile.Match(reconcile.Options{Day: s.today(), Cut: 2 * time.Hour}, []reconcile.Entry{ours}, b)
	s.must(err)
	for _, d := range r.Differences {
		if d.Key == ours.Key() {
			s.Errorf("a difference: %v", d)
		}
	}
	var lines []reconcile.Line
	for _, l := range b.Lines {
		if l.Order == string(s.order.No) {
			lines = append(lines, l)
		}
	}
	return lines
}

// kinds names the lines' kinds, for comparison.
func kinds(lines []reconcile.Line) string {
	var out []reconcile.Kind
	for _, l := range lines {
		out = append(out, l.Kind)
	}
	return fmt.Sprint(out)
}

func runBillFlows(t *testing.T, h Harness) {
	for _, f := range billFlows {
		t.Run(f.name, func(t *testing.T) {
			h.BillsAtOnce(true)
			f.run(paidOne(t, h))
		})
	}
}

// paidOne is a case whose order a customer has paid by code.
func paidOne(t *testing.T, h Harness) *suite {
	t.Helper()
	s := newSuite(t, h, txn.Scan, price)
	s.must(h.Customer.RequirePassword(false))
	s.must(h.Customer.SetBalance(10_000_000))
	s.newCode()
	a := s.want(txn.OpScan, txn.StatusPaid)
	s.order.TransactionID = a.TransactionID
	return s
}

var billFlows = []struct {
	name string
	run  func(*suite)
}{
	{"paid", func(s *suite) {
		lines := s.read(s.wantBill(s.today(), txn.StatusReady), reconcile.Settled)
		if kinds(lines) != "[支付]" || lines[0].Transaction != s.order.TransactionID || lines[0].Fen != price {
			s.Errorf("the bill says %+v", lines)
		}
	}},
	{"reversed", func(s *suite) {
		s.want(txn.OpReverse, txn.StatusAccepted)
		if lines := s.read(s.wantBill(s.today(), txn.StatusReady), reconcile.Undone); kinds(lines) != "[支付 撤销]" {
			s.Errorf("the bill says %+v", lines)
		}
	}},
	{"not made yet", func(s *suite) {
		s.BillsAtOnce(false)
		s.wantBill(s.today(), txn.StatusWaiting)
		s.BillsAtOnce(true)
		s.wantBill(s.today(), txn.StatusReady)
	}},
	{"a day without trade", func(s *suite) {
		day := s.today().AddDate(0, 0, -40)
		if !s.Habits.EmptyBills {
			s.wantBill(day, txn.StatusNotFound)
			return
		}
		a := s.wantBill(day, txn.StatusReady)
		if b, err := reconcile.Read(a.Name, a.Data); err != nil || len(b.Lines) != 0 || !b.Checked {
			s.Errorf("%+v, %v", b, err)
		}
	}},
	{"a day that has not come", func(s *suite) {
		s.BillsAtOnce(false)
		s.wantBill(s.today().AddDate(0, 0, 2), txn.StatusWaiting)
	}},
}

// tampered are the failures that change a file without changing the line: where the
// network neither signs nor hashes it, the client lets it through, and the file's own totals have to give it away.
var tampered = map[Failure]bool{MisSigned: true, Garbage: true, Huge: true}

// runBillFailures breaks each request for a bill in each way that the network's protocol can express.
func runBillFailures(t *testing.T, h Harness) {
	h.BillsAtOnce(true)
	for _, op := range []txn.Op{txn.OpBill, OpBillFile} {
		for _, p := range promises {
			t.Run(fmt.Sprintf("%s/%s", op, p.failure), func(t *testing.T) { runBillFailure(t, h, op, p) })
		}
	}
}

func runBillFailure(t *testing.T, h Harness, op txn.Op, p promise) {
	s := paidOne(t, h)
	forgedFile := p.failure == Forged && op == OpBillFile // a file is not about one order, and carries no signature
	if p.facts != "" || forgedFile || !h.Break(op, p.failure) {
		t.Skip("this request can't fail so")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	if p.slow {
		go leaveOnArrival(ctx, cancel, h.Requests, h.Requests()+h.requestsBefore(op))
	}
	a, err := s.bill(ctx, s.today())
	cancel()
	h.Mend()
	var e *pay.Error
	switch {
	case err == nil && tampered[p.failure] && op == OpBillFile && h.Habits.PlainFiles:
		if b, err := reconcile.Read(a.Name, a.Data); err == nil {
			t.Errorf("a file that was tampered with is read: %+v", b.Totals)
		}
	case p.fault == "":
		if err != nil || a.Status != txn.StatusReady {
			t.Errorf("%q, %v", a.Status, err)
		}
	case pay.FaultOf(err) != p.fault:
		t.Errorf("%q, %v; want fault %q", a.Status, err, p.fault)
	case !errors.As(err, &e) || e.Op != txn.OpBill || e.Network != h.Network.ID() || !codeForm.MatchString(e.Code):
		t.Errorf("the error does not say whose it is: %+v", e)
	case a.Status != "" || a.Data != nil:
		t.Errorf("an error came with an answer: %q, %d bytes", a.Status, len(a.Data))
	}
	s.wantBill(s.today(), txn.StatusReady) // asked again it is there
}

// requestsBefore is how many requests come before one for a file.
func (h Harness) requestsBefore(op txn.Op) int {
	if op == OpBillFile {
		return 1
	}
	return 0
}
