package paynet

import (
	"bytes"
	html "html/template"
	"net/http"
	"strings"
	"time"
)

// userAgents are what the wallets' apps say of themselves when they open a page, cut to the parts that tell them.
var userAgents = map[string]string{
	WeChat:   "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 MicroMessenger/8.0.50 NetType/4G",
	Alipay:   "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 AlipayClient/10.6.20",
	UnionPay: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 com.unionpay.chsp (chsp) UnionPay/1.0",
}

// agentMarks are what each wallet's user agent holds. UnionPay's is followed by its version and, from banks' apps,
// their names.
var agentMarks = []struct{ mark, wallet string }{
	{"MicroMessenger/", WeChat}, {"AlipayClient/", Alipay}, {"UnionPay/", UnionPay},
}

// walletOf tells the wallet whose app says that; empty for any other program.
func walletOf(userAgent string) string {
	for _, m := range agentMarks {
		if strings.Contains(userAgent, m.mark) {
			return m.wallet
		}
	}
	return ""
}

var pageForm = html.Must(html.New("page").Parse(`<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Payee}}</title>
<h1>{{.Payee}}</h1><p>{{.Text}}</p>{{with .Amount}}<p>¥{{.}}</p>{{end}}
`))

// page is what a program sees that opens a code's address: in a wallet's app payee and amount, in any other which apps
// can pay. It changes nothing: the payment is the app's.
func (a *aggregator) page(r *request, now time.Time) answer {
	var o *order
	for _, each := range a.p.state.Orders {
		if each.Network == Aggregator && each.CodeURL == a.merchant.BaseURL+r.path {
			o = each
		}
	}
	view := struct{ Payee, Text, Amount string }{Payee: a.p.opt.MerchantName}
	status, wallet := http.StatusOK, walletOf(r.header.Get("User-Agent"))
	switch {
	case o == nil:
		status, view.Text = http.StatusNotFound, "二维码已失效"
	case unpayable(o, now) != "":
		view.Text = unpayable(o, now)
	case wallet == "":
		view.Text = "请使用" + a.title() + "扫一扫付款"
	default:
		view.Text, view.Amount = "请在"+a.p.at(wallet).title()+"中确认付款", yuanOf(o.Total)
	}
	var b bytes.Buffer
	if pageForm.Execute(&b, view) != nil {
		status = http.StatusInternalServerError
	}
	return answer{status, b.Bytes()}
}
