package wechat

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/native"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// Client is WeChat Pay as a [pay.Network]. Its methods may be called from several goroutines.
type Client struct {
	cfg       Config
	sdk       *core.Client
	transport *transport
}

var _ pay.Network = (*Client)(nil)

// ID implements [pay.Network].
func (c *Client) ID() txn.NetworkID { return txn.WeChat }

// beijing is the zone that time_expire is written in, whatever the machine's is. The SDK formats a time in
// the zone it carries.
var beijing = time.FixedZone("CST", 8*60*60)

// Show implements [pay.Network] by Native prepay.
func (c *Client) Show(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if err := c.fits(o); err != nil {
		return txn.Answer{}, c.fault(txn.OpShow, o, txn.FaultConfig, "", err)
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
	if !o.No.Valid() {
		return txn.Answer{}, c.fault(txn.OpQuery, o, txn.FaultConfig, "", errNumber)
	}
	return c.call(ctx, txn.OpQuery, o, func(ctx context.Context) error {
		_, _, err := (&native.NativeApiService{Client: c.sdk}).QueryOrderByOutTradeNo(ctx,
			native.QueryOrderByOutTradeNoRequest{OutTradeNo: core.String(string(o.No)), Mchid: &c.cfg.MerchantID})
		return err
	})
}

// Close implements [pay.Network].
func (c *Client) Close(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if !o.No.Valid() {
		return txn.Answer{}, c.fault(txn.OpClose, o, txn.FaultConfig, "", errNumber)
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
	if err := c.fits(o); err != nil {
		return txn.Answer{}, c.fault(txn.OpScan, o, txn.FaultConfig, "", err)
	}
	if code.IsZero() || len(code.Reveal()) > 64 {
		return txn.Answer{}, c.fault(txn.OpScan, o, txn.FaultNotSent, "", errCode)
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
	if !o.No.Valid() {
		return txn.Answer{}, c.fault(txn.OpReverse, o, txn.FaultConfig, "", errNumber)
	}
	body := map[string]string{"appid": c.cfg.AppID, "mchid": c.cfg.MerchantID}
	return c.call(ctx, txn.OpReverse, o, func(ctx context.Context) error {
		path := "/v3/pay/transactions/out-trade-no/" + url.PathEscape(string(o.No)) + "/reverse"
		_, err := c.sdk.Post(ctx, consts.WechatPayAPIServer+path, body)
		return err
	})
}

// Orders that no request is made for.
var (
	errNumber = errors.New("the order number is not one that WeChat Pay takes")
	errAmount = errors.New("the amount is not a positive one in CNY")
	errCode   = errors.New("no payment code")
)

func (c *Client) fits(o txn.Order) error {
	switch {
	case !o.No.Valid():
		return errNumber
	case o.Amount.Fen <= 0 || o.Amount.Currency != txn.CNY:
		return errAmount
	}
	return nil
}

// call makes one request through the SDK and judges by what really happened on the line.
func (c *Client) call(ctx context.Context, op txn.Op, o txn.Order, send func(context.Context) error) (txn.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	x := &exchange{}
	err := send(context.WithValue(ctx, exchangeKey{}, x))
	return c.judge(op, o, x, err)
}

// judge decides what an exchange proves; err is the SDK's.
func (c *Client) judge(op txn.Op, o txn.Order, x *exchange, err error) (txn.Answer, error) {
	switch {
	case x.status == 0 && !x.sent:
		return txn.Answer{}, c.fault(op, o, txn.FaultNotSent, "", plain(x.err))
	case x.status == 0:
		return txn.Answer{}, c.fault(op, o, txn.FaultNoAnswer, "", plain(x.err))
	case !x.verified:
		f := txn.FaultUnverified
		if errors.Is(x.reason, errUnsigned) && (x.status >= 500 || x.status == 429) {
			f = txn.FaultSystem
		}
		return txn.Answer{}, c.fault(op, o, f, "", x.reason)
	}
	if x.status >= 300 && x.status < 400 {
		return txn.Answer{}, c.fault(op, o, txn.FaultUnverified, "", errRedirect)
	}
	if code := errorCode(x.body); code != "" || x.status < 200 || x.status > 299 {
		return c.refused(op, o, x.status, code)
	}
	if err != nil { // the SDK could not make sense of a good answer
		return txn.Answer{}, c.fault(op, o, txn.FaultUnverified, "", errShape)
	}
	return c.accepted(op, o, x.body)
}

func (c *Client) fault(op txn.Op, o txn.Order, f txn.Fault, code string, err error) error {
	return &pay.Error{Network: txn.WeChat, Op: op, Order: o.No, Fault: f, Code: code, Err: err}
}

// Why no answer came. Errors of net/http can quote bytes of the network, so only those whose text is known
// to be ours or the system's go further.
var (
	errTimeout = errors.New("no answer in time")
	errName    = errors.New("the network's name is not found; check the cable and the name server")
	errBroken  = errors.New("the connection broke")
	errTLS     = errors.New("the server's certificate is not trusted; check the clock and the network")
)

func plain(err error) error {
	var (
		errno     syscall.Errno
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		timeout   interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case errors.As(err, &errno):
		return errno
	case errors.As(err, &dns):
		return errName
	case errors.As(err, &authority), errors.As(err, &invalid), errors.As(err, &host):
		return errTLS
	}
	return errBroken
}
