package paynet

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestShownCode(t *testing.T) {
	x := open(t, folder(t), newClock())
	ph := x.phone(WeChat)
	r := x.want(x.native("SHOW00000001", 1234), 200, "")
	if !strings.HasPrefix(r.CodeURL, "weixin://wxpay/bizpayurl?pr=") {
		t.Fatal(r.CodeURL)
	}
	if s := x.state("SHOW00000001", "NOTPAY"); s.ID != "" || s.SuccessAt != "" {
		t.Errorf("unpaid with the facts of a payment: %+v", s)
	}
	if page, err := ph.Scan(r.CodeURL); err != nil || page.State != PageConfirm || page.Fen != 1234 || page.Order != "SHOW00000001" {
		t.Fatal(page, err)
	}
	if err := ph.Decline(); err != nil {
		t.Fatal(err)
	}
	x.state("SHOW00000001", "NOTPAY")
	if _, err := ph.Scan(r.CodeURL); err != nil {
		t.Fatal("a declined code can be scanned again:", err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	s := x.state("SHOW00000001", "SUCCESS")
	if s.Type != "NATIVE" || s.Amount.Total != 1234 || *s.Amount.Payer != 1234 || s.Amount.Currency != "CNY" || len(s.ID) != 28 || !strings.HasSuffix(s.SuccessAt, "+08:00") {
		t.Errorf("%+v", s)
	}
	if err := ph.Confirm(); !errors.Is(err, ErrPage) {
		t.Error("confirmed twice:", err)
	}
	if page, err := ph.Scan(r.CodeURL); err == nil || page.Text != "订单已支付" {
		t.Error(page, err)
	}
	x.want(x.close("SHOW00000001"), 400, "ORDERPAID")
	x.want(x.reverse("SHOW00000001"), 400, "INVALID_REQUEST")
	x.charged("SHOW00000001", 1, 1234)
}

// TestRepeatedNumber holds idempotency: the same request again, or another under its number.
func TestRepeatedNumber(t *testing.T) {
	x := open(t, folder(t), newClock())
	a, b := x.native("AGAIN0000001", 100), x.native("AGAIN0000001", 100)
	if a.CodeURL == "" || a.CodeURL != b.CodeURL {
		t.Error(a, b)
	}
	x.want(x.native("AGAIN0000001", 101), 400, "INVALID_REQUEST")
	x.want(x.close("AGAIN0000001"), 204, "")
	x.want(x.close("AGAIN0000001"), 204, "")
	x.want(x.native("AGAIN0000001", 100), 400, "ORDER_CLOSED")
	x.want(x.native("AGAIN0000001", 101), 403, "OUT_TRADE_NO_USED")
	if page, err := x.phone(WeChat).Scan(a.CodeURL); err == nil || page.Text != "订单已关闭" {
		t.Error(page, err)
	}

	code := x.code(WeChat)
	x.want(x.codepay("AGAIN0000002", code, 100), 200, "")
	x.want(x.codepay("AGAIN0000002", code, 100), 400, "ORDERPAID")
	x.want(x.native("AGAIN0000002", 100), 400, "ORDERPAID")
	x.want(x.reverse("AGAIN0000002"), 204, "")
	x.want(x.codepay("AGAIN0000002", code, 100), 400, "ORDERREVERSED")
	x.want(x.codepay("AGAIN0000002", x.code(WeChat), 100), 403, "OUT_TRADE_NO_USED")
	x.charged("AGAIN0000002", 1, 0)
}

// TestExpiry holds time_expire: nobody pays after it, and only a close closes the order.
func TestExpiry(t *testing.T) {
	x := open(t, folder(t), newClock())
	ph := x.phone(WeChat)
	until := x.clock.Now().Add(2 * time.Minute).In(beijing).Format(time.RFC3339)
	body := strings.Replace(x.nativeBody("EXPIRE000001", 100), `"amount"`, fmt.Sprintf(`"time_expire":%q,"amount"`, until), 1)
	r := x.want(x.call("POST", nativePath, body), 200, "")
	if _, err := ph.Scan(r.CodeURL); err != nil {
		t.Fatal(err)
	}
	x.clock.Add(2*time.Minute - time.Nanosecond)
	if ph.Page().State != PageConfirm {
		t.Error("expired early:", ph.Page())
	}
	x.clock.Add(time.Nanosecond)
	if ph.Page().State != PageExpired {
		t.Error(ph.Page())
	}
	if err := ph.Confirm(); err == nil {
		t.Error("paid after time_expire")
	}
	if page, _ := ph.Scan(r.CodeURL); page.Text != "订单已过期" {
		t.Error(page)
	}
	x.state("EXPIRE000001", "NOTPAY")
	x.want(x.call("POST", nativePath, body), 200, "") // the same request is still the same request
	x.want(x.close("EXPIRE000001"), 204, "")
	x.state("EXPIRE000001", "CLOSED")
	x.charged("EXPIRE000001", 0, 0)
}

func TestPaymentCodes(t *testing.T) {
	x := open(t, folder(t), newClock())
	for wallet, form := range map[string]string{WeChat: `1[0-5]\d{16}`, Alipay: `(2[5-9]|30)\d{14,22}`, UnionPay: `62\d{17}`} {
		for range 20 {
			if code := x.code(wallet); !matches(form, code) {
				t.Errorf("%s: %s", wallet, code)
			}
		}
	}
	x.want(x.codepay("CODE00000001", x.code(Alipay), 100), 400, "AUTH_CODE_INVALID")
	x.want(x.codepay("CODE00000002", x.code(UnionPay), 100), 400, "AUTH_CODE_INVALID")
	x.want(x.codepay("CODE00000003", "130000000000000000", 100), 400, "AUTH_CODE_INVALID")
	x.want(x.codepay("CODE00000004", "", 100), 400, "AUTH_CODE_INVALID")
	code := x.code(WeChat)
	x.clock.Add(time.Minute)
	x.want(x.codepay("CODE00000005", code, 100), 400, "AUTH_CODE_EXPIRED")
	x.want(x.query("CODE00000005"), 404, "ORDER_NOT_EXIST")
	code = x.code(WeChat)
	x.clock.Add(time.Minute - time.Nanosecond)
	x.want(x.codepay("CODE00000006", code, 100), 200, "")
	x.want(x.codepay("CODE00000007", code, 100), 400, "AUTH_CODE_INVALID")
	x.charged("CODE00000006", 1, 100)
	x.charged("CODE00000007", 0, 0)
}

func TestPassword(t *testing.T) {
	x := open(t, folder(t), newClock())
	ph := x.phone(WeChat)
	x.want(x.codepay("PASS00000000", x.code(WeChat), 100_000), 200, "") // not above the limit
	x.want(x.codepay("PASS00000001", x.code(WeChat), 100_001), 202, "USERPAYING")
	if p := ph.Page(); p.State != PagePassword || p.Fen != 100_001 {
		t.Fatal(p)
	}
	x.state("PASS00000001", "USERPAYING")
	x.want(x.reverse("PASS00000001"), 400, "USERPAYING")
	if _, err := ph.Scan("weixin://wxpay/bizpayurl?pr=x"); err == nil {
		t.Error("the phone left the password page by itself")
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	x.state("PASS00000001", "SUCCESS")
	x.want(x.reverse("PASS00000001"), 204, "")
	x.want(x.reverse("PASS00000001"), 204, "")
	x.state("PASS00000001", "REVOKED")
	x.charged("PASS00000001", 1, 0)

	if err := ph.SetPassword(PasswordAlways, 0); err != nil {
		t.Fatal(err)
	}
	x.want(x.codepay("PASS00000002", x.code(WeChat), 1), 202, "USERPAYING")
	if err := ph.Decline(); err != nil {
		t.Fatal(err)
	}
	x.state("PASS00000002", "PAYERROR")
	x.want(x.reverse("PASS00000002"), 204, "")
	x.state("PASS00000002", "REVOKED")

	x.want(x.codepay("PASS00000003", x.code(WeChat), 1), 202, "USERPAYING")
	x.clock.Add(passwordTime)
	x.state("PASS00000003", "PAYERROR")
	if ph.Page().State != PageExpired || ph.Confirm() == nil {
		t.Error(ph.Page())
	}

	x.want(x.codepay("PASS00000004", x.code(WeChat), 1), 202, "USERPAYING")
	x.want(x.codepay("PASS00000005", x.code(WeChat), 2), 202, "USERPAYING") // one page: the newer payment has it
	x.state("PASS00000004", "PAYERROR")
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	x.charged("PASS00000004", 0, 0)
	x.charged("PASS00000005", 1, 2)
	if ph.SetPassword("sometimes", 0) == nil {
		t.Error("took a policy that does not exist")
	}
}

func TestBalanceAndCoupon(t *testing.T) {
	x := open(t, folder(t), newClock())
	ph := x.phone(WeChat)
	ph.SetBalance(999)
	x.want(x.codepay("MONEY0000001", x.code(WeChat), 1000), 403, "NOTENOUGH")
	x.state("MONEY0000001", "PAYERROR")
	r := x.native("MONEY0000002", 1000)
	if _, err := ph.Scan(r.CodeURL); err != nil {
		t.Fatal(err)
	}
	if err := ph.Confirm(); err == nil || ph.Page().Text != "余额不足" {
		t.Error(err, ph.Page())
	}
	x.state("MONEY0000002", "NOTPAY")
	ph.SetCoupon(1)
	x.want(x.codepay("MONEY0000003", x.code(WeChat), 1000), 200, "")
	s := x.state("MONEY0000003", "SUCCESS")
	if s.Amount.Total != 1000 || *s.Amount.Payer != 999 {
		t.Errorf("%+v", s.Amount)
	}
	x.want(x.reverse("MONEY0000003"), 204, "")
	l := x.p.Ledger()
	if c := l.Customers[0]; c.Wallet != WeChat || c.Balance != 999 || c.Charged != 999 || c.GivenBack != 999 {
		t.Errorf("%+v", c)
	}
}

func TestPhoneRefuses(t *testing.T) {
	x := open(t, folder(t), newClock())
	r := x.native("REFUSE000001", 100)
	for _, tt := range []struct{ wallet, text, page string }{
		{WeChat, "", "无法识别的二维码"},
		{WeChat, "https://qr.alipay.com/x", "请使用支付宝扫一扫付款"},
		{WeChat, "https://example.com/", "无法识别的二维码"},
		{WeChat, strings.Repeat("w", maxQR+1), "二维码内容过长"},
		{WeChat, codeURLPrefix + "nosuch", "二维码已失效"},
		{Alipay, r.CodeURL, "请使用微信扫一扫付款"},
		{UnionPay, r.CodeURL, "请使用微信扫一扫付款"},
	} {
		ph := x.phone(tt.wallet)
		page, err := ph.Scan(tt.text)
		if !errors.Is(err, ErrPage) || page.State != PageError || page.Text != tt.page {
			t.Errorf("%s, %.30q: %+v, %v", tt.wallet, tt.text, page, err)
		}
		if ph.Confirm() == nil || ph.Decline() == nil {
			t.Error("there was nothing to confirm or decline")
		}
		ph.Idle()
		if ph.Page().State != PageIdle {
			t.Error(ph.Page())
		}
	}
	if _, err := x.p.Phone("cash"); err == nil {
		t.Error("a phone with cash")
	}
}

// TestOnePaymentOfMany lets phone and terminal race for one order. Whoever wins, nobody pays twice.
func TestOnePaymentOfMany(t *testing.T) {
	x := open(t, folder(t), newClock())
	ph := x.phone(WeChat)
	for i := range 4 {
		no := fmt.Sprintf("RACE%08d", i)
		r := x.native(no, 100)
		if _, err := ph.Scan(r.CodeURL); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { _ = ph.Confirm() })
		}
		wg.Go(func() { x.close(no) })
		wg.Wait()
		a, _ := x.p.Ledger().Order(no)
		switch s := x.query(no).State; {
		case s == "SUCCESS" && a.Charges == 1, s == "CLOSED" && a.Charges == 0:
		default:
			t.Errorf("%s with %+v", s, a)
		}
	}
}

// TestLedgerAddsUp checks after a mixed day that every fen is somewhere.
func TestLedgerAddsUp(t *testing.T) {
	x := open(t, folder(t), newClock())
	before := x.p.Ledger().Customers[0].Balance
	for i := range 6 {
		no := fmt.Sprintf("DAY%09d", i)
		x.want(x.codepay(no, x.code(WeChat), int64(100+i)), 200, "")
		if i%2 == 0 {
			x.want(x.reverse(no), 204, "")
		}
	}
	l := x.p.Ledger()
	if l.Charged-l.GivenBack != 101+103+105 || before-l.Customers[0].Balance != l.Charged-l.GivenBack || len(l.Entries) != 9 || len(l.Orders) != 6 {
		t.Errorf("%+v", l)
	}
}
