package paynet

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whatever a client sends, signed or not, the sandbox answers or drops the connection: it has no panic of its own.
func FuzzServe(f *testing.F) {
	for _, s := range []struct {
		method, target, body string
		signed               bool
	}{
		{"POST", "/v3/pay/transactions/native", `{"appid":"wx","mchid":"1","description":"d","out_trade_no":"A1","notify_url":"https://x","amount":{"total":1}}`, true},
		{"POST", "/v3/pay/transactions/codepay", `{"payer":{"auth_code":"130000000000000000"},"amount":{"total":-1}}`, true},
		{"GET", "/v3/pay/transactions/out-trade-no/A1?mchid=1", "", true},
		{"POST", "/v3/refund/domestic/refunds", `{"amount":{"refund":1,"total":9223372036854775807}}`, true},
		{"POST", "/gateway.do?method=alipay.trade.pay", "biz_content=%7B%7D&sign=AA", false},
		{"POST", "/gateway/api/backTransReq.do", "txnType=01&txnSubType=07&orderId=%00", false},
		{"GET", "/", "", false},
	} {
		f.Add(s.method, s.target, []byte(s.body), s.signed)
	}
	dir, clock := folder(f), newClock()
	x := open(f, dir, clock)
	f.Fuzz(func(t *testing.T, method, target string, body []byte, signed bool) {
		x := *x
		x.TB = t
		r, err := http.NewRequest(method, "https://127.0.0.1"+target, bytes.NewReader(body))
		if err != nil {
			return // no client can send it
		}
		r.RequestURI = r.URL.RequestURI()
		if signed {
			r.Header.Set("Authorization", x.authorization(r.Method, r.RequestURI, string(body), clock.Now(), randomHex(16)))
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		defer func() {
			if v := recover(); v != nil {
				if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
			}
		}()
		x.p.serve(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s %q: %d %s", method, target, w.Code, w.Body)
		}
	})
}
