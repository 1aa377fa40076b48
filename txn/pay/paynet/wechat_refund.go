package paynet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"
)

// Refunds of WeChat Pay, as faults and OnRequest name them.
const (
	OpRefund      = "refund"       // POST /v3/refund/domestic/refunds; Alipay: alipay.trade.refund; aggregator: /agg/v1/refund
	OpRefundQuery = "refund-query" // GET  /v3/refund/domestic/refunds/{out_refund_no}; aggregator: /agg/v1/refund-query
)

const refundPath = "/v3/refund/domestic/refunds"

// refundNumberForm is that of out_refund_no.
var refundNumberForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*@]{1,64}$`)

// refundBody is the body of 申请退款.
type refundBody struct {
	TransactionID string          `json:"transaction_id"`
	OutTradeNo    string          `json:"out_trade_no"`
	No            string          `json:"out_refund_no"`
	Reason        string          `json:"reason"`
	NotifyURL     string          `json:"notify_url"`
	FundsAccount  string          `json:"funds_account"`
	GoodsDetail   json.RawMessage `json:"goods_detail"`
	Amount        struct {
		Refund   int64           `json:"refund"`
		Total    int64           `json:"total"`
		Currency string          `json:"currency"`
		From     json.RawMessage `json:"from"`
	} `json:"amount"`
}

// refund takes a refund. What it answers is that the refund is in process: whether it succeeds, a query says.
func (c *wechat) refund(r *request, now time.Time) answer {
	var b refundBody
	if e, ok := decode(r, &b); !ok {
		return fail(e)
	}
	switch {
	case (b.TransactionID == "") == (b.OutTradeNo == ""):
		return fail(paramError("/out_trade_no", "transaction_id 与 out_trade_no 二选一"))
	case !refundNumberForm.MatchString(b.No):
		return fail(paramError("/out_refund_no", "须为 1 至 64 位数字、大小写字母或 _-|*@"))
	case utf8.RuneCountInString(b.Reason) > 80:
		return fail(paramError("/reason", "最多 80 个字符"))
	case b.Amount.Refund < 1 || b.Amount.Total < 1:
		return fail(paramError("/amount/refund", "须为正整数，单位为分"))
	case b.Amount.Currency != "CNY":
		return fail(paramError("/amount/currency", "仅支持 CNY"))
	}
	o := c.paidOrder(b.OutTradeNo, b.TransactionID)
	if of, old := c.p.refundOf(WeChat, b.No); old != nil {
		if of != o || old.Amount != b.Amount.Refund || of.Total != b.Amount.Total {
			return fail(refundDiffers)
		}
		return refundAnswer(o, old)
	}
	if o == nil {
		return fail(noSuchPayment)
	}
	if e := c.refusesRefund(o, b.Amount.Refund, b.Amount.Total, now); e != nil {
		return fail(*e)
	}
	o.State = stateRefund
	c.p.state.Serial++
	id := fmt.Sprintf("503%s%s%010d", randomDigits(7), now.In(beijing).Format("20060102"), c.p.state.Serial)
	return refundAnswer(o, c.p.beginRefund(o, b.No, id, b.Amount.Refund, now, c.p.scaled(refundTime)))
}

// paidOrder returns the order by one of its numbers; nil where nobody has paid it.
func (c *wechat) paidOrder(no, transaction string) *order {
	if o := c.p.state.order(WeChat, no); o != nil {
		transaction = o.Transaction
	}
	return c.p.paid(WeChat, transaction)
}

// refusesRefund says why a refund of a paid order is not taken; nil when it is.
func (c *wechat) refusesRefund(o *order, amount, total int64, now time.Time) *apiError {
	before, _ := o.refunded()
	switch {
	case o.State == stateRevoked:
		return &refundRevoked
	case o.Total != total:
		return &refundDiffers
	case now.Sub(o.PaidAt) > refundWithin:
		return &refundTooLate
	case len(o.Refunds) >= maxRefunds:
		return &refundTooMany
	case amount > o.Total-before:
		return &refundTooMuch
	case c.p.fate == RefundUnfunded:
		return &refundUnfunded
	}
	return nil
}

// queryRefund tells where a refund stands.
func (c *wechat) queryRefund(r *request) answer {
	if len(r.body) > 0 {
		return fail(paramError("", "GET 请求不应有请求体"))
	}
	o, old := c.p.refundOf(WeChat, r.no)
	if old == nil {
		return fail(noSuchRefund)
	}
	return refundAnswer(o, old)
}

// refundAnswer is the body of both calls. It carries neither merchant nor app.
func refundAnswer(o *order, r *refund) answer {
	m := map[string]any{
		"refund_id": r.ID, "out_refund_no": r.No, "transaction_id": o.Transaction, "out_trade_no": o.No,
		"channel": "ORIGINAL", "user_received_account": "支付用户零钱", "status": r.State, "funds_account": "AVAILABLE",
		"create_time": r.At.In(beijing).Format(time.RFC3339),
		"amount": map[string]any{
			"total": o.Total, "refund": r.Amount, "payer_total": o.PayerTotal, "payer_refund": r.Payer,
			"settlement_total": o.Total, "settlement_refund": r.Amount, "discount_refund": r.Amount - r.Payer,
			"from": []any{}, "currency": "CNY",
		},
	}
	if !r.DoneAt.IsZero() {
		m["success_time"] = r.DoneAt.In(beijing).Format(time.RFC3339)
	}
	return succeed(http.StatusOK, m)
}
