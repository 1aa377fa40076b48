package wechat_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
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

	"smartpos/txn/pay/wechat"
)

// testKeys are one merchant's and one network's, made once for all tests.
var testKeys = sync.OnceValue(func() (k struct{ merchant, network *rsa.PrivateKey }) {
	k.merchant, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.network, _ = rsa.GenerateKey(rand.Reader, 2048)
	return k
})

const testKeyID = "PUB_KEY_ID_0110000000000000000000000000000001"

// scripted is a network that says, well signed, whatever a test wants it to say.
type scripted struct {
	mu     sync.Mutex
	status int
	body   string
	age    time.Duration // of the signature
	hits   int
	seen   []byte                                        // the last request's body
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
	s.seen = body
	if s.set != nil && s.set(w, r) {
		return
	}
	signHeader(w.Header(), s.body, time.Now().Add(-s.age))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(s.status)
	if s.status != http.StatusNoContent {
		_, _ = io.WriteString(w, s.body)
	}
}

func signHeader(h http.Header, body string, at time.Time) {
	ts := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", ts, "nonce", body))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, testKeys().network, crypto.SHA256, sum[:])
	h.Set("Wechatpay-Timestamp", ts)
	h.Set("Wechatpay-Nonce", "nonce")
	h.Set("Wechatpay-Serial", testKeyID)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(sig))
}

// Identity of the scripted network's merchant.
const (
	testMchid = "1900000109"
	testAppid = "wx8888888888888888"
)

// scriptedConfig is a client's configuration for the scripted network.
func scriptedConfig(srv *httptest.Server) wechat.Config {
	der, _ := x509.MarshalPKCS8PrivateKey(testKeys().merchant)
	pub, _ := x509.MarshalPKIXPublicKey(testKeys().network.Public())
	return wechat.Config{
		MerchantID: testMchid, AppID: testAppid, Serial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
		PrivateKey:  wechat.Bytes(pemText("PRIVATE KEY", der)),
		PublicKeyID: testKeyID, PublicKey: wechat.Bytes(pemText("PUBLIC KEY", pub)),
		NotifyURL: "https://notify.invalid/wechat", BaseURL: srv.URL,
		RootCAs: wechat.Bytes(pemText("CERTIFICATE", srv.Certificate().Raw)),
	}
}

func pemText(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// script starts a scripted network and a client of it.
func script(t testing.TB, set func(*wechat.Config)) (*scripted, *wechat.Client) {
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
	c, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}
