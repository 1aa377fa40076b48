package paytest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// refundPromises is the table that RunRefunds goes through: that of payments, and refunds of others.
var refundPromises = append(slices.Clone(promises), promise{failure: WrongRefund, executed: yes, facts: txn.StatusMismatch})

// runRefundFailures breaks each request about a refund in each way.
func runRefundFailures(t *testing.T, h Harness) {
	for _, op := range RefundOps {
		for _, p := range refundPromises {
			t.Run(fmt.Sprintf("%s/%s", op, p.failure), func(t *testing.T) { runRefundFailure(t, h, op, p) })
		}
	}
}

// runRefundFailure is one case: sell, break, ask, mend, work the refund out to its end, look at the account.
func runRefundFailure(t *testing.T, h Harness, op txn.Op, p promise) {
	s := sold(t, h, txn.Scan)
	r := s.refund(500)
	if op == txn.OpQueryRefund {
		s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
	}
	if !h.Break(op, p.failure) {
		t.Skip("this network can't fail so")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	if p.slow {
		go leaveOnArrival(ctx, cancel, h.Requests, h.Requests())
	}
	a, err := AskRefund(ctx, h.Network.(pay.Refunder), op, r)
	cancel()
	h.Mend()
	s.checkRefund(op, p, r, a, err)

	// As a terminal would: ask where it stands, ask again under the same number, ask where it stands.
	if op == txn.OpRefund && p.executed == no {
		s.backed(0, 0)
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusNotFound)
	} else {
		s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
		s.backed(1, 500)
	}
	s.wantRefund(txn.OpRefund, r, txn.StatusAccepted)
	s.wantRefund(txn.OpQueryRefund, r, txn.StatusRefunded)
	s.backed(1, 500)
}

// checkRefund compares what came with what was promised. An answer to a refund with somebody else's facts is none; one
// to a query is a mismatch.
func (s *suite) checkRefund(op txn.Op, p promise, r txn.Refund, a txn.RefundAnswer, err error) {
	s.Helper()
	wantStatus, wantFault := txn.Status(""), p.fault
	switch {
	case p.facts != "" && op == txn.OpQueryRefund:
		wantStatus = p.facts
	case p.failure == WrongRefund && s.Habits.UnnamedRefunds, p.fault == "" && p.facts == "":
		wantStatus = map[txn.Op]txn.Status{txn.OpRefund: txn.StatusAccepted, txn.OpQueryRefund: txn.StatusRefunded}[op]
	case p.facts != "":
		wantFault = txn.FaultUnverified
	}
	if f := pay.FaultOf(err); f != wantFault || a.Status != wantStatus {
		s.Fatalf("%s, %s: %+v, %v; want fault %q, status %q", op, p.failure, a, err, wantFault, wantStatus)
	}
	if err == nil {
		CheckRefundAnswer(s, op, r, a)
		return
	}
	s.checkRefundError(op, r, err)
	if a != (txn.RefundAnswer{}) {
		s.Errorf("an error came with an answer: %+v", a)
	}
}
