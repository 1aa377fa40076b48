package paynet

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestAlipayCode tells what sets Alipay apart: nobody knows an order before its code is scanned, and neither
// closing nor cancelling it keeps the customer from paying.
func TestAlipayCode(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	ph := x.phone(Alipay)
	r := x.wants(x.precreate("SHOW00000001", "12.34", ""), "10000")
	if !strings.HasPrefix(r.QRCode, alipayCode) || r.No != "SHOW00000001" {
		t.Fatal(r)
	}
	x.wants(x.on(OpQuery, "SHOW00000001"), "ACQ.TRADE_NOT_EXIST")
	x.wants(x.on(OpClose, "SHOW00000001"), "ACQ.TRADE_NOT_EXIST")
	if c := x.wants(x.on(OpCancel, "SHOW00000001"), "10000"); c.Action != "" || c.Retry != "N" {
		t.Errorf("cancelled something: %+v", c)
	}
	if a, ok := x.p.Ledger().Order("SHOW00000001"); !ok || a.Network != Alipay || a.State != "TRADE_NOT_EXIST" {
		t.Error(a)
	}
	if !x.p.Payable(r.QRCode) {
		t.Error("the code that was given out can't be paid")
	}
	x.wants(x.on(OpQuery, "SHOW00000001"), "ACQ.TRADE_NOT_EXIST") // asking whether it can changed nothing
	if page, err := ph.Scan(r.QRCode); err != nil || page.State != PageConfirm || page.Fen != 1234 {
		t.Fatal(page, err)
	}
	if s := x.status("SHOW00000001", "WAIT_BUYER_PAY"); s.PaidAt != "" || s.Total != "12.34" || s.Payer != "0.00" {
		t.Errorf("unpaid with the facts of a payment: %+v", s)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	if s := x.status("SHOW00000001", "TRADE_SUCCESS"); s.Payer != "12.34" || len(s.TradeNo) != 28 || s.PaidAt == "" {
		t.Errorf("%+v", s)
	}
	x.wants(x.on(OpClose, "SHOW00000001"), "ACQ.TRADE_STATUS_ERROR")
	x.wants(x.precreate("SHOW00000001", "12.34", ""), "ACQ.TRADE_HAS_SUCCESS")
	x.charged("SHOW00000001", 1, 1234)
}

func TestAlipayClose(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	ph := x.phone(Alipay)
	r := x.precreate("CLOSE0000001", "1", "")
	if _, err := ph.Scan(r.QRCode); err != nil {
		t.Fatal(err)
	}
	x.wants(x.precreate("CLOSE0000001", "2", ""), "ACQ.CONTEXT_INCONSISTENT")
	if again := x.precreate("CLOSE0000001", "1", ""); again.QRCode != r.QRCode {
		t.Error("another code for the same request")
	}
	x.wants(x.on(OpClose, "CLOSE0000001"), "10000")
	x.wants(x.on(OpClose, "CLOSE0000001"), "ACQ.TRADE_STATUS_ERROR")
	x.status("CLOSE0000001", "TRADE_CLOSED")
	if err := ph.Confirm(); err == nil || ph.Page().Text != "订单已关闭" {
		t.Error("paid a closed trade:", ph.Page())
	}
	x.wants(x.precreate("CLOSE0000001", "1", ""), "ACQ.TRADE_HAS_CLOSE")
	x.charged("CLOSE0000001", 0, 0)
}

// TestAlipayTimeouts holds the trap that timeout_express counts from the scan on: a code without an end of its own
// lives for two hours.
func TestAlipayTimeouts(t *testing.T) {
	for _, tt := range []struct {
		name, more string
		code       time.Duration // that the code can be scanned
		trade      time.Duration // that a trade begun in the first second can be paid
	}{
		{"none", "", codeURLLife, codeURLLife},
		{"of the trade", `,"timeout_express":"1m"`, codeURLLife, time.Minute},
		{"of the code", `,"qr_code_timeout_express":"1m"`, time.Minute, codeURLLife},
		{"of all", `,"time_expire":"@90s"`, 90 * time.Second, 90 * time.Second},
	} {
		x := openAlipay(t, folder(t), newClock())
		ph := x.phone(Alipay)
		more := strings.Replace(tt.more, "@90s", x.clock.Now().Add(90*time.Second).In(beijing).Format(gatewayTime), 1)
		a, b := x.wants(x.precreate("TIME00000001", "1", more), "10000"), x.precreate("TIME00000002", "1", more)
		if _, err := ph.Scan(a.QRCode); err != nil {
			t.Fatal(tt.name, err)
		}
		x.clock.Add(min(tt.code, tt.trade) - time.Nanosecond)
		if !x.p.Payable(b.QRCode) || !x.p.Payable(a.QRCode) {
			t.Errorf("%s: over early", tt.name)
		}
		x.clock.Add(time.Nanosecond)
		if scan := x.p.Payable(b.QRCode); scan != (tt.code > tt.trade) {
			t.Errorf("%s: after %v the code can be scanned: %v", tt.name, min(tt.code, tt.trade), scan)
		}
		if over := ph.Confirm() != nil; over != (tt.trade <= tt.code) {
			t.Errorf("%s: after %v paying fails: %v", tt.name, min(tt.code, tt.trade), over)
		}
		if tt.trade <= tt.code {
			x.status("TIME00000001", "TRADE_CLOSED")
		}
		x.wants(x.on(OpQuery, "TIME00000002"), "ACQ.TRADE_NOT_EXIST")
	}
}

func TestAlipayPay(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	ph := x.phone(Alipay)
	code := x.code(Alipay)
	r := x.wants(x.pay("PAY000000001", code, "1000.00", ""), "10000") // not above the limit
	if r.Total != "1000.00" || r.Payer != "1000.00" || r.TradeNo == "" {
		t.Error(r)
	}
	x.wants(x.pay("PAY000000001", code, "1000.00", ""), "ACQ.TRADE_HAS_SUCCESS")
	x.wants(x.pay("PAY000000002", code, "1.00", ""), "ACQ.PAYMENT_AUTH_CODE_INVALID")
	x.wants(x.pay("PAY000000002", x.code(WeChat), "1.00", ""), "ACQ.PAYMENT_AUTH_CODE_INVALID")
	x.wants(x.pay("PAY000000002", "280000000000000000", "1.00", ""), "ACQ.PAYMENT_AUTH_CODE_INVALID")
	late := x.code(Alipay)
	x.clock.Add(codeLife)
	x.wants(x.pay("PAY000000002", late, "1.00", ""), "ACQ.PAYMENT_AUTH_CODE_INVALID")
	x.wants(x.on(OpQuery, "PAY000000002"), "ACQ.TRADE_NOT_EXIST")

	ph.SetBalance(99)
	x.wants(x.pay("PAY000000003", x.code(Alipay), "1.00", `,"timeout_express":"1m"`), "ACQ.BUYER_BALANCE_NOT_ENOUGH")
	x.status("PAY000000003", "WAIT_BUYER_PAY")
	x.clock.Add(time.Minute)
	x.status("PAY000000003", "TRADE_CLOSED")
	ph.SetCoupon(1)
	if s := x.wants(x.pay("PAY000000004", x.code(Alipay), "1", ""), "10000"); s.Total != "1.00" || s.Payer != "0.99" {
		t.Error(s)
	}
	x.charged("PAY000000004", 1, 99)
}

func TestAlipayPassword(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	ph := x.phone(Alipay)
	if r := x.wants(x.pay("PASS00000001", x.code(Alipay), "1000.01", ""), "10003"); r.No != "PASS00000001" {
		t.Error(r)
	}
	x.status("PASS00000001", "WAIT_BUYER_PAY")
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	x.status("PASS00000001", "TRADE_SUCCESS")
	for range 2 {
		if r := x.wants(x.on(OpCancel, "PASS00000001"), "10000"); r.Action != "refund" || r.Retry != "N" {
			t.Error(r)
		}
		x.charged("PASS00000001", 1, 0)
	}
	if s := x.status("PASS00000001", "TRADE_CLOSED"); s.PaidAt == "" {
		t.Error("a trade that was given back does not say when it was paid")
	}
	x.wants(x.pay("PASS00000001", x.code(Alipay), "1000.01", ""), "ACQ.TRADE_HAS_CLOSE")

	x.wants(x.pay("PASS00000002", x.code(Alipay), "1000.01", ""), "10003")
	if err := ph.Decline(); err != nil {
		t.Fatal(err)
	}
	x.status("PASS00000002", "WAIT_BUYER_PAY") // a declined trade still waits
	x.wants(x.pay("PASS00000003", x.code(Alipay), "1000.01", ""), "10003")
	if r := x.wants(x.on(OpCancel, "PASS00000003"), "10000"); r.Action != "close" {
		t.Error("cancelling does not wait for the password:", r)
	}
	if ph.Confirm() == nil {
		t.Error("paid a cancelled trade")
	}
	x.charged("PASS00000003", 0, 0)
}

// TestAlipayRefusesUnprovenRequests sends what a merchant did not sign, or signed otherwise.
func TestAlipayRefusesUnprovenRequests(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	const node = "alipay_trade_precreate_response"
	content := `{"out_trade_no":"REFUSED00001","total_amount":"1","subject":"x"}`
	set := func(k, v string) func(url.Values) { return func(f url.Values) { f.Set(k, v) } }
	for _, tt := range []struct {
		name          string
		before, after func(url.Values)
		code          string
		unsigned      bool
	}{
		{"as it is", nil, nil, "10000", false},
		{"empty fields are not signed", set("app_auth_token", ""), nil, "10000", false},
		{"no signature", nil, set("sign", ""), "isv.missing-signature", false},
		{"another content", nil, set("biz_content", content+" "), "isv.invalid-signature", false},
		{"another field", nil, set("notify_url", "https://a.invalid"), "isv.invalid-signature", false},
		{"no base64", nil, set("sign", "!"), "isv.invalid-signature", false},
		{"two contents", nil, func(f url.Values) { f.Add("biz_content", "{}") }, "isv.invalid-signature", false},
		{"old hash", set("sign_type", "RSA"), nil, "isv.invalid-signature-type", false},
		{"another charset", set("charset", "gbk"), nil, "isv.invalid-charset", false},
		{"no time", set("timestamp", "now"), nil, "isv.invalid-timestamp", false},
		{"a time of 1970", set("timestamp", "1970-01-01 08:00:00"), nil, "isv.invalid-timestamp", false},
		{"a time in UTC", set("timestamp", x.clock.Now().UTC().Format(gatewayTime)), nil, "10000", false},
		{"another app", set("app_id", "2021000000000000"), nil, "isv.invalid-app-id", true},
		{"no app", set("app_id", ""), nil, "isv.missing-app-id", true},
		{"another method", set("method", "alipay.trade.gift"), nil, "isv.invalid-method", true},
	} {
		f := x.form("alipay.trade.precreate", content, tt.before)
		if tt.after != nil {
			tt.after(f)
		}
		text, err := x.send(f)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if tt.unsigned {
			if !bytes.HasPrefix(text, []byte(`{"error_response":`)) || !bytes.Contains(text, []byte(tt.code)) || bytes.Contains(text, []byte(`"sign"`)) {
				t.Errorf("%s: %s", tt.name, text)
			}
			continue
		}
		if r := x.read(node, text); r.Sub != tt.code && (r.Sub != "" || r.Code != tt.code) {
			t.Errorf("%s: %s, want %s", tt.name, text, tt.code)
		}
	}
}

// TestAlipayRefusesBadContent sends signed requests whose content is wrong. No answer repeats a payment code.
func TestAlipayRefusesBadContent(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	good := `{"out_trade_no":"BAD000000001","total_amount":"1.00","subject":"x","scene":"bar_code","auth_code":"289999999999999999"}`
	for _, tt := range []struct{ old, new string }{
		{good, ""}, {good, "[]"}, {good, "{"}, {"BAD000000001", ""}, {"BAD000000001", "A-1"}, {"BAD000000001", strings.Repeat("A", 65)},
		{`"1.00"`, `"0"`}, {`"1.00"`, `"0.00"`}, {`"1.00"`, `"-1"`}, {`"1.00"`, `"1.001"`}, {`"1.00"`, `"1."`}, {`"1.00"`, `"1e2"`},
		{`"1.00"`, `"100000000.01"`}, {`"1.00"`, `" 1"`}, {`"1.00"`, `""`}, {`"x"`, `""`}, {`"x"`, `"` + strings.Repeat("店", 257) + `"`},
		{"bar_code", "wave_code"}, {`"scene"`, `"timeout_express":"0m","scene"`}, {`"scene"`, `"timeout_express":"1.5h","scene"`},
		{`"scene"`, `"timeout_express":"16d","scene"`}, {`"scene"`, `"time_expire":"soon","scene"`}, {`"scene"`, `"seller_id":"2088","scene"`},
	} {
		content := strings.Replace(good, tt.old, tt.new, 1)
		text, err := x.send(x.form("alipay.trade.pay", content, nil))
		if err != nil || bytes.Contains(text, []byte("289999999999999999")) {
			t.Errorf("%s: %s, %v", content, text, err)
		}
		if r := x.read("alipay_trade_pay_response", text); r.Sub != "ACQ.INVALID_PARAMETER" {
			t.Errorf("%s: %s", content, text)
		}
	}
	if l := x.p.Ledger(); len(l.Orders) != 0 {
		t.Errorf("refused requests left orders: %+v", l.Orders)
	}
}

// TestNetworksApart gives two networks the same order number, and breaks only one of them.
func TestNetworksApart(t *testing.T) {
	x := openAlipay(t, folder(t), newClock())
	x.want(x.codepay("SAME00000001", x.code(WeChat), 100), 200, "")
	x.wants(x.pay("SAME00000001", x.code(Alipay), "2.00", ""), "10000")
	x.state("SAME00000001", "SUCCESS")
	x.status("SAME00000001", "TRADE_SUCCESS")
	l := x.p.Ledger()
	if len(l.Orders) != 2 || l.Orders[0].Charged+l.Orders[1].Charged != 300 || l.Customers[0].Charged != 100 || l.Customers[1].Charged != 200 {
		t.Errorf("%+v", l)
	}
	if err := x.p.SetFault(Fault{Kind: FaultSystemError, Network: Alipay}); err != nil {
		t.Fatal(err)
	}
	x.state("SAME00000001", "SUCCESS")
	if r := x.on(OpQuery, "SAME00000001"); r.Code != "20000" || r.Sub != "isp.unknow-error" {
		t.Error(r)
	}
	q := x.native("SAME00000002", 1)
	if page, err := x.phone(Alipay).Scan(q.CodeURL); err == nil || page.Text != "请使用微信扫一扫付款" {
		t.Error(page)
	}
	if text, err := x.http.Get(x.m.BaseURL + "/"); err != nil || text.StatusCode != 404 {
		t.Error("nobody's path:", text, err)
	}
}

// TestAlipayRemembers restarts the sandbox while a trade waits for its password.
func TestAlipayRemembers(t *testing.T) {
	dir, clock := folder(t), newClock()
	x := openAlipay(t, dir, clock)
	r := x.precreate("BEFORE000001", "1", "")
	x.wants(x.pay("BEFORE000002", x.code(Alipay), "2000", ""), "10003")
	if err := x.p.Close(); err != nil {
		t.Fatal(err)
	}
	y := openAlipay(t, dir, clock)
	if y.ali.AppID != x.ali.AppID || !strings.HasPrefix(y.ali.AppID, AlipayAppPrefix) || !strings.HasPrefix(y.ali.SellerID, AlipaySellerPrefix) {
		t.Error(y.ali)
	}
	if err := y.phone(Alipay).Confirm(); err != nil {
		t.Error("the password page is gone:", err)
	}
	y.status("BEFORE000002", "TRADE_SUCCESS")
	if _, err := y.phone(Alipay).Scan(r.QRCode); err != nil {
		t.Error(err)
	}
}

// FuzzGatewayForm sends anything to the gateway.
func FuzzGatewayForm(f *testing.F) {
	p, err := Open(folder(f), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = p.Close() })
	f.Add("method=alipay.trade.pay&biz_content={}", `{"out_trade_no":"A","total_amount":"0.01","subject":"x","scene":"bar_code","auth_code":"28"}`)
	f.Add("%zz", `{"total_amount":1e9}`)
	f.Add("sign=&sign=", `{"out_trade_no":"A","total_amount":0.1,"subject":"x","timeout_express":"99999d"}`)
	f.Fuzz(func(t *testing.T, body, content string) {
		r := &request{method: "POST", path: gatewayPath, body: []byte(body), header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}}
		if !p.alipay.route(r) {
			t.Fatal("not routed")
		}
		if a := p.alipay.authorize(r, time.Now()); a == nil {
			t.Errorf("%q was taken for a signed request", body)
		}
		for op := range alipayCalls {
			r.op, r.form = op, url.Values{"biz_content": {content}}
			p.update(func(now time.Time) {
				if out := p.alipay.call(r, now); !bytes.HasPrefix(out.body, []byte("{")) || out.status != 200 {
					t.Errorf("%s of %q: %d %s", op, content, out.status, out.body)
				}
			})
		}
	})
}
