package paynet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Operations of WeChat Pay, as faults and OnRequest name them.
const (
	OpNative  = "native"  // POST /v3/pay/transactions/native
	OpCodePay = "codepay" // POST /v3/pay/transactions/codepay
	OpQuery   = "query"   // GET  /v3/pay/transactions/out-trade-no/{no}
	OpClose   = "close"   // POST …/close
	OpReverse = "reverse" // POST …/reverse
)

// wechat is WeChat Pay as a wire.
type wechat struct {
	p        *Paynet
	keys     wechatKeys
	merchant WeChatMerchant
	nonces   nonces
}

var _ wire = (*wechat)(nil)

func (*wechat) network() string { return WeChat }
func (*wechat) title() string   { return "微信" }
func (*wechat) looks(op string) bool {
	return op == OpQuery || op == OpRefundQuery || op == OpBill || op == OpBillFile || op == OpCertificates
}

// route names the operation of a path and its out_trade_no or out_refund_no.
func (*wechat) route(r *request) bool {
	if !strings.HasPrefix(r.path, "/v3/") {
		return false
	}
	rest, ok := strings.CutPrefix(r.path, "/v3/pay/transactions/")
	switch {
	case !ok && r.method == http.MethodGet && r.path == certificatesPath:
		r.op = OpCertificates
	case !ok && r.method == http.MethodGet && r.path == tradeBillPath:
		r.op = OpBill
	case !ok && r.method == http.MethodGet && r.path == billFilePath:
		r.op = OpBillFile
	case !ok && r.method == http.MethodPost && r.path == refundPath:
		r.op = OpRefund
	case !ok:
		no, found := strings.CutPrefix(r.path, refundPath+"/")
		if found && r.method == http.MethodGet && no != "" {
			r.op, r.no = OpRefundQuery, no
		}
	case r.method == http.MethodPost && rest == "native":
		r.op = OpNative
	case r.method == http.MethodPost && rest == "codepay":
		r.op = OpCodePay
	default:
		rest, ok = strings.CutPrefix(rest, "out-trade-no/")
		no, verb, _ := strings.Cut(rest, "/")
		if op := orderCalls[r.method+" "+verb]; ok && no != "" && op != "" {
			r.op, r.no = op, no
		}
	}
	return true
}

// orderCalls are the operations on an order, by method and what follows its number.
var orderCalls = map[string]string{"GET ": OpQuery, "POST close": OpClose, "POST reverse": OpReverse}

// authorize checks who asks, before anything of the body is looked at.
func (c *wechat) authorize(r *request, now time.Time) *answer {
	refuse := func(e apiError) *answer { a := fail(e); return &a }
	if len(r.body) > maxBody {
		return refuse(paramError("", "请求报文过大"))
	}
	a, err := parseAuthorization(r.header.Get("Authorization"))
	switch {
	case err != nil:
		return refuse(signError(err.Error()))
	case a.mchid != c.merchant.MerchantID:
		return refuse(noSuchMchid)
	case a.serial != c.merchant.Serial:
		return refuse(signError("商户证书序列号有误"))
	}
	if d := now.Sub(time.Unix(a.timestamp, 0)); d >= maxSkew || d <= -maxSkew {
		return refuse(signError(fmt.Sprintf("timestamp 与微信支付时间相差 %d 秒，请校准时钟", int64(d/time.Second))))
	}
	if err := a.verify(c.keys.merchant, r.method, r.target, r.body); err != nil {
		return refuse(signError("错误的签名，验签失败"))
	}
	if !c.nonces.take(a.nonce, now) {
		return refuse(signError("nonce_str 已使用过"))
	}
	return nil
}

func (c *wechat) call(r *request, now time.Time) answer {
	switch r.op {
	case OpNative:
		return c.native(r, now)
	case OpCodePay:
		return c.codePay(r, now)
	case OpQuery:
		return c.query(r)
	case OpClose:
		return c.closeOrder(r)
	case OpReverse:
		return c.reverse(r, now)
	case OpRefund:
		return c.refund(r, now)
	case OpRefundQuery:
		return c.queryRefund(r)
	case OpCertificates:
		return c.certificates(r)
	case OpBill:
		return c.bill(r, now)
	case OpBillFile:
		return c.billFile(r, now)
	}
	return fail(noSuchPath)
}

func (*wechat) owns(qr string) bool { return strings.HasPrefix(qr, codeURLPrefix) }

func (*wechat) paidFrom(wallet string) bool { return wallet == WeChat }

// seen changes nothing: the order exists from its first request on.
func (*wechat) seen(*order, time.Time) {}

func (*wechat) refused(o *order) { o.State = statePayError }

// lapse fails a code payment whose password did not come. A shown order stays NOTPAY until it is closed.
func (*wechat) lapse(o *order) {
	if o.State == stateUserPaying {
		o.State = statePayError
	}
}

func (*wechat) number(serial int64, now time.Time) string {
	return fmt.Sprintf("420000%s%s%010d", randomDigits(4), now.In(beijing).Format("20060102"), serial)
}

func (*wechat) words(o *order) (kind, state string) { return o.Kind, o.State }

// stateText is trade_state_desc.
var stateText = map[string]string{
	stateSuccess: "支付成功", stateRefund: "转入退款", stateNotPay: "订单未支付", stateClosed: "订单已关闭",
	stateRevoked: "订单已撤销", stateUserPaying: "用户支付中", statePayError: "支付失败",
}

// payment is the body of native and codepay. Documented fields that decide nothing here are taken as they
// are; undocumented ones are refused.
type payment struct {
	AppID       string          `json:"appid"`
	MchID       string          `json:"mchid"`
	Description string          `json:"description"`
	No          string          `json:"out_trade_no"`
	TimeExpire  string          `json:"time_expire"`
	Attach      string          `json:"attach"`
	NotifyURL   string          `json:"notify_url"`
	GoodsTag    string          `json:"goods_tag"`
	Fapiao      bool            `json:"support_fapiao"`
	LimitPay    json.RawMessage `json:"limit_pay"`
	Detail      json.RawMessage `json:"detail"`
	SettleInfo  json.RawMessage `json:"settle_info"`
	Amount      struct {
		Total    *int64 `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
	Payer struct {
		AuthCode string `json:"auth_code"`
	} `json:"payer"`
	SceneInfo struct {
		PayerClientIP string `json:"payer_client_ip"`
		DeviceID      string `json:"device_id"`
		DeviceIP      string `json:"device_ip"`
		StoreInfo     struct {
			ID       string `json:"id"`
			OutID    string `json:"out_id"`
			Name     string `json:"name"`
			AreaCode string `json:"area_code"`
			Address  string `json:"address"`
		} `json:"store_info"`
	} `json:"scene_info"`
}

// maxTotal is 1 000 000 yuan, more than the network takes in one payment.
const maxTotal = 100_000_000

// numberForm is that of out_trade_no: 6 to 32 of these.
var numberForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{6,32}$`)

// decode reads a body strictly: one JSON object of known fields, said to be JSON.
func decode(r *request, into any) (apiError, bool) {
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return paramError("", "Content-Type 须为 application/json"), false
	}
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	if !utf8.Valid(r.body) || d.Decode(into) != nil {
		return paramError("", "请求体不是合法的 JSON，或含有未知字段"), false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return paramError("", "请求体之后还有内容"), false
	}
	return apiError{}, true
}

// payment reads and checks what native and codepay have in common.
func (c *wechat) payment(r *request) (pay payment, e apiError, ok bool) {
	if e, ok = decode(r, &pay); !ok {
		return pay, e, false
	}
	switch {
	case pay.MchID != c.merchant.MerchantID:
		return pay, noSuchMchid, false
	case pay.AppID != c.merchant.AppID:
		return pay, appNotMatch, false
	case !numberForm.MatchString(pay.No):
		return pay, paramError("/out_trade_no", "须为 6 至 32 位数字、大小写字母或 _-|*"), false
	case pay.Description == "" || utf8.RuneCountInString(pay.Description) > 127:
		return pay, paramError("/description", "须为 1 至 127 个字符"), false
	case utf8.RuneCountInString(pay.Attach) > 128:
		return pay, paramError("/attach", "最多 128 个字符"), false
	case pay.Amount.Total == nil || *pay.Amount.Total < 1 || *pay.Amount.Total > maxTotal:
		return pay, paramError("/amount/total", "须为正整数，单位为分"), false
	case pay.Amount.Currency != "" && pay.Amount.Currency != "CNY":
		return pay, paramError("/amount/currency", "仅支持 CNY"), false
	}
	return pay, e, true
}

// digest tells a repeated request from a different one under the same number.
func digest(r *request) string {
	var v any
	_ = json.Unmarshal(r.body, &v) // decoded once already
	canonical, _ := json.Marshal(v)
	sum := sha256.Sum256(append([]byte(r.op+"\n"), canonical...))
	return hex.EncodeToString(sum[:])
}

// mchid reads the body of close and reverse.
func (c *wechat) mchid(r *request) (apiError, bool) {
	var body struct {
		MchID string  `json:"mchid"`
		AppID *string `json:"appid"`
	}
	if e, ok := decode(r, &body); !ok {
		return e, false
	}
	if body.MchID != c.merchant.MerchantID {
		return noSuchMchid, false
	}
	if body.AppID != nil && *body.AppID != c.merchant.AppID || body.AppID == nil && r.op == OpReverse {
		return appNotMatch, false
	}
	return apiError{}, true
}

// transaction is the body of the query and of a code payment that succeeded.
func (c *wechat) transaction(o *order) answer {
	m := map[string]any{
		"appid": c.merchant.AppID, "mchid": c.merchant.MerchantID, "out_trade_no": o.No,
		"trade_state": o.State, "trade_state_desc": stateText[o.State], "attach": o.Attach,
		"amount": map[string]any{"total": o.Total, "currency": "CNY"},
	}
	if o.Kind == kindCode || o.Transaction != "" {
		m["trade_type"] = o.Kind
	}
	if o.Transaction != "" {
		m["transaction_id"] = o.Transaction
		m["success_time"] = o.PaidAt.In(beijing).Format(time.RFC3339)
		m["bank_type"] = "OTHERS"
		m["payer"] = map[string]any{"openid": "oSANDBOX" + o.Wallet}
		m["amount"] = map[string]any{"total": o.Total, "payer_total": o.PayerTotal, "currency": "CNY", "payer_currency": "CNY"}
		if off := o.Total - o.PayerTotal; off > 0 {
			m["promotion_detail"] = []any{map[string]any{
				"coupon_id": "PAYNET", "name": "平台优惠", "scope": "GLOBAL", "type": "NOCASH", "amount": off,
				"wechatpay_contribute": off, "merchant_contribute": 0, "other_contribute": 0, "currency": "CNY",
			}}
		}
	}
	return succeed(http.StatusOK, m)
}
