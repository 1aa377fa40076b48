package paynet

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// codeURLPrefix begins every code_url.
const codeURLPrefix = "weixin://wxpay/bizpayurl?pr="

// native takes an order that the customer pays by scanning its code_url. The same request again gets the same
// code_url; another one under its number is refused.
func (p *Paynet) native(r request, now time.Time) answer {
	pay, e, ok := p.payment(r)
	if !ok {
		return fail(e)
	}
	if u, err := url.Parse(pay.NotifyURL); err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || len(pay.NotifyURL) > 255 {
		return fail(paramError("/notify_url", "须为不带参数的 https 地址"))
	}
	until := now.Add(p.scaled(codeURLLife))
	if pay.TimeExpire != "" {
		t, err := time.Parse(time.RFC3339, pay.TimeExpire)
		if err != nil || !strings.HasSuffix(pay.TimeExpire, "+08:00") {
			return fail(paramError("/time_expire", "须为 RFC 3339 格式的北京时间"))
		}
		if t.Before(until) {
			until = t
		}
	}
	if old := p.state.Orders[pay.No]; old != nil {
		return fail2(again(old, digest(r)), func() answer { return codeURL(old) })
	}
	if !now.Before(until) {
		return fail(paramError("/time_expire", "须晚于当前时间"))
	}
	o := &order{
		No: pay.No, Kind: kindNative, State: stateNotPay, Description: pay.Description, Attach: pay.Attach,
		Total: *pay.Amount.Total, Expires: until, Created: now, Digest: digest(r),
		CodeURL: codeURLPrefix + randomLetters(9),
	}
	p.state.Orders[o.No] = o
	return codeURL(o)
}

func codeURL(o *order) answer {
	return succeed(http.StatusOK, map[string]string{"code_url": o.CodeURL})
}

// fail2 answers the error, or what then answers when there is none.
func fail2(e *apiError, then func() answer) answer {
	if e != nil {
		return fail(*e)
	}
	return then()
}

// again says what a request for a number that exists deserves; nil for the same request for an order that is
// still open.
func again(o *order, digest string) *apiError {
	switch {
	case o.State == stateSuccess || o.State == stateRefund:
		return &orderPaid
	case o.Digest != digest && o.State == stateNotPay:
		return &notSame
	case o.Digest != digest:
		return &numberUsed
	case o.State == stateRevoked:
		return &orderReversed
	case o.State == stateClosed:
		return &orderClosed
	}
	return nil
}

// codePay charges the customer whose payment code it carries.
func (p *Paynet) codePay(r request, now time.Time) answer {
	pay, e, ok := p.payment(r)
	if !ok {
		return fail(e)
	}
	if pay.SceneInfo.StoreInfo.ID == "" && pay.SceneInfo.StoreInfo.OutID == "" {
		return fail(paramError("/scene_info/store_info", "id 与 out_id 须填一项"))
	}
	if old := p.state.Orders[pay.No]; old != nil {
		return fail2(again(old, digest(r)), func() answer {
			if old.State == stateUserPaying {
				return fail(userPaying)
			}
			return fail(tradeError)
		})
	}
	ph, bad := p.useCode(pay.Payer.AuthCode, now)
	if bad != nil {
		return fail(*bad)
	}
	o := &order{
		No: pay.No, Kind: kindCode, State: stateUserPaying, Description: pay.Description, Attach: pay.Attach,
		Total: *pay.Amount.Total, Expires: now.Add(p.scaled(passwordTime)), Created: now, Digest: digest(r), Wallet: ph.Wallet,
	}
	p.state.Orders[o.No] = o
	switch {
	case ph.Balance < o.Total-ph.off(o):
		o.State = statePayError
		ph.Page = Page{State: PageError, Text: "余额不足"}
		return fail(notEnough)
	case ph.Password == PasswordAlways || ph.Password == PasswordAboveLimit && o.Total > ph.Limit:
		p.abandonPassword(ph)
		ph.Page = p.paymentPage(PagePassword, "请输入支付密码", ph, o)
		return fail(userPaying)
	}
	p.charge(ph, o, now)
	return p.transaction(o)
}

// useCode spends a payment code and returns whose it is. Codes of other wallets are no codes here.
func (p *Paynet) useCode(code string, now time.Time) (*phone, *apiError) {
	if !wechatCode.MatchString(code) {
		return nil, &codeInvalid
	}
	ph := p.state.Phones[WeChat]
	for i := range ph.Codes {
		c := &ph.Codes[i]
		switch {
		case c.Code != code:
			continue
		case c.Used:
			return nil, &codeUsed
		case now.Sub(c.At) >= p.scaled(codeLife):
			return nil, &codeExpired
		}
		c.Used = true
		return ph, nil
	}
	return nil, &codeInvalid
}

// abandonPassword gives up a code payment whose page another one is about to replace.
func (p *Paynet) abandonPassword(ph *phone) {
	if o := p.state.Orders[ph.Page.Order]; o != nil && ph.Page.State == PagePassword && o.State == stateUserPaying {
		o.State = statePayError
	}
}

// query tells where an order stands.
func (p *Paynet) query(r request, _ time.Time) answer {
	if len(r.body) > 0 {
		return fail(paramError("", "GET 请求不应有请求体"))
	}
	if m := r.query["mchid"]; len(m) != 1 || m[0] != p.merchant.MerchantID {
		return fail(noSuchMchid)
	}
	o := p.state.Orders[r.no]
	if o == nil {
		return fail(noSuchOrder)
	}
	return p.transaction(o)
}

// closeOrder gives up an order that was not paid.
func (p *Paynet) closeOrder(r request, _ time.Time) answer {
	if e, ok := p.mchid(r); !ok {
		return fail(e)
	}
	o := p.state.Orders[r.no]
	switch {
	case o == nil:
		return fail(noSuchOrder)
	case o.Kind != kindNative:
		return fail(wrongMethod)
	case o.State == stateSuccess || o.State == stateRefund:
		return fail(orderPaid)
	}
	o.State = stateClosed
	return answer{status: http.StatusNoContent}
}

// reverse undoes a code payment: what was paid is given back, what was not can't be paid any more. It is
// refused while the customer types the password.
func (p *Paynet) reverse(r request, now time.Time) answer {
	if e, ok := p.mchid(r); !ok {
		return fail(e)
	}
	o := p.state.Orders[r.no]
	switch {
	case o == nil:
		return fail(noSuchOrder)
	case o.Kind != kindCode:
		return fail(wrongMethod)
	case o.State == stateUserPaying:
		return fail(stillPaying)
	case o.State == stateSuccess:
		p.giveBack(o, now)
	}
	o.State = stateRevoked
	return answer{status: http.StatusNoContent}
}
