package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paynet"
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
		for ; err != nil; err = errors.Unwrap(err) {
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, code) {
				t.Errorf("answer %d: %s", i, text)
			}
		}
	}
}

// TestNotSent finds only what provably never left.
func TestNotSent(t *testing.T) {
	o := order("T0000001A0023", txn.Scan, 1)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := closed.Addr().String()
	closed.Close()
	_, refused := script(t, func(c *wechat.Config) { c.BaseURL = "https://" + addr })
	_, untrusted := script(t, func(c *wechat.Config) { c.RootCAs = wechat.Source{} })
	_, nowhere := script(t, func(c *wechat.Config) { c.BaseURL = "https://nowhere.invalid" })
	plain := listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "220 mail\r\n") })
	_, notTLS := script(t, func(c *wechat.Config) { c.BaseURL = "https://" + plain })
	for name, c := range map[string]*wechat.Client{"refused": refused, "untrusted": untrusted, "no such host": nowhere, "not TLS": notTLS} {
		if _, err := do(c, txn.OpScan, o); pay.FaultOf(err) != txn.FaultNotSent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := refused.Scan(context.Background(), o, txn.PaymentCode{}); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("a scan without a code:", err)
	}
}

// listen accepts and hands each connection to f, then closes it.
func listen(t *testing.T, f func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

// TestTimeout gives up on a network that takes the request and says nothing.
func TestTimeout(t *testing.T) {
	s, c := script(t, nil)
	arrived, leave := make(chan struct{}, 1), make(chan struct{})
	s.set = func(http.ResponseWriter, *http.Request) bool {
		arrived <- struct{}{}
		<-leave
		return true
	}
	defer close(leave)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	if _, err := c.Query(ctx, order("T0000001A0024", txn.Show, 1)); pay.FaultOf(err) != txn.FaultNoAnswer {
		t.Error(err)
	}
	if _, err := c.Query(ctx, order("T0000001A0024", txn.Show, 1)); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("a request whose caller had left already:", err)
	}
}

// TestOwnTimeout ends a request without any help from the caller.
func TestOwnTimeout(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, func(cfg *wechat.Config) { cfg.Timeout = 50 * time.Millisecond })
	if err := net.SetFault(paynet.Fault{Kind: paynet.FaultSlow, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Query(context.Background(), order("T0000001A0025", txn.Show, 1))
	if f := pay.FaultOf(err); f != txn.FaultNoAnswer && f != txn.FaultNotSent { // a slow machine may not have dialled yet
		t.Error(err)
	}
}

// TestEndlessAnswer stops reading a network that never stops talking.
func TestEndlessAnswer(t *testing.T) {
	s, c := script(t, func(cfg *wechat.Config) { cfg.Timeout = time.Minute })
	s.set = func(w http.ResponseWriter, _ *http.Request) bool {
		signHeader(w.Header(), "", time.Now())
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return true // the client has hung up
			}
		}
	}
	if _, err := do(c, txn.OpQuery, order("T0000001A0028", txn.Show, 1)); pay.FaultOf(err) != txn.FaultUnverified {
		t.Error(err)
	}
}

// TestFollowsNoRedirect counts requests at the place that it is sent to.
func TestFollowsNoRedirect(t *testing.T) {
	s, c := script(t, nil)
	var followed atomic.Int32
	s.set = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/elsewhere" {
			followed.Add(1)
		}
		body := "{}"
		signHeader(w.Header(), body, time.Now())
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
		_, _ = io.WriteString(w, body)
		return true
	}
	if _, err := do(c, txn.OpScan, order("T0000001A0026", txn.Scan, 1)); pay.FaultOf(err) != txn.FaultUnverified {
		t.Error(err)
	}
	if followed.Load() != 0 || s.hits != 1 {
		t.Errorf("%d requests, %d elsewhere", s.hits, followed.Load())
	}
}

// TestRefusesOddOrders sends nothing for an order that can't be right.
func TestRefusesOddOrders(t *testing.T) {
	s, c := script(t, nil)
	for name, change := range map[string]func(*txn.Order){
		"no number":   func(o *txn.Order) { o.No = "" },
		"a path":      func(o *txn.Order) { o.No = "../../../refund" },
		"nothing":     func(o *txn.Order) { o.Amount.Fen = 0 },
		"less":        func(o *txn.Order) { o.Amount.Fen = -1 },
		"other money": func(o *txn.Order) { o.Amount.Currency = "USD" },
	} {
		o := order("T0000001A0027", txn.Show, 1)
		change(&o)
		for _, op := range []txn.Op{txn.OpShow, txn.OpScan} {
			if _, err := do(c, op, o); pay.FaultOf(err) != txn.FaultConfig {
				t.Errorf("%s of %s: %v", op, name, err)
			}
		}
		if o.No.Valid() {
			continue
		}
		for _, op := range []txn.Op{txn.OpQuery, txn.OpClose, txn.OpReverse} {
			if _, err := do(c, op, o); pay.FaultOf(err) != txn.FaultConfig {
				t.Errorf("%s of %s: %v", op, name, err)
			}
		}
	}
	if s.hits != 0 {
		t.Errorf("%d requests were sent", s.hits)
	}
}
