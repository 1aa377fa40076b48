package paynet

import (
	"fmt"
	"testing"
	"time"
)

// back asks for a refund of 1234 fen in all.
func (x *aggMerchant) back(order, no string, fen int64) aggReply {
	x.Helper()
	return x.ask("refund", fmt.Sprintf(`{"merchant_id":%q,"order_no":%q,"refund_no":%q,"amount":%d,"total":1234,"currency":"CNY","reason":"退货"}`,
		x.agg.MerchantID, order, no, fen))
}

func (x *aggMerchant) backQuery(order, no string) aggReply {
	x.Helper()
	return x.ask("refund-query", fmt.Sprintf(`{"merchant_id":%q,"order_no":%q,"refund_no":%q}`, x.agg.MerchantID, order, no))
}

// TestAggregatorRefunds gives an order back in parts, and refuses what the protocol refuses, by the codes of its table.
func TestAggregatorRefunds(t *testing.T) {
	x := openAggregator(t)
	const no = "SCAN00000001"
	x.says(x.back(no, "BACK0001", 1), "ORDER_NOT_FOUND", "")
	x.says(x.begin("create", "SHOW00000001", 1234, ""), "OK", "")
	x.says(x.back("SHOW00000001", "BACK0001", 1), "ORDER_NOT_PAID", "")
	x.says(x.scanCode(no, WeChat, 1234), "OK", "PAID")
	x.says(x.back(no, "BACK0001", 1235), "REFUND_OVER", "")
	x.says(x.backQuery(no, "BACK0001"), "REFUND_NOT_FOUND", "")
	for range 2 { // the same again changes nothing
		x.says(x.back(no, "BACK0001", 1000), "OK", "")
	}
	x.charged(no, 1, 1234) // in process
	x.says(x.back(no, "BACK0001", 999), "REFUND_EXISTS", "")
	x.says(x.back(no, "BACK0002", 235), "REFUND_OVER", "")
	x.says(x.on("reverse", no), "REVERSE_EXPIRED", "")
	x.clock.Add(time.Minute)
	x.says(x.backQuery(no, "BACK0001"), "OK", "")
	x.says(x.backQuery("SHOW00000001", "BACK0001"), "REFUND_NOT_FOUND", "")
	x.charged(no, 1, 234)
	x.says(x.on("query", no), "OK", "REFUNDED")
	if err := x.p.SetRefunds(RefundUnfunded); err != nil {
		t.Fatal(err)
	}
	x.says(x.back(no, "BACK0003", 234), "MERCHANT_BALANCE", "")
	x.clock.Add(366 * 24 * time.Hour)
	x.says(x.back(no, "BACK0004", 234), "REFUND_EXPIRED", "")
	for _, body := range []string{
		`{"merchant_id":%q,"order_no":"SCAN00000001","refund_no":"BACK0005","amount":0,"total":1234,"currency":"CNY"}`,
		`{"merchant_id":%q,"order_no":"SCAN00000001","refund_no":"BACK0005","amount":1,"total":1234,"currency":"USD"}`,
		`{"merchant_id":%q,"order_no":"SCAN00000001","refund_no":"../5","amount":1,"total":1234,"currency":"CNY"}`,
		`{"merchant_id":%q,"order_no":"SCAN00000001","refund_no":"BACK0005","amount":1,"amount":2,"total":1234,"currency":"CNY"}`,
	} {
		x.says(x.ask("refund", fmt.Sprintf(body, x.agg.MerchantID)), "INVALID_REQUEST", "")
	}
}
