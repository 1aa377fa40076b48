package wechat_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

// refundBody is a refund as WeChat Pay answers it, with every fact that the client looks at.
const refundBody = `{"amount":{"currency":"CNY","discount_refund":0,"from":[],"payer_refund":500,"payer_total":1234,"refund":500,"settlement_refund":500,"settlement_total":1234,"total":1234},"channel":"ORIGINAL","create_time":"2026-11-23T10:34:56+08:00","funds_account":"AVAILABLE","out_refund_no":"T0000001R0001","out_trade_no":"T0000001A0001","refund_id":"50300001234202611230000000001","status":"SUCCESS","success_time":"2026-11-23T10:35:56+08:00","transaction_id":"4200001234202611230000000001","user_received_account":"支付用户零钱"}`

// TestRefundBelievesOnlyOurs changes one thing of a signed success at a time. To a query it is a mismatch or nothing,
// to a refund nothing at all, and no answer to a refund says that the money is back.
func TestRefundBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.WeChat, 500)
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status // of a query; where it is none, nothing
		taken          bool       // as an answer to a refund
	}{
		{"as it is", "", "", txn.StatusRefunded, true},
		{"in process", `"SUCCESS","success_time"`, `"PROCESSING","x"`, txn.StatusWaiting, true},
		{"closed", `"SUCCESS","success_time"`, `"CLOSED","x"`, txn.StatusRefused, true},
		{"stuck", `"SUCCESS","success_time"`, `"ABNORMAL","x"`, txn.StatusAbnormal, true},
		{"without a time", `"success_time"`, `"x"`, txn.StatusRefunded, true},
		{"another refund", "T0000001R0001", "T0000001R0002", txn.StatusMismatch, false},
		{"another order", "T0000001A0001", "T0000001A0002", txn.StatusMismatch, false},
		{"another payment", "4200001234202611230000000001", "4200001234202611230000000002", txn.StatusMismatch, false},
		{"a fen less", `"refund":500`, `"refund":499`, txn.StatusMismatch, false},
		{"a fen more", `"refund":500`, `"refund":501`, txn.StatusMismatch, false},
		{"another total", `"total":1234}`, `"total":1235}`, txn.StatusMismatch, false},
		{"dollars", `"CNY"`, `"USD"`, txn.StatusMismatch, false},
		{"no refund", `"out_refund_no"`, `"x"`, "", false},
		{"no order", `"out_trade_no"`, `"x"`, "", false},
		{"no payment", `"transaction_id"`, `"x"`, "", false},
		{"no id", `"refund_id"`, `"x"`, "", false},
		{"an id for the printer", "50300001234202611230000000001", `50\u001b@`, "", false},
		{"no state", `"status"`, `"x"`, "", false},
		{"an unknown state", "SUCCESS", "SUCCEEDED", "", false},
		{"no amount", `"amount"`, `"x"`, "", false},
		{"no refunded amount", `"refund":500`, `"x":500`, "", false},
		{"null for an amount", `"refund":500`, `"refund":null`, "", false},
		{"an amount as text", `"refund":500`, `"refund":"500"`, "", false},
		{"an amount with a point", `"refund":500`, `"refund":500.0`, "", false},
		{"no total", `"total":1234}`, `"x":1234}`, "", false},
		{"no currency", `"currency"`, `"x"`, "", false},
		{"two states", `"channel"`, `"status":"PROCESSING","channel"`, "", false},
		{"two amounts", `"settlement_refund"`, `"refund":1,"settlement_refund"`, "", false},
		{"a time that is none", "2026-11-23T10:35:56+08:00", "yesterday", "", false},
		{"something after the end", `零钱"}`, `零钱"} {}`, "", false},
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
			if (a.Status == txn.StatusAccepted) != tt.taken || !tt.taken && pay.FaultOf(err) != txn.FaultUnverified {
				t.Errorf("refund: %+v, %v", a, err)
			}
			if err == nil {
				paytest.CheckRefundAnswer(t, txn.OpRefund, r, a)
			}
		})
	}
	s.say(200, refundBody)
	a, err := c.QueryRefund(context.Background(), r)
	if err != nil || a.RefundID == "" || !a.DoneAt.Equal(time.Date(2026, 11, 23, 2, 35, 56, 0, time.UTC)) {
		t.Errorf("%+v, %v", a, err)
	}
	r.TransactionID = "" // where we don't know it, it is not compared
	s.say(200, strings.Replace(refundBody, `"transaction_id"`, `"x"`, 1))
	if a, err := c.QueryRefund(context.Background(), r); err != nil || a.Status != txn.StatusRefunded {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestRefundCodes holds the refunds' table of docs/networks.md, one verified error at a time.
func TestRefundCodes(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.WeChat, 500)
	both := paytest.RefundOps
	for _, tt := range []struct {
		ops    []txn.Op
		status int
		codes  string
		answer txn.Status
		fault  txn.Fault
	}{
		{both, 500, "SYSTEM_ERROR SYSTEMERROR BANK_ERROR", "", txn.FaultSystem},
		{both, 429, "FREQUENCY_LIMITED RATELIMIT_EXCEEDED", "", txn.FaultSystem},
		{both, 400, "NOBODY_DOCUMENTED_THIS ERROR", "", txn.FaultSystem},
		{both, 400, "PARAM_ERROR SIGN_ERROR MCH_NOT_EXISTS NO_AUTH", "", txn.FaultConfig},
		{both[:1], 400, "BIZERR_NEED_RETRY INVALID_REQ_TOO_MUCH", "", txn.FaultSystem},
		{both[:1], 403, "INVALID_REQUEST NOT_ENOUGH USER_ACCOUNT_ABNORMAL TRADE_OVERDUE", txn.StatusRefused, ""},
		{both[:1], 400, "REFUND_FEE_MISMATCH", txn.StatusExists, ""},
		{both, 404, "RESOURCE_NOT_EXISTS", txn.StatusNotFound, ""},
		{both[1:], 404, "REFUNDNOTEXIST", txn.StatusNotFound, ""},
		{both[1:], 403, "NOT_ENOUGH ORDER_NOT_EXIST", "", txn.FaultSystem},
	} {
		for _, code := range strings.Fields(tt.codes) {
			s.say(tt.status, fmt.Sprintf(`{"code":%q,"message":"说明"}`, code))
			for _, op := range tt.ops {
				a, err := paytest.AskRefund(context.Background(), c, op, r)
				if a.Status != tt.answer || pay.FaultOf(err) != tt.fault {
					t.Errorf("%s answered %s: %+v, %v; want %q %q", op, code, a, err, tt.answer, tt.fault)
				}
				if got := paytest.CodeOf(txn.Answer{Code: a.Code}, err); got != code {
					t.Errorf("%s answered %s, reported %q", op, code, got)
				}
			}
		}
	}
}

// TestRefundRequest reads what is asked.
func TestRefundRequest(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.WeChat, 500)
	r.Reason = "商品退货"
	_, _ = c.Refund(context.Background(), r)
	want := `{"amount":{"currency":"CNY","refund":500,"total":1234},"out_refund_no":"T0000001R0001","out_trade_no":"T0000001A0001","reason":"商品退货"}`
	if got := strings.TrimSpace(string(s.seen)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	hits := s.hits
	r.Before = txn.Yuan(735)
	if _, err := c.Refund(context.Background(), r); pay.FaultOf(err) != txn.FaultConfig || s.hits != hits {
		t.Errorf("beyond what is left: %v, %d requests", err, s.hits-hits)
	}
	if _, err := c.QueryRefund(context.Background(), r); pay.FaultOf(err) == txn.FaultConfig || s.hits != hits+1 {
		t.Errorf("what was asked for can be asked about: %v, %d requests", err, s.hits-hits)
	}
}
