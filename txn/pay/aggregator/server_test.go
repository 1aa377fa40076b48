package aggregator_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"smartpos/txn/pay/aggregator"
)

// testKeys are one merchant's and one platform's, made once for all tests.
var testKeys = sync.OnceValue(func() (k struct{ merchant, platform ed25519.PrivateKey }) {
	_, k.merchant, _ = ed25519.GenerateKey(rand.Reader)
	_, k.platform, _ = ed25519.GenerateKey(rand.Reader)
	return k
})

// Identity of the scripted platform's merchant.
const (
	testMerchant = "M1000001"
	testKeyID    = "M-1"
	platformID   = "P-1"
)

// scripted is a platform that says, well signed, whatever a test wants it to say.
type scripted struct {
	mu     sync.Mutex
	status int
	body   string
	age    time.Duration // of the signature
	hits   int
	seen   []byte                                        // the last request's body
	nonce  string                                        // and its nonce
	set    func(http.ResponseWriter, *http.Request) bool // answers itself; true: done
}

func (s *scripted) say(status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.body = status, body
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits++
	s.seen, s.nonce = body, r.Header.Get("Agg-Nonce")
	if s.set != nil && s.set(w, r) {
		return
	}
	seal(w.Header(), testKeys().platform, s.status, r.URL.Path, time.Now().Add(-s.age), s.nonce, s.body)
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.body)
}

// seal signs an answer as docs/aggregator.md says.
func seal(h http.Header, key ed25519.PrivateKey, status int, path string, at time.Time, nonce, body string) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	message := fmt.Sprintf("AGG1-ANSWER\n%d\n%s\n%s\n%s\n%s\n%s", status, path, platformID, stamp, nonce, body)
	h.Set("Agg-Key-Id", platformID)
	h.Set("Agg-Timestamp", stamp)
	h.Set("Agg-Signature", base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(message))))
}

// script starts a scripted platform and a client of it.
func script(t testing.TB, set func(*aggregator.Config)) (*scripted, *aggregator.Client) {
	t.Helper()
	s := &scripted{status: 200, body: "{}"}
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	cfg := scriptedConfig(srv)
	if set != nil {
		set(&cfg)
	}
	c, err := aggregator.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func scriptedConfig(srv *httptest.Server) aggregator.Config {
	private, _ := x509.MarshalPKCS8PrivateKey(testKeys().merchant)
	public, _ := x509.MarshalPKIXPublicKey(testKeys().platform.Public())
	return aggregator.Config{
		BaseURL: srv.URL, MerchantID: testMerchant,
		KeyID: testKeyID, PrivateKey: aggregator.Bytes(pemText("PRIVATE KEY", private)),
		PlatformKeyID: platformID, PlatformKey: aggregator.Bytes(pemText("PUBLIC KEY", public)),
		RootCAs: aggregator.Bytes(pemText("CERTIFICATE", srv.Certificate().Raw)),
	}
}

func pemText(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
