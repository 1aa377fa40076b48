package paynet

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// refundReply is a decoded answer of WeChat Pay about a refund.
type refundReply struct {
	HTTP    int `json:"-"`
	Code    string
	No      string `json:"out_refund_no"`
	Order   string `json:"out_trade_no"`
	ID      string `json:"refund_id"`
	State   string `json:"status"`
	Success string `json:"success_time"`
	Amount  struct {
		Refund, Total int64
		Payer         int64 `json:"payer_refund"`
	}
}

func (x *merchant) refundCall(method, target, body string) (r refundReply) {
	x.Helper()
	resp, text, err := x.request(method, target, body, nil)
	if err != nil {
		x.Fatal(err)
	}
	x.verify(resp.Header, text)
	if err := json.Unmarshal(text, &r); err != nil {
		x.Fatalf("%s: %v", text, err)
	}
	r.HTTP = resp.StatusCode
	return r
}

func (x *merchant) refund(no, order string, fen, total int64) refundReply {
	x.Helper()
	return x.refundCall("POST", refundPath, fmt.Sprintf(
		`{"out_trade_no":%q,"out_refund_no":%q,"amount":{"refund":%d,"total":%d,"currency":"CNY"}}`, order, no, fen, total))
}

// refundIs checks what a query says of a refund, or its code.
func (x *merchant) refundIs(no, state string) refundReply {
	x.Helper()
	r := x.refundCall("GET", refundPath+"/"+no, "")
	if r.State != state && r.Code != state {
		x.Fatalf("%s is %+v; want %s", no, r, state)
	}
	return r
}

// sold is a paid sale.
func (x *merchant) sold(no string, fen int64) {
	x.Helper()
	x.want(x.codepay(no, x.code(WeChat), fen), 200, "")
}

func (x *merchant) fate(f RefundFate) {
	x.Helper()
	if err := x.p.SetRefunds(f); err != nil {
		x.Fatal(err)
	}
}

// TestWeChatRefund takes one refund from its request to the customer's money, a minute later.
func TestWeChatRefund(t *testing.T) {
	x := open(t, folder(t), newClock())
	x.sold("REFUND000001", 1000)
	x.refundIs("R00000000001", "RESOURCE_NOT_EXISTS")
	r := x.refund("R00000000001", "REFUND000001", 300, 1000)
	if r.HTTP != 200 || r.State != "PROCESSING" || r.No != "R00000000001" || r.Order != "REFUND000001" || r.Amount.Refund != 300 {
		t.Fatalf("%+v", r)
	}
	x.charged("REFUND000001", 1, 1000)
	x.state("REFUND000001", "REFUND")
	x.clock.Add(time.Minute - time.Second)
	x.refundIs("R00000000001", "PROCESSING")
	x.clock.Add(time.Second)
	if r := x.refundIs("R00000000001", "SUCCESS"); r.Success == "" {
		t.Errorf("%+v", r)
	}
	x.charged("REFUND000001", 1, 700)
	if again := x.refund("R00000000001", "REFUND000001", 300, 1000); again.State != "SUCCESS" || again.ID != r.ID {
		t.Errorf("%+v", again)
	}
	x.charged("REFUND000001", 1, 700)
	entries := x.p.Ledger().Entries
	if e := entries[len(entries)-1]; e.Refund != "R00000000001" || e.Amount != 300 || e.Kind != EntryGiveBack {
		t.Errorf("%+v", e)
	}
}

// TestWeChatRefusesRefunds holds what money must not go back for.
func TestWeChatRefusesRefunds(t *testing.T) {
	x := open(t, folder(t), newClock())
	x.fate(RefundQuick)
	x.sold("REFUND000002", 1000)
	x.native("REFUND000003", 1000)
	x.sold("REFUND000004", 1000)
	x.want(x.reverse("REFUND000004"), 204, "")
	x.sold("REFUND000005", 1000)
	x.refund("R00000000020", "REFUND000002", 600, 1000)
	for _, tt := range []struct {
		name, no, order string
		fen, total      int64
		status          int
		code            string
	}{
		{"unpaid", "R00000000021", "REFUND000003", 1, 1000, 404, "RESOURCE_NOT_EXISTS"},
		{"no such order", "R00000000021", "REFUND000009", 1, 1000, 404, "RESOURCE_NOT_EXISTS"},
		{"reversed", "R00000000021", "REFUND000004", 1, 1000, 400, "INVALID_REQUEST"},
		{"a fen more than is left", "R00000000021", "REFUND000002", 401, 1000, 400, "INVALID_REQUEST"},
		{"more than was paid", "R00000000021", "REFUND000005", 1001, 1000, 400, "INVALID_REQUEST"},
		{"another total", "R00000000021", "REFUND000005", 1, 1001, 400, "INVALID_REQUEST"},
		{"the same number, another amount", "R00000000020", "REFUND000002", 400, 1000, 400, "INVALID_REQUEST"},
		{"the same number, another order", "R00000000020", "REFUND000005", 600, 1000, 400, "INVALID_REQUEST"},
		{"nothing", "R00000000021", "REFUND000005", 0, 1000, 400, "PARAM_ERROR"},
		{"less than nothing", "R00000000021", "REFUND000005", -1, 1000, 400, "PARAM_ERROR"},
		{"no number", "", "REFUND000005", 1, 1000, 400, "PARAM_ERROR"},
		{"an odd number", "R 1", "REFUND000005", 1, 1000, 400, "PARAM_ERROR"},
		{"what is left", "R00000000022", "REFUND000002", 400, 1000, 200, ""},
		{"one fen of nothing", "R00000000023", "REFUND000002", 1, 1000, 400, "INVALID_REQUEST"},
	} {
		if r := x.refund(tt.no, tt.order, tt.fen, tt.total); r.HTTP != tt.status || r.Code != tt.code {
			t.Errorf("%s: %+v; want %d %s", tt.name, r, tt.status, tt.code)
		}
	}
	x.charged("REFUND000002", 1, 0)
	x.charged("REFUND000004", 1, 0)
	x.charged("REFUND000005", 1, 1000)
	x.want(x.reverse("REFUND000002"), 403, "TRADE_ERROR")
	x.charged("REFUND000002", 1, 0)
	if r := x.refundCall("POST", refundPath, `{"out_trade_no":"REFUND000005","transaction_id":"1","out_refund_no":"R1","amount":{"refund":1,"total":1000,"currency":"CNY"}}`); r.Code != "PARAM_ERROR" {
		t.Errorf("two names of one order: %+v", r)
	}
	if r := x.refundCall("POST", refundPath, `{"out_trade_no":"REFUND000005","out_refund_no":"R1","amount":{"refund":1,"total":1000,"currency":"USD"}}`); r.Code != "PARAM_ERROR" {
		t.Errorf("dollars: %+v", r)
	}
}

// TestWeChatRefundLimits holds fifty refunds of an order, within a year.
func TestWeChatRefundLimits(t *testing.T) {
	x := open(t, folder(t), newClock())
	x.sold("REFUND000006", 1000)
	for i := range maxRefunds {
		if r := x.refund(fmt.Sprintf("R%011d", 100+i), "REFUND000006", 1, 1000); r.HTTP != 200 {
			t.Fatalf("refund %d: %+v", i+1, r)
		}
	}
	if r := x.refund("R00000000199", "REFUND000006", 1, 1000); r.Code != "INVALID_REQUEST" {
		t.Errorf("refund 51: %+v", r)
	}
	x.clock.Add(time.Minute)
	x.charged("REFUND000006", 1, 950)
	x.sold("REFUND000007", 1000)
	x.clock.Add(refundWithin)
	if r := x.refund("R00000000200", "REFUND000007", 1, 1000); r.HTTP != 200 {
		t.Errorf("in time: %+v", r)
	}
	x.clock.Add(time.Second)
	if r := x.refund("R00000000201", "REFUND000007", 1, 1000); r.Code != "INVALID_REQUEST" {
		t.Errorf("late: %+v", r)
	}
}

// TestRefundFates holds what can become of a refund, and that only money that does not go back can go back otherwise.
func TestRefundFates(t *testing.T) {
	x := open(t, folder(t), newClock())
	x.sold("REFUND000008", 1000)
	x.fate(RefundUnfunded)
	if r := x.refund("R00000000080", "REFUND000008", 1000, 1000); r.HTTP != 403 || r.Code != "NOT_ENOUGH" {
		t.Errorf("%+v", r)
	}
	x.fate(RefundHeld)
	x.refund("R00000000080", "REFUND000008", 1000, 1000)
	x.clock.Add(time.Hour)
	x.refundIs("R00000000080", "PROCESSING")
	if r := x.refund("R00000000081", "REFUND000008", 1, 1000); r.Code != "INVALID_REQUEST" {
		t.Errorf("beside one in process: %+v", r)
	}
	x.fate(RefundClosed)
	x.refundIs("R00000000080", "CLOSED")
	x.charged("REFUND000008", 1, 1000)
	x.fate(RefundAbnormal)
	x.refund("R00000000082", "REFUND000008", 1000, 1000)
	x.refundIs("R00000000082", "ABNORMAL")
	if r := x.refund("R00000000083", "REFUND000008", 1, 1000); r.Code != "INVALID_REQUEST" {
		t.Errorf("beside one that is stuck: %+v", r)
	}
	x.charged("REFUND000008", 1, 1000)
	if x.p.SetRefunds("never") == nil {
		t.Error("an unknown fate was taken")
	}
}

// TestRefundsOfACoupon: the customer gets what he paid and no more, however the refunds are cut.
func TestRefundsOfACoupon(t *testing.T) {
	x := open(t, folder(t), newClock())
	x.fate(RefundQuick)
	for i, parts := range [][]int64{{1000}, {333, 333, 334}, {1, 998, 1}, {500, 500}} {
		no := fmt.Sprintf("COUPON%06d", i)
		x.phone(WeChat).SetCoupon(101)
		x.sold(no, 1000)
		x.charged(no, 1, 899)
		for j, fen := range parts {
			if r := x.refund(fmt.Sprintf("RC%04d%04d", i, j), no, fen, 1000); r.HTTP != 200 || r.Amount.Payer > fen {
				t.Fatalf("%+v", r)
			}
		}
		x.charged(no, 1, 0)
	}
	if b := x.p.Ledger().Customers[0]; b.Balance != 1_000_000 || b.Charged != b.GivenBack {
		t.Errorf("%+v", b)
	}
}

// TestRefundsSurvive: a sandbox that is closed while a refund is in process makes it afterwards, once.
func TestRefundsSurvive(t *testing.T) {
	dir, clock := folder(t), newClock()
	x := open(t, dir, clock)
	x.sold("REFUND000010", 1000)
	x.refund("R00000000100", "REFUND000010", 1000, 1000)
	if err := x.p.Close(); err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Hour)
	for range 2 {
		x = open(t, dir, clock)
		x.refundIs("R00000000100", "SUCCESS")
		x.charged("REFUND000010", 1, 0)
		x.p.update(func(time.Time) {})
		if err := x.p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAlipayRefund takes refunds of a trade to its end.
func TestAlipayRefund(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	refund := func(no, request, yuan string) aliReply {
		t.Helper()
		return x.ask(OpRefund, `{"out_trade_no":%q,"out_request_no":%q,"refund_amount":%q}`, no, request, yuan)
	}
	query := func(no, request string) aliReply {
		t.Helper()
		return x.wants(x.ask(OpFastRefundQuery, `{"out_trade_no":%q,"out_request_no":%q}`, no, request), "10000")
	}
	is := func(r aliReply, change, fee string) {
		t.Helper()
		if x.wants(r, "10000"); r.Change != change || r.Fee != fee {
			t.Errorf("%+v; want %s, %s", r, change, fee)
		}
	}
	x.wants(refund("ALIREFUND001", "R1", "1.00"), "ACQ.TRADE_NOT_EXIST")
	x.wants(x.ask(OpFastRefundQuery, `{"out_trade_no":"ALIREFUND001","out_request_no":"R1"}`), "ACQ.TRADE_NOT_EXIST")
	x.precreate("ALIREFUND002", "10.00", "")
	x.wants(refund("ALIREFUND002", "R1", "1.00"), "ACQ.TRADE_NOT_EXIST")

	x.wants(x.pay("ALIREFUND001", x.code(Alipay), "10.00", ""), "10000")
	if r := query("ALIREFUND001", "R1"); r.RefundStatus != "" || r.No != "" {
		t.Errorf("%+v", r)
	}
	is(refund("ALIREFUND001", "R1", "3.00"), "Y", "3.00")
	is(refund("ALIREFUND001", "R1", "3.00"), "N", "3.00")
	x.wants(refund("ALIREFUND001", "R1", "2.00"), "ACQ.DISCORDANT_REPEAT_REQUEST")
	if r := query("ALIREFUND001", "R1"); r.RefundStatus != "REFUND_SUCCESS" || r.Refunded != "3.00" || r.Total != "10.00" || r.Request != "R1" {
		t.Errorf("%+v", r)
	}
	x.status("ALIREFUND001", "TRADE_SUCCESS")
	x.wants(x.on(OpCancel, "ALIREFUND001"), "ACQ.REASON_TRADE_REFUND_FEE_ERR")
	x.wants(refund("ALIREFUND001", "R2", "7.01"), "ACQ.REASON_TRADE_REFUND_FEE_ERR")
	x.wants(refund("ALIREFUND001", "", "7.00"), "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
	x.wants(refund("ALIREFUND001", "R2", "0"), "ACQ.INVALID_PARAMETER")
	x.wants(refund("ALIREFUND001", "R2", "1.001"), "ACQ.INVALID_PARAMETER")
	x.charged("ALIREFUND001", 1, 700)
	x.fate(RefundUnfunded)
	x.wants(refund("ALIREFUND001", "R2", "7.00"), "ACQ.SELLER_BALANCE_NOT_ENOUGH")
	x.fate(RefundHeld)
	is(refund("ALIREFUND001", "R2", "7.00"), "N", "3.00")
	is(refund("ALIREFUND001", "R2", "7.00"), "N", "3.00")
	if r := query("ALIREFUND001", "R2"); r.RefundStatus != "" {
		t.Errorf("%+v", r)
	}
	x.charged("ALIREFUND001", 1, 700)
	x.fate(RefundNormal)
	x.charged("ALIREFUND001", 1, 0)
	x.status("ALIREFUND001", "TRADE_CLOSED")
	x.wants(refund("ALIREFUND001", "R3", "0.01"), "ACQ.REASON_TRADE_REFUND_FEE_ERR")

	x.wants(x.pay("ALIREFUND003", x.code(Alipay), "10.00", ""), "10000")
	x.fate(RefundClosed)
	is(refund("ALIREFUND003", "R1", "10.00"), "N", "0.00")
	x.fate(RefundNormal)
	is(refund("ALIREFUND003", "R1", "10.00"), "Y", "10.00") // what failed is tried again under its number
	x.charged("ALIREFUND003", 1, 0)

	x.wants(x.pay("ALIREFUND004", x.code(Alipay), "10.00", ""), "10000")
	x.wants(x.on(OpCancel, "ALIREFUND004"), "10000")
	x.wants(refund("ALIREFUND004", "R1", "10.00"), "ACQ.TRADE_STATUS_ERROR")
	x.charged("ALIREFUND004", 1, 0)

	x.wants(x.pay("ALIREFUND005", x.code(Alipay), "10.00", ""), "10000")
	x.clock.Add(refundWithin + time.Second)
	x.wants(refund("ALIREFUND005", "R1", "10.00"), "ACQ.TRADE_HAS_FINISHED")
}
