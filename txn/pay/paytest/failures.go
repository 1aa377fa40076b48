package paytest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

var allOps = []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse}

// runFailures breaks each request in each way, and logs the table of what came of it.
func runFailures(t *testing.T, h Harness) {
	rows := map[txn.Op]map[Failure]string{}
	for _, op := range allOps {
		rows[op] = map[Failure]string{}
		for _, p := range promises {
			t.Run(fmt.Sprintf("%s/%s", op, p.failure), func(t *testing.T) {
				rows[op][p.failure] = runFailure(t, h, op, p)
			})
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-30s", h.Network.ID())
	for _, op := range allOps {
		fmt.Fprintf(&b, "%-12s", op)
	}
	for _, p := range promises {
		fmt.Fprintf(&b, "\n%-30s", p.failure)
		for _, op := range allOps {
			fmt.Fprintf(&b, "%-12s", rows[op][p.failure])
		}
	}
	t.Log("what each failure of each request came to:\n" + b.String())
}

// runFailure is one case: prepare, break, ask, mend, work the order out to its end, look at the account.
func runFailure(t *testing.T, h Harness, op txn.Op, p promise) string {
	method := txn.Scan
	if op == txn.OpShow || op == txn.OpClose {
		method = txn.Show
	}
	s := newSuite(t, h, method, price)
	s.must(h.Customer.RequirePassword(false))
	s.must(h.Customer.SetBalance(10_000_000))
	s.newCode()
	s.prepare(op)
	if !h.Break(op, p.failure) {
		return "-"
	}
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	if p.slow {
		go leaveOnArrival(ctx, cancel, h.Requests, h.Requests())
	}
	a, err := s.do(ctx, op)
	cancel()
	h.Mend()
	outcome := s.check(op, p, a, err)
	s.workOut(op, p)
	return outcome
}

// leaveOnArrival ends the caller's patience as soon as the request is at the network, so that a time-out
// after sending is tried without waiting for one.
func leaveOnArrival(ctx context.Context, leave func(), requests func() int, before int) {
	for requests() <= before && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	leave()
}

// prepare brings the order to where op makes sense.
func (s *suite) prepare(op txn.Op) {
	s.Helper()
	switch op {
	case txn.OpQuery, txn.OpReverse:
		s.want(txn.OpScan, txn.StatusPaid)
	case txn.OpClose:
		s.scanned(s.want(txn.OpShow, txn.StatusReady))
	}
}

// good is what each operation is answered here when nothing is wrong.
var good = map[txn.Op]txn.Status{
	txn.OpShow: txn.StatusReady, txn.OpScan: txn.StatusPaid, txn.OpQuery: txn.StatusPaid,
	txn.OpClose: txn.StatusAccepted, txn.OpReverse: txn.StatusAccepted,
}

// check compares what came with what was promised, and names it.
func (s *suite) check(op txn.Op, p promise, a txn.Answer, err error) string {
	s.Helper()
	carriesFacts := op == txn.OpScan || op == txn.OpQuery
	wantStatus, wantFault := txn.Status(""), p.fault
	switch {
	case !carriesFacts && s.Habits.notices(p.failure):
		wantFault = txn.FaultUnverified
	case p.facts != "" && carriesFacts:
		wantStatus, wantFault = p.facts, txn.FaultNone
	case p.harmless && (!carriesFacts || p.fault == ""):
		wantStatus, wantFault = good[op], txn.FaultNone
		if op == txn.OpClose {
			wantStatus, _ = s.Habits.closed()
		}
	}
	if f := pay.FaultOf(err); f != wantFault {
		s.Fatalf("%s, %s: %+v, %v; want fault %q, status %q", op, p.failure, a, err, wantFault, wantStatus)
	}
	if err != nil {
		s.checkError(op, err)
		if a != (txn.Answer{}) {
			s.Errorf("an error came with an answer: %+v", a)
		}
		return string(wantFault)
	}
	if a.Status != wantStatus {
		s.Fatalf("%s, %s: %+v; want %s", op, p.failure, a, wantStatus)
	}
	s.checkAnswer(op, a)
	return string(a.Status)
}

// workOut asks on as a terminal would, until the order's end is proved, and looks at the account after
// every step: what went wrong before must not have charged anybody twice.
func (s *suite) workOut(op txn.Op, p promise) {
	s.Helper()
	switch op {
	case txn.OpShow:
		s.account(0, 0)
		a := s.want(txn.OpShow, txn.StatusReady)
		s.must(s.Customer.Pay(a.CodeURL))
		s.want(txn.OpQuery, txn.StatusPaid)
		s.account(1, price)
	case txn.OpScan:
		if p.executed == no {
			s.account(0, 0)
			s.want(txn.OpQuery, txn.StatusNotFound)
			s.want(txn.OpReverse, txn.StatusNotFound)
			return
		}
		s.account(1, price)
		s.want(txn.OpQuery, txn.StatusPaid)
		s.want(txn.OpReverse, txn.StatusAccepted)
		s.want(txn.OpQuery, txn.StatusReversed)
		s.account(1, 0)
	case txn.OpQuery:
		s.account(1, price)
		s.want(txn.OpQuery, txn.StatusPaid)
	case txn.OpClose:
		taken, state := s.Habits.closed()
		s.want(txn.OpClose, taken, txn.StatusRefused)
		s.want(txn.OpQuery, state)
		s.account(0, 0)
	case txn.OpReverse:
		kept := int64(0)
		if p.executed == no {
			kept = price
		}
		s.account(1, kept)
		s.want(txn.OpReverse, txn.StatusAccepted)
		s.want(txn.OpQuery, txn.StatusReversed)
		s.account(1, 0)
	}
}
