package alipay_test

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

// Answers about a refund as Alipay gives them, with every fact that the client looks at.
const (
	refundNode = `{"code":"10000","msg":"Success","buyer_logon_id":"159****5620","fund_change":"Y","gmt_refund_pay":"2026-11-23 10:35:56","out_trade_no":"T0000001A0001","refund_fee":"5.00","send_back_fee":"0.00","trade_no":"4200001234202611230000000001"}`
	queryNode  = `{"code":"10000","msg":"Success","gmt_refund_pay":"2026-11-23 10:35:56","out_request_no":"T0000001R0001","out_trade_no":"T0000001A0001","refund_amount":"5.00","refund_status":"REFUND_SUCCESS","total_amount":"12.34","trade_no":"4200001234202611230000000001"}`
)

// changed is one difference of an answer and what becomes of it; without a status, nothing.
type changed struct {
	name, old, new string
	status         txn.Status
}

// TestRefundQueryBelievesOnlyOurs changes one thing of a signed success at a time.
func TestRefundQueryBelievesOnlyOurs(t *testing.T) {
	testChanges(t, txn.OpQueryRefund, queryNode, []changed{
		{"as it is", "", "", txn.StatusRefunded},
		{"without a time", `"gmt_refund_pay"`, `"x"`, txn.StatusRefunded},
		{"our app and seller", `"code"`, `"app_id":"` + testApp + `","seller_id":"` + testSeller + `","code"`, txn.StatusRefunded},
		{"none such", queryNode, `{"code":"10000","msg":"Success"}`, txn.StatusNotFound},
		{"none such of ours", queryNode, `{"code":"10000","out_trade_no":"T0000001A0001"}`, txn.StatusNotFound},
		{"none such of another's", queryNode, `{"code":"10000","out_trade_no":"T0000001A0002"}`, txn.StatusMismatch},
		{"none such of nobody's", queryNode, `{"code":"10000","out_trade_no":1}`, ""},
		{"not made yet", `"refund_status"`, `"x"`, txn.StatusWaiting},
		{"another state", "REFUND_SUCCESS", "REFUND_PROCESSING", txn.StatusWaiting},
		{"another refund", "T0000001R0001", "T0000001R0002", txn.StatusMismatch},
		{"another order", "T0000001A0001", "T0000001A0002", txn.StatusMismatch},
		{"another payment", "4200001234202611230000000001", "4200001234202611230000000002", txn.StatusMismatch},
		{"another seller", `"code"`, `"seller_id":"2088000000000003","code"`, txn.StatusMismatch},
		{"another app", `"code"`, `"app_id":"2021000000000002","code"`, txn.StatusMismatch},
		{"dollars", `"code"`, `"refund_currency":"USD","code"`, txn.StatusMismatch},
		{"a fen less", `"5.00"`, `"4.99"`, txn.StatusMismatch},
		{"a fen more", `"5.00"`, `"5.01"`, txn.StatusMismatch},
		{"a hundredfold", `"5.00"`, `"500"`, txn.StatusMismatch},
		{"another total", `"12.34"`, `"12.35"`, txn.StatusMismatch},
		{"no refund", `"out_request_no"`, `"x"`, ""},
		{"no order", `"out_trade_no"`, `"x"`, ""},
		{"no payment", `"trade_no"`, `"x"`, ""},
		{"no amount", `"refund_amount"`, `"x"`, ""},
		{"no total", `"total_amount"`, `"x"`, ""},
		{"a number for an amount", `"5.00"`, `5.00`, ""},
		{"a sign", `"5.00"`, `"-5.00"`, ""},
		{"a state that is no text", `"REFUND_SUCCESS"`, `1`, ""},
		{"a state for the printer", "REFUND_SUCCESS", `\u001b@`, ""},
		{"a time that is none", "2026-11-23 10:35:56", "yesterday", ""},
		{"two states", `"trade_no"`, `"refund_status":"","trade_no"`, ""},
	})
}

// TestRefundTakesOnlyOurs does the same for the answer to a refund, which never says that the money is back.
func TestRefundTakesOnlyOurs(t *testing.T) {
	testChanges(t, txn.OpRefund, refundNode, []changed{
		{"as it is", "", "", txn.StatusAccepted},
		{"money of other refunds, too", `"5.00"`, `"12.34"`, txn.StatusAccepted},
		{"no money moved", `"Y"`, `"N"`, txn.StatusAccepted},
		{"nothing said of money", `"fund_change"`, `"x"`, txn.StatusAccepted},
		{"nothing given back so far", `"Y","gmt_refund_pay":"2026-11-23 10:35:56","out_trade_no":"T0000001A0001","refund_fee":"5.00"`, `"N","out_trade_no":"T0000001A0001","refund_fee":"0.00"`, txn.StatusAccepted},
		{"less than ours", `"5.00"`, `"4.99"`, ""},
		{"more than was paid", `"5.00"`, `"12.35"`, ""},
		{"another order", "T0000001A0001", "T0000001A0002", ""},
		{"another payment", "4200001234202611230000000001", "4200001234202611230000000002", ""},
		{"another seller", `"code"`, `"seller_id":"2088000000000003","code"`, ""},
		{"another app", `"code"`, `"app_id":"2021000000000002","code"`, ""},
		{"no order", `"out_trade_no"`, `"x"`, ""},
		{"no payment", `"trade_no"`, `"x"`, ""},
		{"no sum", `"refund_fee"`, `"x"`, ""},
		{"a sum that is a number", `"5.00"`, `5.00`, ""},
		{"another word", `"Y"`, `"MAYBE"`, ""},
		{"no word", `"Y"`, `1`, ""},
	})
}

func testChanges(t *testing.T, op txn.Op, good string, changes []changed) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.Alipay, 500)
	for _, tt := range changes {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("there is no %s to change", tt.old)
			}
			s.say(strings.Replace(good, tt.old, tt.new, 1))
			a, err := paytest.AskRefund(context.Background(), c, op, r)
			if a.Status != tt.status || (err == nil) != (tt.status != "") || err != nil && pay.FaultOf(err) != txn.FaultUnverified {
				t.Errorf("%+v, %v; want %q", a, err, tt.status)
			}
			if err == nil {
				paytest.CheckRefundAnswer(t, op, r, a)
			}
			if tt.name == "as it is" && op == txn.OpQueryRefund && !a.DoneAt.Equal(time.Date(2026, 11, 23, 2, 35, 56, 0, time.UTC)) {
				t.Errorf("given back at %v", a.DoneAt)
			}
		})
	}
}

// TestRefundCodes holds the refunds' table of docs/networks.md, one verified error at a time.
func TestRefundCodes(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.Alipay, 500)
	both := paytest.RefundOps
	for _, tt := range []struct {
		ops        []txn.Op
		code, subs string
		answer     txn.Status
		fault      txn.Fault
	}{
		{both, "20000", "isp.unknow-error ACQ.SELLER_BALANCE_NOT_ENOUGH", "", txn.FaultSystem}, // not under this code
		{both, "40002", "isv.invalid-signature", "", txn.FaultConfig},
		{both, "49999", "isv.of-tomorrow", "", txn.FaultSystem},
		{both, "40004", "ACQ.SYSTEM_ERROR ACQ.NOBODY_DOCUMENTED_THIS", "", txn.FaultSystem},
		{both, "40004", "ACQ.INVALID_PARAMETER", "", txn.FaultConfig},
		{both, "40004", "ACQ.TRADE_NOT_EXIST", txn.StatusNotFound, ""},
		{both[:1], "40004", "ACQ.REFUND_CHARGE_ERROR", "", txn.FaultSystem},
		{both[:1], "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REASON_TRADE_REFUND_FEE_ERR ACQ.TRADE_STATUS_ERROR ACQ.TRADE_HAS_FINISHED", txn.StatusRefused, ""},
		{both[:1], "40004", "ACQ.DISCORDANT_REPEAT_REQUEST", txn.StatusExists, ""},
		{both[1:], "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.TRADE_STATUS_ERROR", "", txn.FaultSystem},
	} {
		for _, sub := range strings.Fields(tt.subs) {
			s.say(fmt.Sprintf(`{"code":%q,"msg":"x","sub_code":%q,"sub_msg":"说明"}`, tt.code, sub))
			for _, op := range tt.ops {
				a, err := paytest.AskRefund(context.Background(), c, op, r)
				if a.Status != tt.answer || pay.FaultOf(err) != tt.fault {
					t.Errorf("%s answered %s %s: %+v, %v; want %q %q", op, tt.code, sub, a, err, tt.answer, tt.fault)
				}
				if got, want := paytest.CodeOf(txn.Answer{Code: a.Code}, err), strings.ToUpper(strings.ReplaceAll(sub, "-", "_")); got != want {
					t.Errorf("%s answered %s, reported %q", op, sub, got)
				}
			}
		}
	}
}

// TestRefundRequest reads what is asked.
func TestRefundRequest(t *testing.T) {
	s, c := script(t, nil)
	r := paytest.NewRefund(txn.Alipay, 500)
	r.Reason = "商品退货"
	for op, want := range map[txn.Op][2]string{
		txn.OpRefund:      {"alipay.trade.refund", `{"out_trade_no":"T0000001A0001","out_request_no":"T0000001R0001","refund_amount":"5.00","refund_reason":"商品退货"}`},
		txn.OpQueryRefund: {"alipay.trade.fastpay.refund.query", `{"out_trade_no":"T0000001A0001","out_request_no":"T0000001R0001","query_options":["gmt_refund_pay"]}`},
	} {
		_, _ = paytest.AskRefund(context.Background(), c, op, r)
		if got := [2]string{s.seen.Get("method"), s.seen.Get("biz_content")}; got != want {
			t.Errorf("%s: %s, want %s", op, got, want)
		}
	}
}
