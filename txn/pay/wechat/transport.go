package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// maxBody bounds an answer; documented ones have a few kilobytes.
const maxBody = 1 << 20

// Why an answer is as good as none.
var (
	errUnsigned = errors.New("the answer is not signed")
	errSkew     = errors.New("the answer was signed 5 minutes or more away from this terminal's time; check the clock")
	errForged   = errors.New("the answer's signature does not hold")
	errShort    = errors.New("the answer ends early")
	errLong     = errors.New("the answer is longer than 1 MiB")
	errRedirect = errors.New("the answer sends us somewhere else")
	errShape    = errors.New("the answer lacks what it must carry, or is no JSON")
)

// exchange is what really happened on the line for one call of the SDK. The transport fills it in; the
// client judges by it and not by the SDK's errors, whose texts repeat what the network said.
type exchange struct {
	sent     bool // a connection was there to write to: from then on the request may have arrived
	status   int  // of the answer; 0 for none
	body     []byte
	verified bool  // signature and time hold
	reason   error // why not
	err      error // why there is no answer
}

type exchangeKey struct{}

// transport sends requests to the network or the sandbox and verifies every answer, errors too: the SDK
// itself returns an error status before it looks at the signature.
type transport struct {
	base      *url.URL // nil: as the SDK addresses it
	validator *validators.WechatPayResponseValidator
	http      *http.Transport
}

// RoundTrip implements [http.RoundTripper]. Every request that comes here was made by [Client.call].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("wechat: a request from elsewhere")
	}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.sent = true }}
	r = r.Clone(httptrace.WithClientTrace(r.Context(), trace))
	if t.base != nil {
		r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, ""
	}
	resp, err := t.http.RoundTrip(r)
	if err != nil {
		x.err = err
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil && r.Context().Err() != nil {
		x.err = err
		return nil, err
	}
	x.status, x.body = resp.StatusCode, body
	resp.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case err != nil:
		x.reason = errShort
	case len(body) > maxBody:
		x.reason = errLong
	default:
		x.reason = t.verify(r.Context(), resp)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	x.verified = x.reason == nil
	if !x.verified {
		return nil, x.reason
	}
	return resp, nil
}

// verify judges by the SDK's validator. The cases it lumps together are told apart first, because a
// technician mends a wrong clock otherwise than a wrong key.
func (t *transport) verify(ctx context.Context, resp *http.Response) error {
	for _, h := range []string{consts.WechatPaySignature, consts.WechatPaySerial, consts.WechatPayTimestamp, consts.WechatPayNonce} {
		if strings.TrimSpace(resp.Header.Get(h)) == "" {
			return errUnsigned
		}
	}
	at, err := strconv.ParseInt(strings.TrimSpace(resp.Header.Get(consts.WechatPayTimestamp)), 10, 64)
	if err != nil {
		return errUnsigned
	}
	if math.Abs(float64(time.Now().Unix()-at)) >= consts.FiveMinute {
		return errSkew
	}
	err = t.validator.Validate(ctx, resp)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errUnknownKey):
		return errUnknownKey
	}
	return errForged
}
