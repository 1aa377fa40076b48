package paynet

import (
	"encoding/json"
	"strconv"
	"time"
)

// The network's own limits. How far txnTime may be from its clock is not documented; it must be "the current time".
const (
	unionpayQRLife = 24 * time.Hour
	maxTxnSkew     = 10 * time.Minute
)

// payment reads and checks what apply and consume have in common.
func (u *unionpay) payment(r *request, now time.Time) (o *order, refusal string) {
	f := r.form
	at, ok := readUnionpayTime(f.Get("txnTime"))
	if d := now.Sub(at); !ok || d > maxTxnSkew || d < -maxTxnSkew {
		return nil, respFormat
	}
	channel := f.Get("channelType")
	if channel != "07" && channel != "08" || f.Get("currencyCode") != "156" || !txnAmtForm.MatchString(f.Get("txnAmt")) ||
		!backURLForm.MatchString(f.Get("backUrl")) {
		return nil, respFormat
	}
	fen, err := strconv.ParseInt(f.Get("txnAmt"), 10, 64)
	if err != nil || fen > maxTotal {
		return nil, respFormat
	}
	return &order{
		Network: UnionPay, No: f.Get("orderId"), TxnTime: f.Get("txnTime"), Total: fen, Created: now, Digest: joinSorted(f),
	}, ""
}

// apply gives out a code for an order. The same request again gets the same code while nobody has paid.
func (u *unionpay) apply(r *request, now time.Time) answer {
	o, refusal := u.payment(r, now)
	if refusal != "" {
		return respond(r, refusal)
	}
	o.Kind, o.State, o.Expires = kindNative, stateNotPay, now.Add(u.p.scaled(unionpayQRLife))
	if s := r.form.Get("payTimeout"); s != "" {
		until, ok := readUnionpayTime(s)
		if !ok || !now.Before(until) {
			return respond(r, respFormat)
		}
		o.Expires = until
	}
	if old := u.p.state.order(UnionPay, o.No); old != nil {
		if old.Digest != o.Digest || old.State != stateNotPay {
			return respond(r, respRepeated)
		}
		return respond(r, respOK, "qrCode", old.CodeURL)
	}
	o.CodeURL = unionpayCode + "00010001/62" + randomDigits(30)
	u.p.state.add(o)
	return respond(r, respOK, "qrCode", o.CodeURL)
}

// consume takes a customer's code. It answers that it was accepted; what came of it a query tells.
func (u *unionpay) consume(r *request, now time.Time) answer {
	o, refusal := u.payment(r, now)
	switch {
	case refusal != "":
		return respond(r, refusal)
	case !qrNoForm.MatchString(r.form.Get("qrNo")):
		return respond(r, respFormat)
	case u.p.state.order(UnionPay, o.No) != nil:
		return respond(r, respRepeated)
	}
	ph, err := u.p.useCode(UnionPay, r.form.Get("qrNo"), now)
	switch err {
	case nil:
	case errCodeUsed:
		return respond(r, respFailed)
	default:
		return respond(r, respNoCode)
	}
	o.Kind, o.State, o.Wallet = kindCode, stateUserPaying, ph.Wallet
	o.Expires = now.Add(u.p.scaled(passwordTime))
	if u.p.codePayment(ph, o, now) == statePayError {
		o.Why = respBalance
	}
	u.p.number(o, now)
	return respond(r, respOK, "queryId", o.Transaction, "txnAmt", strconv.FormatInt(o.Total, 10), "currencyCode", "156")
}

// origRespCode is where a payment stands, as a query answers it.
func origRespCode(o *order) string {
	back, _ := o.refunded(refundSuccess)
	switch o.State {
	case stateSuccess:
		if back == o.Total {
			return respGivenBack
		}
		return respOK
	case stateUserPaying:
		return respAccepted
	case statePayError:
		return o.Why
	case stateRevoked:
		return respReversed
	}
	return respUnknown
}

// query tells where an order or a refund stands. A shown order that nobody has paid is none.
func (u *unionpay) query(r *request) answer {
	if of, old := u.p.refundOf(UnionPay, r.form.Get("orderId")); old != nil {
		return u.queryRefund(r, of, old)
	}
	o := u.order(r)
	if o == nil || origRespCode(o) == respUnknown {
		return respond(r, respUnknown)
	}
	code := origRespCode(o)
	more := []string{
		"origRespCode", code, "origRespMsg", respMsg(code), "txnType", "01", "txnSubType", "01",
		"txnAmt", strconv.FormatInt(o.Total, 10), "currencyCode", "156", "settleAmt", "0",
	}
	if !o.PaidAt.IsZero() {
		more = append(more, "queryId", o.Transaction, "traceNo", o.Transaction[len(o.Transaction)-6:],
			"traceTime", o.PaidAt.In(beijing).Format("0102150405"), "settleDate", clearingDay(o.PaidAt).Format("0102"),
			"settleAmt", strconv.FormatInt(o.Total, 10), "settleCurrencyCode", "156")
	}
	if off := o.Total - o.PayerTotal; !o.PaidAt.IsZero() && off > 0 {
		coupon, _ := json.Marshal([]map[string]string{{
			"spnsrId": "00010000", "type": "CP01", "id": "PAYNET", "offstAmt": strconv.FormatInt(off, 10),
		}})
		more = append(more, "couponInfo", string(coupon))
	}
	return respond(r, respOK, more...)
}

// clearingDay is the day that a payment is cleared on: from 23:00 to 23:00 in Beijing.
func clearingDay(t time.Time) time.Time {
	y, m, d := t.Add(time.Hour).In(beijing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, beijing)
}

// reverse undoes a code payment of the same clearing day: what was paid is given back, what was not can't be paid any
// more. It is refused while the customer types the password.
func (u *unionpay) reverse(r *request, now time.Time) answer {
	o := u.order(r)
	switch {
	case o == nil || origRespCode(o) == respUnknown:
		return respond(r, respUnknown)
	case o.Kind != kindCode || o.State == stateUserPaying || len(o.Refunds) > 0:
		return respond(r, respState)
	case !clearingDay(o.Created).Equal(clearingDay(now)):
		return respond(r, respOtherDay)
	case o.State == stateSuccess:
		u.p.giveBack(o, now)
	}
	o.State = stateRevoked
	return respond(r, respOK)
}
