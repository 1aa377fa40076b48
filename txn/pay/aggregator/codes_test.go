package aggregator_test

import (
	"context"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

func do(c pay.Network, op txn.Op, o txn.Order) (txn.Answer, error) {
	return paytest.Ask(context.Background(), c, op, o, txn.NewPaymentCode("134567890123456789"))
}

// TestErrorCodes holds the table of docs/networks.md, one verified error at a time.
func TestErrorCodes(t *testing.T) {
	s, c := script(t, nil)
	begin := []txn.Op{txn.OpShow, txn.OpScan}
	rest := []txn.Op{txn.OpQuery, txn.OpClose, txn.OpReverse}
	all := append(append([]txn.Op{}, begin...), rest...)
	for _, tt := range []struct {
		ops    []txn.Op
		codes  string
		status txn.Status
		fault  txn.Fault
	}{
		{all, "SYSTEM_ERROR TOO_MANY_REQUESTS NONCE_USED OF_TOMORROW", "", txn.FaultSystem},
		{all, "SIGN_ERROR KEY_UNKNOWN CLOCK_SKEW MERCHANT_UNKNOWN MERCHANT_DISABLED INVALID_REQUEST CALL_UNKNOWN WRONG_METHOD", "", txn.FaultConfig},
		{begin, "ORDER_EXISTS ORDER_PAID ORDER_ENDED", txn.StatusExists, ""},
		{begin, "AMOUNT_LIMIT", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpScan}, "CODE_INVALID CODE_EXPIRED WALLET_UNSUPPORTED BALANCE_NOT_ENOUGH PAYMENT_REFUSED", txn.StatusFailed, ""},
		{rest, "ORDER_NOT_FOUND", txn.StatusNotFound, ""},
		{[]txn.Op{txn.OpClose}, "ORDER_PAID", txn.StatusRefused, ""},
		{[]txn.Op{txn.OpReverse}, "ORDER_PAYING REVERSE_EXPIRED", txn.StatusRefused, ""},
		{begin, "ORDER_NOT_FOUND", "", txn.FaultSystem},
		{[]txn.Op{txn.OpQuery, txn.OpReverse}, "ORDER_PAID CODE_INVALID", "", txn.FaultSystem},
	} {
		for _, code := range strings.Fields(tt.codes) {
			for _, status := range []int{400, 500} {
				s.say(status, `{"code":"`+code+`","message":"说明"}`)
				for _, op := range tt.ops {
					a, err := do(c, op, order("T0000001A0023", txn.Scan, 1))
					if a.Status != tt.status || pay.FaultOf(err) != tt.fault || paytest.CodeOf(a, err) != code {
						t.Errorf("%s answered %d %s: %+v, %v; want %q %q", op, status, code, a, err, tt.status, tt.fault)
					}
				}
			}
		}
	}
	for _, body := range []string{`{}`, `null`, `[]`, `{"code":1}`, `{"code":""}`, `{"code":"a b"}`, `{"code":"A","code":"B"}`, `{"Code":"CODE_INVALID"}`} {
		s.say(400, body)
		if a, err := do(c, txn.OpScan, order("T0000001A0024", txn.Scan, 1)); pay.FaultOf(err) != txn.FaultUnverified {
			t.Errorf("%s: %+v, %v", body, a, err)
		}
	}
}
