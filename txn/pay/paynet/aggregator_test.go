package paynet

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// aggMerchant is a client of the aggregator that signs by docs/aggregator.md alone.
type aggMerchant struct {
	*merchant
	agg      AggregatorMerchant
	key      ed25519.PrivateKey
	platform ed25519.PublicKey
}

func openAggregator(t testing.TB) *aggMerchant {
	t.Helper()
	x := &aggMerchant{merchant: open(t, folder(t), newClock())}
	x.agg = x.p.AggregatorMerchant()
	private, err := x509.ParsePKCS8PrivateKey(pemBytes(t, x.agg.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.ParsePKIXPublicKey(pemBytes(t, x.agg.PlatformKey))
	if err != nil {
		t.Fatal(err)
	}
	x.key, x.platform = private.(ed25519.PrivateKey), public.(ed25519.PublicKey)
	return x
}

func pemBytes(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	return block.Bytes
}

// aggReply is a decoded answer.
type aggReply struct {
	Status   int
	Code     string `json:"code"`
	QR       string `json:"qr_url"`
	No       string `json:"order_no"`
	State    string `json:"state"`
	Amount   int64  `json:"amount"`
	ID       string `json:"platform_id"`
	Wallet   string `json:"wallet"`
	WalletID string `json:"wallet_id"`
	Payer    *int64 `json:"payer_paid"`
	PaidAt   int64  `json:"paid_at"`
}

// signedBy makes a signed request; set may change it after it was signed.
func (x *aggMerchant) signedBy(at time.Time, nonce, op, body string, set func(*http.Request)) *http.Request {
	x.Helper()
	r, err := http.NewRequest("POST", x.agg.BaseURL+"/agg/v1/"+op, strings.NewReader(body))
	if err != nil {
		x.Fatal(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	lines := []string{"AGG1-REQUEST", "POST", "/agg/v1/" + op, x.agg.KeyID, stamp, nonce, body}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Agg-Key-Id", x.agg.KeyID)
	r.Header.Set("Agg-Timestamp", stamp)
	r.Header.Set("Agg-Nonce", nonce)
	r.Header.Set("Agg-Signature", base64.StdEncoding.EncodeToString(ed25519.Sign(x.key, []byte(strings.Join(lines, "\n")))))
	if set != nil {
		set(r)
	}
	return r
}

// answerTo sends a request and proves that the answer is signed as an answer to it.
func (x *aggMerchant) answerTo(r *http.Request) (a aggReply) {
	x.Helper()
	resp, err := x.http.Do(r)
	if err != nil {
		x.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		x.Fatal(err)
	}
	h := resp.Header
	message := fmt.Sprintf("AGG1-ANSWER\n%d\n%s\n%s\n%s\n%s\n%s", resp.StatusCode, r.URL.RequestURI(), h.Get("Agg-Key-Id"),
		h.Get("Agg-Timestamp"), r.Header.Get("Agg-Nonce"), body)
	signature, err := base64.StdEncoding.DecodeString(h.Get("Agg-Signature"))
	if err != nil || !ed25519.Verify(x.platform, []byte(message), signature) || h.Get("Agg-Key-Id") != x.agg.PlatformKeyID {
		x.Fatalf("the answer is not signed as documented: %v %s", h, body)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		x.Fatal(err)
	}
	a.Status = resp.StatusCode
	return a
}

func (x *aggMerchant) ask(op, body string) aggReply {
	x.Helper()
	return x.answerTo(x.signedBy(x.clock.Now(), randomHex(16), op, body, nil))
}

func (x *aggMerchant) begin(op, no string, fen int64, more string) aggReply {
	x.Helper()
	return x.ask(op, fmt.Sprintf(`{"merchant_id":%q,"order_no":%q,"amount":%d,"currency":"CNY","subject":"惠民便利店","expires_in":120%s}`,
		x.agg.MerchantID, no, fen, more))
}

func (x *aggMerchant) scanCode(no, wallet string, fen int64) aggReply {
	x.Helper()
	return x.begin("scan", no, fen, fmt.Sprintf(`,"code":%q`, x.code(wallet)))
}

func (x *aggMerchant) on(op, no string) aggReply {
	x.Helper()
	return x.ask(op, fmt.Sprintf(`{"merchant_id":%q,"order_no":%q}`, x.agg.MerchantID, no))
}

func (x *aggMerchant) says(a aggReply, code, state string) aggReply {
	x.Helper()
	if a.Code != code || a.State != state || (a.Status == 200) != (code == "OK") {
		x.Fatalf("answered %+v; want %s %s", a, code, state)
	}
	return a
}

// TestAggregatorEveryWallet pays the same kind of code with each wallet.
func TestAggregatorEveryWallet(t *testing.T) {
	x := openAggregator(t)
	for i, wallet := range wallets {
		no := fmt.Sprintf("SHOW0000000%d", i)
		shown := x.says(x.begin("create", no, 1234, ""), "OK", "")
		if !strings.HasPrefix(shown.QR, x.agg.BaseURL+"/q/") || !x.p.Payable(shown.QR) {
			t.Fatal(shown)
		}
		ph := x.phone(wallet)
		ph.SetCoupon(34)
		if page, err := ph.Scan(shown.QR); err != nil || page.Fen != 1200 || page.Network != Aggregator {
			t.Fatal(page, err)
		}
		x.says(x.on("query", no), "OK", "NOT_PAID")
		if err := ph.Confirm(); err != nil {
			t.Fatal(err)
		}
		q := x.says(x.on("query", no), "OK", "PAID")
		if q.Wallet != wallet || !strings.HasPrefix(q.ID, "AGG") || q.WalletID == "" || *q.Payer != 1200 || q.Amount != 1234 ||
			q.PaidAt != x.clock.Now().Unix() {
			t.Errorf("%+v", q)
		}
		x.says(x.on("close", no), "ORDER_PAID", "")
		x.charged(no, 1, 1200)
	}
}

// TestAggregatorTwoPhones has three customers with the page open who all confirm at once: one is charged, the others
// read that they were not.
func TestAggregatorTwoPhones(t *testing.T) {
	x := openAggregator(t)
	for round := range 20 {
		no := fmt.Sprintf("RACE%08d", round)
		shown := x.begin("create", no, 500, "")
		for _, wallet := range wallets {
			if _, err := x.phone(wallet).Scan(shown.QR); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		failed := make([]error, len(wallets))
		for i, wallet := range wallets {
			all.Go(func() { failed[i] = x.phone(wallet).Confirm() })
		}
		all.Wait()
		q := x.says(x.on("query", no), "OK", "PAID")
		for i, wallet := range wallets {
			page := x.phone(wallet).Page()
			switch {
			case wallet == q.Wallet && (failed[i] != nil || page.State != PagePaid):
				t.Errorf("the one who paid: %v, %+v", failed[i], page)
			case wallet != q.Wallet && (!errors.Is(failed[i], ErrPage) || page.Text != "订单已由他人支付，未扣您的款"):
				t.Errorf("%s, who did not: %v, %+v", wallet, failed[i], page)
			}
		}
		x.charged(no, 1, 500)
	}
}

// TestAggregatorPage is what programs see that open a code's address.
func TestAggregatorPage(t *testing.T) {
	x := openAggregator(t)
	qr := x.begin("create", "PAGE00000001", 1250, "").QR
	for _, tt := range []struct {
		url, agent string
		status     int
		want       string
	}{
		{qr, userAgents[WeChat], 200, "请在微信中确认付款</p><p>¥12.50"},
		{qr, userAgents[Alipay], 200, "请在支付宝中确认付款</p><p>¥12.50"},
		{qr, userAgents[UnionPay], 200, "请在云闪付中确认付款</p><p>¥12.50"},
		{qr, "Mozilla/5.0 (Windows NT 10.0)", 200, "请使用微信、支付宝或云闪付扫一扫付款</p>\n"},
		{qr, "", 200, "请使用微信、支付宝或云闪付扫一扫付款</p>\n"},
		{qr + "x", userAgents[WeChat], 404, "二维码已失效"},
		{x.agg.BaseURL + "/q/%3Cscript%3E", userAgents[WeChat], 404, "二维码已失效"},
	} {
		r, _ := http.NewRequest("GET", tt.url, nil)
		r.Header.Set("User-Agent", tt.agent)
		resp, err := x.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != tt.status || !bytes.Contains(body, []byte(tt.want)) || bytes.Contains(body, []byte("script>")) {
			t.Errorf("%s as %q: %d %s", tt.url, tt.agent, resp.StatusCode, body)
		}
	}
	x.says(x.on("query", "PAGE00000001"), "OK", "NOT_PAID")
}

// TestAggregatorClose takes the page from a customer's hand, and ends an order with its time.
func TestAggregatorClose(t *testing.T) {
	x := openAggregator(t)
	ph := x.phone(WeChat)
	shown := x.begin("create", "CLOSE0000001", 100, "")
	if again := x.begin("create", "CLOSE0000001", 100, ""); again.QR != shown.QR {
		t.Error("another page for the same request")
	}
	x.says(x.begin("create", "CLOSE0000001", 101, ""), "ORDER_EXISTS", "")
	if _, err := ph.Scan(shown.QR); err != nil {
		t.Fatal(err)
	}
	x.says(x.on("reverse", "CLOSE0000001"), "WRONG_METHOD", "")
	x.says(x.on("close", "CLOSE0000001"), "OK", "")
	x.says(x.on("close", "CLOSE0000001"), "OK", "")
	x.says(x.on("query", "CLOSE0000001"), "OK", "CLOSED")
	if err := ph.Confirm(); err == nil {
		t.Error("paid a closed order")
	}
	x.says(x.begin("create", "CLOSE0000001", 100, ""), "ORDER_ENDED", "")
	x.charged("CLOSE0000001", 0, 0)

	shown = x.begin("create", "CLOSE0000002", 100, "")
	x.clock.Add(120*time.Second - 1)
	x.says(x.on("query", "CLOSE0000002"), "OK", "NOT_PAID")
	if _, err := ph.Scan(shown.QR); err != nil {
		t.Fatal(err)
	}
	x.clock.Add(1)
	x.says(x.on("query", "CLOSE0000002"), "OK", "CLOSED")
	if err := ph.Confirm(); err == nil {
		t.Error("paid after its time")
	}
}

// TestAggregatorScan charges every wallet's code, told apart by what it looks like.
func TestAggregatorScan(t *testing.T) {
	x := openAggregator(t)
	for i, wallet := range wallets {
		no := fmt.Sprintf("SCAN0000000%d", i)
		if a := x.says(x.scanCode(no, wallet, 990), "OK", "PAID"); a.Wallet != wallet {
			t.Errorf("%+v", a)
		}
		x.says(x.on("close", no), "WRONG_METHOD", "")
		x.says(x.scanCode(no, wallet, 990), "ORDER_PAID", "")
		x.says(x.on("reverse", no), "OK", "")
		x.says(x.on("reverse", no), "OK", "")
		x.says(x.on("query", no), "OK", "REVERSED")
		x.charged(no, 1, 0)
	}
	for _, code := range []string{"130000000000000099", "6000", "99" + strings.Repeat("1", 16), "hQVDUFYw"} {
		x.says(x.begin("scan", "SCAN00000009", 1, fmt.Sprintf(`,"code":%q`, code)), "CODE_INVALID", "")
	}
	x.says(x.on("query", "SCAN00000009"), "ORDER_NOT_FOUND", "")
	old := x.code(Alipay)
	x.clock.Add(time.Minute)
	x.says(x.begin("scan", "SCAN00000009", 1, fmt.Sprintf(`,"code":%q`, old)), "CODE_EXPIRED", "")
	x.phone(UnionPay).SetBalance(0)
	x.says(x.scanCode("SCAN00000010", UnionPay, 1), "BALANCE_NOT_ENOUGH", "")
	x.says(x.on("query", "SCAN00000010"), "OK", "FAILED")
}

func TestAggregatorPassword(t *testing.T) {
	x := openAggregator(t)
	ph := x.phone(Alipay)
	if err := ph.SetPassword(PasswordAlways, 0); err != nil {
		t.Fatal(err)
	}
	code := fmt.Sprintf(`,"code":%q`, x.code(Alipay))
	x.says(x.begin("scan", "PASS00000001", 100, code), "OK", "PAYING")
	x.says(x.begin("scan", "PASS00000001", 100, code), "OK", "PAYING") // the same request once more
	x.says(x.on("reverse", "PASS00000001"), "ORDER_PAYING", "")
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	x.says(x.on("query", "PASS00000001"), "OK", "PAID")
	x.charged("PASS00000001", 1, 100)
	x.says(x.scanCode("PASS00000002", Alipay, 100), "OK", "PAYING")
	x.clock.Add(passwordTime)
	x.says(x.on("query", "PASS00000002"), "OK", "FAILED")
	if ph.Confirm() == nil {
		t.Error("paid after its time")
	}
}

// TestAggregatorRefuses sends what no merchant of ours would.
func TestAggregatorRefuses(t *testing.T) {
	x := openAggregator(t)
	body := fmt.Sprintf(`{"merchant_id":%q,"order_no":"REFUSE000001"}`, x.agg.MerchantID)
	now := x.clock.Now()
	for _, tt := range []struct {
		name string
		at   time.Time
		set  func(*http.Request)
		code string
	}{
		{"as it is", now, nil, "ORDER_NOT_FOUND"},
		{"299 s behind", now.Add(-299 * time.Second), nil, "ORDER_NOT_FOUND"},
		{"299 s ahead", now.Add(299 * time.Second), nil, "ORDER_NOT_FOUND"},
		{"300 s behind", now.Add(-300 * time.Second), nil, "CLOCK_SKEW"},
		{"300 s ahead", now.Add(300 * time.Second), nil, "CLOCK_SKEW"},
		{"another key", now, func(r *http.Request) { r.Header.Set("Agg-Key-Id", "K") }, "KEY_UNKNOWN"},
		{"another time", now, func(r *http.Request) { r.Header.Set("Agg-Timestamp", strconv.FormatInt(now.Unix()+1, 10)) }, "SIGN_ERROR"},
		{"another nonce", now, func(r *http.Request) { r.Header.Set("Agg-Nonce", randomHex(16)) }, "SIGN_ERROR"},
		{"a short nonce", now, func(r *http.Request) { r.Header.Set("Agg-Nonce", "1") }, "SIGN_ERROR"},
		{"another call", now, func(r *http.Request) { r.URL.Path = "/agg/v1/close" }, "SIGN_ERROR"},
		{"a query behind it", now, func(r *http.Request) { r.URL.RawQuery = "a=1" }, "SIGN_ERROR"},
		{"two signatures", now, func(r *http.Request) { r.Header.Add("Agg-Signature", r.Header.Get("Agg-Signature")) }, "SIGN_ERROR"},
		{"no signature", now, func(r *http.Request) { r.Header.Del("Agg-Signature") }, "SIGN_ERROR"},
	} {
		if a := x.answerTo(x.signedBy(tt.at, randomHex(16), "query", body, tt.set)); a.Code != tt.code {
			t.Errorf("%s: %+v; want %s", tt.name, a, tt.code)
		}
	}
	nonce := randomHex(16)
	for _, code := range []string{"ORDER_NOT_FOUND", "NONCE_USED"} {
		if a := x.answerTo(x.signedBy(now, nonce, "query", body, nil)); a.Code != code {
			t.Errorf("%+v; want %s", a, code)
		}
	}
	fresh := randomHex(16) // somebody else's request spends no nonce of ours
	x.answerTo(x.signedBy(now, fresh, "query", body, func(r *http.Request) { r.Header.Set("Agg-Signature", "AAAA") }))
	if a := x.answerTo(x.signedBy(now, fresh, "query", body, nil)); a.Code != "ORDER_NOT_FOUND" {
		t.Errorf("%+v", a)
	}
	x.says(x.ask("transfer", body), "CALL_UNKNOWN", "")
}

func TestAggregatorBodies(t *testing.T) {
	x := openAggregator(t)
	good := fmt.Sprintf(`{"merchant_id":%q,"order_no":"BODY00000001","amount":1,"currency":"CNY","subject":"x","expires_in":60}`, x.agg.MerchantID)
	for _, tt := range []struct{ old, new, code string }{
		{x.agg.MerchantID, "M1", "MERCHANT_UNKNOWN"},
		{"BODY00000001", "body00000001", "INVALID_REQUEST"},
		{"BODY00000001", "B1", "INVALID_REQUEST"},
		{`"amount":1`, `"amount":0`, "AMOUNT_LIMIT"},
		{`"amount":1`, `"amount":100000001`, "AMOUNT_LIMIT"},
		{`"amount":1`, `"amount":"1"`, "INVALID_REQUEST"},
		{`"amount":1`, `"amount":1.5`, "INVALID_REQUEST"},
		{`"amount":1`, `"amount":1,"amount":2`, "INVALID_REQUEST"},
		{`"amount":1`, `"Amount":1`, "INVALID_REQUEST"},
		{`"amount":1`, `"amount":1,"tip":2`, "INVALID_REQUEST"},
		{"CNY", "USD", "INVALID_REQUEST"},
		{`"subject":"x"`, `"subject":""`, "INVALID_REQUEST"},
		{`"expires_in":60`, `"expires_in":0`, "INVALID_REQUEST"},
		{`"expires_in":60`, `"expires_in":86401`, "INVALID_REQUEST"},
		{`"expires_in":60`, `"expires_in":60,"code":"130000000000000099"`, "INVALID_REQUEST"},
		{"}", "} {}", "INVALID_REQUEST"},
		{good, "null", "MERCHANT_UNKNOWN"},
		{good, "[]", "INVALID_REQUEST"},
	} {
		x.says(x.ask("create", strings.Replace(good, tt.old, tt.new, 1)), tt.code, "")
	}
	x.says(x.ask("scan", good), "INVALID_REQUEST", "") // without a code
	x.says(x.ask("query", good), "INVALID_REQUEST", "")
	x.says(x.ask("create", good), "OK", "")
}
