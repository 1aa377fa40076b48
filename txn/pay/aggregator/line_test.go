package aggregator_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/paytest"
)

// TestBelievesOnlyThePlatform sends a success that is wrong in nothing but who signed it, when, and for whom.
func TestBelievesOnlyThePlatform(t *testing.T) {
	s, c := script(t, nil)
	k, o := testKeys(), order("T0000001A0020", txn.Scan, 1234)
	good, now := success(o), time.Now()
	const path = "/agg/v1/query"
	_, stranger, _ := ed25519.GenerateKey(nil)
	for _, tt := range []struct {
		name   string
		status int
		body   string
		sign   func(h http.Header, nonce string)
		fault  txn.Fault
	}{
		{"as it is", 200, good, func(h http.Header, n string) { seal(h, k.platform, 200, path, now, n, good) }, ""},
		{"299 s old", 200, good, func(h http.Header, n string) { seal(h, k.platform, 200, path, now.Add(-295*time.Second), n, good) }, ""},
		{"300 s old", 200, good, func(h http.Header, n string) { seal(h, k.platform, 200, path, now.Add(-301*time.Second), n, good) }, txn.FaultUnverified},
		{"300 s ahead", 200, good, func(h http.Header, n string) { seal(h, k.platform, 200, path, now.Add(305*time.Second), n, good) }, txn.FaultUnverified},
		{"the answer to another request", 200, good, func(h http.Header, _ string) { seal(h, k.platform, 200, path, now, strings.Repeat("0", 32), good) }, txn.FaultUnverified},
		{"the answer to another call", 200, good, func(h http.Header, n string) { seal(h, k.platform, 200, "/agg/v1/scan", now, n, good) }, txn.FaultUnverified},
		{"under another status", 201, good, func(h http.Header, n string) { seal(h, k.platform, 200, path, now, n, good) }, txn.FaultUnverified},
		{"under another status, signed so", 201, good, func(h http.Header, n string) { seal(h, k.platform, 201, path, now, n, good) }, txn.FaultUnverified},
		{"an error under 200", 200, `{"code":"ORDER_NOT_FOUND"}`, func(h http.Header, n string) { seal(h, k.platform, 200, path, now, n, `{"code":"ORDER_NOT_FOUND"}`) }, txn.FaultUnverified},
		{"changed after signing", 200, good + " ", func(h http.Header, n string) { seal(h, k.platform, 200, path, now, n, good) }, txn.FaultUnverified},
		{"signed by a stranger", 200, good, func(h http.Header, n string) { seal(h, stranger, 200, path, now, n, good) }, txn.FaultUnverified},
		{"signed by ourselves", 200, good, func(h http.Header, n string) { seal(h, k.merchant, 200, path, now, n, good) }, txn.FaultUnverified},
		{"signed by a stranger, 500", 500, good, func(h http.Header, n string) { seal(h, stranger, 500, path, now, n, good) }, txn.FaultUnverified},
		{"another key id", 200, good, func(h http.Header, n string) {
			seal(h, k.platform, 200, path, now, n, good)
			h.Set("Agg-Key-Id", "P-2")
		}, txn.FaultUnverified},
		{"another time", 200, good, func(h http.Header, n string) {
			seal(h, k.platform, 200, path, now, n, good)
			h.Set("Agg-Timestamp", "1795401296")
		}, txn.FaultUnverified},
		{"a time with a sign", 200, good, func(h http.Header, n string) {
			seal(h, k.platform, 200, path, now, n, good)
			h.Set("Agg-Timestamp", "+"+h.Get("Agg-Timestamp"))
		}, txn.FaultUnverified},
		{"a signature that is none", 200, good, func(h http.Header, n string) {
			seal(h, k.platform, 200, path, now, n, good)
			h.Set("Agg-Signature", "AAAA")
		}, txn.FaultUnverified},
		{"without its key id", 200, good, func(h http.Header, n string) {
			seal(h, k.platform, 200, path, now, n, good)
			h.Del("Agg-Key-Id")
		}, txn.FaultUnverified},
		{"not signed", 200, good, func(http.Header, string) {}, txn.FaultUnverified},
		{"not signed, 404", 404, `{"code":"ORDER_NOT_FOUND"}`, func(http.Header, string) {}, txn.FaultUnverified},
		{"not signed, 502", 502, "<html>", func(http.Header, string) {}, txn.FaultSystem},
		{"not signed, 429", 429, good, func(http.Header, string) {}, txn.FaultSystem},
		{"signed, and no JSON", 200, "<html>", func(h http.Header, n string) { seal(h, k.platform, 200, path, now, n, "<html>") }, txn.FaultUnverified},
		{"signed, and nothing", 200, "", func(h http.Header, n string) { seal(h, k.platform, 200, path, now, n, "") }, txn.FaultUnverified},
	} {
		s.mu.Lock()
		s.set = func(w http.ResponseWriter, r *http.Request) bool {
			tt.sign(w.Header(), r.Header.Get("Agg-Nonce"))
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
			return true
		}
		s.mu.Unlock()
		a, err := c.Query(context.Background(), o)
		if pay.FaultOf(err) != tt.fault || (a.Status == txn.StatusPaid) != (tt.fault == "") {
			t.Errorf("%s: %+v, %v; want %q", tt.name, a, err, tt.fault)
		}
		if clock := strings.HasPrefix(tt.name, "300 s"); errors.Is(err, pay.ErrClock) != clock {
			t.Errorf("%s: the clock is blamed: %v", tt.name, !clock)
		}
	}
}

// TestRequests holds what a request says, and that no two have a nonce in common.
func TestRequests(t *testing.T) {
	s, c := script(t, func(cfg *aggregator.Config) { cfg.Terminal, cfg.Description = "T0000001", "惠民便利店" })
	o := order("T0000001A0021", txn.Show, 1234)
	o.Expires = o.Created.Add(119*time.Second + time.Millisecond)
	scanned := o
	scanned.Method = txn.Scan
	nonces := map[string]bool{}
	for op, want := range map[txn.Op]string{
		txn.OpShow:    `{"merchant_id":"M1000001","order_no":"T0000001A0021","amount":1234,"currency":"CNY","subject":"惠民便利店","terminal_id":"T0000001","expires_in":120}`,
		txn.OpScan:    `{"merchant_id":"M1000001","order_no":"T0000001A0021","amount":1234,"currency":"CNY","subject":"惠民便利店","terminal_id":"T0000001","expires_in":120,"code":"134567890123456789"}`,
		txn.OpQuery:   `{"merchant_id":"M1000001","order_no":"T0000001A0021"}`,
		txn.OpClose:   `{"merchant_id":"M1000001","order_no":"T0000001A0021"}`,
		txn.OpReverse: `{"merchant_id":"M1000001","order_no":"T0000001A0021"}`,
	} {
		for range 2 { // the same request again: another nonce, the same bytes
			asked := o
			if op == txn.OpScan {
				asked = scanned
			}
			_, _ = do(c, op, asked)
			if string(s.seen) != want || !json.Valid(s.seen) {
				t.Errorf("%s: %s; want %s", op, s.seen, want)
			}
			if nonces[s.nonce] || len(s.nonce) != 32 {
				t.Errorf("%s: nonce %q", op, s.nonce)
			}
			nonces[s.nonce] = true
		}
	}
}

// TestPaymentCodeStaysSecret has a platform that throws the code back, well signed.
func TestPaymentCodeStaysSecret(t *testing.T) {
	s, c := script(t, nil)
	const code = "134567890123456789"
	o := order("T0000001A0022", txn.Scan, 1)
	for _, body := range []string{
		`{"code":"` + code + `","message":"` + code + `"}`, `{"code":"CODE_` + code + `"}`, `{"` + code + `":`,
		`{"code":"SYSTEM_ERROR","message":"` + code + `"}`,
	} {
		for _, status := range []int{200, 400, 500} {
			s.say(status, body)
			_, err := c.Scan(context.Background(), o, txn.NewPaymentCode(code))
			if err == nil {
				t.Errorf("%d %s was believed", status, body)
			}
			paytest.CheckSecret(t, err, code)
		}
	}
}

// TestLine holds what every client owes to its line.
func TestLine(t *testing.T) {
	paytest.RunLine(t, txn.Aggregator, func(t testing.TB, at paytest.Server) pay.Network {
		_, c := script(t, func(cfg *aggregator.Config) {
			cfg.BaseURL, cfg.RootCAs, cfg.Timeout = at.URL, aggregator.Bytes(at.Roots), at.Timeout
		})
		return c
	})
}
