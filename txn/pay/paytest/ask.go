package paytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// Ask makes one request; code counts for a scan alone.
func Ask(ctx context.Context, n pay.Network, op txn.Op, o txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	switch op {
	case txn.OpShow:
		return n.Show(ctx, o)
	case txn.OpScan:
		return n.Scan(ctx, o, code)
	case txn.OpClose:
		return n.Close(ctx, o)
	case txn.OpReverse:
		return n.Reverse(ctx, o)
	}
	return n.Query(ctx, o)
}

// NewOrder is an open order that can be paid for two minutes.
func NewOrder(id txn.NetworkID, no string, method txn.Method, fen int64) txn.Order {
	now := time.Now()
	return txn.Order{
		No: txn.OrderNo(no), Network: id, Method: method, Amount: txn.Yuan(fen), State: txn.Open,
		Created: now, Expires: now.Add(2 * time.Minute).Truncate(time.Second).UTC(),
	}
}

// CodeOf returns the network's code of an answer or an error.
func CodeOf(a txn.Answer, err error) string {
	var e *pay.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return a.Code
}

// CheckWild holds for whatever a client makes of what a fuzzer said: an answer or an error and not both, codes of the
// form, the facts of a payment only with one. success says whether a payment was said at all.
func CheckWild(t testing.TB, op txn.Op, a txn.Answer, err error, success bool) {
	t.Helper()
	switch {
	case err != nil && a != (txn.Answer{}):
		t.Errorf("%s: an answer beside %v: %+v", op, err, a)
	case err == nil && a.Status == "":
		t.Errorf("%s: neither answer nor error", op)
	case !codeForm.MatchString(CodeOf(a, err)):
		t.Errorf("%s: code %q", op, CodeOf(a, err))
	case a.Status == txn.StatusPaid && (op != txn.OpQuery && op != txn.OpScan || !success):
		t.Errorf("%s: paid by something else: %+v", op, a)
	case a.Status != txn.StatusPaid && (a.TransactionID != "" || a.Wallet != "" || a.WalletID != ""):
		t.Errorf("%s: %+v has the facts of a payment", op, a)
	}
}
