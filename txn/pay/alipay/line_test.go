package alipay_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paytest"
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
		paytest.CheckSecret(t, err, code)
	}
}

// TestLine holds what every client owes to its line.
func TestLine(t *testing.T) {
	paytest.RunLine(t, txn.Alipay, func(t testing.TB, at paytest.Server) pay.Network {
		_, c := script(t, func(cfg *alipay.Config) {
			cfg.BaseURL, cfg.RootCAs, cfg.Timeout = at.URL, alipay.Bytes(at.Roots), at.Timeout
		})
		return c
	})
}
