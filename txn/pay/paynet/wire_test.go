package paynet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRefusesUnprovenRequests sends what a merchant did not sign, or signed otherwise.
func TestRefusesUnprovenRequests(t *testing.T) {
	x := open(t, folder(t), newClock())
	body, now := x.nativeBody("REFUSED00001", 100), x.clock.Now()
	auth := func(at time.Time) string { return x.authorization("POST", nativePath, body, at, randomHex(16)) }
	good := auth(now)
	other := open(t, t.TempDir(), newClock())
	for _, tt := range []struct {
		name, header string
		status       int
		code         string
	}{
		{"no header", "", 401, "SIGN_ERROR"},
		{"another scheme", "Bearer x", 401, "SIGN_ERROR"},
		{"no signature", strings.Split(good, ",signature")[0], 401, "SIGN_ERROR"},
		{"signature of another body", x.authorization("POST", nativePath, body+" ", now, "n1"), 401, "SIGN_ERROR"},
		{"signature of another path", x.authorization("POST", codepayPath, body, now, "n2"), 401, "SIGN_ERROR"},
		{"signature of another method", x.authorization("GET", nativePath, body, now, "n3"), 401, "SIGN_ERROR"},
		{"signature of another merchant's key", strings.Replace(other.authorization("POST", nativePath, body, now, "n4"), other.m.Serial, x.m.Serial, 1), 401, "SIGN_ERROR"},
		{"300 s late", auth(now.Add(-300 * time.Second)), 401, "SIGN_ERROR"},
		{"300 s early", auth(now.Add(300 * time.Second)), 401, "SIGN_ERROR"},
		{"another serial number", strings.Replace(good, x.m.Serial, "50"+x.m.Serial[2:len(x.m.Serial)-1]+"X", 1), 401, "SIGN_ERROR"},
		{"another merchant", strings.Replace(good, x.m.MerchantID, "1900000999", 1), 400, "MCH_NOT_EXISTS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, text, err := x.request("POST", nativePath, body, func(r *http.Request) { r.Header.Set("Authorization", tt.header) })
			if err != nil {
				t.Fatal(err)
			}
			x.verify(resp.Header, text)
			var e struct{ Code, Message string }
			if err := json.Unmarshal(text, &e); err != nil || resp.StatusCode != tt.status || e.Code != tt.code || e.Message == "" {
				t.Fatalf("%d %s, want %d %s", resp.StatusCode, text, tt.status, tt.code)
			}
		})
	}
	x.want(x.query("REFUSED00001"), 404, "ORDER_NOT_EXIST")
}

// TestClockMayBeOff pins the last second that is still taken.
func TestClockMayBeOff(t *testing.T) {
	x := open(t, folder(t), newClock())
	for i, d := range []time.Duration{-299 * time.Second, 299 * time.Second} {
		body := x.nativeBody(fmt.Sprintf("CLOCK%07d", i), 100)
		header := x.authorization("POST", nativePath, body, x.clock.Now().Add(d), randomHex(16))
		resp, text, err := x.request("POST", nativePath, body, func(r *http.Request) { r.Header.Set("Authorization", header) })
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("off by %v: %v %s", d, err, text)
		}
	}
}

// TestRefusesReplays sends the same signed bytes twice: what somebody in between could do.
func TestRefusesReplays(t *testing.T) {
	x := open(t, folder(t), newClock())
	ph := x.phone(WeChat)
	body := x.codepayBody("REPLAY000001", x.code(WeChat), 700)
	header := x.authorization("POST", codepayPath, body, x.clock.Now(), "once")
	for i, status := range []int{200, 401} {
		resp, text, err := x.request("POST", codepayPath, body, func(r *http.Request) { r.Header.Set("Authorization", header) })
		if err != nil || resp.StatusCode != status {
			t.Fatalf("time %d: %v %s", i+1, err, text)
		}
	}
	x.charged("REPLAY000001", 1, 700)
	if ph.Page().State != PagePaid {
		t.Error(ph.Page())
	}
}

// TestRefusesBadBodies sends signed requests whose content is wrong.
func TestRefusesBadBodies(t *testing.T) {
	x := open(t, folder(t), newClock())
	good := x.nativeBody("BADBODY00001", 100)
	sub := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s has no %s", good, old)
		}
		return strings.Replace(good, old, new, 1)
	}
	in := func(d time.Duration) string { return x.clock.Now().Add(d).In(beijing).Format(time.RFC3339) }
	pay := x.codepayBody("BADBODY00002", "130000000000000000", 100)
	for _, tt := range []struct {
		name, path, body string
		code             string
	}{
		{"empty", nativePath, "", "PARAM_ERROR"},
		{"not JSON", nativePath, "<xml/>", "PARAM_ERROR"},
		{"an array", nativePath, "[]", "PARAM_ERROR"},
		{"two objects", nativePath, good + "{}", "PARAM_ERROR"},
		{"not UTF-8", nativePath, sub("惠民便利店", "\xff\xfe"), "PARAM_ERROR"},
		{"unknown field", nativePath, sub(`{"appid"`, `{"surprise":1,"appid"`), "PARAM_ERROR"},
		{"another merchant", nativePath, sub(x.m.MerchantID, "1900000999"), "MCH_NOT_EXISTS"},
		{"another app", nativePath, sub(x.m.AppID, "wx0000"), "APPID_MCHID_NOT_MATCH"},
		{"short number", nativePath, sub("BADBODY00001", "A1"), "PARAM_ERROR"},
		{"long number", nativePath, sub("BADBODY00001", strings.Repeat("A", 33)), "PARAM_ERROR"},
		{"odd number", nativePath, sub("BADBODY00001", "BAD BODY 001"), "PARAM_ERROR"},
		{"no description", nativePath, sub("惠民便利店", ""), "PARAM_ERROR"},
		{"long description", nativePath, sub("惠民便利店", strings.Repeat("店", 128)), "PARAM_ERROR"},
		{"amount as text", nativePath, sub(`"total":100`, `"total":"100"`), "PARAM_ERROR"},
		{"amount with a point", nativePath, sub(`"total":100`, `"total":1.5`), "PARAM_ERROR"},
		{"amount of nothing", nativePath, sub(`"total":100`, `"total":0`), "PARAM_ERROR"},
		{"negative amount", nativePath, sub(`"total":100`, `"total":-1`), "PARAM_ERROR"},
		{"no amount", nativePath, sub(`"total":100,`, ""), "PARAM_ERROR"},
		{"dollars", nativePath, sub("CNY", "USD"), "PARAM_ERROR"},
		{"no notify_url", nativePath, sub("https://a.invalid/n", ""), "PARAM_ERROR"},
		{"notify_url with a query", nativePath, sub("https://a.invalid/n", "https://a.invalid/n?x=1"), "PARAM_ERROR"},
		{"time_expire in UTC", nativePath, sub(`"amount"`, `"time_expire":"2036-01-01T00:00:00Z","amount"`), "PARAM_ERROR"},
		{"time_expire in the past", nativePath, sub(`"amount"`, `"time_expire":"`+in(-time.Second)+`","amount"`), "PARAM_ERROR"},
		{"no store", codepayPath, strings.Replace(pay, `"store_info":{"out_id":"S1"}`, `"store_info":{}`, 1), "PARAM_ERROR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := x.call("POST", tt.path, tt.body)
			if r.Status != 400 || r.Code != tt.code {
				t.Errorf("%+v, want 400 %s", r, tt.code)
			}
		})
	}
	resp, text, err := x.request("POST", nativePath, good, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
	if err != nil || resp.StatusCode != 400 {
		t.Errorf("text/plain: %v %s", err, text)
	}
	x.want(x.call("POST", nativePath, good[:len(good)-1]+strings.Repeat(" ", maxBody)+"}"), 400, "PARAM_ERROR")
	x.want(x.call("GET", "/v3/merchant/balance", ""), 404, "RESOURCE_NOT_EXISTS")
	x.want(x.call("DELETE", nativePath, ""), 404, "RESOURCE_NOT_EXISTS")
	x.want(x.call("GET", orderPath+"BADBODY00001?mchid=1", ""), 400, "MCH_NOT_EXISTS")
	if l := x.p.Ledger(); len(l.Orders) != 0 {
		t.Errorf("refused requests left orders: %+v", l.Orders)
	}
}

// TestNeverEchoesThePaymentCode holds for every error: a code in a log is money in a log.
func TestNeverEchoesThePaymentCode(t *testing.T) {
	x := open(t, folder(t), newClock())
	const code = "139999999999999999"
	for _, body := range []string{
		x.codepayBody("ECHO00000001", code, 100),
		x.codepayBody("ECHO00000001", code, -1),
		strings.Replace(x.codepayBody("ECHO00000001", code, 1), `"auth_code"`, `"auth_kode"`, 1),
	} {
		_, text, err := x.request("POST", codepayPath, body, nil)
		if err != nil || bytes.Contains(text, []byte(code)) {
			t.Errorf("%s, %v", text, err)
		}
	}
}

// TestSignsWithThePlatformCertificate serves clients from before public keys.
func TestSignsWithThePlatformCertificate(t *testing.T) {
	x := open(t, folder(t), newClock())
	target := orderPath + "NOSUCH000001?mchid=" + x.m.MerchantID
	resp, _, err := x.request("GET", target, "", func(r *http.Request) { r.Header.Set("Wechatpay-Serial", x.m.PlatformSerial) })
	if err != nil || resp.Header.Get("Wechatpay-Serial") != x.m.PlatformSerial {
		t.Error(resp, err)
	}
}

func FuzzAuthorization(f *testing.F) {
	f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="n",timestamp="1700000000",serial_no="5A",signature="AAAA"`)
	f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="1", nonce_str="n", serial_no="5", timestamp="1", signature="AA=="`)
	f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="1",mchid="2",nonce_str="n",timestamp="1",serial_no="5",signature="AA=="`)
	f.Add(`WECHATPAY2-SHA256-RSA2048 `)
	f.Add(`Bearer "`)
	f.Fuzz(func(t *testing.T, header string) {
		a, err := parseAuthorization(header)
		if err != nil {
			return
		}
		if a.mchid == "" || a.nonce == "" || a.serial == "" || len(a.signature) == 0 || a.timestamp < 0 {
			t.Errorf("%q was taken with something missing: %+v", header, a)
		}
		if !strings.HasPrefix(header, scheme+" ") || !strings.Contains(header, `nonce_str="`+a.nonce+`"`) {
			t.Errorf("%q was read as %+v", header, a)
		}
	})
}
