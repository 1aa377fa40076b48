package paynet

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"time"
)

// Response codes (respCode, 应答码) that the sandbox gives; the table is in 平台接入接口规范 第5部分 附录.
const (
	respOK        = "00" // 成功
	respFailed    = "01" // 交易失败
	respClosed    = "02" // 系统未开放或暂时关闭，请稍后再试
	respAccepted  = "05" // 交易已受理，请稍后查询交易结果
	respFormat    = "10" // 报文格式错误
	respSignature = "11" // 验证签名失败
	respRepeated  = "12" // 重复交易
	respNotPassed = "30" // 交易未通过
	respMerchant  = "31" // 商户状态不正确
	respUnknown   = "34" // 查无此交易
	respTooMuch   = "33" // 交易金额超限
	respState     = "35" // 原交易不存在或状态不正确
	respTooOften  = "37" // 已超过最大查询次数或操作过于频繁
	respOtherDay  = "39" // 交易不在受理时间范围内
	respGivenBack = "45" // 原交易已被成功退货或已被成功撤销
	respReversed  = "46" // 交易已被成功冲正
	respBalance   = "64" // 卡上的余额不足
	respTimeOut   = "69" // 您的输入超时，交易失败
	respNoCode    = "88" // 无此二维码
	respNoFile    = "98" // 文件不存在; it stands in no table of response codes
)

var respText = map[string]string{
	respOK: "成功", respFailed: "交易失败", respClosed: "系统未开放或暂时关闭，请稍后再试", respAccepted: "交易已受理，请稍后查询交易结果",
	respFormat: "报文格式错误", respSignature: "验证签名失败", respRepeated: "重复交易", respNotPassed: "交易未通过",
	respMerchant: "商户状态不正确", respUnknown: "查无此交易", respState: "原交易不存在或状态不正确",
	respTooOften: "已超过最大查询次数或操作过于频繁", respOtherDay: "交易不在受理时间范围内", respReversed: "交易已被成功冲正",
	respTooMuch: "交易金额超限", respGivenBack: "原交易已被成功退货或已被成功撤销", respBalance: "卡上的余额不足", respTimeOut: "您的输入超时，交易失败", respNoCode: "无此二维码", respNoFile: "文件不存在",
}

// respMsg is what goes with a code; the number in brackets is the network's own.
func respMsg(code string) string { return respText[code] + "[00000" + code + "]" }

// respond answers with a code and what the request said of itself. It never repeats a value that may be a payment
// code.
func respond(r *request, code string, more ...string) answer {
	m := url.Values{"respCode": {code}, "respMsg": {respMsg(code)}}
	for _, k := range []string{"version", "encoding", "bizType", "txnType", "txnSubType", "accessType", "merId", "orderId", "txnTime"} {
		if v := r.form.Get(k); v != "" && !strings.ContainsAny(v, "&={}[]") {
			m.Set(k, v)
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		m.Set(more[i], more[i+1])
	}
	return answer{status: 200, body: []byte(joinSorted(m))}
}

// joinSorted writes a message as it is signed and as answers are sent: sorted, "k=v" joined by "&", not encoded.
func joinSorted(m url.Values) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		if k != "signature" {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for i, k := range keys {
		keys[i] = k + "=" + m.Get(k)
	}
	return strings.Join(keys, "&")
}

// messageHash is what a signature is over: SHA-256 of the lower-case hexadecimal text of SHA-256 of the message.
func messageHash(m url.Values) []byte {
	inner := sha256.Sum256([]byte(joinSorted(m)))
	outer := sha256.Sum256([]byte(hex.EncodeToString(inner[:])))
	return outer[:]
}

// unionpayForm reads a request's fields; nil for a body that is no form, or has a field twice.
func unionpayForm(r *request) url.Values {
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" || len(r.body) > maxBody {
		return nil
	}
	m, err := url.ParseQuery(string(r.body))
	if err != nil {
		return nil
	}
	for _, values := range m {
		if len(values) != 1 {
			return nil
		}
	}
	return m
}

// Forms of the fields.
var (
	orderIDForm = regexp.MustCompile(`^[0-9A-Za-z]{8,40}$`)
	txnTimeForm = regexp.MustCompile(`^20[0-9]{12}$`)
	txnAmtForm  = regexp.MustCompile(`^[1-9][0-9]{0,11}$`)
	qrNoForm    = regexp.MustCompile(`^[0-9]{1,20}$`)
	backURLForm = regexp.MustCompile(`^https?://[!-~]+$`)
)

// authorize checks the message's form, who asks, and the signature, before anything else is looked at.
func (u *unionpay) authorize(r *request, _ time.Time) *answer {
	refuse := func(code string) *answer { a := respond(r, code); return &a }
	f := r.form
	switch {
	case f == nil || f.Get("version") != "5.1.0" || !strings.EqualFold(f.Get("encoding"), "UTF-8") || f.Get("signMethod") != "01":
		return refuse(respFormat)
	case f.Get("merId") != u.merchant.MerchantID:
		return refuse(respMerchant)
	case f.Get("certId") != u.keys.certID:
		return refuse(respSignature)
	}
	signature, err := base64.StdEncoding.DecodeString(f.Get("signature"))
	if err != nil || rsa.VerifyPKCS1v15(u.keys.merchant, crypto.SHA256, messageHash(f), signature) != nil {
		return refuse(respSignature)
	}
	if f.Get("bizType") != "000000" || f.Get("accessType") != "0" || r.op != OpBill && !orderIDForm.MatchString(f.Get("orderId")) ||
		!txnTimeForm.MatchString(f.Get("txnTime")) {
		return refuse(respFormat)
	}
	return nil
}

// order returns the order that a request names by number and time; nil when there is none.
func (u *unionpay) order(r *request) *order {
	o := u.p.state.order(UnionPay, r.form.Get("orderId"))
	if o == nil || o.TxnTime != r.form.Get("txnTime") {
		return nil
	}
	return o
}

// unionpayTime is the form of txnTime and payTimeout, in Beijing.
const unionpayTime = "20060102150405"

func readUnionpayTime(s string) (time.Time, bool) {
	t, err := time.ParseInLocation(unionpayTime, s, beijing)
	return t, err == nil
}
