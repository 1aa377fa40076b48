package paynet

import (
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// aggregatorRefund is the body of both calls about refunds; refund-query takes only the three numbers.
type aggregatorRefund struct {
	MerchantID string `json:"merchant_id"`
	OrderNo    string `json:"order_no"`
	No         string `json:"refund_no"`
	Amount     int64  `json:"amount"` // fen of the order's amount
	Total      int64  `json:"total"`  // … of all of it
	Currency   string `json:"currency"`
	Reason     string `json:"reason"`
}

// readRefund reads and checks a body.
func (a *aggregator) readRefund(r *request) (in aggregatorRefund, bad *apiError) {
	invalid := func(text string) (aggregatorRefund, *apiError) { e := aggInvalid(text); return in, &e }
	if e, ok := decode(r, &in); !ok {
		return invalid(e.message)
	}
	switch {
	case !keysOnce(r.body):
		return invalid("字段名须小写，且只出现一次")
	case in.MerchantID != a.merchant.MerchantID:
		return in, &aggMerchantUnknown
	case !aggNumberForm.MatchString(in.OrderNo) || !aggNumberForm.MatchString(in.No):
		return invalid("order_no 与 refund_no 须为 8 至 32 位数字或大写字母")
	case r.op == OpRefundQuery:
		if in != (aggregatorRefund{MerchantID: in.MerchantID, OrderNo: in.OrderNo, No: in.No}) {
			return invalid("只需 merchant_id、order_no 与 refund_no")
		}
	case in.Amount < 1 || in.Total < 1:
		return invalid("amount 与 total 须为正整数，单位为分")
	case in.Currency != "CNY":
		return invalid("currency 仅支持 CNY")
	case utf8.RuneCountInString(in.Reason) > 80:
		return invalid("reason 最多 80 个字符")
	}
	return in, nil
}

// refund takes a refund. What it answers is how the refund stands; the same request again changes nothing.
func (a *aggregator) refund(in aggregatorRefund, now time.Time) answer {
	o := a.order(in.OrderNo)
	if of, old := a.p.refundOf(Aggregator, in.No); old != nil {
		if of != o || old.Amount != in.Amount || of.Total != in.Total {
			return aggRefundExists.answer()
		}
		return a.refundStands(o, old)
	}
	if o == nil {
		return aggNotFound.answer()
	}
	if e := a.refusesRefund(o, in, now); e != nil {
		return e.answer()
	}
	o.State = stateRefund
	a.p.state.Serial++
	id := fmt.Sprintf("AGGR%s%010d", now.In(beijing).Format("20060102"), a.p.state.Serial)
	r := a.p.beginRefund(o, in.No, id, in.Amount, now, a.p.scaled(refundTime))
	return a.refundStands(o, r)
}

// refusesRefund says why a refund is not taken; nil when it is.
func (a *aggregator) refusesRefund(o *order, in aggregatorRefund, now time.Time) *apiError {
	before, _ := o.refunded()
	switch {
	case o.State == stateRevoked:
		return &aggEnded
	case o.State != stateSuccess && o.State != stateRefund:
		return &aggNotPaid
	case now.Sub(o.PaidAt) > refundWithin:
		return &aggRefundLate
	case len(o.Refunds) >= maxRefunds:
		return &aggRefundMany
	case o.Total != in.Total || in.Amount > o.Total-before:
		return &aggRefundOver
	case a.p.fate == RefundUnfunded:
		return &aggUnfunded
	}
	return nil
}

// queryRefund tells where a refund stands.
func (a *aggregator) queryRefund(in aggregatorRefund, _ time.Time) answer {
	o, r := a.p.refundOf(Aggregator, in.No)
	if r == nil || o.No != in.OrderNo {
		return aggRefundNotFound.answer()
	}
	return a.refundStands(o, r)
}

// aggregatorRefundStates are the states of refunds in the aggregator's words.
var aggregatorRefundStates = map[string]string{
	refundProcessing: "PROCESSING", refundSuccess: "DONE", refundClosed: "CLOSED", refundAbnormal: "ABNORMAL",
}

// refundStands is what both calls say of a refund.
func (a *aggregator) refundStands(o *order, r *refund) answer {
	m := a.names(o)
	m["refund_no"], m["refund_id"], m["refund_state"] = r.No, r.ID, aggregatorRefundStates[r.State]
	m["amount"], m["total"], m["currency"] = r.Amount, o.Total, "CNY"
	if !r.DoneAt.IsZero() {
		m["done_at"] = r.DoneAt.Unix()
	}
	return succeed(http.StatusOK, m)
}
