package paynet

import (
	"regexp"
	"time"
)

// trade returns the trade of a number; nil while there is none. A shown order whose code nobody has scanned is
// none.
func (a *alipay) trade(no string) *order {
	if o := a.p.state.order(Alipay, no); o != nil && o.Transaction != "" {
		return o
	}
	return nil
}

// precreate gives out a code for an order. No trade comes of it before somebody scans the code; till then another
// request under the number takes the place of the first.
func (a *alipay) precreate(r *request, t trade, now time.Time) answer {
	if o := a.trade(t.No); o != nil {
		if e := taken(o, alipayDigest(r)); e != nil {
			return e.answer()
		}
		return qrCode(o)
	}
	if !t.until.IsZero() && !now.Before(t.until) {
		return invalidParameter("time_expire 须晚于当前时间").answer()
	}
	if o := a.p.state.order(Alipay, t.No); o != nil && o.Digest == alipayDigest(r) {
		return qrCode(o)
	}
	o := t.order(kindNative, stateNotPay, now)
	o.Digest, o.CodeURL = alipayDigest(r), alipayCode+"bax"+randomLetters(17)
	o.Expires = now.Add(t.qrLife)
	if !t.until.IsZero() && t.until.Before(o.Expires) {
		o.Expires = t.until
	}
	a.p.state.add(o)
	return qrCode(o)
}

func (t *trade) order(kind, state string, now time.Time) *order {
	return &order{
		Network: Alipay, No: t.No, Kind: kind, State: state, Description: t.Subject, Total: t.fen, Created: now,
		Within: t.within, Until: t.until,
	}
}

func qrCode(o *order) answer { return tradeDone(fields{"out_trade_no": o.No, "qr_code": o.CodeURL}) }

// taken says why a number that has a trade can't begin one; nil for the same request while the trade waits.
func taken(o *order, digest string) *gatewayError {
	switch {
	case o.State == stateSuccess:
		return &tradeHasSuccess
	case o.State != stateNotPay && o.State != stateUserPaying:
		return &tradeHasClose
	case o.Digest != digest:
		return &inconsistent
	}
	return nil
}

// alipayAuthCode is what Alipay takes for a payment code at all.
var alipayAuthCode = regexp.MustCompile(`^(2[5-9]|30)[0-9]{14,22}$`)

// pay charges the customer whose payment code it carries.
func (a *alipay) pay(r *request, t trade, now time.Time) answer {
	if t.Scene != "bar_code" {
		return invalidParameter("scene 须为 bar_code").answer()
	}
	if o := a.trade(t.No); o != nil {
		if e := taken(o, alipayDigest(r)); e != nil {
			return e.answer()
		}
		return inProcess(o)
	}
	if !alipayAuthCode.MatchString(t.AuthCode) {
		return authCodeInvalid.answer()
	}
	ph, err := a.p.useCode(Alipay, t.AuthCode, now)
	if err != nil {
		return authCodeInvalid.answer()
	}
	o := t.order(kindCode, stateUserPaying, now)
	o.Digest, o.Wallet = alipayDigest(r), ph.Wallet
	a.seen(o, now)
	switch a.p.codePayment(ph, o, now) {
	case statePayError:
		return balanceNotEnough.answer()
	case stateUserPaying:
		return inProcess(o)
	}
	m := a.facts(o)
	m["gmt_payment"] = o.PaidAt.In(beijing).Format(gatewayTime)
	return tradeDone(m)
}

// query tells where a trade stands.
func (a *alipay) query(_ *request, t trade, _ time.Time) answer {
	o := a.trade(t.No)
	if o == nil {
		return tradeNotExist.answer()
	}
	m := a.facts(o)
	m["trade_status"] = tradeStatus(o)
	if !o.PaidAt.IsZero() {
		m["send_pay_date"] = o.PaidAt.In(beijing).Format(gatewayTime)
	}
	return tradeDone(m)
}

// cancel undoes a trade, paid or not. Of one that does not exist it says that it went well, without an action;
// a code that was given out for the number stays good.
func (a *alipay) cancel(_ *request, t trade, now time.Time) answer {
	m := fields{"out_trade_no": t.No, "retry_flag": "N"}
	o := a.trade(t.No)
	if o == nil {
		return tradeDone(m)
	}
	if back, _ := o.refunded(); back > 0 {
		return refundFeeError.answer()
	}
	m["trade_no"], m["action"] = o.Transaction, "close"
	switch o.State {
	case stateSuccess:
		a.p.giveBack(o, now)
		o.State = stateRevoked
		m["action"] = "refund"
	case stateRevoked:
		m["action"] = "refund"
	default:
		o.State = stateClosed
	}
	return tradeDone(m)
}

// closeTrade gives up a trade that waits for its buyer.
func (a *alipay) closeTrade(_ *request, t trade, _ time.Time) answer {
	o := a.trade(t.No)
	switch {
	case o == nil:
		return tradeNotExist.answer()
	case o.State != stateNotPay && o.State != stateUserPaying:
		return tradeStatusError.answer()
	}
	o.State = stateClosed
	return tradeDone(fields{"out_trade_no": o.No, "trade_no": o.Transaction})
}

// facts are what pay and query say of a trade.
func (a *alipay) facts(o *order) fields {
	m := fields{
		"out_trade_no": o.No, "trade_no": o.Transaction, "buyer_logon_id": "159****5620",
		"buyer_user_id": "2088000000000001", "total_amount": yuanOf(o.Total),
		"buyer_pay_amount": "0.00", "receipt_amount": "0.00", "invoice_amount": "0.00", "point_amount": "0.00",
	}
	if !o.PaidAt.IsZero() {
		m["buyer_pay_amount"], m["invoice_amount"] = yuanOf(o.PayerTotal), yuanOf(o.PayerTotal)
		m["receipt_amount"] = yuanOf(o.Total)
		m["fund_bill_list"] = []any{fields{"fund_channel": "ALIPAYACCOUNT", "amount": yuanOf(o.PayerTotal)}}
	}
	return m
}
