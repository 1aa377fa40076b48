package wechat

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/native"
	"golang.org/x/sync/singleflight"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

// Client is WeChat Pay as a [pay.Network]. Its methods may be called from several goroutines.
type Client struct {
	cfg       Config
	sdk       *core.Client
	transport *transport
	fetching  singleflight.Group // of platform certificates
}

var (
	_ pay.Network = (*Client)(nil)
	_ pay.Expirer = (*Client)(nil)
)

// ID implements [pay.Network].
func (c *Client) ID() txn.NetworkID { return txn.WeChat }

// Expiries implements [pay.Expirer]: platform certificates run out, WeChat Pay's public key does not. Those that the client
// fetches are replaced in time, so only where it can't fetch any does anybody have to.
func (c *Client) Expiries() (all []pay.Expiry) {
	if at, used := c.transport.ring.until(); used && len(c.transport.renewal.apiV3) == 0 {
		all = append(all, pay.Expiry{Setting: "platform certificate", At: at})
	}
	return all
}

// beijing is the zone that time_expire is written in, whatever the machine's is. The SDK formats a time in
// the zone it carries.
var beijing = time.FixedZone("CST", 8*60*60)

// Show implements [pay.Network] by Native prepay.
func (c *Client) Show(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if f, err := client.Check(txn.OpShow, o, txn.PaymentCode{}); f != txn.FaultNone {
		return c.fault(txn.OpShow, o, f, "", err)
	}
	expires := o.Expires.In(beijing)
	req := native.PrepayRequest{
		Appid: &c.cfg.AppID, Mchid: &c.cfg.MerchantID, Description: &c.cfg.Description,
		OutTradeNo: core.String(string(o.No)), NotifyUrl: &c.cfg.NotifyURL,
		Amount: &native.Amount{Total: core.Int64(o.Amount.Fen), Currency: core.String(string(o.Amount.Currency))},
	}
	if !o.Expires.IsZero() {
		req.TimeExpire = &expires
	}
	return c.call(ctx, txn.OpShow, o, func(ctx context.Context) error {
		_, _, err := (&native.NativeApiService{Client: c.sdk}).Prepay(ctx, req)
		return err
	})
}

// Query implements [pay.Network] by out_trade_no.
func (c *Client) Query(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if f, err := client.Check(txn.OpQuery, o, txn.PaymentCode{}); f != txn.FaultNone {
		return c.fault(txn.OpQuery, o, f, "", err)
	}
	c.keep(ctx) // between two questions there is time for it
	return c.call(ctx, txn.OpQuery, o, func(ctx context.Context) error {
		_, _, err := (&native.NativeApiService{Client: c.sdk}).QueryOrderByOutTradeNo(ctx,
			native.QueryOrderByOutTradeNoRequest{OutTradeNo: core.String(string(o.No)), Mchid: &c.cfg.MerchantID})
		return err
	})
}

// Close implements [pay.Network].
func (c *Client) Close(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if f, err := client.Check(txn.OpClose, o, txn.PaymentCode{}); f != txn.FaultNone {
		return c.fault(txn.OpClose, o, f, "", err)
	}
	return c.call(ctx, txn.OpClose, o, func(ctx context.Context) error {
		_, err := (&native.NativeApiService{Client: c.sdk}).CloseOrder(ctx,
			native.CloseOrderRequest{OutTradeNo: core.String(string(o.No)), Mchid: &c.cfg.MerchantID})
		return err
	})
}

// codePay is the body of codepay, which the SDK has no service for.
type codePay struct {
	AppID       string    `json:"appid"`
	MchID       string    `json:"mchid"`
	Description string    `json:"description"`
	OutTradeNo  string    `json:"out_trade_no"`
	Payer       payer     `json:"payer"`
	Amount      amount    `json:"amount"`
	SceneInfo   sceneInfo `json:"scene_info"`
}

type payer struct {
	AuthCode string `json:"auth_code"`
}

type amount struct {
	Total    int64  `json:"total"`
	Currency string `json:"currency"`
}

type sceneInfo struct {
	DeviceID  string    `json:"device_id"`
	DeviceIP  string    `json:"device_ip"`
	StoreInfo storeInfo `json:"store_info"`
}

type storeInfo struct {
	OutID string `json:"out_id"`
}

// Scan implements [pay.Network] by codepay.
func (c *Client) Scan(ctx context.Context, o txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	if f, err := client.Check(txn.OpScan, o, code); f != txn.FaultNone {
		return c.fault(txn.OpScan, o, f, "", err)
	}
	device := c.cfg.Terminal
	if device == "" {
		device = "POS"
	}
	body := codePay{
		AppID: c.cfg.AppID, MchID: c.cfg.MerchantID, Description: c.cfg.Description, OutTradeNo: string(o.No),
		Payer: payer{code.Reveal()}, Amount: amount{o.Amount.Fen, string(o.Amount.Currency)},
		SceneInfo: sceneInfo{DeviceID: device, DeviceIP: "127.0.0.1", StoreInfo: storeInfo{OutID: device}},
	}
	return c.call(ctx, txn.OpScan, o, func(ctx context.Context) error {
		_, err := c.sdk.Post(ctx, consts.WechatPayAPIServer+"/v3/pay/transactions/codepay", body)
		return err
	})
}

// Reverse implements [pay.Network].
func (c *Client) Reverse(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if f, err := client.Check(txn.OpReverse, o, txn.PaymentCode{}); f != txn.FaultNone {
		return c.fault(txn.OpReverse, o, f, "", err)
	}
	body := map[string]string{"appid": c.cfg.AppID, "mchid": c.cfg.MerchantID}
	return c.call(ctx, txn.OpReverse, o, func(ctx context.Context) error {
		path := "/v3/pay/transactions/out-trade-no/" + url.PathEscape(string(o.No)) + "/reverse"
		_, err := c.sdk.Post(ctx, consts.WechatPayAPIServer+path, body)
		return err
	})
}

// call makes one request through the SDK and judges by what really happened on the line.
func (c *Client) call(ctx context.Context, op txn.Op, o txn.Order, send func(context.Context) error) (txn.Answer, error) {
	x, err := c.exchange(ctx, send)
	return c.judge(op, o, x, err)
}

// exchange makes one request through the SDK; err is the SDK's.
func (c *Client) exchange(ctx context.Context, send func(context.Context) error) (*exchange, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	x := &exchange{}
	if c.transport.ring.empty() && !c.fetch(ctx) {
		x.unable = errNoKey
		return x, errNoKey
	}
	return x, send(context.WithValue(ctx, exchangeKey{}, x))
}

// judge decides what an exchange proves; err is the SDK's.
func (c *Client) judge(op txn.Op, o txn.Order, x *exchange, err error) (txn.Answer, error) {
	code, refused, f, err := x.proof(err)
	switch {
	case f != txn.FaultNone:
		return c.fault(op, o, f, "", err)
	case refused:
		return codes.Answer(txn.WeChat, op, o, code, x.Troubled())
	}
	return c.accepted(op, o, x.Body)
}

// proof says what the answer is worth, whatever was asked: nothing, for the fault and its cause; a refusal, by its
// code; or else a body that went well and that the SDK could read. sdk is the SDK's error.
func (x *exchange) proof(sdk error) (code string, refused bool, f txn.Fault, err error) {
	if x.unable != nil {
		return "", false, txn.FaultNotSent, x.unable
	}
	if f, err := x.Silence(); f != txn.FaultNone {
		return "", false, f, err
	}
	switch code = errorCode(x.Body); {
	case errors.Is(x.reason, client.ErrUnsigned) && x.Troubled():
		return "", false, txn.FaultSystem, x.reason
	case x.reason != nil:
		return "", false, txn.FaultUnverified, x.reason
	case x.Status >= 300 && x.Status < 400:
		return "", false, txn.FaultUnverified, client.ErrRedirect
	case code != "" || x.Status < 200 || x.Status > 299:
		return code, true, txn.FaultNone, nil
	case sdk != nil:
		return "", false, txn.FaultUnverified, client.ErrShape
	}
	return "", false, txn.FaultNone, nil
}

func (c *Client) fault(op txn.Op, o txn.Order, f txn.Fault, code string, err error) (txn.Answer, error) {
	return client.Fail(txn.WeChat, op, o, f, code, err)
}
