package alipay_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
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
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/paynet"
)

// TestVerifiesTheBytesAsTheyCame tells the story of the escaped slash: Alipay writes "https:\/\/", most programs
// would write "https://", and the signature is over what Alipay wrote.
func TestVerifiesTheBytesAsTheyCame(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0030", txn.Show, 1)
	node := `{ "code":"10000",  "msg" : "Succ\u0065ss","out_trade_no":"` + string(o.No) + `","qr_code":"https:\/\/qr.alipay.com\/bax1" }`
	s.say(node)
	if a, err := c.Show(context.Background(), o); err != nil || a.CodeURL != "https://qr.alipay.com/bax1" {
		t.Error(a, err)
	}
	s.write(200, `{"alipay_trade_precreate_response":`+strings.ReplaceAll(node, `\/`, "/")+`,"sign":"`+signed(node)+`"}`)
	if _, err := c.Show(context.Background(), o); pay.FaultOf(err) != txn.FaultUnverified {
		t.Error("the same content in other bytes:", err)
	}
	s.write(200, `{"sign":"`+signed(node)+`" , "alipay_trade_precreate_response": `+node+` }`)
	if a, err := c.Show(context.Background(), o); err != nil || a.Status != txn.StatusReady {
		t.Error("sign may stand first:", err)
	}
}

// TestBelievesNothingUnsigned has somebody on the line who wants a payment to look failed, or made.
func TestBelievesNothingUnsigned(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0031", txn.Scan, 1234)
	const node = `{"code":"40004","msg":"x","sub_code":"ACQ.BUYER_BALANCE_NOT_ENOUGH"}`
	const name = "alipay_trade_pay_response"
	stranger, _ := rsa.GenerateKey(rand.Reader, 2048)
	sum := sha256.Sum256([]byte(node))
	forged, _ := rsa.SignPKCS1v15(rand.Reader, stranger, crypto.SHA256, sum[:])
	for _, tt := range []struct {
		name   string
		status int
		text   string
		fault  txn.Fault
		code   string
	}{
		{"unsigned", 200, `{"` + name + `":` + node + `}`, txn.FaultUnverified, "ACQ.BUYER_BALANCE_NOT_ENOUGH"},
		{"an empty signature", 200, `{"` + name + `":` + node + `,"sign":""}`, txn.FaultUnverified, "ACQ.BUYER_BALANCE_NOT_ENOUGH"},
		{"signed by a stranger", 200, `{"` + name + `":` + node + `,"sign":"` + base64.StdEncoding.EncodeToString(forged) + `"}`, txn.FaultUnverified, ""},
		{"signed by a stranger, 500", 500, `{"` + name + `":` + node + `,"sign":"` + base64.StdEncoding.EncodeToString(forged) + `"}`, txn.FaultUnverified, ""},
		{"another's signature", 200, `{"` + name + `":` + node + `,"sign":"` + signed("{}") + `"}`, txn.FaultUnverified, ""},
		{"no base64", 200, `{"` + name + `":` + node + `,"sign":"!"}`, txn.FaultUnverified, ""},
		{"a signature that is a number", 200, `{"` + name + `":` + node + `,"sign":1}`, txn.FaultUnverified, "ACQ.BUYER_BALANCE_NOT_ENOUGH"},
		{"the answer to another question", 200, sealed("alipay.trade.query", node), txn.FaultUnverified, ""},
		{"two nodes", 200, `{"` + name + `":` + node + `,"` + name + `":{},"sign":"` + signed(node) + `"}`, txn.FaultUnverified, ""},
		{"a node within a node", 200, `{"x":{"` + name + `":` + node + `},"sign":"` + signed(node) + `"}`, txn.FaultUnverified, ""},
		{"a node that is a text", 200, `{"` + name + `":"e30=","sign":"` + signed(`"e30="`) + `"}`, txn.FaultUnverified, ""},
		{"the gateway's own error", 200, `{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-app-id"}}`, txn.FaultUnverified, "ISV.INVALID_APP_ID"},
		{"no JSON", 200, `<html>`, txn.FaultUnverified, ""},
		{"nothing", 200, ``, txn.FaultUnverified, ""},
		{"bad gateway", 502, `<html>`, txn.FaultSystem, ""},
		{"too many", 429, `{}`, txn.FaultSystem, ""},
		{"unsigned 503", 503, `{"` + name + `":` + node + `}`, txn.FaultSystem, ""},
	} {
		if tt.text == "" {
			tt.text = " "
		}
		s.write(tt.status, tt.text)
		a, err := do(c, txn.OpScan, o)
		var e *pay.Error
		if !errors.As(err, &e) || e.Fault != tt.fault || e.Code != tt.code || a != (txn.Answer{}) {
			t.Errorf("%s: %+v, %v; want %s %s", tt.name, a, err, tt.fault, tt.code)
		}
	}
}

// TestClockOff sends a timestamp that the network finds wrong: a technician is told which setting it is.
func TestClockOff(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	if err := net.SetFault(paynet.Fault{Kind: paynet.FaultSkew}); err != nil {
		t.Fatal(err)
	}
	_, err := do(c, txn.OpQuery, order("T0000001A0032", txn.Show, 1))
	if pay.FaultOf(err) != txn.FaultConfig || !strings.Contains(err.Error(), "ISV.INVALID_TIMESTAMP") {
		t.Error(err)
	}
}

// TestPaymentCodeStaysSecret has a network that throws the code back in every way there is.
func TestPaymentCodeStaysSecret(t *testing.T) {
	s, c := script(t, nil)
	const code = "287654321098765432"
	o := order("T0000001A0033", txn.Scan, 1)
	for i, answer := range []func(w http.ResponseWriter, r *http.Request) bool{
		func(http.ResponseWriter, *http.Request) bool {
			s.node = `{"code":"40004","msg":"` + code + `","sub_code":"ACQ.` + code + `","sub_msg":"` + code + `"}`
			return false
		},
		func(http.ResponseWriter, *http.Request) bool { s.node = `{"code":"` + code + `"}`; return false },
		func(http.ResponseWriter, *http.Request) bool { s.text = `{"` + code + `":`; return false },
		func(http.ResponseWriter, *http.Request) bool {
			s.text = `{"error_response":{"code":"40002","sub_code":"` + code + `"}}`
			return false
		},
		func(w http.ResponseWriter, _ *http.Request) bool {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 "+code+" x\r\n\r\n")
			conn.Close()
			return true
		},
	} {
		s.mu.Lock()
		s.set, s.text = answer, ""
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
	o := order("T0000001A0034", txn.Scan, 1)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := closed.Addr().String()
	closed.Close()
	_, refused := script(t, func(c *alipay.Config) { c.BaseURL = "https://" + addr })
	_, untrusted := script(t, func(c *alipay.Config) { c.RootCAs = alipay.Source{} })
	_, nowhere := script(t, func(c *alipay.Config) { c.BaseURL = "https://nowhere.invalid" })
	for name, c := range map[string]*alipay.Client{"refused": refused, "untrusted": untrusted, "no such host": nowhere} {
		if _, err := do(c, txn.OpScan, o); pay.FaultOf(err) != txn.FaultNotSent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := refused.Scan(context.Background(), o, txn.PaymentCode{}); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("a scan without a code:", err)
	}
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
	if _, err := c.Query(ctx, order("T0000001A0035", txn.Show, 1)); pay.FaultOf(err) != txn.FaultNoAnswer {
		t.Error(err)
	}
	if _, err := c.Query(ctx, order("T0000001A0035", txn.Show, 1)); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("a request whose caller had left already:", err)
	}
}

// TestOwnTimeout ends a request without any help from the caller.
func TestOwnTimeout(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, func(cfg *alipay.Config) { cfg.Timeout = 50 * time.Millisecond })
	if err := net.SetFault(paynet.Fault{Kind: paynet.FaultSlow, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Query(context.Background(), order("T0000001A0036", txn.Show, 1))
	if f := pay.FaultOf(err); f != txn.FaultNoAnswer && f != txn.FaultNotSent { // a slow machine may not have dialled yet
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
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
		_, _ = io.WriteString(w, sealed("alipay.trade.pay", success("T0000001A0037")))
		return true
	}
	if _, err := do(c, txn.OpScan, order("T0000001A0037", txn.Scan, 1234)); pay.FaultOf(err) != txn.FaultUnverified {
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
		"a quote":     func(o *txn.Order) { o.No = `A","total_amount":"0.01` },
		"nothing":     func(o *txn.Order) { o.Amount.Fen = 0 },
		"less":        func(o *txn.Order) { o.Amount.Fen = -1 },
		"other money": func(o *txn.Order) { o.Amount.Currency = "USD" },
	} {
		o := order("T0000001A0038", txn.Show, 1)
		change(&o)
		ops := []txn.Op{txn.OpShow, txn.OpScan}
		if !o.No.Valid() {
			ops = append(ops, txn.OpQuery, txn.OpClose, txn.OpReverse)
		}
		for _, op := range ops {
			if _, err := do(c, op, o); pay.FaultOf(err) != txn.FaultConfig {
				t.Errorf("%s of %s: %v", op, name, err)
			}
		}
	}
	if s.hits != 0 {
		t.Errorf("%d requests were sent", s.hits)
	}
}
