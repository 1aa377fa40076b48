package unionpay_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
	"smartpos/txn/pay/unionpay"
)

// TestBelievesOnlyTheNetwork sends a success that is wrong in nothing but who signed it, and how.
func TestBelievesOnlyTheNetwork(t *testing.T) {
	s, c := script(t, nil)
	k := testKeys()
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, own := certificate("041@Z2026@00040000:SIGN@00000001", nil, stranger, stranger, false, 1e12)
	o := order("T0000001A0020", txn.Scan, 1234)
	good := success(o).signed(k.leaf, k.networkKey)
	for _, tt := range []struct {
		name   string
		status int
		body   string
		fault  txn.Fault
	}{
		{"as it is", 200, good, ""},
		{"with a line break after it", 200, good + "\r\n", ""},
		{"changed after signing", 200, strings.Replace(good, "txnTime=20261123103456", "txnTime=20261123103456&txnSubType=1", 1), txn.FaultUnverified},
		{"signed by a stranger under the network's certificate", 200, success(o).signed(k.leaf, stranger), txn.FaultUnverified},
		{"signed by a stranger under his own", 200, success(o).signed(own, stranger), txn.FaultUnverified},
		{"a certificate of the same authority, another owner's", 200, success(o).signed(k.other, k.networkKey), txn.FaultUnverified},
		{"our own certificate", 200, success(o).signed(k.merchantCert, k.merchantKey), txn.FaultUnverified},
		{"the authority's certificate", 200, success(o).signed(k.middle, k.networkKey), txn.FaultUnverified},
		{"a certificate that has expired", 200, success(o).signed(k.expired, k.networkKey), txn.FaultUnverified},
		{"not signed", 200, success(o).text(), txn.FaultUnverified},
		{"without its certificate", 200, cut(good, "signPubKeyCert"), txn.FaultUnverified},
		{"another method", 200, strings.Replace(good, "signMethod=01", "signMethod=11", 1), txn.FaultUnverified},
		{"percent-encoded, as answers are not", 200, strings.ReplaceAll(good, "+", "%2B"), txn.FaultUnverified},
		{"twice over", 200, good + "&" + good, txn.FaultUnverified},
		{"two orders", 200, good + "&orderId=T0000001A0021", txn.FaultUnverified},
		{"nothing", 200, "", txn.FaultUnverified},
		{"a page", 200, "<html>", txn.FaultUnverified},
		{"JSON", 200, `{"respCode":"00"}`, txn.FaultUnverified},
		{"not UTF-8", 200, strings.Replace(good, "成功", "\xb3\xc9\xb9\xa6", 1), txn.FaultUnverified},
		{"under 404", 404, good, txn.FaultUnverified},
		{"under 302", 302, good, txn.FaultUnverified},
		{"under 204", 204, "", txn.FaultUnverified},
		{"under 500", 500, good, txn.FaultSystem},
		{"a page under 502", 502, "<html>", txn.FaultSystem},
		{"under 429", 429, "", txn.FaultSystem},
	} {
		s.sayRaw(tt.status, tt.body)
		a, err := do(c, txn.OpQuery, o)
		if pay.FaultOf(err) != tt.fault || (err == nil) != (a.Status == txn.StatusPaid) {
			t.Errorf("%s: %+v, %v; want %q", tt.name, a, err, tt.fault)
		}
	}
}

// cut leaves a field out.
func cut(text, key string) string {
	before, rest, _ := strings.Cut(text, key+"=")
	_, after, _ := strings.Cut(rest, "&")
	return before + after
}

// TestPaymentCodeStaysSecret has a network that throws the code back in every way there is.
func TestPaymentCodeStaysSecret(t *testing.T) {
	s, c := script(t, nil)
	const code = "6220835931895481436"
	o := order("T0000001A0022", txn.Scan, 1234)
	k := testKeys()
	raw := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { _, _ = io.WriteString(w, text) }
	}
	answers := []func(http.ResponseWriter){
		raw(reply(o, "respCode=10", "respMsg=qrNo "+code, "qrNo="+code).signed(k.leaf, k.networkKey)),
		raw(reply(o, "respCode="+code).signed(k.leaf, k.networkKey)),
		raw(reply(o, code+"=1").signed(k.leaf, k.networkKey)),
		raw(code),
		func(w http.ResponseWriter) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 "+code+" x\r\n\r\n")
			conn.Close()
		},
	}
	for i, answer := range answers {
		s.mu.Lock()
		s.set = func(w http.ResponseWriter, _ *http.Request) bool { answer(w); return true }
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
	_, refused := script(t, func(c *unionpay.Config) { c.BaseURL = "https://" + addr })
	_, untrusted := script(t, func(c *unionpay.Config) { c.RootCAs = unionpay.Source{} })
	_, nowhere := script(t, func(c *unionpay.Config) { c.BaseURL = "https://nowhere.invalid" })
	for name, c := range map[string]*unionpay.Client{"refused": refused, "untrusted": untrusted, "no such host": nowhere} {
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
	if _, err := c.Query(ctx, order("T0000001A0024", txn.Show, 1)); pay.FaultOf(err) != txn.FaultNoAnswer {
		t.Error(err)
	}
	if _, err := c.Query(ctx, order("T0000001A0024", txn.Show, 1)); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("a request whose caller had left already:", err)
	}
}

// TestEndlessAnswer stops reading a network that never stops talking.
func TestEndlessAnswer(t *testing.T) {
	s, c := script(t, nil)
	s.set = func(w http.ResponseWriter, _ *http.Request) bool {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return true // the client has hung up
			}
		}
	}
	if _, err := do(c, txn.OpQuery, order("T0000001A0025", txn.Show, 1)); pay.FaultOf(err) != txn.FaultUnverified || !errors.Is(err, client.ErrLong) {
		t.Error(err)
	}
}

// TestRefusesOddOrders sends nothing for an order that can't be right.
func TestRefusesOddOrders(t *testing.T) {
	s, c := script(t, nil)
	for name, tt := range map[string]struct {
		change func(*txn.Order)
		all    bool // not even a query
	}{
		"no number":   {func(o *txn.Order) { o.No = "" }, true},
		"a path":      {func(o *txn.Order) { o.No = "../../../refund" }, true},
		"no time":     {func(o *txn.Order) { o.Created = o.Created.AddDate(-2100, 0, 0) }, true},
		"1970":        {func(o *txn.Order) { o.Created = o.Created.AddDate(-56, 0, 0) }, true},
		"nothing":     {func(o *txn.Order) { o.Amount.Fen = 0 }, false},
		"less":        {func(o *txn.Order) { o.Amount.Fen = -1 }, false},
		"other money": {func(o *txn.Order) { o.Amount.Currency = "USD" }, false},
	} {
		o := order("T0000001A0027", txn.Show, 1)
		tt.change(&o)
		for _, op := range allOps {
			if !tt.all && op != txn.OpShow && op != txn.OpScan {
				continue
			}
			if _, err := do(c, op, o); pay.FaultOf(err) != txn.FaultConfig {
				t.Errorf("%s of %s: %v", op, name, err)
			}
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
