package paynet

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Operations of the aggregator beside OpQuery, OpClose and OpReverse, as faults and OnRequest name them: the last part
// of the path.
const (
	OpCreate = "create" // POST /agg/v1/create
	OpScan   = "scan"   // POST /agg/v1/scan
	OpPage   = "page"   // GET  /q/{token}, by whoever scanned a code

	OpOffline     = "offline"      // POST /agg/v1/offline
	OpOfflinePage = "offline-page" // GET  /O/{code}, by whoever scanned a code that a terminal made
)

// Paths of the aggregator.
const (
	aggregatorAPI  = "/agg/v1/"
	aggregatorPage = "/q/"
)

// aggregator is a platform (聚合支付平台) that takes payments from every wallet under one contract, by the protocol of
// docs/aggregator.md. Its shown code is the https address of a page; which wallet's app opens that, the page sees by the
// user agent.
type aggregator struct {
	p        *Paynet
	keys     aggregatorKeys
	offline  offlineKeys
	merchant AggregatorMerchant
	nonces   nonces
}

var _ wire = (*aggregator)(nil)

func (*aggregator) network() string { return Aggregator }
func (*aggregator) title() string   { return "微信、支付宝或云闪付" }
func (*aggregator) looks(op string) bool {
	return op == OpQuery || op == OpRefundQuery || op == OpBill || forAnybody(op)
}

// aggregatorRefunds are the operations of the API that are about a refund.
var aggregatorRefunds = map[string]func(*aggregator, aggregatorRefund, time.Time) answer{
	OpRefund: (*aggregator).refund, OpRefundQuery: (*aggregator).queryRefund,
}

// aggregatorCalls are the other operations of the API.
var aggregatorCalls = map[string]func(*aggregator, *request, aggregatorOrder, time.Time) answer{
	OpCreate: (*aggregator).create, OpScan: (*aggregator).scan, OpQuery: (*aggregator).query,
	OpClose: (*aggregator).closeOrder, OpReverse: (*aggregator).reverse, OpOffline: (*aggregator).askOffline,
}

func (*aggregator) route(r *request) bool {
	if op, ok := strings.CutPrefix(r.path, aggregatorAPI); ok {
		if r.method == http.MethodPost && (aggregatorCalls[op] != nil || aggregatorRefunds[op] != nil || op == OpBill) {
			r.op = op
		}
		return true
	}
	for prefix, op := range aggregatorPages {
		if strings.HasPrefix(r.path, prefix) {
			if r.method == http.MethodGet {
				r.op = op
			}
			return true
		}
	}
	return false
}

func (a *aggregator) call(r *request, now time.Time) answer {
	switch {
	case strings.HasPrefix(r.path, aggregatorPage):
		return a.page(r, now)
	case strings.HasPrefix(r.path, offlinePage):
		return a.offlinePage(r, now)
	}
	if r.op == "" {
		return aggCallUnknown.answer()
	}
	if r.op == OpBill {
		return a.bill(r, now)
	}
	if refund := aggregatorRefunds[r.op]; refund != nil {
		in, bad := a.readRefund(r)
		if bad != nil {
			return bad.answer()
		}
		return refund(a, in, now)
	}
	o, bad := a.read(r)
	if bad != nil {
		return bad.answer()
	}
	return aggregatorCalls[r.op](a, r, o, now)
}

// owns reports whether a QR code's text is a page of this sandbox's, whatever address it is reached at.
func (*aggregator) owns(qr string) bool {
	if ownsOffline(qr) {
		return true
	}
	_, path, ok := strings.Cut(strings.TrimPrefix(qr, "https://"), "/")
	return ok && strings.HasPrefix(qr, "https://") && strings.HasPrefix("/"+path, aggregatorPage)
}

// paidFrom implements wire: the page takes every wallet whose app it can tell.
func (*aggregator) paidFrom(wallet string) bool { return walletOf(userAgents[wallet]) == wallet }

// seen changes nothing: the order exists from its first request on.
func (*aggregator) seen(*order, time.Time) {}

func (*aggregator) refused(o *order) { o.State = statePayError }

// lapse ends what was not paid in time.
func (*aggregator) lapse(o *order) {
	switch o.State {
	case stateNotPay:
		o.State = stateClosed
	case stateUserPaying:
		o.State = statePayError
	}
}

func (*aggregator) number(serial int64, now time.Time) string {
	return fmt.Sprintf("AGG%s%s%010d", now.In(beijing).Format("20060102"), randomDigits(3), serial)
}

// aggregatorStates are the states in the aggregator's words.
var aggregatorStates = map[string]string{
	stateNotPay: "NOT_PAID", stateUserPaying: "PAYING", stateSuccess: "PAID", statePayError: "FAILED",
	stateClosed: "CLOSED", stateRevoked: "REVERSED", stateRefund: "REFUNDED",
}

// aggregatorMethods are the kinds of orders in the aggregator's words.
var aggregatorMethods = map[string]string{kindNative: "show", kindCode: "scan", kindOffline: "offline"}

func (*aggregator) words(o *order) (kind, state string) {
	return aggregatorMethods[o.Kind], aggregatorStates[o.State]
}
