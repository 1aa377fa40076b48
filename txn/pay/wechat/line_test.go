package wechat_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
	"smartpos/txn/pay/wechat"
)

// TestSkew pins where an answer's age becomes too much: the SDK's five minutes, both ways.
func TestSkew(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0020", txn.Show, 1)
	s.say(404, `{"code":"ORDER_NOT_EXIST"}`)
	for _, tt := range []struct {
		age   time.Duration
		fault txn.Fault
	}{
		{290 * time.Second, ""}, {-290 * time.Second, ""},
		{301 * time.Second, txn.FaultUnverified}, {-305 * time.Second, txn.FaultUnverified},
		{time.Duration(time.Now().Unix()) * time.Second, txn.FaultUnverified}, // signed in 1970
	} {
		s.mu.Lock()
		s.age = tt.age
		s.mu.Unlock()
		_, err := c.Query(context.Background(), o)
		if pay.FaultOf(err) != tt.fault || err != nil && !strings.Contains(err.Error(), "clock") {
			t.Errorf("age %v: %v", tt.age, err)
		}
	}
}

// TestErrorsAreVerifiedToo tells the story that the SDK leaves out: it returns an error status before it
// looks at the signature, so anybody on the line could have said "balance too low" for a payment that went
// through.
func TestErrorsAreVerifiedToo(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0021", txn.Scan, 1)
	forge := func(status int, body string, header func(http.Header)) {
		s.set = func(w http.ResponseWriter, _ *http.Request) bool {
			signHeader(w.Header(), `{"code":"SOMETHING_ELSE"}`, time.Now())
			header(w.Header())
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return true
		}
	}
	none := func(h http.Header) {
		for _, k := range []string{"Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial"} {
			h.Del(k)
		}
	}
	for _, tt := range []struct {
		name   string
		status int
		header func(http.Header)
		fault  txn.Fault
	}{
		{"forged", 403, func(http.Header) {}, txn.FaultUnverified},
		{"unsigned", 403, none, txn.FaultUnverified},
		{"forged 500", 500, func(http.Header) {}, txn.FaultUnverified},
		{"unsigned 500", 500, none, txn.FaultSystem},
		{"unsigned 429", 429, none, txn.FaultSystem},
		{"time missing", 403, func(h http.Header) { h.Del("Wechatpay-Timestamp") }, txn.FaultUnverified},
		{"time no number", 403, func(h http.Header) { h.Set("Wechatpay-Timestamp", "now") }, txn.FaultUnverified},
		{"signature no base64", 403, func(h http.Header) { h.Set("Wechatpay-Signature", "!") }, txn.FaultUnverified},
		{"the probe's signature", 403, func(h http.Header) { h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/x") }, txn.FaultUnverified},
		{"unknown key", 403, func(h http.Header) { h.Set("Wechatpay-Serial", "PUB_KEY_ID_OTHER") }, txn.FaultUnverified},
	} {
		forge(tt.status, `{"code":"NOTENOUGH"}`, tt.header)
		a, err := do(c, txn.OpScan, o)
		if pay.FaultOf(err) != tt.fault || a.Status != "" {
			t.Errorf("%s: %+v, %v; want %s", tt.name, a, err, tt.fault)
		}
	}
}

// TestPaymentCodeStaysSecret has a network that throws the code back in every way there is.
func TestPaymentCodeStaysSecret(t *testing.T) {
	s, c := script(t, nil)
	const code = "134567890123456789"
	o := order("T0000001A0022", txn.Scan, 1)
	answers := []func(w http.ResponseWriter, _ *http.Request) bool{
		func(w http.ResponseWriter, _ *http.Request) bool {
			s.status, s.body = 400, `{"code":"PARAM_ERROR","message":"`+code+`","detail":{"value":"`+code+`"}}`
			return false
		},
		func(w http.ResponseWriter, _ *http.Request) bool {
			s.status, s.body = 400, `{"code":"A`+code+`"}`
			return false
		},
		func(w http.ResponseWriter, _ *http.Request) bool {
			s.status, s.body = 200, `{"`+code+`":`
			return false
		},
		func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Request-Id", code)
			w.Header().Set("Wechatpay-Serial", code)
			w.WriteHeader(400)
			return true
		},
		func(w http.ResponseWriter, _ *http.Request) bool {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 "+code+" x\r\n\r\n")
			conn.Close()
			return true
		},
	}
	for i, answer := range answers {
		s.mu.Lock()
		s.set = answer
		s.mu.Unlock()
		_, err := c.Scan(context.Background(), o, txn.NewPaymentCode(code))
		if err == nil {
			t.Errorf("answer %d was believed", i)
		}
		paytest.CheckSecret(t, err, code)
	}
}

// TestLine holds what every client owes to its line.
func TestLine(t *testing.T) {
	paytest.RunLine(t, txn.WeChat, func(t testing.TB, at paytest.Server) pay.Network {
		_, c := script(t, func(cfg *wechat.Config) {
			cfg.BaseURL, cfg.RootCAs, cfg.Timeout = at.URL, wechat.Bytes(at.Roots), at.Timeout
		})
		return c
	})
}
