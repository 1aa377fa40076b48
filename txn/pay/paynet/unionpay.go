package paynet

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Operations of UnionPay beside OpQuery and OpReverse, as faults and OnRequest name them.
const (
	OpApply   = "apply"   // 申请二维码, txnType 01, txnSubType 07
	OpConsume = "consume" // 二维码消费, txnType 01, txnSubType 06
)

// Paths of UnionPay's gateway.
const (
	backTransPath  = "/gateway/api/backTransReq.do"
	queryTransPath = "/gateway/api/queryTrans.do"
)

// unionpayCalls are the operations by path, transaction type and subtype.
var unionpayCalls = map[string]string{
	backTransPath + " 01 07": OpApply, backTransPath + " 01 06": OpConsume,
	backTransPath + " 04 00": OpRefund, backTransPath + " 31 00": OpRefund, backTransPath + " 99 01": OpReverse,
	queryTransPath + " 00 00": OpQuery, filePath + " 76 01": OpBill,
}

// unionpay is UnionPay's gateway (全渠道 5.1.0) as a wire. It knows an order by orderId and txnTime together, and a
// shown order only once it was paid.
type unionpay struct {
	p        *Paynet
	keys     unionpayKeys
	merchant UnionPayMerchant
}

var _ wire = (*unionpay)(nil)

func (*unionpay) network() string      { return UnionPay }
func (*unionpay) title() string        { return "云闪付" }
func (*unionpay) looks(op string) bool { return op == OpQuery || op == OpBill }

func (*unionpay) route(r *request) bool {
	if !strings.HasPrefix(r.path, "/gateway/api/") && (r.path != filePath || r.method != http.MethodPost) {
		return false
	}
	r.form = unionpayForm(r)
	if r.method == http.MethodPost {
		r.op = unionpayCalls[r.path+" "+r.form.Get("txnType")+" "+r.form.Get("txnSubType")]
	}
	return true
}

func (u *unionpay) call(r *request, now time.Time) answer {
	switch r.op {
	case OpApply:
		return u.apply(r, now)
	case OpConsume:
		return u.consume(r, now)
	case OpQuery:
		return u.query(r)
	case OpReverse:
		return u.reverse(r, now)
	case OpRefund:
		return u.refund(r, now)
	case OpBill:
		return u.bill(r, now)
	}
	return respond(r, respFormat)
}

// unionpayCode begins every qrCode.
const unionpayCode = "https://qr.95516.com/"

func (*unionpay) owns(qr string) bool { return strings.HasPrefix(qr, unionpayCode) || ownsScheme(qr) }

func (*unionpay) paidFrom(wallet string) bool { return wallet == UnionPay }

// seen changes nothing: nobody knows an order whose code was only looked at.
func (*unionpay) seen(*order, time.Time) {}

func (*unionpay) refused(o *order) { o.State, o.Why = statePayError, respNotPassed }

// lapse fails a code payment whose password did not come. A shown order just can't be paid any more.
func (*unionpay) lapse(o *order) {
	if o.State == stateUserPaying {
		o.State, o.Why = statePayError, respTimeOut
	}
}

func (*unionpay) number(serial int64, now time.Time) string {
	return fmt.Sprintf("%s%s%07d", randomDigits(2), now.In(beijing).Format("060102150405"), serial)
}

func (*unionpay) words(o *order) (kind, state string) {
	if o.Kind == kindNative {
		return OpApply, origRespCode(o)
	}
	return OpConsume, origRespCode(o)
}
