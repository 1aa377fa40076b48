package paynet

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Operations of Alipay beside OpQuery and OpClose, as faults and OnRequest name them: the last part of the
// method.
const (
	OpPrecreate = "precreate" // alipay.trade.precreate
	OpPay       = "pay"       // alipay.trade.pay
	OpCancel    = "cancel"    // alipay.trade.cancel
)

// gatewayPath is where every request to Alipay's OpenAPI goes.
const gatewayPath = "/gateway.do"

// alipay is Alipay's OpenAPI as a wire. Its order is a trade (交易) only once it has a number: a shown order gets
// one when its code is scanned, and before that nobody knows it.
type alipay struct {
	p        *Paynet
	keys     alipayKeys
	merchant AlipayMerchant
}

var _ wire = (*alipay)(nil)

func (*alipay) network() string { return Alipay }
func (*alipay) title() string   { return "支付宝" }
func (*alipay) looks(op string) bool {
	return op == OpQuery || op == OpFastRefundQuery || op == OpBill || op == OpBillFile
}

// alipayCalls are the methods, by their name after "alipay.trade.".
var alipayCalls = map[string]func(*alipay, *request, trade, time.Time) answer{
	OpPrecreate: (*alipay).precreate, OpPay: (*alipay).pay, OpQuery: (*alipay).query,
	OpCancel: (*alipay).cancel, OpClose: (*alipay).closeTrade,
	OpRefund: (*alipay).refund, OpFastRefundQuery: (*alipay).queryRefund,
}

func (*alipay) route(r *request) bool {
	if r.path == billDownload {
		if r.method == http.MethodGet {
			r.op = OpBillFile
		}
		return true
	}
	if r.path != gatewayPath {
		return false
	}
	r.form = gatewayForm(r)
	op, ok := strings.CutPrefix(r.form.Get("method"), "alipay.trade.")
	switch {
	case ok && alipayCalls[op] != nil:
		r.op = op
	case r.form.Get("method") == billMethod:
		r.op = OpBill
	}
	return true
}

func (a *alipay) call(r *request, now time.Time) answer {
	switch r.op {
	case OpBill:
		return a.bill(r, now)
	case OpBillFile:
		return a.billFile(r, now)
	}
	t, bad := a.read(r)
	if bad != nil {
		return bad.answer()
	}
	return alipayCalls[r.op](a, r, t, now)
}

// alipayCode begins every qr_code.
const alipayCode = "https://qr.alipay.com/"

func (*alipay) owns(qr string) bool { return strings.HasPrefix(qr, alipayCode) }

func (*alipay) paidFrom(wallet string) bool { return wallet == Alipay }

// seen makes the trade: Alipay needs to know who buys. Only from here on timeout_express counts.
func (a *alipay) seen(o *order, now time.Time) {
	if o.Transaction != "" {
		return
	}
	a.p.number(o, now)
	o.Expires = now.Add(o.Within)
	if !o.Until.IsZero() && o.Until.Before(o.Expires) {
		o.Expires = o.Until
	}
}

// refused changes nothing: the trade waits for its buyer until its time is over or it is closed.
func (*alipay) refused(*order) {}

// lapse closes a trade that was not paid in time.
func (*alipay) lapse(o *order) {
	if o.Transaction != "" && (o.State == stateNotPay || o.State == stateUserPaying) {
		o.State = stateClosed
	}
}

func (*alipay) number(serial int64, now time.Time) string {
	return fmt.Sprintf("%s22001%s%010d", now.In(beijing).Format("20060102"), randomDigits(5), serial)
}

// tradeStatus is an order in Alipay's words; closed stands for given back as a whole, too.
func tradeStatus(o *order) string {
	back, _ := o.refunded(refundSuccess)
	switch {
	case o.Transaction == "":
		return "TRADE_NOT_EXIST"
	case o.State == stateSuccess && back < o.Total:
		return "TRADE_SUCCESS"
	case o.State == stateNotPay || o.State == stateUserPaying:
		return "WAIT_BUYER_PAY"
	}
	return "TRADE_CLOSED"
}

func (*alipay) words(o *order) (kind, state string) {
	if o.Kind == kindCode {
		return "bar_code", tradeStatus(o)
	}
	return OpPrecreate, tradeStatus(o)
}
