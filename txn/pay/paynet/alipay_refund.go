package paynet

import "time"

// OpFastRefundQuery is Alipay's query for a refund: alipay.trade.fastpay.refund.query.
const OpFastRefundQuery = "fastpay.refund.query"

// refund gives a trade's money back, normally at once. The same request again moves nothing and says so.
func (a *alipay) refund(_ *request, t trade, now time.Time) answer {
	o := a.trade(t.No)
	if o == nil {
		return tradeNotExist.answer()
	}
	no := t.RequestNo
	if no == "" { // only a whole refund may leave it out
		no = t.No
	}
	r := o.refund(no)
	if r != nil && r.Amount != t.fen {
		return discordant.answer()
	}
	if r != nil && r.State != refundClosed {
		return refundFee(o, "N")
	}
	before, _ := o.refunded()
	switch {
	case o.State != stateSuccess:
		return tradeStatusError.answer()
	case t.RequestNo == "" && t.fen != o.Total:
		return refundNotTotal.answer()
	case now.Sub(o.PaidAt) > refundWithin:
		return tradeFinished.answer()
	case t.fen > o.Total-before:
		return refundFeeError.answer()
	case a.p.fate == RefundUnfunded:
		return sellerNotEnough.answer()
	}
	if r != nil { // it had failed, and is tried again
		o.forget(r)
	}
	r = a.p.beginRefund(o, no, "", t.fen, now, 0)
	a.p.settle(o, r, now)
	if r.State == refundSuccess {
		return refundFee(o, "Y")
	}
	return refundFee(o, "N")
}

// refundFee answers a refund: what all refunds of the trade have come to, and whether this request moved money.
func refundFee(o *order, change string) answer {
	done, _ := o.refunded(refundSuccess)
	m := fields{
		"out_trade_no": o.No, "trade_no": o.Transaction, "buyer_logon_id": "159****5620",
		"fund_change": change, "refund_fee": yuanOf(done), "send_back_fee": "0.00",
	}
	return tradeDone(m)
}

// queryRefund says of a refund that was made what it was. Of any other it says nothing but that the query went well.
func (a *alipay) queryRefund(_ *request, t trade, _ time.Time) answer {
	o := a.trade(t.No)
	if o == nil {
		return tradeNotExist.answer()
	}
	r := o.refund(t.RequestNo)
	if r == nil || r.State != refundSuccess {
		return tradeDone(fields{})
	}
	return tradeDone(fields{
		"out_trade_no": o.No, "trade_no": o.Transaction, "out_request_no": r.No, "total_amount": yuanOf(o.Total),
		"refund_amount": yuanOf(r.Amount), "refund_status": "REFUND_SUCCESS",
		"gmt_refund_pay": r.DoneAt.In(beijing).Format(gatewayTime),
	})
}
