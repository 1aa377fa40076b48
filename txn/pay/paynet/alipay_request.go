package paynet

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// gatewayForm returns the parameters of query and body together: clients send charset, and some send all but
// biz_content, in the query. nil where they are not a form.
func gatewayForm(r *request) url.Values {
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	if r.method != http.MethodPost || kind != "application/x-www-form-urlencoded" || len(r.body) > maxBody {
		return nil
	}
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return nil
	}
	for k, v := range r.query {
		form[k] = append(form[k], v...)
	}
	return form
}

// gatewayTime is how timestamp, time_expire and every answer write a time, in Beijing's zone.
const gatewayTime = "2006-01-02 15:04:05"

// maxGatewaySkew is this sandbox's own bound: how far off a timestamp may be is documented nowhere, and clients
// that write it in UTC are served.
const maxGatewaySkew = 24 * time.Hour

// authorize checks the common parameters in the order in which the documentation lists their errors, and then
// that the merchant signed all of them.
func (a *alipay) authorize(r *request, now time.Time) *answer {
	if r.path == billDownload { // whoever has the address may
		return nil
	}
	refuse := func(e gatewayError) *answer { out := e.answer(); return &out }
	for _, p := range []struct{ key, name string }{
		{"method", "method"}, {"app_id", "app-id"}, {"sign", "signature"}, {"sign_type", "signature-type"},
		{"timestamp", "timestamp"}, {"version", "version"}, {"charset", "charset"},
	} {
		switch v := r.form[p.key]; {
		case len(v) == 0 || v[0] == "":
			return refuse(missingArgument(p.name))
		case len(v) > 1:
			return refuse(invalidArgument("parameter"))
		}
	}
	at, err := time.ParseInLocation(gatewayTime, r.form.Get("timestamp"), beijing)
	switch {
	case r.form.Get("app_id") != a.merchant.AppID:
		return refuse(invalidArgument("app-id"))
	case r.op == "":
		return refuse(invalidArgument("method"))
	case r.form.Get("sign_type") != "RSA2":
		return refuse(invalidArgument("signature-type"))
	case !strings.EqualFold(r.form.Get("charset"), "utf-8"):
		return refuse(invalidArgument("charset"))
	case r.form.Get("version") != "1.0", r.form.Has("format") && !strings.EqualFold(r.form.Get("format"), "json"):
		return refuse(invalidArgument("parameter"))
	case err != nil || now.Sub(at).Abs() > maxGatewaySkew:
		return refuse(invalidArgument("timestamp"))
	case !signedBy(a.keys.app, r.form):
		return refuse(invalidArgument("signature"))
	}
	return nil
}

// signedBy verifies RSA2: RSA-SHA256 over all parameters that are not empty but sign itself, sorted by key and
// joined as k=v with &, as they are before they are escaped for the form.
func signedBy(key *rsa.PublicKey, form url.Values) bool {
	var pairs []string
	for k, v := range form {
		if len(v) != 1 {
			return false // which of the two would have been signed?
		}
		if k != "sign" && v[0] != "" {
			pairs = append(pairs, k+"="+v[0])
		}
	}
	slices.Sort(pairs)
	sum := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := base64.StdEncoding.DecodeString(form.Get("sign"))
	return err == nil && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
}

// trade is biz_content, as far as anything here depends on it. Alipay takes what it does not know.
type trade struct {
	No             string `json:"out_trade_no"`
	TradeNo        string `json:"trade_no"`
	SellerID       string `json:"seller_id"`
	Amount         amount `json:"total_amount"`
	Subject        string `json:"subject"`
	Scene          string `json:"scene"`
	AuthCode       string `json:"auth_code"`
	ProductCode    string `json:"product_code"`
	TimeExpire     string `json:"time_expire"`
	TimeoutExpress string `json:"timeout_express"`
	QRTimeout      string `json:"qr_code_timeout_express"`
	RequestNo      string `json:"out_request_no"`
	RefundAmount   amount `json:"refund_amount"`
	RefundReason   string `json:"refund_reason"`

	fen    int64         // to pay or give back
	within time.Duration // to pay, from when the trade exists
	qrLife time.Duration
	until  time.Time // zero for none
}

// amount is a price in yuan, which clients send as text or as a number.
type amount string

func (a *amount) UnmarshalJSON(text []byte) error {
	*a = amount(bytes.Trim(text, `"`))
	return nil
}

// Forms of what a trade carries.
var (
	tradeNumberForm = regexp.MustCompile(`^[0-9A-Za-z_]{1,64}$`)
	priceForm       = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]{1,2}))?$`)
	timeoutForm     = regexp.MustCompile(`^([0-9]{1,5})([mhd])$`)
)

// maxPrice is 100 million yuan.
const maxPrice = 100_000_000_00

// read reads and checks biz_content.
func (a *alipay) read(r *request) (t trade, bad *gatewayError) {
	text := r.form.Get("biz_content")
	if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &t) != nil {
		return t, invalidParameter("biz_content 不是合法的 JSON")
	}
	switch {
	case t.TradeNo != "" && t.No == "":
		return t, invalidParameter("请使用 out_trade_no")
	case !tradeNumberForm.MatchString(t.No):
		return t, invalidParameter("out_trade_no 须为 1 至 64 位字母、数字、下划线")
	case r.op == OpRefund || r.op == OpFastRefundQuery:
		return t, t.refund(r.op)
	case r.op != OpPrecreate && r.op != OpPay:
		return t, nil
	case t.SellerID != "" && t.SellerID != a.merchant.SellerID:
		return t, invalidParameter("seller_id 与签约账号不符")
	case t.Subject == "" || utf8.RuneCountInString(t.Subject) > 256:
		return t, invalidParameter("subject 须为 1 至 256 个字符")
	}
	if t.fen = fenOf(string(t.Amount)); t.fen < 1 || t.fen > maxPrice {
		return t, invalidParameter("total_amount 须为 0.01 至 100000000 元，最多两位小数")
	}
	return t, t.times(a.p)
}

// refund checks what is of a refund.
func (t *trade) refund(op string) (bad *gatewayError) {
	t.fen = fenOf(string(t.RefundAmount))
	switch {
	case t.RequestNo != "" && !tradeNumberForm.MatchString(t.RequestNo), t.RequestNo == "" && op == OpFastRefundQuery:
		return invalidParameter("out_request_no 须为 1 至 64 位字母、数字、下划线")
	case op == OpRefund && t.fen < 1:
		return invalidParameter("refund_amount 须大于零，最多两位小数")
	case utf8.RuneCountInString(t.RefundReason) > 256:
		return invalidParameter("refund_reason 最多 256 个字符")
	}
	return nil
}

// fenOf reads yuan; 0 for what is no price.
func fenOf(yuan string) int64 {
	m := priceForm.FindStringSubmatch(yuan)
	if m == nil {
		return 0
	}
	fen, _ := strconv.ParseInt(m[1]+(m[2] + "00")[:2], 10, 64) // at most 11 digits
	return fen
}

func yuanOf(fen int64) string {
	s := strconv.FormatInt(fen, 10)
	if len(s) < 3 {
		s = strings.Repeat("0", 3-len(s)) + s
	}
	return s[:len(s)-2] + "." + s[len(s)-2:]
}

// times reads how long a trade may take. Without timeout_express the sandbox gives it as long as a code lives,
// which is a choice of its own.
func (t *trade) times(p *Paynet) (bad *gatewayError) {
	t.within, t.qrLife = p.scaled(codeURLLife), p.scaled(codeURLLife)
	for _, f := range []struct {
		name, text string
		into       *time.Duration
	}{{"timeout_express", t.TimeoutExpress, &t.within}, {"qr_code_timeout_express", t.QRTimeout, &t.qrLife}} {
		if f.text == "" {
			continue
		}
		m := timeoutForm.FindStringSubmatch(f.text)
		if m == nil {
			return invalidParameter(f.name + " 须如 5m、1h、15d")
		}
		n, _ := strconv.Atoi(m[1]) // at most 5 digits
		*f.into = time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
		if *f.into < time.Minute || *f.into > 15*24*time.Hour {
			return invalidParameter(f.name + " 取值范围 1m～15d")
		}
	}
	if t.TimeExpire == "" {
		return nil
	}
	until, err := time.ParseInLocation(gatewayTime, t.TimeExpire, beijing)
	if err != nil {
		return invalidParameter("time_expire 格式为 yyyy-MM-dd HH:mm:ss")
	}
	t.until = until
	return nil
}
