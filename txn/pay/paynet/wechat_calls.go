package paynet

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// codeURLPrefix begins every code_url.
const codeURLPrefix = "weixin://wxpay/bizpayurl?pr="

// native takes an order that the customer pays by scanning its code_url. The same request again gets the same
// code_url; another one under its number is refused.
func (c *wechat) native(r *request, now time.Time) answer {
	pay, e, ok := c.payment(r)
	if !ok {
		return fail(e)
	}
	if u, err := url.Parse(pay.NotifyURL); err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || len(pay.NotifyURL) > 255 {
		return fail(paramError("/notify_url", "须为不带参数的 https 地址"))
	}
	until := now.Add(c.p.scaled(codeURLLife))
	if pay.TimeExpire != "" {
		t, err := time.Parse(time.RFC3339, pay.TimeExpire)
		if err != nil || !strings.HasSuffix(pay.TimeExpire, "+08:00") {
			return fail(paramError("/time_expire", "须为 RFC 3339 格式的北京时间"))
		}
		if t.Before(until) {
			until = t
		}
	}
	if old := c.p.state.order(WeChat, pay.No); old != nil {
		return fail2(again(old, digest(r)), func() answer { return codeURL(old) })
	}
	if !now.Before(until) {
		return fail(paramError("/time_expire", "须晚于当前时间"))
	}
	o := &order{
		Network: WeChat, No: pay.No, Kind: kindNative, State: stateNotPay, Description: pay.Description, Attach: pay.Attach,
		Total: *pay.Amount.Total, Expires: until, Created: now, Digest: digest(r),
		CodeURL: codeURLPrefix + randomLetters(9),
	}
	c.p.state.add(o)
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
func (c *wechat) codePay(r *request, now time.Time) answer {
	pay, e, ok := c.payment(r)
	if !ok {
		return fail(e)
	}
	if pay.SceneInfo.StoreInfo.ID == "" && pay.SceneInfo.StoreInfo.OutID == "" {
		return fail(paramError("/scene_info/store_info", "id 与 out_id 须填一项"))
	}
	if old := c.p.state.order(WeChat, pay.No); old != nil {
		return fail2(again(old, digest(r)), func() answer {
			if old.State == stateUserPaying {
				return fail(userPaying)
			}
			return fail(tradeError)
		})
	}
	ph, bad := c.useCode(pay.Payer.AuthCode, now)
	if bad != nil {
		return fail(*bad)
	}
	o := &order{
		Network: WeChat, No: pay.No, Kind: kindCode, State: stateUserPaying, Description: pay.Description,
		Attach: pay.Attach, Total: *pay.Amount.Total, Expires: now.Add(c.p.scaled(passwordTime)), Created: now,
		Digest: digest(r), Wallet: ph.Wallet,
	}
	switch c.p.codePayment(ph, o, now) {
	case statePayError:
		return fail(notEnough)
	case stateUserPaying:
		return fail(userPaying)
	}
	return c.transaction(o)
}

// wechatCode is what WeChat takes for a payment code at all.
var wechatCode = regexp.MustCompile(`^1[0-5][0-9]{16}$`)

// useCode spends a payment code. Codes of other wallets are no codes here.
func (c *wechat) useCode(code string, now time.Time) (*phone, *apiError) {
	if !wechatCode.MatchString(code) {
		return nil, &codeInvalid
	}
	ph, err := c.p.useCode(WeChat, code, now)
	switch err {
	case nil:
		return ph, nil
	case errCodeUsed:
		return nil, &codeUsed
	case errCodeExpired:
		return nil, &codeExpired
	}
	return nil, &codeInvalid
}

// query tells where an order stands.
func (c *wechat) query(r *request) answer {
	if len(r.body) > 0 {
		return fail(paramError("", "GET 请求不应有请求体"))
	}
	if m := r.query["mchid"]; len(m) != 1 || m[0] != c.merchant.MerchantID {
		return fail(noSuchMchid)
	}
	o := c.p.state.order(WeChat, r.no)
	if o == nil {
		return fail(noSuchOrder)
	}
	return c.transaction(o)
}

// closeOrder gives up an order that was not paid.
func (c *wechat) closeOrder(r *request) answer {
	if e, ok := c.mchid(r); !ok {
		return fail(e)
	}
	o := c.p.state.order(WeChat, r.no)
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
func (c *wechat) reverse(r *request, now time.Time) answer {
	if e, ok := c.mchid(r); !ok {
		return fail(e)
	}
	o := c.p.state.order(WeChat, r.no)
	switch {
	case o == nil:
		return fail(noSuchOrder)
	case o.Kind != kindCode:
		return fail(wrongMethod)
	case o.State == stateUserPaying:
		return fail(stillPaying)
	case o.State == stateRefund:
		return fail(reverseRefunded)
	case o.State == stateSuccess:
		c.p.giveBack(o, now)
	}
	o.State = stateRevoked
	return answer{status: http.StatusNoContent}
}
