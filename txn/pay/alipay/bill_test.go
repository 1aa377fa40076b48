package alipay

import (
	"net/url"
	"strings"
	"testing"
)

// A bill is asked for over https, from Alipay's own servers or from the sandbox.
func TestBillPlace(t *testing.T) {
	live := &Client{gateway: "https://openapi.alipay.com/gateway.do"}
	sandbox := &Client{cfg: Config{BaseURL: "https://127.0.0.1:9443"}, gateway: "https://127.0.0.1:9443/gateway.do"}
	for _, tt := range []struct {
		text string
		in   *Client
		want string // empty: refused
	}{
		{"http://dwbillcenter.alipay.com/downloadBillFile.resource?fileId=X", live, "https://dwbillcenter.alipay.com/downloadBillFile.resource?fileId=X"},
		{"https://dwbillcenter.alipay.com/d?x", live, "https://dwbillcenter.alipay.com/d?x"},
		{"https://dwbillcenter.alipay.com.evil.example/d", live, ""},
		{"https://evilalipay.com/d", live, ""},
		{"https://me@dwbillcenter.alipay.com/d", live, ""},
		{"https://dwbillcenter.alipay.com:8443/d", live, ""},
		{"ftp://dwbillcenter.alipay.com/d", live, ""},
		{"file:///etc/passwd", live, ""},
		{"", live, ""},
		{"https://127.0.0.1:9443/d", live, ""},
		{"https://127.0.0.1:9443/d", sandbox, "https://127.0.0.1:9443/d"},
		{"https://dwbillcenter.alipay.com/d", sandbox, ""},
	} {
		if got, ok := tt.in.billPlace(tt.text); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s: %q, %v", tt.text, got, ok)
		}
	}
}

// FuzzBillPlace holds the same for anything.
func FuzzBillPlace(f *testing.F) {
	f.Add("http://dwbillcenter.alipay.com/downloadBillFile.resource?fileId=X")
	f.Add("https://dwbillcenter.alipay.com/d#f")
	f.Add("//alipay.com")
	c := &Client{gateway: "https://openapi.alipay.com/gateway.do"}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := c.billPlace(text)
		if !ok {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" || !strings.HasSuffix(u.Host, ".alipay.com") || u.User != nil {
			t.Errorf("%q became %q", text, got)
		}
	})
}
