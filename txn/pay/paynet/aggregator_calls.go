package paynet

import (
	"net/http"
	"time"
)

// order returns an order of the aggregator's; nil when there is none.
func (a *aggregator) order(no string) *order { return a.p.state.order(Aggregator, no) }

// taken says what a request that begins an order under a known number deserves; nil for the same request while the
// order is open.
func (a *aggregator) taken(o *order, r *request) *apiError {
	switch {
	case o.State == stateSuccess || o.State == stateRefund:
		return &aggPaid
	case o.Digest != aggregatorDigest(r):
		return &aggExists
	case o.State != stateNotPay && o.State != stateUserPaying:
		return &aggEnded
	}
	return nil
}

// create takes an order that any wallet pays by opening its page. The same request again gets the same page.
func (a *aggregator) create(r *request, in aggregatorOrder, now time.Time) answer {
	if old := a.order(in.No); old != nil {
		return fail2(a.taken(old, r), func() answer { return a.shown(old) })
	}
	o := in.order(r, kindNative, stateNotPay, now)
	o.CodeURL = a.merchant.BaseURL + aggregatorPage + randomLetters(17)
	a.p.state.add(o)
	return a.shown(o)
}

// order is the new order that a request begins.
func (in *aggregatorOrder) order(r *request, kind, state string, now time.Time) *order {
	return &order{
		Network: Aggregator, No: in.No, Kind: kind, State: state, Description: in.Subject, Total: in.Amount,
		Expires: now.Add(time.Duration(in.ExpiresIn) * time.Second), Created: now, Digest: aggregatorDigest(r),
	}
}

func (a *aggregator) shown(o *order) answer {
	m := a.names(o)
	m["qr_url"] = o.CodeURL
	return succeed(http.StatusOK, m)
}

// aggregatorWallets are the wallets in the order in which a customer's code is tried, by what it looks like.
var aggregatorWallets = []struct {
	wallet string
	takes  func(code string) bool
}{
	{WeChat, wechatCode.MatchString}, {Alipay, alipayAuthCode.MatchString}, {UnionPay, qrNoForm.MatchString},
}

// scan charges the customer whose payment code it carries, at the wallet that the code's first digits name.
func (a *aggregator) scan(r *request, in aggregatorOrder, now time.Time) answer {
	if old := a.order(in.No); old != nil {
		return fail2(a.taken(old, r), func() answer { return a.stands(old) })
	}
	o := in.order(r, kindCode, stateUserPaying, now)
	if until := now.Add(a.p.scaled(passwordTime)); until.Before(o.Expires) {
		o.Expires = until
	}
	ph, bad := a.useCode(in.Code, now)
	if bad != nil {
		return bad.answer()
	}
	o.Wallet = ph.Wallet
	if a.p.codePayment(ph, o, now) == statePayError {
		return aggBalance.answer()
	}
	return a.stands(o)
}

func (a *aggregator) useCode(code string, now time.Time) (*phone, *apiError) {
	for _, w := range aggregatorWallets {
		if !w.takes(code) {
			continue
		}
		ph, err := a.p.useCode(w.wallet, code, now)
		switch err {
		case nil:
			return ph, nil
		case errCodeExpired:
			return nil, &aggCodeExpired
		}
		break
	}
	return nil, &aggCodeInvalid
}

// query tells where an order stands.
func (a *aggregator) query(_ *request, in aggregatorOrder, _ time.Time) answer {
	o := a.order(in.No)
	if o == nil {
		return aggNotFound.answer()
	}
	return a.stands(o)
}

// closeOrder gives up a shown order that was not paid.
func (a *aggregator) closeOrder(_ *request, in aggregatorOrder, _ time.Time) answer {
	o := a.order(in.No)
	switch {
	case o == nil:
		return aggNotFound.answer()
	case o.Kind != kindNative:
		return aggMethod.answer()
	case o.State == stateSuccess || o.State == stateRefund:
		return aggPaid.answer()
	}
	o.State = stateClosed
	return succeed(http.StatusOK, a.names(o))
}

// reverse undoes a code payment: what was paid is given back, what was not can't be paid any more. It is refused while
// the customer types the password, since not every wallet can take that page away.
func (a *aggregator) reverse(_ *request, in aggregatorOrder, now time.Time) answer {
	o := a.order(in.No)
	switch {
	case o == nil:
		return aggNotFound.answer()
	case o.Kind != kindCode:
		return aggMethod.answer()
	case o.State == stateRefund:
		return aggReverseLate.answer()
	case o.State == stateUserPaying:
		return aggPaying.answer()
	case o.State == stateSuccess:
		a.p.giveBack(o, now)
	}
	o.State = stateRevoked
	return succeed(http.StatusOK, a.names(o))
}

// names is what every answer about an order says: whose it is, which, and of what kind.
func (a *aggregator) names(o *order) map[string]any {
	method, _ := a.words(o)
	return map[string]any{"code": "OK", "merchant_id": a.merchant.MerchantID, "order_no": o.No, "method": method}
}

// stands is what scan and query say of an order.
func (a *aggregator) stands(o *order) answer {
	m := a.names(o)
	_, m["state"] = a.words(o)
	m["amount"], m["currency"] = o.Total, "CNY"
	if !o.PaidAt.IsZero() {
		m["platform_id"], m["paid_at"], m["payer_paid"] = o.Transaction, o.PaidAt.Unix(), o.PayerTotal
		m["wallet"], m["wallet_id"] = o.Wallet, o.WalletID
	}
	return succeed(http.StatusOK, m)
}
