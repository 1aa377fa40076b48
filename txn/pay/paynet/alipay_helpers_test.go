package paynet

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// aliMerchant is a client of Alipay that shares nothing with any SDK: it signs by the documentation.
type aliMerchant struct {
	*merchant
	ali AlipayMerchant
	app *rsa.PrivateKey
}

func openAlipay(t testing.TB, dir string, clock *fakeClock) *aliMerchant {
	t.Helper()
	x := &aliMerchant{merchant: open(t, dir, clock)}
	x.ali = x.p.AlipayMerchant()
	x.app = readTestKey(t, x.ali.PrivateKey)
	return x
}

// form is a signed request that set may change before it is signed.
func (x *aliMerchant) form(method, content string, set func(url.Values)) url.Values {
	x.Helper()
	f := url.Values{
		"app_id": {x.ali.AppID}, "method": {method}, "format": {"JSON"}, "charset": {"utf-8"}, "sign_type": {"RSA2"},
		"timestamp": {x.clock.Now().In(beijing).Format(gatewayTime)}, "version": {"1.0"}, "biz_content": {content},
	}
	if set != nil {
		set(f)
	}
	var pairs []string
	for k, v := range f {
		if v[0] != "" {
			pairs = append(pairs, k+"="+v[0])
		}
	}
	slices.Sort(pairs)
	f.Set("sign", sign(x, x.app, strings.Join(pairs, "&")))
	return f
}

// send posts a form and returns the answer's bytes.
func (x *aliMerchant) send(f url.Values) ([]byte, error) {
	x.Helper()
	resp, err := x.http.Post(x.ali.Gateway, "application/x-www-form-urlencoded;charset=utf-8", strings.NewReader(f.Encode()))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		x.Errorf("status %d", resp.StatusCode)
	}
	return io.ReadAll(resp.Body)
}

// aliReply is a decoded answer.
type aliReply struct {
	Code    string `json:"code"`
	Sub     string `json:"sub_code"`
	No      string `json:"out_trade_no"`
	TradeNo string `json:"trade_no"`
	QRCode  string `json:"qr_code"`
	Status  string `json:"trade_status"`
	Total   string `json:"total_amount"`
	Payer   string `json:"buyer_pay_amount"`
	PaidAt  string `json:"send_pay_date"`
	Action  string `json:"action"`
	Retry   string `json:"retry_flag"`

	Change       string `json:"fund_change"`
	Fee          string `json:"refund_fee"`
	Request      string `json:"out_request_no"`
	Refunded     string `json:"refund_amount"`
	RefundStatus string `json:"refund_status"`
}

// ask makes a signed request and proves that the answer is signed over the bytes of its node.
func (x *aliMerchant) ask(op, content string, args ...any) aliReply {
	x.Helper()
	text, err := x.send(x.form("alipay.trade."+op, fmt.Sprintf(content, args...), nil))
	if err != nil {
		x.Fatal(err)
	}
	return x.read("alipay_trade_"+strings.ReplaceAll(op, ".", "_")+"_response", text)
}

func (x *aliMerchant) read(node string, text []byte) (r aliReply) {
	x.Helper()
	rest, ok := bytes.CutPrefix(text, []byte(`{"`+node+`":`))
	value, signature, signed := bytes.Cut(rest, []byte(`,"sign":"`))
	if !ok || !signed || !bytes.HasSuffix(signature, []byte(`"}`)) {
		x.Fatalf("not as documented: %s", text)
	}
	raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSuffix(signature, []byte(`"}`))))
	if err != nil {
		x.Fatal(err)
	}
	pub, err := os.ReadFile(x.ali.AlipayPublicKey)
	if err != nil {
		x.Fatal(err)
	}
	block, _ := pem.Decode(pub)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		x.Fatal(err)
	}
	sum := sha256.Sum256(value)
	if err := rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, sum[:], raw); err != nil {
		x.Fatalf("the answer is not signed as documented: %v: %s", err, text)
	}
	if err := json.Unmarshal(value, &r); err != nil {
		x.Fatalf("%s: %v", value, err)
	}
	return r
}

// wants checks code or, where there is one, sub_code.
func (x *aliMerchant) wants(r aliReply, code string) aliReply {
	x.Helper()
	if r.Sub != code && (r.Sub != "" || r.Code != code) {
		x.Fatalf("answered %+v; want %s", r, code)
	}
	return r
}

func (x *aliMerchant) precreate(no, yuan, more string) aliReply {
	x.Helper()
	return x.ask(OpPrecreate, `{"out_trade_no":%q,"total_amount":%q,"subject":"惠民便利店"%s}`, no, yuan, more)
}

func (x *aliMerchant) pay(no, code, yuan, more string) aliReply {
	x.Helper()
	return x.ask(OpPay, `{"out_trade_no":%q,"scene":"bar_code","auth_code":%q,"total_amount":%q,"subject":"惠民便利店"%s}`, no, code, yuan, more)
}

func (x *aliMerchant) on(op, no string) aliReply {
	x.Helper()
	return x.ask(op, `{"out_trade_no":%q}`, no)
}

// status checks what a query says.
func (x *aliMerchant) status(no, status string) aliReply {
	x.Helper()
	r := x.wants(x.on(OpQuery, no), "10000")
	if r.Status != status || r.No != no {
		x.Fatalf("%s is %s; want %s", no, r.Status, status)
	}
	return r
}
