package paynet

import (
	"bytes"
	html "html/template"
	"net/http"
	"strings"
	"time"
)

// The acquirer's side of codes that a terminal makes without a network, by the rules of docs/offline-qr.md.

// offlinePage is the path of its page, in capitals as the codes are.
const offlinePage = "/O/"

// aggregatorPages are the paths that anybody may open.
var aggregatorPages = map[string]string{aggregatorPage: OpPage, offlinePage: OpOfflinePage}

// forAnybody reports whether op is that of a page: no merchant signs for it.
func forAnybody(op string) bool { return op == OpPage || op == OpOfflinePage }

const (
	offlineAhead = 15 * time.Minute // an expiry further ahead is refused
	offlineGrace = time.Minute      // a payment begun in time may end so much later
)

// ownsOffline reports whether a QR code's text is a page for such a code, whatever address it is reached at.
func ownsOffline(qr string) bool {
	scheme, rest, ok := strings.Cut(qr, "://")
	_, path, slash := strings.Cut(rest, "/")
	return ok && slash && strings.EqualFold(scheme, "https") && strings.HasPrefix("/"+path, offlinePage)
}

// unseen stands for the facts of an order that was called unseen: no code of it is opened any more.
const unseen = "unseen"

// find opens a code and returns its order, which is not in the books yet when nobody has opened it before; text says
// what is wrong with it.
func (a *aggregator) find(qr string, now time.Time) (o *order, text string) {
	c, err := a.offline.read(qr[strings.LastIndexByte(qr, '/')+1:])
	if err != nil {
		return nil, "二维码无法识别"
	}
	digest := strings.Join([]string{"offline", offlineTerminal, yuanOf(c.fen), c.currency}, " ")
	if o = a.order(c.order); o != nil {
		if o.Digest == unseen {
			return nil, "订单已关闭"
		}
		if o.Digest != digest { // another code of the same order, with other facts
			return nil, "订单信息不符，已拒绝"
		}
		return o, unpayable(o, now)
	}
	switch {
	case !now.Before(c.expires):
		return nil, "二维码已过期"
	case c.expires.Sub(now) > offlineAhead:
		return nil, "终端时间不对，已拒绝"
	case c.fen > maxTotal || c.currency != "CNY":
		return nil, "金额超出限额"
	}
	return &order{
		Network: Aggregator, No: c.order, Kind: kindOffline, State: stateNotPay, Description: "离线码", Total: c.fen,
		Expires: c.expires.Add(a.p.scaled(offlineGrace)), Created: now, Digest: digest, Answer: c.answer,
	}, ""
}

// openOffline is what a wallet's app does with such a code: the first to open decides what the order is.
func (a *aggregator) openOffline(qr string, now time.Time) (*order, string) {
	o, text := a.find(qr, now)
	if text == "" {
		a.p.state.add(o)
	}
	return o, text
}

// opens reports whether a code can be paid now. It changes nothing.
func (a *aggregator) opens(qr string, now time.Time) bool {
	_, text := a.find(qr, now)
	return text == ""
}

// answerPage is the acquirer's page of a paid order. It stands in no wallet, message or bill.
func (p *Paynet) answerPage(ph *phone, o *order) Page {
	page := p.paymentPage(PagePaid, "支付成功", ph, o)
	page.Fen, page.Answer = o.PayerTotal, o.Answer
	return page
}

// askOffline says what became of such an order, for good once its time is over: what is called expired or unseen is
// never paid afterwards.
func (a *aggregator) askOffline(_ *request, in aggregatorOrder, now time.Time) answer {
	o := a.order(in.No)
	over := !now.Before(time.Unix(in.ExpiresAt, 0).Add(a.p.scaled(offlineGrace)))
	m := map[string]any{"code": "OK", "merchant_id": a.merchant.MerchantID, "order_no": in.No, "method": "offline"}
	switch {
	case o == nil && over:
		m["state"] = "UNSEEN"
		a.p.state.add(&order{
			Network: Aggregator, No: in.No, Kind: kindOffline, State: stateClosed, Created: now, Expires: now, Digest: unseen,
		})
	case o == nil:
		m["state"] = "WAITING"
	case o.Kind != kindOffline:
		return aggMethod.answer()
	case o.State == stateNotPay:
		m["state"] = "WAITING"
	case o.Digest == unseen:
		m["state"] = "UNSEEN"
	case o.State == stateClosed:
		m["state"] = "EXPIRED"
	default:
		return a.stands(o)
	}
	return succeed(http.StatusOK, m)
}

var offlineForm = html.Must(html.New("offline").Parse(`<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Payee}}</title>
<h1>{{.Payee}}</h1><p>{{.Text}}</p>{{with .Amount}}<p>¥{{.}}</p>{{end}}{{with .Time}}<p>{{.}}</p>{{end}}
{{with .Order}}<p style="font-size:200%">单号 {{.}}</p>{{end}}{{with .Answer}}<p style="font-size:400%">{{.}}</p><p>请把上面的数字告诉收银员</p>{{end}}
`))

// offlinePage is what a program sees that opens a code's address: what is to be paid, and of a paid order the answer,
// with amount, shop, time and the end of the order's number, so that a page of another sale is known at a glance.
func (a *aggregator) offlinePage(r *request, now time.Time) answer {
	o, text := a.find(r.path, now)
	view := struct{ Payee, Text, Amount, Time, Order, Answer string }{Payee: a.p.opt.MerchantName, Text: text}
	status := http.StatusOK
	if o == nil {
		status = http.StatusNotFound
	} else {
		view.Amount, view.Order = yuanOf(o.Total), o.No[max(0, len(o.No)-6):]
		switch {
		case o.State == stateSuccess:
			view.Text, view.Answer, view.Time = "支付成功", o.Answer, o.PaidAt.In(beijing).Format(time.DateTime)
		case text == "" && walletOf(r.header.Get("User-Agent")) == "":
			view.Text = "请使用" + a.title() + "扫一扫付款"
		case text == "":
			view.Text = "请在钱包中确认付款"
		}
	}
	var b bytes.Buffer
	if offlineForm.Execute(&b, view) != nil {
		status = http.StatusInternalServerError
	}
	return answer{status, b.Bytes()}
}
