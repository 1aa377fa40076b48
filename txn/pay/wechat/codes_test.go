package wechat_test

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
	shown, scanned := order("T0000001A0010", txn.Show, 1), order("T0000001A0011", txn.Scan, 1)
	all := []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse}
	for _, tt := range []struct {
		ops    []txn.Op
		status int
		codes  string
		answer txn.Status
		fault  txn.Fault
	}{
		{all, 500, "SYSTEM_ERROR SYSTEMERROR BANK_ERROR BANKERROR", "", txn.FaultSystem},
		{all, 429, "FREQUENCY_LIMITED FREQUENCY_LIMIT_EXCEED RATELIMIT_EXCEEDED", "", txn.FaultSystem},
		{all, 503, "WHATEVER", "", txn.FaultSystem},
		{all, 400, "NOBODY_DOCUMENTED_THIS", "", txn.FaultSystem},
		{all, 401, "SIGN_ERROR SIGNERROR", "", txn.FaultConfig},
		{all, 400, "MCH_NOT_EXISTS APPID_MCHID_NOT_MATCH PARAM_ERROR INVALID_REQUEST", "", txn.FaultConfig},
		{all, 403, "NO_AUTH NOAUTH", "", txn.FaultConfig},
		{[]txn.Op{txn.OpShow, txn.OpScan}, 403, "OUT_TRADE_NO_USED", txn.StatusExists, ""},
		{[]txn.Op{txn.OpShow, txn.OpScan}, 400, "ORDERPAID ORDER_PAID ORDER_CLOSED ORDERCLOSED", txn.StatusExists, ""},
		{[]txn.Op{txn.OpShow, txn.OpScan}, 403, "RULE_LIMIT RULELIMIT TRADE_ERROR", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpScan}, 400, "ORDERREVERSED ORDER_REVERSED", txn.StatusExists, ""},
		{[]txn.Op{txn.OpScan}, 403, "NOTENOUGH NOT_ENOUGH ACCOUNT_ERROR", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpScan}, 400, "AUTH_CODE_EXPIRED AUTHCODEEXPIRE AUTH_CODE_INVALID AUTH_CODE_ERROR BUYER_MISMATCH NOTSUPORTCARD USER_ACCOUNT_ABNORMAL", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpScan}, 202, "USERPAYING", txn.StatusWaiting, ""},
		{[]txn.Op{txn.OpScan}, 400, "USERPAYING", txn.StatusWaiting, ""},
		{[]txn.Op{txn.OpQuery, txn.OpClose, txn.OpReverse}, 404, "ORDER_NOT_EXIST ORDERNOTEXIST", txn.StatusNotFound, ""},
		{[]txn.Op{txn.OpClose, txn.OpReverse}, 400, "ORDER_CLOSED ORDERCLOSED", txn.StatusAccepted, ""},
		{[]txn.Op{txn.OpClose}, 400, "ORDERPAID ORDER_PAID", txn.StatusRefused, ""},
		{[]txn.Op{txn.OpClose, txn.OpReverse}, 400, "USERPAYING", txn.StatusRefused, ""},
		{[]txn.Op{txn.OpClose, txn.OpReverse}, 202, "USERPAYING", txn.StatusRefused, ""},
		{[]txn.Op{txn.OpClose, txn.OpReverse}, 403, "TRADE_ERROR", txn.StatusRefused, ""},
		{[]txn.Op{txn.OpReverse}, 400, "ORDERREVERSED ORDER_REVERSED", txn.StatusAccepted, ""},
		{[]txn.Op{txn.OpReverse}, 400, "REVERSE_EXPIRE TRADE_STATE_ERROR", txn.StatusRefused, ""},
	} {
		for _, code := range strings.Fields(tt.codes) {
			s.say(tt.status, fmt.Sprintf(`{"code":%q,"message":"说明","detail":{"field":"x"}}`, code))
			for _, op := range tt.ops {
				o := shown
				if op == txn.OpScan || op == txn.OpReverse {
					o = scanned
				}
				a, err := do(c, op, o)
				if a.Status != tt.answer || pay.FaultOf(err) != tt.fault {
					t.Errorf("%s answered %d %s: %+v, %v; want %q %q", op, tt.status, code, a, err, tt.answer, tt.fault)
				}
				if got := paytest.CodeOf(a, err); got != code {
					t.Errorf("%s answered %s, reported %q", op, code, got)
				}
			}
		}
	}
}

func do(c pay.Network, op txn.Op, o txn.Order) (txn.Answer, error) {
	return paytest.Ask(context.Background(), c, op, o, txn.NewPaymentCode("134567890123456789"))
}

// TestOddErrors holds that an error body that is none proves nothing.
func TestOddErrors(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0012", txn.Scan, 1)
	for _, tt := range []struct {
		status int
		body   string
		fault  txn.Fault
	}{
		{400, ``, txn.FaultSystem},
		{400, `<html>`, txn.FaultSystem},
		{403, `{"code":"not\u001benough"}`, txn.FaultSystem},
		{403, `{"code":["NOTENOUGH"]}`, txn.FaultSystem},
		{403, `{"code":"NOTENOUGH","code":"USERPAYING"}`, txn.FaultSystem},
		{403, `{"Code":"NOTENOUGH"}`, txn.FaultSystem},
		{403, `{"code":"` + strings.Repeat("A", 65) + `"}`, txn.FaultSystem},
		{500, ``, txn.FaultSystem},
		{302, `{}`, txn.FaultUnverified},
		{200, ``, txn.FaultUnverified},
		{200, `null`, txn.FaultUnverified},
		{202, `{}`, txn.FaultUnverified},
		{204, ``, txn.FaultUnverified}, // nothing charged or refused in so many words
	} {
		s.say(tt.status, tt.body)
		a, err := do(c, txn.OpScan, o)
		if pay.FaultOf(err) != tt.fault || a != (txn.Answer{}) {
			t.Errorf("%d %s: %+v, %v; want %s", tt.status, tt.body, a, err, tt.fault)
		}
	}
}
