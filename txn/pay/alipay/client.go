package alipay

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

// Client is Alipay as a [pay.Network]. Its methods may be called from several goroutines.
type Client struct {
	cfg     Config
	private *rsa.PrivateKey // signs requests
	public  *rsa.PublicKey  // Alipay's: verifies answers
	gateway string
	line    *client.Line
}

var _ pay.Network = (*Client)(nil)

// ID implements [pay.Network].
func (c *Client) ID() txn.NetworkID { return txn.Alipay }

// methods are the calls.
var methods = map[txn.Op]string{
	txn.OpShow: "alipay.trade.precreate", txn.OpScan: "alipay.trade.pay", txn.OpQuery: "alipay.trade.query",
	txn.OpClose: "alipay.trade.close", txn.OpReverse: "alipay.trade.cancel",
	txn.OpRefund: "alipay.trade.refund", txn.OpQueryRefund: "alipay.trade.fastpay.refund.query",
	txn.OpBill: "alipay.data.dataservice.bill.downloadurl.query",
}

// trade is biz_content. Fields that a method does not know stay empty.
type trade struct {
	OutTradeNo  string `json:"out_trade_no"`
	TotalAmount string `json:"total_amount,omitempty"`
	Subject     string `json:"subject,omitempty"`
	SellerID    string `json:"seller_id,omitempty"`
	ProductCode string `json:"product_code,omitempty"`
	TerminalID  string `json:"terminal_id,omitempty"`
	Scene       string `json:"scene,omitempty"`
	AuthCode    string `json:"auth_code,omitempty"`

	TimeExpire     string `json:"time_expire,omitempty"`             // no payment after it, at all
	QRTimeout      string `json:"qr_code_timeout_express,omitempty"` // no scan of the code, from now on
	TimeoutExpress string `json:"timeout_express,omitempty"`         // no payment, from when the trade exists
}

// begin is what the two methods that begin a trade have in common.
func (c *Client) begin(o txn.Order) trade {
	return trade{
		OutTradeNo: string(o.No), TotalAmount: o.Amount.Decimal(), Subject: c.cfg.Description,
		SellerID: c.cfg.SellerID, ProductCode: "FACE_TO_FACE_PAYMENT", TerminalID: c.cfg.Terminal,
	}
}

// beijing is the zone of every time on this line, whatever the machine's is.
var beijing = time.FixedZone("CST", 8*60*60)

// timeForm is how times are written on this line.
const timeForm = "2006-01-02 15:04:05"

// Show implements [pay.Network] by alipay.trade.precreate.
func (c *Client) Show(ctx context.Context, o txn.Order) (txn.Answer, error) {
	t := c.begin(o)
	if !o.Expires.IsZero() {
		t.TimeExpire = o.Expires.In(beijing).Format(timeForm)
		t.QRTimeout = minutes(o, time.Now())
	}
	return c.call(ctx, txn.OpShow, o, txn.PaymentCode{}, t)
}

// Scan implements [pay.Network] by alipay.trade.pay. An unpaid trade closes by itself after the order's life.
func (c *Client) Scan(ctx context.Context, o txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	t := c.begin(o)
	t.Scene, t.AuthCode = "bar_code", code.Reveal()
	if !o.Expires.IsZero() {
		t.TimeoutExpress = minutes(o, o.Created)
	}
	return c.call(ctx, txn.OpScan, o, code, t)
}

// Query implements [pay.Network] by alipay.trade.query.
func (c *Client) Query(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpQuery, o, txn.PaymentCode{}, trade{OutTradeNo: string(o.No)})
}

// Close implements [pay.Network] by alipay.trade.close. It finds nothing before the customer has scanned.
func (c *Client) Close(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpClose, o, txn.PaymentCode{}, trade{OutTradeNo: string(o.No)})
}

// Reverse implements [pay.Network] by alipay.trade.cancel.
func (c *Client) Reverse(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpReverse, o, txn.PaymentCode{}, trade{OutTradeNo: string(o.No)})
}

// minutes is what is left of the order's life at a moment, as timeout_express counts it: whole minutes from 1m to 15d.
// The network counts it by its own clock from when the request arrives, so a wrong clock here makes no code live
// longer; and a clock that was set back since the order began does not either.
func minutes(o txn.Order, at time.Time) string {
	left := min(o.Expires.Sub(at), o.Expires.Sub(o.Created))
	n := int((left + time.Minute - 1) / time.Minute)
	return strconv.Itoa(min(max(n, 1), 15*24*60)) + "m"
}

// call makes one request and judges what comes.
func (c *Client) call(ctx context.Context, op txn.Op, o txn.Order, code txn.PaymentCode, t trade) (txn.Answer, error) {
	if f, err := client.Check(op, o, code); f != txn.FaultNone {
		return c.fail(op, o, f, "", err)
	}
	x, err := c.exchange(ctx, op, t)
	if err != nil {
		return c.fail(op, o, txn.FaultNotSent, "", err)
	}
	return c.judge(op, o, &x)
}

// exchange makes one request with that biz_content; the error says why none could be made.
func (c *Client) exchange(ctx context.Context, op txn.Op, content any) (x client.Exchange, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	r, err := c.request(ctx, op, content)
	if err != nil {
		return x, err
	}
	return c.line.Do(r), nil
}

// request is a signed request: RSA2 over all parameters but sign, sorted by key and joined as k=v with &, before they
// are escaped for the form.
func (c *Client) request(ctx context.Context, op txn.Op, content any) (*http.Request, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	p := url.Values{
		"app_id": {c.cfg.AppID}, "method": {methods[op]}, "format": {"JSON"}, "charset": {"utf-8"},
		"sign_type": {"RSA2"}, "timestamp": {time.Now().In(beijing).Format(timeForm)}, "version": {"1.0"},
		"biz_content": {string(text)},
	}
	var pairs []string
	for k, v := range p {
		pairs = append(pairs, k+"="+v[0])
	}
	slices.Sort(pairs)
	sum := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := rsa.SignPKCS1v15(rand.Reader, c.private, crypto.SHA256, sum[:])
	if err != nil {
		return nil, err
	}
	p.Set("sign", base64.StdEncoding.EncodeToString(signature))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.gateway, strings.NewReader(p.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	return r, nil
}

func (c *Client) fail(op txn.Op, o txn.Order, f txn.Fault, code string, err error) (txn.Answer, error) {
	return client.Fail(txn.Alipay, op, o, f, code, err)
}
