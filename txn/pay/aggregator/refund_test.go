package aggregator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

// refundBody is a refund as the platform answers it, with every fact that the client looks at.
const refundBody = `{"amount":500,"code":"OK","currency":"CNY","done_at":1795401296,"merchant_id":"M1000001","method":"show","order_no":"T0000001A0001","refund_id":"AGGR1","refund_no":"T0000001R0001","refund_state":"DONE","total":1234}`

// TestRefundBelievesOnlyOurs changes one thing of a signed success at a time. To a query it is a mismatch or nothing, to a
// refund nothing at all, and no answer to a refund says that the money is back.
func TestRefundBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.Aggregator, 500)
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status // of a query; where it is none, nothing
		taken          bool       // as an answer to a refund
	}{
		{"as it is", "", "", txn.StatusRefunded, true},
		{"in process", "DONE", "PROCESSING", txn.StatusWaiting, true},
		{"closed", "DONE", "CLOSED", txn.StatusRefused, true},
		{"stuck", "DONE", "ABNORMAL", txn.StatusAbnormal, true},
		{"another refund", "T0000001R0001", "T0000001R0002", txn.StatusMismatch, false},
		{"another order", "T0000001A0001", "T0000001A0002", txn.StatusMismatch, false},
		{"another merchant", "M1000001", "M1000002", txn.StatusMismatch, false},
		{"a fen less", `"amount":500`, `"amount":499`, txn.StatusMismatch, false},
		{"another total", "1234", "1235", txn.StatusMismatch, false},
		{"dollars", "CNY", "USD", txn.StatusMismatch, false},
		{"no refund", `"refund_no"`, `"x"`, "", false},
		{"no order", `"order_no"`, `"x"`, "", false},
		{"no merchant", `"merchant_id"`, `"x"`, "", false},
		{"no id", `"refund_id"`, `"x"`, "", false},
		{"an id for the printer", "AGGR1", `50\u001b@`, "", false},
		{"no state", `"refund_state"`, `"x"`, "", false},
		{"an unknown state", "DONE", "GONE", "", false},
		{"no amount", `"amount"`, `"x"`, "", false},
		{"null for an amount", `"amount":500`, `"amount":null`, "", false},
		{"an amount as text", `"amount":500`, `"amount":"500"`, "", false},
		{"no total", `"total"`, `"x"`, "", false},
		{"no currency", `"currency"`, `"x"`, "", false},
		{"two states", `"total"`, `"refund_state":"DONE","total"`, "", false},
		{"no time", `"done_at"`, `"x"`, "", false},
		{"a time that is none", "1795401296", "1", "", false},
		{"another code", `"OK"`, `"FINE"`, "", false},
		{"something after the end", `1234}`, `1234} {}`, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(refundBody, tt.old) {
				t.Fatalf("there is no %s to change", tt.old)
			}
			s.say(200, strings.Replace(refundBody, tt.old, tt.new, 1))
			a, err := c.QueryRefund(context.Background(), r)
			if a.Status != tt.status || (err == nil) != (tt.status != "") || err != nil && pay.FaultOf(err) != txn.FaultUnverified {
				t.Errorf("query: %+v, %v; want %q", a, err, tt.status)
			}
			if err == nil {
				paytest.CheckRefundAnswer(t, txn.OpQueryRefund, r, a)
			}
			a, err = c.Refund(context.Background(), r)
			if tt.old != "1795401296" && tt.old != `"done_at"` && (a.Status == txn.StatusAccepted) != tt.taken ||
				err != nil && pay.FaultOf(err) != txn.FaultUnverified {
				t.Errorf("refund: %+v, %v", a, err)
			}
			if err == nil {
				paytest.CheckRefundAnswer(t, txn.OpRefund, r, a)
			}
		})
	}
	s.say(200, refundBody)
	if a, err := c.QueryRefund(context.Background(), r); err != nil || a.RefundID != "AGGR1" || !a.DoneAt.Equal(time.Unix(1795401296, 0)) {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestRefundCodes holds the refunds' table of docs/networks.md, one verified error at a time.
func TestRefundCodes(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.Aggregator, 500)
	for _, tt := range []struct {
		op     txn.Op
		codes  string
		status txn.Status
		fault  txn.Fault
	}{
		{txn.OpRefund, "SYSTEM_ERROR TOO_MANY_REQUESTS NONCE_USED OF_TOMORROW", "", txn.FaultSystem},
		{txn.OpQueryRefund, "SYSTEM_ERROR TOO_MANY_REQUESTS NONCE_USED OF_TOMORROW REFUND_OVER", "", txn.FaultSystem},
		{txn.OpRefund, "SIGN_ERROR KEY_UNKNOWN CLOCK_SKEW MERCHANT_UNKNOWN MERCHANT_DISABLED INVALID_REQUEST", "", txn.FaultConfig},
		{txn.OpRefund, "REFUND_OVER REFUND_EXPIRED REFUND_LIMIT MERCHANT_BALANCE ORDER_NOT_PAID ORDER_ENDED", txn.StatusRefused, ""},
		{txn.OpRefund, "REFUND_EXISTS", txn.StatusExists, ""},
		{txn.OpRefund, "ORDER_NOT_FOUND", txn.StatusNotFound, ""},
		{txn.OpQueryRefund, "REFUND_NOT_FOUND", txn.StatusNotFound, ""},
	} {
		for _, code := range strings.Fields(tt.codes) {
			s.say(409, `{"code":"`+code+`","message":"说明"}`)
			a, err := paytest.AskRefund(context.Background(), c, tt.op, r)
			if a.Status != tt.status || pay.FaultOf(err) != tt.fault {
				t.Errorf("%s answered %s: %+v, %v; want %q %q", tt.op, code, a, err, tt.status, tt.fault)
			}
		}
	}
}
