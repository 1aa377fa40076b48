package paynet

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Headers of a request and its answer; an answer has no nonce of its own.
const (
	aggKeyID     = "Agg-Key-Id"
	aggTimestamp = "Agg-Timestamp"
	aggNonce     = "Agg-Nonce"
	aggSignature = "Agg-Signature"
)

var (
	aggNonceForm     = regexp.MustCompile(`^[0-9a-f]{32}$`)
	aggTimestampForm = regexp.MustCompile(`^[0-9]{1,12}$`)
	aggNumberForm    = regexp.MustCompile(`^[0-9A-Z]{8,32}$`)
)

// signedRequest is what a merchant signs.
func signedRequest(r *request, keyID, timestamp, nonce string) []byte {
	return fmt.Appendf(nil, "AGG1-REQUEST\n%s\n%s\n%s\n%s\n%s\n%s", r.method, r.target, keyID, timestamp, nonce, r.body)
}

// signedAnswer is what the platform signs. It holds the request's nonce: an answer proves what it answers.
func signedAnswer(r *request, keyID, timestamp string, a answer) []byte {
	return fmt.Appendf(nil, "AGG1-ANSWER\n%d\n%s\n%s\n%s\n%s\n%s", a.status, r.target, keyID, timestamp,
		r.header.Get(aggNonce), a.body)
}

// authorize checks who asks, before anything of the body is looked at. Anybody may open a page. The nonce is spent
// last, so that nobody else can spend a merchant's.
func (a *aggregator) authorize(r *request, now time.Time) *answer {
	refuse := func(e apiError) *answer { out := e.answer(); return &out }
	keyID, timestamp, nonce := r.header.Get(aggKeyID), r.header.Get(aggTimestamp), r.header.Get(aggNonce)
	switch {
	case forAnybody(r.op):
		return nil
	case len(r.body) > maxBody:
		return refuse(aggInvalid("请求报文过大"))
	case !aggNonceForm.MatchString(nonce) || !aggTimestampForm.MatchString(timestamp):
		return refuse(aggSignError)
	case keyID != a.merchant.KeyID:
		return refuse(aggKeyUnknown)
	}
	for _, h := range []string{aggKeyID, aggTimestamp, aggNonce, aggSignature} {
		if len(r.header.Values(h)) != 1 {
			return refuse(aggSignError)
		}
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(r.header.Get(aggSignature))
	if err != nil || !ed25519.Verify(a.keys.merchant, signedRequest(r, keyID, timestamp, nonce), signature) {
		return refuse(aggSignError)
	}
	at, _ := strconv.ParseInt(timestamp, 10, 64) // at most 12 digits
	if d := now.Sub(time.Unix(at, 0)); d >= maxSkew || d <= -maxSkew {
		return refuse(aggClockSkew)
	}
	if !a.nonces.take(nonce, now) {
		return refuse(aggNonceUsed)
	}
	return nil
}

// aggregatorOrder is the body of every request; a call takes only the fields that it needs.
type aggregatorOrder struct {
	MerchantID string `json:"merchant_id"`
	No         string `json:"order_no"`
	Amount     int64  `json:"amount"` // fen
	Currency   string `json:"currency"`
	Subject    string `json:"subject"`
	TerminalID string `json:"terminal_id"`
	ExpiresIn  int64  `json:"expires_in"` // seconds from the first request on
	Code       string `json:"code"`       // scan: the customer's
	ExpiresAt  int64  `json:"expires_at"` // offline: as the terminal's code says, Unix seconds
}

// begins reports whether a request begins an order.
func begins(op string) bool { return op == OpCreate || op == OpScan }

// read reads and checks a body.
func (a *aggregator) read(r *request) (o aggregatorOrder, bad *apiError) {
	invalid := func(text string) (aggregatorOrder, *apiError) { e := aggInvalid(text); return o, &e }
	if e, ok := decode(r, &o); !ok {
		return invalid(e.message)
	}
	switch {
	case !keysOnce(r.body):
		return invalid("字段名须小写，且只出现一次")
	case o.MerchantID != a.merchant.MerchantID:
		return o, &aggMerchantUnknown
	case !aggNumberForm.MatchString(o.No):
		return invalid("order_no 须为 8 至 32 位数字或大写字母")
	case !begins(r.op):
		if o != (aggregatorOrder{MerchantID: o.MerchantID, No: o.No, ExpiresAt: o.ExpiresAt}) {
			return invalid("只需 merchant_id 与 order_no")
		}
		if (r.op == OpOffline) != (o.ExpiresAt > 0) || o.ExpiresAt >= 1<<32 {
			return invalid("expires_at 用于 offline，且必填")
		}
		return o, nil
	case o.Amount < 1 || o.Amount > maxTotal:
		return o, &aggAmountLimit
	case o.Currency != "CNY":
		return invalid("currency 仅支持 CNY")
	case o.Subject == "" || utf8.RuneCountInString(o.Subject) > 64:
		return invalid("subject 须为 1 至 64 个字符")
	case utf8.RuneCountInString(o.TerminalID) > 32:
		return invalid("terminal_id 最多 32 个字符")
	case o.ExpiresIn < 1 || o.ExpiresIn > 24*60*60:
		return invalid("expires_in 须为 1 至 86400 秒")
	case o.ExpiresAt != 0:
		return invalid("expires_at 仅用于 offline")
	case (r.op == OpScan) != (o.Code != ""):
		return invalid("code 用于 scan，且必填")
	}
	return o, nil
}

// keysOnce reports whether each key of a decoded object stands there once, in lower case: encoding/json takes the last of
// two, and Amount for amount.
func keysOnce(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	_, _ = d.Token() // the brace: decoded once already
	seen := map[string]bool{}
	for d.More() {
		t, _ := d.Token()
		key, _ := t.(string)
		var value json.RawMessage
		if d.Decode(&value) != nil || seen[key] || key != strings.ToLower(key) {
			return false
		}
		seen[key] = true
	}
	return true
}

// aggregatorDigest tells a repeated request from a different one under the same number.
func aggregatorDigest(r *request) string {
	sum := sha256.Sum256(append([]byte(r.op+"\n"), r.body...))
	return hex.EncodeToString(sum[:])
}

// The errors that the platform gives, as docs/aggregator.md lists them.
var (
	aggSystemError     = apiError{500, "SYSTEM_ERROR", "系统异常，请查询后再试", ""}
	aggBusy            = apiError{429, "TOO_MANY_REQUESTS", "请求过于频繁", ""}
	aggSignError       = apiError{401, "SIGN_ERROR", "验签失败", ""}
	aggKeyUnknown      = apiError{401, "KEY_UNKNOWN", "密钥编号不存在", ""}
	aggClockSkew       = apiError{401, "CLOCK_SKEW", "时间与平台相差 300 秒以上，请校准时钟", ""}
	aggNonceUsed       = apiError{401, "NONCE_USED", "随机串已使用过", ""}
	aggCallUnknown     = apiError{404, "CALL_UNKNOWN", "接口不存在", ""}
	aggMerchantUnknown = apiError{403, "MERCHANT_UNKNOWN", "商户号与密钥不符", ""}
	aggAmountLimit     = apiError{400, "AMOUNT_LIMIT", "金额超出限额", ""}
	aggNotFound        = apiError{404, "ORDER_NOT_FOUND", "订单不存在", ""}
	aggExists          = apiError{409, "ORDER_EXISTS", "订单号已用于另一请求", ""}
	aggPaid            = apiError{409, "ORDER_PAID", "订单已支付", ""}
	aggEnded           = apiError{409, "ORDER_ENDED", "订单已结束", ""}
	aggPaying          = apiError{409, "ORDER_PAYING", "顾客正在输入密码，请稍后再撤销", ""}
	aggMethod          = apiError{409, "WRONG_METHOD", "订单的支付方式不支持此操作", ""}
	aggCodeInvalid     = apiError{400, "CODE_INVALID", "付款码无效", ""}
	aggCodeExpired     = apiError{400, "CODE_EXPIRED", "付款码已过期，请顾客刷新", ""}
	aggReverseLate     = apiError{409, "REVERSE_EXPIRED", "订单有退款，不能撤销", ""}
	aggRefundExists    = apiError{409, "REFUND_EXISTS", "退款单号已用于另一退款", ""}
	aggRefundNotFound  = apiError{404, "REFUND_NOT_FOUND", "退款单不存在", ""}
	aggRefundOver      = apiError{409, "REFUND_OVER", "退款金额超过可退余额", ""}
	aggRefundLate      = apiError{409, "REFUND_EXPIRED", "已过退款期限", ""}
	aggRefundMany      = apiError{409, "REFUND_LIMIT", "退款次数已满", ""}
	aggUnfunded        = apiError{402, "MERCHANT_BALANCE", "商户账户余额不足", ""}
	aggNotPaid         = apiError{409, "ORDER_NOT_PAID", "订单未支付", ""}
	aggNoBillYet       = apiError{409, "BILL_NOT_READY", "账单尚未生成", ""}
	aggBalance         = apiError{402, "BALANCE_NOT_ENOUGH", "余额不足", ""}
)

// aggInvalid never repeats a value: it may be a payment code.
func aggInvalid(text string) apiError {
	return apiError{http.StatusBadRequest, "INVALID_REQUEST", text, ""}
}

func (e apiError) answer() answer { return fail(e) }
