package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// serve starts a TLS server, and returns its address and what its certificate hangs on.
func serve(t *testing.T, least, most uint16, h http.HandlerFunc) (url string, roots *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS, s.Config.ErrorLog = &tls.Config{MinVersion: least, MaxVersion: most}, log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL, roots
}

// Whose certificate does not prove who it is, or who speaks an old TLS, gets no request; and no answer has more headers
// than a line takes.
func TestLineTrust(t *testing.T) {
	for name, c := range map[string]struct {
		least, most uint16 // of TLS; 0: what Go does
		host        string // instead of the certificate's
		strange     bool   // the certificate hangs on nothing that we know
		header      int    // bytes in the answer
		want        txn.Fault
	}{
		"TLS 1.3":         {},
		"TLS 1.2":         {most: tls.VersionTLS12},
		"TLS 1.1":         {least: tls.VersionTLS10, most: tls.VersionTLS11, want: txn.FaultNotSent},
		"another host":    {host: "localhost", want: txn.FaultNotSent},
		"unknown roots":   {strange: true, want: txn.FaultNotSent},
		"large header":    {header: 32 << 10},
		"too much header": {header: 1 << 20, want: txn.FaultNoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			asked := false
			url, roots := serve(t, c.least, c.most, func(w http.ResponseWriter, _ *http.Request) {
				asked = true
				w.Header().Set("X-Long", strings.Repeat("x", c.header))
			})
			if c.host != "" {
				url = strings.Replace(url, "127.0.0.1", c.host, 1)
			}
			if c.strange {
				roots = x509.NewCertPool()
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			x := client.NewLine(roots, 5*time.Second).Do(r)
			if fault, err := x.Silence(); fault != c.want {
				t.Errorf("%v, %v; want %v", fault, err, c.want)
			}
			if asked && c.want == txn.FaultNotSent {
				t.Error("it was asked")
			}
		})
	}
}
