package alipay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

// TestErrorCodes holds the table of docs/networks.md, one verified error at a time.
func TestErrorCodes(t *testing.T) {
	s, c := script(t, nil)
	shown, scanned := order("T0000001A0020", txn.Show, 1), order("T0000001A0021", txn.Scan, 1)
	all := []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse}
	for _, tt := range []struct {
		ops    []txn.Op
		code   string
		subs   string
		answer txn.Status
		fault  txn.Fault
	}{
		{all, "20000", "isp.unknow-error aop.unknow-error aop.ACQ.SYSTEM_ERROR", "", txn.FaultSystem},
		{all, "40005", "isv.app-call-limited-by-day", "", txn.FaultSystem},
		{all, "20001", "aop.invalid-app-auth-token", "", txn.FaultConfig},
		{all, "40001", "isv.missing-signature", "", txn.FaultConfig},
		{all, "40002", "isv.invalid-signature isv.invalid-timestamp", "", txn.FaultConfig},
		{all, "40006", "isv.insufficient-isv-permissions", "", txn.FaultConfig},
		{all, "49999", "isv.of-tomorrow", "", txn.FaultSystem},
		{all, "40004", "ACQ.SYSTEM_ERROR AQC.SYSTEM_ERROR ACQ.NOBODY_DOCUMENTED_THIS", "", txn.FaultSystem},
		{all, "40004", "ACQ.INVALID_PARAMETER ACQ.ACCESS_FORBIDDEN ACQ.SELLER_BEEN_BLOCKED", "", txn.FaultConfig},
		{all, "20000", "ACQ.TRADE_NOT_EXIST ACQ.PAYMENT_AUTH_CODE_INVALID ACQ.TRADE_HAS_CLOSE", "", txn.FaultSystem}, // not under this code
		{[]txn.Op{txn.OpShow, txn.OpScan}, "40004", "ACQ.TRADE_HAS_SUCCESS ACQ.TRADE_HAS_CLOSE ACQ.CONTEXT_INCONSISTENT", txn.StatusExists, ""},
		{[]txn.Op{txn.OpScan}, "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID ACQ.BUYER_BALANCE_NOT_ENOUGH ACQ.PAYMENT_FAIL ACQ.PAYMENT_REQUEST_HAS_RISK", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpShow, txn.OpScan}, "40004", "ACQ.TOTAL_FEE_EXCEED", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpQuery, txn.OpClose, txn.OpReverse}, "40004", "ACQ.TRADE_NOT_EXIST", txn.StatusNotFound, ""},
		{[]txn.Op{txn.OpShow, txn.OpScan}, "40004", "ACQ.TRADE_NOT_EXIST", "", txn.FaultSystem},
		{[]txn.Op{txn.OpQuery, txn.OpClose, txn.OpReverse}, "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID", "", txn.FaultSystem},
		{[]txn.Op{txn.OpClose}, "40004", "ACQ.TRADE_STATUS_ERROR ACQ.REASON_TRADE_STATUS_INVALID", txn.StatusRefused, ""},
		{[]txn.Op{txn.OpReverse}, "40004", "ACQ.CANCEL_NOT_ALLOWED ACQ.SELLER_BALANCE_NOT_ENOUGH", txn.StatusRefused, ""},
	} {
		for _, sub := range strings.Fields(tt.subs) {
			s.say(fmt.Sprintf(`{"code":%q,"msg":"x","sub_code":%q,"sub_msg":"说明"}`, tt.code, sub))
			for _, op := range tt.ops {
				o := shown
				if op == txn.OpScan || op == txn.OpReverse {
					o = scanned
				}
				a, err := do(c, op, o)
				if a.Status != tt.answer || pay.FaultOf(err) != tt.fault {
					t.Errorf("%s answered %s %s: %+v, %v; want %q %q", op, tt.code, sub, a, err, tt.answer, tt.fault)
				}
				if got, want := paytest.CodeOf(a, err), strings.ToUpper(strings.ReplaceAll(sub, "-", "_")); got != want {
					t.Errorf("%s answered %s, reported %q", op, sub, got)
				}
			}
		}
	}
}

func do(c pay.Network, op txn.Op, o txn.Order) (txn.Answer, error) {
	return paytest.Ask(context.Background(), c, op, o, txn.NewPaymentCode("287654321098765432"))
}

// TestOddErrors holds that an error that is none proves nothing.
func TestOddErrors(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0022", txn.Scan, 1)
	for _, tt := range []struct {
		node  string
		fault txn.Fault
	}{
		{`{"code":"40004","msg":"x"}`, txn.FaultSystem},
		{`{"code":"40004","sub_code":"ACQ.TRADE\u001b_NOT_EXIST"}`, txn.FaultSystem},
		{`{"code":"40004","sub_code":["ACQ.PAYMENT_AUTH_CODE_INVALID"]}`, txn.FaultSystem},
		{`{"code":"40004","sub_code":"ACQ.PAYMENT_AUTH_CODE_INVALID","sub_code":"ACQ.SYSTEM_ERROR"}`, txn.FaultUnverified},
		{`{"code":"40004","sub_code":"` + strings.Repeat("A", 65) + `"}`, txn.FaultSystem},
		{`{"Code":"40004","sub_code":"ACQ.PAYMENT_AUTH_CODE_INVALID"}`, txn.FaultUnverified},
		{`{"sub_code":"ACQ.PAYMENT_AUTH_CODE_INVALID"}`, txn.FaultUnverified},
		{`{}`, txn.FaultUnverified}, {`null`, txn.FaultUnverified}, {`"text"`, txn.FaultUnverified}, {`[]`, txn.FaultUnverified},
	} {
		s.say(tt.node)
		a, err := do(c, txn.OpScan, o)
		if pay.FaultOf(err) != tt.fault || a != (txn.Answer{}) {
			t.Errorf("%s: %+v, %v; want %s", tt.node, a, err, tt.fault)
		}
	}
}
