package paynet

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// apiError is a documented error: the status and code of the table "公共错误码" and of each call's own.
type apiError struct {
	status  int
	code    string
	message string
	field   string // of the request, in detail
}

// The errors that the sandbox gives. The statuses are those of the documentation's error tables.
var (
	systemError   = apiError{500, "SYSTEM_ERROR", "系统异常，请稍后重试", ""}
	busy          = apiError{429, "FREQUENCY_LIMITED", "频率超限", ""}
	noSuchPath    = apiError{404, "RESOURCE_NOT_EXISTS", "接口不存在", ""}
	noSuchOrder   = apiError{404, "ORDER_NOT_EXIST", "订单不存在", ""}
	noSuchMchid   = apiError{400, "MCH_NOT_EXISTS", "商户号不存在", ""}
	appNotMatch   = apiError{400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配", ""}
	numberUsed    = apiError{403, "OUT_TRADE_NO_USED", "商户订单号重复", ""}
	notSame       = apiError{400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", ""}
	wrongMethod   = apiError{400, "INVALID_REQUEST", "订单的支付方式不支持此操作", ""}
	orderPaid     = apiError{400, "ORDERPAID", "订单已支付", ""}
	orderClosed   = apiError{400, "ORDER_CLOSED", "订单已关闭", ""}
	orderReversed = apiError{400, "ORDERREVERSED", "订单已撤销", ""}
	userPaying    = apiError{202, "USERPAYING", "用户支付中，需要输入密码", ""}
	stillPaying   = apiError{400, "USERPAYING", "用户支付中，请稍后再撤销", ""}
	notEnough     = apiError{403, "NOTENOUGH", "余额不足", ""}
	codeInvalid   = apiError{400, "AUTH_CODE_INVALID", "付款码无效，请扫描微信付款码", ""}
	codeUsed      = apiError{400, "AUTH_CODE_INVALID", "每个二维码仅限使用一次，请刷新再试", ""}
	codeExpired   = apiError{400, "AUTH_CODE_EXPIRED", "付款码已过期，请用户刷新后再试", ""}
	tradeError    = apiError{403, "TRADE_ERROR", "支付失败", ""}

	reverseRefunded = apiError{403, "TRADE_ERROR", "订单已转入退款，不能撤销", ""}
	billCreating    = apiError{400, "STATEMENT_CREATING", "账单文件生成中", ""}
	noSuchBill      = apiError{400, "NO_STATEMENT_EXIST", "账单文件不存在，请检查指定日期是否有交易发生", ""}
	noSuchFile      = apiError{400, "INVALID_REQUEST", "下载链接无效或已过期", ""}

	noSuchPayment  = apiError{404, "RESOURCE_NOT_EXISTS", "订单号不存在，或订单未支付", ""}
	noSuchRefund   = apiError{404, "RESOURCE_NOT_EXISTS", "退款单不存在", ""}
	refundDiffers  = apiError{400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试", ""}
	refundRevoked  = apiError{400, "INVALID_REQUEST", "订单已撤销", ""}
	refundTooLate  = apiError{400, "INVALID_REQUEST", "订单已经超过可退款的最大期限", ""}
	refundTooMany  = apiError{400, "INVALID_REQUEST", "部分退款次数超过上限", ""}
	refundTooMuch  = apiError{400, "INVALID_REQUEST", "退款金额大于可退金额", ""}
	refundUnfunded = apiError{403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起", ""}
)

func signError(message string) apiError { return apiError{401, "SIGN_ERROR", message, ""} }

// paramError never repeats the value: it may be a payment code.
func paramError(field, issue string) apiError { return apiError{400, "PARAM_ERROR", issue, field} }

func fail(e apiError) answer {
	body := struct {
		Code    string            `json:"code"`
		Message string            `json:"message"`
		Detail  map[string]string `json:"detail,omitempty"`
	}{e.code, e.message, nil}
	if e.field != "" {
		body.Detail = map[string]string{"location": "body", "field": e.field, "issue": e.message}
	}
	return succeed(e.status, body)
}

func succeed(status int, body any) answer {
	text, err := json.Marshal(body)
	if err != nil {
		return answer{500, []byte(`{"code":"SYSTEM_ERROR","message":"系统异常"}`)}
	}
	return answer{status, text}
}

// stop implements wire.
func (c *wechat) stop(_ *request, f FaultKind) *answer {
	e, ok := map[FaultKind]apiError{FaultSystemError: systemError, FaultBusy: busy}[f]
	if !ok {
		return nil
	}
	a := fail(e)
	return &a
}

// seal adds the network's signature over timestamp, nonce and body.
func (c *wechat) seal(h http.Header, r *request, a answer, f FaultKind) answer {
	h.Set("Request-Id", randomHex(16))
	switch {
	case r.op == OpBillFile && f == FaultMisSigned: // its hash was given before
		return tamper(a)
	case r.op == OpBillFile || f == FaultUnsigned: // no file is signed
		return a
	}
	key, serial := c.signer(r)
	now := c.p.opt.Stamp()
	switch f {
	case FaultSkew:
		now = now.Add(-maxSkew - time.Second)
	case FaultWrongKey, FaultForged:
		key = stranger()
	case FaultOtherKey:
		serial = PublicKeyPrefix + "UNKNOWN"
	}
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), randomHex(16)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", timestamp, nonce, a.body))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return a // an unsigned answer is worth nothing to a client
	}
	h.Set("Wechatpay-Timestamp", timestamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
	h.Set("Wechatpay-Signature-Type", scheme)
	if f == FaultMisSigned {
		return tamper(a)
	}
	return a
}

// tamper changes what was signed.
func tamper(a answer) answer {
	if len(a.body) == 0 {
		return answer{http.StatusOK, []byte(`{"tampered":true}`)}
	}
	body := bytes.Clone(a.body)
	body[len(body)/2] ^= 1
	return answer{a.status, body}
}
