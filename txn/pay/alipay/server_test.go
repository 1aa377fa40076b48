package alipay_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"smartpos/txn/pay/alipay"
)

// testKeys are one application's and the network's, made once for all tests.
var testKeys = sync.OnceValue(func() (k struct{ app, network *rsa.PrivateKey }) {
	k.app, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.network, _ = rsa.GenerateKey(rand.Reader, 2048)
	return k
})

// Identity of the scripted network's merchant.
const (
	testApp    = "2021000000000001"
	testSeller = "2088000000000002"
)

// scripted is a network that says, well signed, whatever a test wants it to say.
type scripted struct {
	mu     sync.Mutex
	status int
	node   string // the response node's value
	text   string // the whole answer instead
	hits   int
	seen   url.Values                                    // the last request
	set    func(http.ResponseWriter, *http.Request) bool // answers itself; true: done
}

// say sets the value of the response node.
func (s *scripted) say(node string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.node, s.text = http.StatusOK, node, ""
}

// write sets the whole answer.
func (s *scripted) write(status int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.text = status, text
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits++
	s.seen = r.PostForm
	if s.set != nil && s.set(w, r) {
		return
	}
	text := s.text
	if text == "" {
		text = sealed(r.PostForm.Get("method"), s.node)
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, text)
}

// sealed is an answer as Alipay writes it.
func sealed(method, node string) string {
	return `{"` + strings.ReplaceAll(method, ".", "_") + `_response":` + node + `,"sign":"` + signed(node) + `"}`
}

func signed(node string) string {
	sum := sha256.Sum256([]byte(node))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, testKeys().network, crypto.SHA256, sum[:])
	return base64.StdEncoding.EncodeToString(sig)
}

// script starts a scripted network and a client of it.
func script(t testing.TB, set func(*alipay.Config)) (*scripted, *alipay.Client) {
	t.Helper()
	s := &scripted{status: 200, node: "{}"}
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	private, _ := x509.MarshalPKCS8PrivateKey(testKeys().app)
	public, _ := x509.MarshalPKIXPublicKey(testKeys().network.Public())
	cfg := alipay.Config{
		AppID: testApp, SellerID: testSeller, BaseURL: srv.URL,
		PrivateKey: alipay.Bytes([]byte(base64.StdEncoding.EncodeToString(private))), // as Alipay's own tool writes it
		PublicKey:  alipay.Bytes([]byte(base64.StdEncoding.EncodeToString(public))),
		RootCAs:    alipay.Bytes(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})),
	}
	if set != nil {
		set(&cfg)
	}
	c, err := alipay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}
