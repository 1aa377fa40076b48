package wechat_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/wechat"
)

// A board whose clock stands far behind: the server's certificate, and the root above it, are not valid yet, so
// nothing can be sold. The network proves its time all the same, by its own key alone.
func TestProveTime(t *testing.T) {
	ahead := 90 * 24 * time.Hour // how far the network's clock is ahead of this machine's
	for _, c := range []struct {
		name  string
		hurt  func(*scripted)
		roots bool // the client trusts the server's root
		want  error
	}{
		{"refused and signed", func(s *scripted) { s.say(401, `{"code":"SIGN_ERROR"}`) }, true, nil},
		{"not found and signed", func(s *scripted) { s.say(404, `{"code":"ORDER_NOT_EXIST"}`) }, true, nil},
		{"signed by somebody else", func(s *scripted) {
			s.set = func(w http.ResponseWriter, _ *http.Request) bool {
				signHeader(w.Header(), "another body", time.Now().Add(ahead))
				w.WriteHeader(401)
				return true
			}
		}, true, pay.ErrClock},
		{"not signed", func(s *scripted) {
			s.set = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(401); return true }
		}, true, pay.ErrClock},
		{"another root", func(*scripted) {}, false, pay.ErrClock},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &scripted{status: 200, body: "{}", age: -ahead}
			c.hurt(s)
			srv := httptest.NewUnstartedServer(s)
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			root, chain := futureChain(t, time.Now().Add(ahead-24*time.Hour))
			srv.TLS = &tls.Config{Certificates: []tls.Certificate{chain}}
			srv.StartTLS()
			t.Cleanup(srv.Close)
			if !c.roots {
				root, _ = futureChain(t, time.Now())
			}
			cfg := scriptedConfig(srv)
			cfg.RootCAs = wechat.Bytes(pemText("CERTIFICATE", root))
			client, err := wechat.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Show(context.Background(), order("T0000001A0001", txn.Show, 100))
			if c.roots && (!errors.Is(err, pay.ErrClock) || pay.FaultOf(err) != txn.FaultNotSent) {
				t.Errorf("Show: %v, want %v, and nothing sent", err, pay.ErrClock)
			}
			got, err := client.ProveTime(context.Background())
			if c.want == nil {
				if off := got.Sub(time.Now().Add(ahead)).Abs(); err != nil || off > time.Minute {
					t.Errorf("%v, %v: %v off", got, err, off)
				}
				return
			}
			if err == nil || !got.IsZero() {
				t.Errorf("proved %v", got)
			}
		})
	}
}

// The certificate is good, and only the signature's time shows that this terminal's clock is wrong.
func TestSkewIsTheClock(t *testing.T) {
	s, c := script(t, nil)
	s.age = -time.Hour
	s.say(401, `{"code":"SIGN_ERROR"}`)
	_, err := c.Query(context.Background(), order("T0000001A0001", txn.Show, 100))
	if !errors.Is(err, pay.ErrClock) || pay.FaultOf(err) != txn.FaultUnverified {
		t.Errorf("Query: %v", err)
	}
	if got, err := c.ProveTime(context.Background()); err != nil || time.Until(got) < 59*time.Minute {
		t.Errorf("proved %v, %v", got, err)
	}
}

// futureChain is a root and a server's certificate below it, valid from then on; the server's an hour later.
func futureChain(t *testing.T, from time.Time) (root []byte, chain tls.Certificate) {
	t.Helper()
	make := func(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) []byte {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	rootKey, serverKey := key(), key()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, NotBefore: from, NotAfter: from.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"}, NotBefore: from.Add(time.Hour),
		NotAfter: from.AddDate(0, 6, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	root = make(ca, ca, rootKey.Public(), rootKey)
	return root, tls.Certificate{Certificate: [][]byte{make(server, ca, serverKey.Public(), rootKey)}, PrivateKey: serverKey}
}
