package paynet

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// fields are an answer's, before it is signed.
type fields map[string]any

// tradeDone answers 10000.
func tradeDone(m fields) answer {
	m["code"], m["msg"] = "10000", "Success"
	return gatewayAnswer(m)
}

// inProcess answers 10003: the customer has to type the password.
func inProcess(o *order) answer {
	return gatewayAnswer(fields{
		"code": "10003", "msg": " order success pay inprocess", "out_trade_no": o.No, "trade_no": o.Transaction,
		"buyer_logon_id": "159****5620", "total_amount": yuanOf(o.Total),
	})
}

// gatewayAnswer writes the value of the response node as Alipay does, with escaped slashes: whoever decodes it
// and writes it again verifies other bytes than were signed.
func gatewayAnswer(m fields) answer {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(m) != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{http.StatusOK, bytes.ReplaceAll(bytes.TrimSpace(b.Bytes()), []byte("/"), []byte(`\/`))}
}

// gatewayError is a documented error: the return codes of "公共错误码" and each method's own.
type gatewayError struct {
	code, msg       string
	subCode, subMsg string
}

func (e gatewayError) answer() answer {
	return gatewayAnswer(fields{"code": e.code, "msg": e.msg, "sub_code": e.subCode, "sub_msg": e.subMsg})
}

// The errors that the sandbox gives.
var (
	serviceDown      = gatewayError{"20000", "Service Currently Unavailable", "isp.unknow-error", "系统繁忙"}
	callLimited      = gatewayError{"40005", "Call Limited", "isv.app-call-limited-by-day", "应用调用次数超限"}
	tradeNotExist    = acqError("TRADE_NOT_EXIST", "交易不存在")
	tradeHasSuccess  = acqError("TRADE_HAS_SUCCESS", "交易已被支付")
	tradeHasClose    = acqError("TRADE_HAS_CLOSE", "交易已经关闭")
	tradeStatusError = acqError("TRADE_STATUS_ERROR", "交易状态不合法")
	inconsistent     = acqError("CONTEXT_INCONSISTENT", "交易信息被篡改")
	authCodeInvalid  = acqError("PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款")
	discordant       = acqError("DISCORDANT_REPEAT_REQUEST", "请求信息不一致")
	refundNotTotal   = acqError("REFUND_AMT_NOT_EQUAL_TOTAL", "撤销或退款金额与订单金额不一致")
	refundFeeError   = acqError("REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")
	tradeFinished    = acqError("TRADE_HAS_FINISHED", "交易已完结")
	sellerNotEnough  = acqError("SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")
	balanceNotEnough = acqError("BUYER_BALANCE_NOT_ENOUGH", "支付失败，买家余额不足")
)

func acqError(name, text string) gatewayError {
	return gatewayError{"40004", "Business Failed", "ACQ." + name, text}
}

// invalidParameter never repeats a value: it may be a payment code.
func invalidParameter(text string) *gatewayError {
	e := acqError("INVALID_PARAMETER", "参数无效："+text)
	return &e
}

func missingArgument(name string) gatewayError {
	return gatewayError{"40001", "Missing Required Arguments", "isv.missing-" + name, "缺少参数"}
}

func invalidArgument(name string) gatewayError {
	return gatewayError{"40002", "Invalid Arguments", "isv.invalid-" + name, "无效参数"}
}

// stop implements wire. A network whose clock is days off (FaultSkew) finds the timestamp of every request wrong;
// its own answers carry no time.
func (a *alipay) stop(r *request, f FaultKind) *answer {
	e, ok := map[FaultKind]gatewayError{
		FaultSystemError: serviceDown, FaultBusy: callLimited, FaultSkew: invalidArgument("timestamp"),
	}[f]
	if !ok {
		return nil
	}
	out := e.answer()
	if r.path == billDownload {
		out.status = http.StatusServiceUnavailable
	}
	return &out
}

// bend implements wire.
func (a *alipay) bend(r *request, out answer, f FaultKind) answer {
	switch f {
	case FaultSystemAfter:
		return *a.stop(r, FaultSystemError)
	case FaultHuge:
		out.body = padded(out.body)
	case FaultGarbage:
		out.body = []byte(`{"qr_code":https`)
	case FaultWrongOrder, FaultWrongRefund, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongApp, FaultNoFacts:
		out.body = otherTrade(out.body, f)
	}
	return out
}

// otherTrade changes one fact of an answer that carries it. Currency, seller and app stand in no answer of this
// sandbox otherwise; where a network gives them they must be right.
func otherTrade(body []byte, f FaultKind) []byte {
	var m fields
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	sum := "total_amount"
	for _, key := range []string{"refund_amount", "refund_fee"} {
		if m[key] != nil {
			sum = key
		}
	}
	amount, hasSum := m[sum].(string)
	switch {
	case f == FaultNoFacts:
		bare := fields{"code": m["code"], "msg": m["msg"]}
		for _, key := range []string{"trade_status", "refund_status"} {
			if s, ok := m[key]; ok {
				bare[key] = s
			}
		}
		m = bare
	case f == FaultWrongOrder && m["out_trade_no"] != nil:
		m["out_trade_no"] = "SOMEBODYELSES0001"
	case f == FaultWrongRefund && m["out_request_no"] != nil:
		m["out_request_no"] = "SOMEBODYELSES0001"
	case !hasSum:
	case f == FaultWrongAmount:
		m[sum] = yuanOf(fenOf(amount) - 1)
	case f == FaultWrongCurrency:
		m["trans_currency"] = "USD"
	case f == FaultWrongMerchant:
		m["seller_id"] = AlipaySellerPrefix + "99999999"
	case f == FaultWrongApp:
		m["app_id"] = AlipayAppPrefix + "99999999"
	}
	return gatewayAnswer(m).body
}

// seal puts the answer into its node and signs the node's value, byte for byte. An error that comes before
// Alipay knows whose request it is has another node and no signature.
func (a *alipay) seal(h http.Header, r *request, out answer, f FaultKind) answer {
	if r.path == billDownload {
		h.Set("Content-Type", "application/octet-stream")
		if f == FaultMisSigned {
			return tamper(out)
		}
		return out
	}
	if len(out.body) == 0 {
		return out
	}
	h.Set("Content-Type", "text/html;charset=utf-8")
	if r.op == "" || r.form.Get("app_id") != a.merchant.AppID {
		return answer{out.status, node("error_response", out.body, "")}
	}
	key, more := a.keys.alipay, ""
	switch f {
	case FaultWrongKey, FaultForged:
		key = stranger()
	case FaultOtherKey:
		key, more = stranger(), `,"alipay_cert_sn":"`+strings.Repeat("0", 32)+`"`
	}
	sum := sha256.Sum256(out.body)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err == nil && f != FaultUnsigned {
		more += `,"sign":"` + base64.StdEncoding.EncodeToString(signature) + `"`
	}
	value := out.body
	if f == FaultMisSigned {
		value = append(bytes.TrimSuffix(bytes.Clone(value), []byte("}")), `,"tampered":"1"}`...)
	}
	name := "alipay.trade." + r.op
	if r.op == OpBill {
		name = billMethod
	}
	return answer{out.status, node(strings.ReplaceAll(name, ".", "_")+"_response", value, more)}
}

func node(name string, value []byte, more string) []byte {
	return []byte(`{"` + name + `":` + string(value) + more + `}`)
}

// alipayDigest tells a repeated request from a different one under the same number.
func alipayDigest(r *request) string {
	sum := sha256.Sum256([]byte(r.op + "\n" + r.form.Get("biz_content")))
	return hex.EncodeToString(sum[:])
}
