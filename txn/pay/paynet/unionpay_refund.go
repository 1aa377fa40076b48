package paynet

import (
	"strconv"
	"time"
)

// typeVoid is txnType of 消费撤销: the whole of a payment, on the clearing day that it was made on.
const typeVoid = "31"

// refund takes a refund of a payment, which it names by queryId, or voids it. It only accepts it; what came of it a query
// of the refund's own number and time tells.
func (u *unionpay) refund(r *request, now time.Time) answer {
	f := r.form
	at, ok := readUnionpayTime(f.Get("txnTime"))
	if d := now.Sub(at); !ok || d.Abs() > maxTxnSkew || !txnAmtForm.MatchString(f.Get("txnAmt")) || !backURLForm.MatchString(f.Get("backUrl")) {
		return respond(r, respFormat)
	}
	fen, err := strconv.ParseInt(f.Get("txnAmt"), 10, 64)
	if err != nil {
		return respond(r, respFormat)
	}
	no := f.Get("orderId")
	if _, old := u.p.refundOf(UnionPay, no); old != nil || u.p.state.order(UnionPay, no) != nil {
		return respond(r, respRepeated)
	}
	o := u.p.paid(UnionPay, f.Get("origQryId"))
	if o == nil || o.State != stateSuccess {
		return respond(r, respState)
	}
	before, _ := o.refunded()
	void := f.Get("txnType") == typeVoid
	switch {
	case void && !clearingDay(now).Equal(clearingDay(o.PaidAt)):
		return respond(r, respOtherDay)
	case void && (before > 0 || fen != o.Total):
		return respond(r, respState)
	case now.Sub(o.PaidAt) > refundWithin:
		return respond(r, respOtherDay)
	case fen > o.Total-before:
		return respond(r, respTooMuch)
	case u.p.fate == RefundUnfunded:
		return respond(r, respNotPassed)
	}
	u.p.state.Serial++
	old := u.p.beginRefund(o, no, u.number(u.p.state.Serial, now), fen, now, u.p.scaled(refundTime))
	old.TxnTime, old.TxnType = f.Get("txnTime"), f.Get("txnType")
	return respond(r, respOK, "queryId", old.ID, "origQryId", o.Transaction, "txnAmt", f.Get("txnAmt"), "currencyCode", "156")
}

// refundRespCode is where a refund stands, as a query answers it.
func refundRespCode(r *refund) string {
	switch r.State {
	case refundSuccess:
		return respOK
	case refundProcessing:
		return respAccepted
	}
	return respFailed
}

// queryRefund tells where a refund stands.
func (u *unionpay) queryRefund(r *request, o *order, old *refund) answer {
	if old.TxnTime != r.form.Get("txnTime") {
		return respond(r, respUnknown)
	}
	code := refundRespCode(old)
	more := []string{
		"origRespCode", code, "origRespMsg", respMsg(code), "txnType", old.TxnType, "txnSubType", "00", "origQryId", o.Transaction,
		"txnAmt", strconv.FormatInt(old.Amount, 10), "currencyCode", "156", "queryId", old.ID,
	}
	if !old.DoneAt.IsZero() {
		more = append(more, "traceTime", old.DoneAt.In(beijing).Format("0102150405"))
	}
	return respond(r, respOK, more...)
}
