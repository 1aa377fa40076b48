package paynet

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// template is a folder with keys that tests copy, since making keys takes a while.
var templateDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "paynet")
	if err != nil {
		return "", err
	}
	p, err := Open(dir, Options{})
	if err != nil {
		return "", err
	}
	return dir, p.Close()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := templateDir(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// folder returns a fresh folder that has its keys already.
func folder(t testing.TB) string {
	t.Helper()
	from, err := templateDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// fakeClock is a clock that tests move.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *fakeClock { return &fakeClock{now: time.Now().Truncate(time.Second)} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// merchant is a client that shares nothing with the SDK: it signs by the documentation's five lines.
type merchant struct {
	testing.TB
	p     *Paynet
	m     WeChatMerchant
	clock *fakeClock
	key   *rsa.PrivateKey
	http  *http.Client
}

// open starts a sandbox on a clock that stands, and a merchant that pays there.
func open(t testing.TB, dir string, clock *fakeClock) *merchant {
	t.Helper()
	p, err := Open(dir, Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Start(""); err != nil {
		t.Fatal(err)
	}
	x := &merchant{TB: t, p: p, m: p.WeChatMerchant(), clock: clock}
	x.key = readTestKey(t, x.m.PrivateKey)
	ca, err := os.ReadFile(x.m.CA)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	x.http = &http.Client{Transport: transport, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func readTestKey(t testing.TB, path string) *rsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

func sign(t testing.TB, key *rsa.PrivateKey, message string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(message))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// authorization signs a request.
func (x *merchant) authorization(method, target, body string, at time.Time, nonce string) string {
	x.Helper()
	ts := strconv.FormatInt(at.Unix(), 10)
	sig := sign(x, x.key, method+"\n"+target+"\n"+ts+"\n"+nonce+"\n"+body+"\n")
	return fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"`,
		x.m.MerchantID, nonce, ts, x.m.Serial, sig)
}

// request makes a signed request that set may change before it leaves.
func (x *merchant) request(method, target, body string, set func(*http.Request)) (*http.Response, []byte, error) {
	x.Helper()
	r, err := http.NewRequest(method, x.m.BaseURL+target, bytes.NewBufferString(body))
	if err != nil {
		x.Fatal(err)
	}
	r.Header.Set("Authorization", x.authorization(method, target, body, x.clock.Now(), randomHex(16)))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	if set != nil {
		set(r)
	}
	resp, err := x.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, text, err
}

// reply is a decoded answer.
type reply struct {
	Status    int
	Code      string `json:"code"`
	CodeURL   string `json:"code_url"`
	No        string `json:"out_trade_no"`
	State     string `json:"trade_state"`
	Type      string `json:"trade_type"`
	ID        string `json:"transaction_id"`
	SuccessAt string `json:"success_time"`
	Amount    struct {
		Total    int64  `json:"total"`
		Payer    *int64 `json:"payer_total"`
		Currency string `json:"currency"`
	} `json:"amount"`
}

// call makes a signed request and proves that the answer is signed.
func (x *merchant) call(method, target, body string) reply {
	x.Helper()
	resp, text, err := x.request(method, target, body, nil)
	if err != nil {
		x.Fatal(err)
	}
	x.verify(resp.Header, text)
	r := reply{Status: resp.StatusCode}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &r); err != nil {
			x.Fatalf("%s %s: %s: %v", method, target, text, err)
		}
	}
	return r
}

// verify checks an answer's signature by the documentation's three lines.
func (x *merchant) verify(h http.Header, body []byte) {
	x.Helper()
	text, err := os.ReadFile(x.m.PublicKey)
	if err != nil {
		x.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		x.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(h.Get("Wechatpay-Signature"))
	if err != nil {
		x.Fatal(err)
	}
	sum := sha256.Sum256([]byte(h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + string(body) + "\n"))
	if err := rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, sum[:], sig); err != nil {
		x.Fatalf("the answer is not signed as documented: %v, headers %v", err, h)
	}
	if h.Get("Wechatpay-Serial") != x.m.PublicKeyID {
		x.Fatalf("signed under %s", h.Get("Wechatpay-Serial"))
	}
}

// Paths.
const (
	nativePath  = "/v3/pay/transactions/native"
	codepayPath = "/v3/pay/transactions/codepay"
	orderPath   = "/v3/pay/transactions/out-trade-no/"
)

func (x *merchant) nativeBody(no string, fen int64) string {
	return fmt.Sprintf(`{"appid":%q,"mchid":%q,"description":"惠民便利店","out_trade_no":%q,"notify_url":"https://a.invalid/n","amount":{"total":%d,"currency":"CNY"}}`,
		x.m.AppID, x.m.MerchantID, no, fen)
}

func (x *merchant) codepayBody(no, code string, fen int64) string {
	return fmt.Sprintf(`{"appid":%q,"mchid":%q,"description":"惠民便利店","out_trade_no":%q,"payer":{"auth_code":%q},"amount":{"total":%d,"currency":"CNY"},"scene_info":{"device_id":"T1","device_ip":"10.0.0.2","store_info":{"out_id":"S1"}}}`,
		x.m.AppID, x.m.MerchantID, no, code, fen)
}

func (x *merchant) native(no string, fen int64) reply {
	x.Helper()
	return x.call("POST", nativePath, x.nativeBody(no, fen))
}

func (x *merchant) codepay(no, code string, fen int64) reply {
	x.Helper()
	return x.call("POST", codepayPath, x.codepayBody(no, code, fen))
}

func (x *merchant) query(no string) reply {
	x.Helper()
	return x.call("GET", orderPath+no+"?mchid="+x.m.MerchantID, "")
}

func (x *merchant) close(no string) reply {
	x.Helper()
	return x.call("POST", orderPath+no+"/close", fmt.Sprintf(`{"mchid":%q}`, x.m.MerchantID))
}

func (x *merchant) reverse(no string) reply {
	x.Helper()
	return x.call("POST", orderPath+no+"/reverse", fmt.Sprintf(`{"appid":%q,"mchid":%q}`, x.m.AppID, x.m.MerchantID))
}

// want checks status and code of a reply.
func (x *merchant) want(r reply, status int, code string) reply {
	x.Helper()
	if r.Status != status || r.Code != code {
		x.Fatalf("answered %d %q (%+v); want %d %q", r.Status, r.Code, r, status, code)
	}
	return r
}

// state checks what a query says.
func (x *merchant) state(no, state string) reply {
	x.Helper()
	r := x.want(x.query(no), 200, "")
	if r.State != state || r.No != no {
		x.Fatalf("%s is %s; want %s", no, r.State, state)
	}
	return r
}

func (x *merchant) phone(wallet string) *Phone {
	x.Helper()
	ph, err := x.p.Phone(wallet)
	if err != nil {
		x.Fatal(err)
	}
	return ph
}

func (x *merchant) code(wallet string) string {
	x.Helper()
	code, err := x.phone(wallet).Code()
	if err != nil {
		x.Fatal(err)
	}
	return code
}

// charged checks the ledger of one order.
func (x *merchant) charged(no string, charges int, kept int64) {
	x.Helper()
	a, _ := x.p.Ledger().Order(no)
	if a.Charges != charges || a.Charged-a.GivenBack != kept {
		x.Fatalf("ledger of %s: %+v; want %d charges, %d kept", no, a, charges, kept)
	}
}
