package paynet

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestUnionPayHash holds the sandbox's idea of a signature against one that UnionPay's own test environment made.
func TestUnionPayHash(t *testing.T) {
	text, err := os.ReadFile("../unionpay/testdata/notification-2018.txt")
	if err != nil {
		t.Fatal(err)
	}
	m, err := url.ParseQuery(string(text))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(m.Get("signature"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(m.Get("signPubKeyCert")))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, messageHash(m), signature); err != nil {
		t.Error(err)
	}
	once := sha256.Sum256([]byte(joinSorted(m)))
	if rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, once[:], signature) == nil {
		t.Error("one hash would do as well")
	}
}

// acpMerchant is a client of UnionPay's gateway in the terms of a test.
type acpMerchant struct {
	*merchant
	m      UnionPayMerchant
	key    *rsa.PrivateKey
	certID string
}

func acp(t testing.TB, x *merchant) *acpMerchant {
	u := &acpMerchant{merchant: x, m: x.p.UnionPayMerchant()}
	u.key = readTestKey(t, u.m.PrivateKey)
	text, err := os.ReadFile(u.m.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	u.certID = cert.SerialNumber.String()
	return u
}

func (u *acpMerchant) time() string { return u.clock.Now().In(beijing).Format("20060102150405") }

// message is a request of the kind with the changes "k=v" or "-k", not signed yet.
func (u *acpMerchant) message(kind, sub, no, at string, changes ...string) url.Values {
	m := url.Values{}
	for k, v := range map[string]string{
		"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "certId": u.certID, "bizType": "000000", "accessType": "0",
		"merId": u.m.MerchantID, "orderId": no, "txnTime": at, "txnType": kind, "txnSubType": sub,
	} {
		m.Set(k, v)
	}
	if kind == "01" {
		m.Set("channelType", "08")
		m.Set("currencyCode", "156")
		m.Set("txnAmt", "1250")
		m.Set("backUrl", "http://www.specialUrl.com")
	}
	for _, c := range changes {
		if k, v, ok := strings.Cut(c, "="); ok {
			m.Set(k, v)
		} else {
			m.Del(strings.TrimPrefix(c, "-"))
		}
	}
	return m
}

// send signs a message, sends it to the address of its type, and returns the answer, whose signature it proves.
func (u *acpMerchant) send(m url.Values) url.Values {
	u.Helper()
	return u.sendRaw(m, u.key)
}

func (u *acpMerchant) sendRaw(m url.Values, key *rsa.PrivateKey) url.Values {
	u.Helper()
	path := "/gateway/api/backTransReq.do"
	if m.Get("txnType") == "00" {
		path = "/gateway/api/queryTrans.do"
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, messageHash(m))
	if err != nil {
		u.Fatal(err)
	}
	m.Set("signature", base64.StdEncoding.EncodeToString(signature))
	return u.post(path, m.Encode())
}

func (u *acpMerchant) post(path, body string) url.Values {
	u.Helper()
	resp, err := u.http.Post(u.m.BaseURL+path, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		u.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		u.Fatal(resp.Status, err)
	}
	m := splitMessage(string(text))
	u.verify(m)
	return m
}

// verify proves an answer's signature and that its certificate hangs on the files that the merchant has.
func (u *acpMerchant) verify(m url.Values) {
	u.Helper()
	roots, middles := x509.NewCertPool(), x509.NewCertPool()
	for path, pool := range map[string]*x509.CertPool{u.m.Root: roots, u.m.Middle: middles} {
		text, err := os.ReadFile(path)
		if err != nil || !pool.AppendCertsFromPEM(text) {
			u.Fatal(path, err)
		}
	}
	block, _ := pem.Decode([]byte(m.Get("signPubKeyCert")))
	if block == nil {
		u.Fatalf("no certificate: %v", m)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		u.Fatal(err)
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: middles}); err != nil {
		u.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(m.Get("signature"))
	if err != nil {
		u.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, messageHash(m), signature); err != nil {
		u.Fatalf("the answer is not signed as documented: %v", err)
	}
}

// gives checks response codes: of the request and, after a "/", of the payment.
func (u *acpMerchant) gives(m url.Values, want string) url.Values {
	u.Helper()
	got := m.Get("respCode")
	if m.Has("origRespCode") {
		got += "/" + m.Get("origRespCode")
	}
	if got != want {
		u.Fatalf("answered %s (%v); want %s", got, m, want)
	}
	return m
}

func (u *acpMerchant) query(no, at, want string) url.Values {
	u.Helper()
	return u.gives(u.send(u.message("00", "00", no, at)), want)
}

func TestUnionPayShown(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	at, ph := u.time(), u.phone(UnionPay)
	a := u.gives(u.send(u.message("01", "07", "UP00000001", at, "payTimeout="+u.clock.Now().Add(time.Minute).In(beijing).Format("20060102150405"))), "00")
	u.query("UP00000001", at, "34") // nobody has paid it
	again := u.message("01", "07", "UP00000001", at, "payTimeout="+u.clock.Now().Add(time.Minute).In(beijing).Format("20060102150405"))
	if b := u.gives(u.send(again), "00"); b.Get("qrCode") != a.Get("qrCode") || !strings.HasPrefix(a.Get("qrCode"), "https://qr.95516.com/") {
		t.Errorf("asked again: %q, %q", a.Get("qrCode"), b.Get("qrCode"))
	}
	u.gives(u.send(u.message("01", "07", "UP00000001", at, "txnAmt=1251")), "12")
	if _, err := u.phone(WeChat).Scan(a.Get("qrCode")); err == nil {
		t.Error("WeChat pays UnionPay's code")
	}
	page, err := ph.Scan(a.Get("qrCode"))
	if err != nil || page.Fen != 1250 {
		t.Fatal(page, err)
	}
	if err := ph.Decline(); err != nil {
		t.Fatal(err)
	}
	u.query("UP00000001", at, "34")
	if _, err := ph.Scan(a.Get("qrCode")); err != nil {
		t.Fatal(err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	q := u.query("UP00000001", at, "00/00")
	if len(q.Get("queryId")) != 21 || q.Get("txnAmt") != "1250" || q.Get("txnType") != "01" {
		t.Errorf("paid: %v", q)
	}
	u.query("UP00000001", u.clock.Now().Add(time.Second).In(beijing).Format("20060102150405"), "34") // another time, another order
	u.gives(u.send(u.message("99", "01", "UP00000001", at)), "35")                                   // a shown order is not reversed
	u.charged("UP00000001", 1, 1250)

	late := u.send(u.message("01", "07", "UP00000002", at, "payTimeout="+u.clock.Now().Add(time.Minute).In(beijing).Format("20060102150405")))
	u.clock.Add(time.Minute)
	if _, err := ph.Scan(late.Get("qrCode")); err == nil {
		t.Error("paid after payTimeout")
	}
}

func TestUnionPayScanned(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	at, ph := u.time(), u.phone(UnionPay)
	consume := func(no, code string) url.Values { return u.send(u.message("01", "06", no, at, "qrNo="+code)) }
	code := u.code(UnionPay)
	u.gives(consume("UP00000011", code), "00")
	u.query("UP00000011", at, "00/00")
	u.gives(consume("UP00000011", u.code(UnionPay)), "12")
	u.gives(consume("UP00000012", code), "01")
	u.gives(consume("UP00000012", "6299999999999999999"), "88")
	u.gives(consume("UP00000012", u.code(WeChat)), "88")
	u.query("UP00000012", at, "34")

	u.gives(u.send(u.message("99", "01", "UP00000011", at)), "00")
	u.gives(u.send(u.message("99", "01", "UP00000011", at)), "00")
	u.query("UP00000011", at, "00/46")
	u.charged("UP00000011", 1, 0)
	u.gives(u.send(u.message("99", "01", "UP00000099", at)), "34")

	ph.SetBalance(1249)
	u.gives(consume("UP00000013", u.code(UnionPay)), "00")
	u.query("UP00000013", at, "00/64")
	ph.SetBalance(10_000)
	if err := ph.SetPassword(PasswordAlways, 0); err != nil {
		t.Fatal(err)
	}
	u.gives(consume("UP00000014", u.code(UnionPay)), "00")
	u.query("UP00000014", at, "00/05")
	u.gives(u.send(u.message("99", "01", "UP00000014", at)), "35")
	if err := ph.Decline(); err != nil {
		t.Fatal(err)
	}
	u.query("UP00000014", at, "00/30")
	u.gives(consume("UP00000015", u.code(UnionPay)), "00")
	u.clock.Add(passwordTime)
	u.query("UP00000015", at, "00/69")
	u.charged("UP00000015", 0, 0)

	code = u.code(UnionPay)
	u.clock.Add(codeLife)
	u.gives(consume("UP00000016", code), "88")
}

// TestUnionPayClearingDay: a reversal must come on the payment's own day, which ends at 23:00 in Beijing.
func TestUnionPayClearingDay(t *testing.T) {
	clock := newClock()
	clock.Add(time.Until(time.Date(2026, 12, 1, 22, 59, 30, 0, beijing)))
	u := acp(t, open(t, folder(t), clock))
	at := u.time()
	u.gives(u.send(u.message("01", "06", "UP00000021", at, "qrNo="+u.code(UnionPay))), "00")
	u.clock.Add(time.Minute)
	u.gives(u.send(u.message("99", "01", "UP00000021", at)), "39")
	u.charged("UP00000021", 1, 1250)
}

// TestUnionPayRefuses sends what a wrong client would.
func TestUnionPayRefuses(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	at := u.time()
	off := func(d time.Duration) string {
		return "txnTime=" + u.clock.Now().Add(d).In(beijing).Format("20060102150405")
	}
	for name, tt := range map[string]struct{ change, want string }{
		"another version":        {"version=5.0.0", "10"},
		"an HMAC":                {"signMethod=11", "10"},
		"another encoding":       {"encoding=GBK", "10"},
		"another merchant":       {"merId=777290058110097", "31"},
		"another certificate":    {"certId=1", "11"},
		"an amount in yuan":      {"txnAmt=12.50", "10"},
		"no amount":              {"txnAmt=0", "10"},
		"an endless amount":      {"txnAmt=999999999999", "10"},
		"dollars":                {"currencyCode=840", "10"},
		"a number with a dash":   {"orderId=UP-0000031", "10"},
		"a short number":         {"orderId=UP00031", "10"},
		"UTC for Beijing":        {off(-8 * time.Hour), "10"},
		"a clock that is slow":   {off(-maxTxnSkew - time.Second), "10"},
		"a clock that is fast":   {off(maxTxnSkew + time.Second), "10"},
		"no time":                {"-txnTime", "10"},
		"nowhere to notify":      {"-backUrl", "10"},
		"a type that is unknown": {"txnSubType=08", "10"},
		"a time-out in the past": {"payTimeout=20200101000000", "10"},
		"as it is":               {"termId=00000001", "00"},
	} {
		m := u.send(u.message("01", "07", "UP00000031", at, tt.change))
		if got := m.Get("respCode"); got != tt.want {
			t.Errorf("%s: %s; want %s", name, got, tt.want)
		}
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	u.gives(u.sendRaw(u.message("01", "07", "UP00000032", at), stranger), "11")
	m := u.message("01", "07", "UP00000032", at)
	u.send(m)
	m.Set("txnAmt", "1")
	u.gives(u.post("/gateway/api/backTransReq.do", m.Encode()), "11")
	u.gives(u.post("/gateway/api/backTransReq.do", m.Encode()+"&orderId=UP00000033"), "10")
	u.gives(u.post("/gateway/api/backTransReq.do", ""), "10")
	u.gives(u.post("/gateway/api/nothing.do", m.Encode()), "11")
}

// TestUnionPayKeepsSecrets: no answer repeats a payment code, whatever field it stands in.
func TestUnionPayKeepsSecrets(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	code := u.code(UnionPay)
	for _, change := range []string{"qrNo=" + code, "qrNo=" + code + "x"} {
		m := u.send(u.message("01", "06", "UP00000041", u.time(), change, "txnAmt=0"))
		if strings.Contains(joinSorted(m), code) {
			t.Errorf("%s: %v", change, m)
		}
	}
}

// TestUnionPayCoupon: what the customer paid is less by couponInfo.
func TestUnionPayCoupon(t *testing.T) {
	u := acp(t, open(t, folder(t), newClock()))
	u.phone(UnionPay).SetCoupon(250)
	at := u.time()
	u.gives(u.send(u.message("01", "06", "UP00000051", at, "qrNo="+u.code(UnionPay))), "00")
	if q := u.query("UP00000051", at, "00/00"); !strings.Contains(q.Get("couponInfo"), `"offstAmt":"250"`) || q.Get("txnAmt") != "1250" {
		t.Errorf("%v", q)
	}
	l := u.p.Ledger()
	i := slices.IndexFunc(l.Orders, func(a OrderAccount) bool { return a.Order == "UP00000051" })
	if i < 0 || l.Orders[i].Charged != 1000 || l.Orders[i].Network != UnionPay || l.Orders[i].State != "00" {
		t.Errorf("%+v", l)
	}
}

// TestUnionPayVoids: a void takes the whole of a payment back, once, on the clearing day that it was made on.
func TestUnionPayVoids(t *testing.T) {
	clock := newClock()
	clock.Add(time.Until(time.Date(2026, 12, 1, 22, 50, 0, 0, beijing)))
	u := acp(t, open(t, folder(t), clock))
	at := u.time()
	// pay has a customer pay, and returns by what a void names the payment.
	pay := func(no string) string {
		u.gives(u.send(u.message("01", "06", no, at, "qrNo="+u.code(UnionPay))), "00")
		return u.query(no, at, "00/00").Get("queryId")
	}
	void := func(no, of, fen, want string) {
		t.Helper()
		u.gives(u.send(u.message("31", "00", no, u.time(), "channelType=08", "origQryId="+of, "txnAmt="+fen, "backUrl=http://www.specialUrl.com")), want)
	}
	first, second := pay("UP00000041"), pay("UP00000042")
	void("UP00000041R01", first, "1249", "35") // in part
	voided := u.time()
	void("UP00000041R01", first, "1250", "00")
	void("UP00000041R02", first, "1250", "35") // once more
	u.clock.Add(refundTime + time.Second)
	if m := u.query("UP00000041R01", voided, "00/00"); m.Get("txnType") != "31" || m.Get("origQryId") != first {
		t.Errorf("the void is %v", m)
	}
	u.clock.Add(10 * time.Minute) // 23:00 has passed
	void("UP00000042R01", second, "1250", "39")
}
