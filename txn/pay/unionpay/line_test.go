package unionpay_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
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
		{"in another order", 200, backwards(good), ""}, // what is signed is sorted
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
		paytest.CheckSecret(t, err, code)
	}
}

// TestLine holds what every client owes to its line.
func TestLine(t *testing.T) {
	paytest.RunLine(t, txn.UnionPay, func(t testing.TB, at paytest.Server) pay.Network {
		_, c := script(t, func(cfg *unionpay.Config) {
			cfg.BaseURL, cfg.RootCAs, cfg.Timeout = at.URL, unionpay.Bytes(at.Roots), at.Timeout
		})
		return c
	})
}

// TestOrdersOfNoTime sends nothing for an order that the network could not be asked for again.
func TestOrdersOfNoTime(t *testing.T) {
	s, c := script(t, nil)
	for name, at := range map[string]time.Time{"none": {}, "1970": time.Unix(0, 0), "10000": created.AddDate(8000, 0, 0)} {
		o := order("T0000001A0027", txn.Show, 1)
		o.Created = at
		for _, op := range allOps {
			if _, err := do(c, op, o); pay.FaultOf(err) != txn.FaultConfig {
				t.Errorf("%s of %s: %v", op, name, err)
			}
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// backwards turns the order of a message's fields round.
func backwards(message string) string {
	fields := strings.Split(message, "&")
	slices.Reverse(fields)
	return strings.Join(fields, "&")
}
