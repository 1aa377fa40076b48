package unionpay_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/unionpay"
)

const testMerchant = "777290058110097"

// credentials are one merchant's and one network's, made once for all tests.
type credentials struct {
	merchantKey, networkKey                 *rsa.PrivateKey
	merchantCert, root, middle, leaf, other []byte // PEM; other is a leaf of the same authority with another owner
	expired                                 []byte
}

var testKeys = sync.OnceValue(func() (k credentials) {
	keys := make([]*rsa.PrivateKey, 4)
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	root, middle := keys[0], keys[1]
	k.merchantKey, k.networkKey = keys[2], keys[3]
	rootCert, rootPEM := certificate("TEST ROOT", nil, root, root, true, time.Hour)
	middleCert, middlePEM := certificate("TEST MIDDLE", rootCert, middle, root, true, time.Hour)
	k.root, k.middle = rootPEM, middlePEM
	owner := func(name string, life time.Duration) []byte {
		_, text := certificate("041@Z2026@"+name+"@00000001", middleCert, k.networkKey, middle, false, life)
		return text
	}
	k.leaf, k.other = owner("00040000:SIGN", time.Hour), owner("某某公司", time.Hour)
	k.expired = owner("00040000:SIGN", -time.Minute)
	_, k.merchantCert = certificate("041@"+testMerchant, middleCert, k.merchantKey, middle, false, time.Hour)
	return k
})

func certificate(name string, by *x509.Certificate, key, signer *rsa.PrivateKey, ca bool, life time.Duration) (*x509.Certificate, []byte) {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<40))
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, IsCA: ca, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(life),
	}
	if by == nil {
		by = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), signer)
	if err != nil {
		panic(err)
	}
	cert, _ := x509.ParseCertificate(der)
	return cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func keyPEM(key *rsa.PrivateKey) []byte {
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// fields is a message in a test.
type fields map[string]string

// with returns a copy with changes, "k=v" or "-k" to leave k out.
func (f fields) with(changes ...string) fields {
	g := maps.Clone(f)
	for _, c := range changes {
		if k, v, ok := strings.Cut(c, "="); ok {
			g[k] = v
		} else {
			delete(g, strings.TrimPrefix(c, "-"))
		}
	}
	return g
}

// text joins the fields as the network does, without any encoding.
func (f fields) text() string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(f)) {
		if k != "signature" {
			parts = append(parts, k+"="+f[k])
		}
	}
	return strings.Join(parts, "&")
}

// signed is the message as the network sends it.
func (f fields) signed(cert []byte, key *rsa.PrivateKey) string {
	g := f.with("signMethod=01", "signPubKeyCert="+strings.ReplaceAll(strings.TrimSpace(string(cert)), "\n", "\r\n"))
	first := sha256.Sum256([]byte(g.text()))
	second := sha256.Sum256([]byte(hex.EncodeToString(first[:])))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, second[:])
	if err != nil {
		panic(err)
	}
	return g.text() + "&signature=" + base64.StdEncoding.EncodeToString(signature)
}

// scripted is a network that says, well signed, whatever a test wants it to say.
type scripted struct {
	mu     sync.Mutex
	status int
	body   map[string]string // by path; "" is any other
	hits   []string
	seen   url.Values                                    // the last request
	set    func(http.ResponseWriter, *http.Request) bool // answers itself; true: done
}

// say answers every request with f, and requests to the query address with the last of more where given.
func (s *scripted) say(f fields, query ...fields) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := testKeys()
	s.status, s.body = 200, map[string]string{"": f.signed(k.leaf, k.networkKey)}
	for _, q := range query {
		s.body["/gateway/api/queryTrans.do"] = q.signed(k.leaf, k.networkKey)
	}
}

func (s *scripted) sayRaw(status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.body = status, map[string]string{"": body}
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits = append(s.hits, r.URL.Path)
	s.seen, _ = url.ParseQuery(string(body))
	if s.set != nil && s.set(w, r) {
		return
	}
	text, ok := s.body[r.URL.Path]
	if !ok {
		text = s.body[""]
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, text)
}

func (s *scripted) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.hits)
}

// script starts a scripted network and a client of it.
func script(t testing.TB, set func(*unionpay.Config)) (*scripted, *unionpay.Client) {
	t.Helper()
	s := &scripted{status: 200, body: map[string]string{}}
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	k := testKeys()
	cfg := unionpay.Config{
		MerchantID:  testMerchant,
		PrivateKey:  unionpay.Bytes(keyPEM(k.merchantKey)),
		Certificate: unionpay.Bytes(k.merchantCert), Root: unionpay.Bytes(k.root), Middle: unionpay.Bytes(k.middle),
		BaseURL: srv.URL, RootCAs: unionpay.Bytes(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})),
	}
	if set != nil {
		set(&cfg)
	}
	c, err := unionpay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// created is when every test's order was: 10:34:56 in Beijing.
var created = time.Date(2026, 11, 23, 2, 34, 56, 789, time.UTC)

func order(no string, method txn.Method, fen int64) txn.Order {
	return txn.Order{
		No: txn.OrderNo(no), Network: txn.UnionPay, Method: method, Amount: txn.Yuan(fen),
		Created: created, Expires: created.Add(2 * time.Minute),
	}
}

// reply is what the network answers about o, without its outcome.
func reply(o txn.Order, changes ...string) fields {
	return fields{
		"version": "5.1.0", "encoding": "UTF-8", "bizType": "000000", "accessType": "0", "txnType": "01",
		"merId": testMerchant, "orderId": string(o.No), "txnTime": "20261123103456",
		"respCode": "00", "respMsg": "成功[0000000]",
	}.with(changes...)
}

// success is a query's answer of a payment.
func success(o txn.Order, changes ...string) fields {
	return reply(o, "origRespCode=00", "origRespMsg=成功[0000000]", "queryId=442401051450467846498", "currencyCode=156",
		"traceTime=1123103512", "traceNo=784649", fmt.Sprintf("txnAmt=%d", o.Amount.Fen), "settleAmt=1").with(changes...)
}
