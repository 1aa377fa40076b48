package aggregator

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

// Client is the platform as a [pay.Network]. Its methods may be called from several goroutines.
type Client struct {
	cfg      Config
	private  ed25519.PrivateKey // signs requests
	platform ed25519.PublicKey  // verifies answers
	base     *url.URL
	line     *client.Line
}

var _ pay.Network = (*Client)(nil)

// ID implements [pay.Network].
func (c *Client) ID() txn.NetworkID { return txn.Aggregator }

// paths are the calls.
var paths = map[txn.Op]string{
	txn.OpShow: "/agg/v1/create", txn.OpScan: "/agg/v1/scan", txn.OpQuery: "/agg/v1/query",
	txn.OpClose: "/agg/v1/close", txn.OpReverse: "/agg/v1/reverse", txn.OpBill: "/agg/v1/bill",
}

// offlinePath is the call that asks about an order whose code the terminal made without a network.
const offlinePath = "/agg/v1/offline"

// path is the call for op.
func path(op txn.Op, o txn.Order) string {
	if op == txn.OpQuery && o.Offline != nil {
		return offlinePath
	}
	return paths[op]
}

// request is the body of every call about an order. Fields that a call does not know stay empty.
type request struct {
	MerchantID string `json:"merchant_id"`
	OrderNo    string `json:"order_no"`
	Amount     int64  `json:"amount,omitempty"` // fen
	Currency   string `json:"currency,omitempty"`
	Subject    string `json:"subject,omitempty"`
	TerminalID string `json:"terminal_id,omitempty"`
	ExpiresIn  int64  `json:"expires_in,omitempty"` // seconds
	Code       string `json:"code,omitempty"`
	ExpiresAt  int64  `json:"expires_at,omitempty"` // offline: Unix seconds, as the code says
}

// begin is what the two calls that begin an order have in common.
func (c *Client) begin(o txn.Order) request {
	return request{
		MerchantID: c.cfg.MerchantID, OrderNo: string(o.No), Amount: o.Amount.Fen, Currency: string(o.Amount.Currency),
		Subject: c.cfg.Description, TerminalID: c.cfg.Terminal, ExpiresIn: seconds(o),
	}
}

// seconds is the order's life, rounded up. The platform counts it by its own clock from the first request on, and it
// stays the same in a repeated one, as the whole body must.
func seconds(o txn.Order) int64 {
	if o.Expires.IsZero() {
		return 2 * 60 * 60
	}
	n := int64((o.Expires.Sub(o.Created) + time.Second - 1) / time.Second)
	return min(max(n, 1), 24*60*60)
}

// about is the body of the calls that ask about an order.
func (c *Client) about(o txn.Order) request {
	r := request{MerchantID: c.cfg.MerchantID, OrderNo: string(o.No)}
	if o.Offline != nil {
		r.ExpiresAt = o.Expires.Unix()
	}
	return r
}

// Show implements [pay.Network].
func (c *Client) Show(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpShow, o, txn.PaymentCode{}, c.begin(o))
}

// Scan implements [pay.Network]. The platform tells the wallet by the code.
func (c *Client) Scan(ctx context.Context, o txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	r := c.begin(o)
	r.Code = code.Reveal()
	return c.call(ctx, txn.OpScan, o, code, r)
}

// Query implements [pay.Network].
func (c *Client) Query(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpQuery, o, txn.PaymentCode{}, c.about(o))
}

// Close implements [pay.Network].
func (c *Client) Close(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpClose, o, txn.PaymentCode{}, c.about(o))
}

// Reverse implements [pay.Network].
func (c *Client) Reverse(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.call(ctx, txn.OpReverse, o, txn.PaymentCode{}, c.about(o))
}

// call makes one request and judges what comes.
func (c *Client) call(ctx context.Context, op txn.Op, o txn.Order, code txn.PaymentCode, body request) (txn.Answer, error) {
	if f, err := client.Check(op, o, code); f != txn.FaultNone {
		return c.fail(op, o, f, "", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	r, nonce, err := c.request(ctx, path(op, o), body, time.Now())
	if err != nil {
		return c.fail(op, o, txn.FaultNotSent, "", err)
	}
	x := c.line.Do(r)
	return c.judge(op, o, nonce, &x)
}

// Headers of a request and its answer; an answer has no nonce of its own.
const (
	headKeyID     = "Agg-Key-Id"
	headTimestamp = "Agg-Timestamp"
	headNonce     = "Agg-Nonce"
	headSignature = "Agg-Signature"
)

// request is a signed request and its nonce.
func (c *Client) request(ctx context.Context, path string, body any, now time.Time) (*http.Request, string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath(path).String(), bytes.NewReader(text))
	if err != nil {
		return nil, "", err
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	nonce, timestamp := hex.EncodeToString(random), strconv.FormatInt(now.Unix(), 10)
	signature := ed25519.Sign(c.private, toSign(path, c.cfg.KeyID, timestamp, nonce, text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(headKeyID, c.cfg.KeyID)
	r.Header.Set(headTimestamp, timestamp)
	r.Header.Set(headNonce, nonce)
	r.Header.Set(headSignature, base64.StdEncoding.EncodeToString(signature))
	return r, nonce, nil
}

// toSign is what the merchant signs: seven lines, the last of them the body as it is sent.
func toSign(path, keyID, timestamp, nonce string, body []byte) []byte {
	return fmt.Appendf(nil, "AGG1-REQUEST\nPOST\n%s\n%s\n%s\n%s\n%s", path, keyID, timestamp, nonce, body)
}

// toVerify is what the platform signs: seven lines, too, with the nonce of the request.
func toVerify(status int, path, keyID, timestamp, nonce string, body []byte) []byte {
	return fmt.Appendf(nil, "AGG1-ANSWER\n%d\n%s\n%s\n%s\n%s\n%s", status, path, keyID, timestamp, nonce, body)
}

func (c *Client) fail(op txn.Op, o txn.Order, f txn.Fault, code string, err error) (txn.Answer, error) {
	return client.Fail(txn.Aggregator, op, o, f, code, err)
}
