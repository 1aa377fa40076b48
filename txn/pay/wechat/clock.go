package wechat

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.TimeProver = (*Client)(nil)

// TimeOrder is asked for where only the answer's time matters. No terminal numbers an order like that.
const TimeOrder = "TIME00000000"

// maxChain bounds how many of a server's certificates may turn out, one after the other, not to be valid yet.
const maxChain = 4

// ProveTime implements [pay.TimeProver] by a query for an order that does not exist. WeChat Pay refuses it, at a
// terminal whose clock is wrong because of that, and signs the refusal with its own time.
func (c *Client) ProveTime(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	now := time.Now()
	for range maxChain {
		x := c.askTime(ctx, now)
		if from, ok := x.NotYet(); ok && from.After(now) {
			now = from
			continue
		}
		if fault, err := x.Silence(); err != nil {
			return time.Time{}, fmt.Errorf("wechat: time: %v: %w", fault, err)
		}
		return c.transport.provenTime(ctx, x)
	}
	return time.Time{}, fmt.Errorf("wechat: time: %w", client.ErrForged)
}

// askTime makes the request, with the server's certificates judged as at now.
func (c *Client) askTime(ctx context.Context, now time.Time) client.Exchange {
	x := &exchange{at: now}
	path := "/v3/pay/transactions/out-trade-no/" + TimeOrder + "?mchid=" + url.QueryEscape(c.cfg.MerchantID)
	// The SDK's error says nothing that the exchange does not say better.
	_, _ = c.sdk.Get(context.WithValue(ctx, exchangeKey{}, x), consts.WechatPayAPIServer+path)
	return x.Exchange
}

// provenTime returns the time under an answer's signature, if that holds.
func (t *transport) provenTime(ctx context.Context, x client.Exchange) (time.Time, error) {
	head := func(name string) string { return strings.TrimSpace(x.Header.Get(name)) }
	stamp, err := strconv.ParseInt(head(consts.WechatPayTimestamp), 10, 64)
	if err != nil || x.Cut != nil {
		return time.Time{}, fmt.Errorf("wechat: time: %w", client.ErrUnsigned)
	}
	message := fmt.Sprintf("%d\n%s\n%s\n", stamp, head(consts.WechatPayNonce), x.Body)
	if t.ring.Verify(ctx, head(consts.WechatPaySerial), message, head(consts.WechatPaySignature)) != nil {
		return time.Time{}, fmt.Errorf("wechat: time: %w", client.ErrForged)
	}
	return time.Unix(stamp, 0), nil
}
