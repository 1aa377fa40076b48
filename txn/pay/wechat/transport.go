package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var errSkew = fmt.Errorf("the answer was signed 5 minutes or more away from this terminal's time: %w", pay.ErrClock)

// exchange is what really happened on the line for one call of the SDK. The transport fills it in; the
// client judges by it and not by the SDK's errors, whose texts repeat what the network said.
type exchange struct {
	client.Exchange
	reason error     // why the answer proves nothing; nil when its signature and time hold
	at     time.Time // when certificates are judged; zero: now
	file   bool      // a bill's file is asked for, which is not signed

	unable       error // why nothing was asked
	certificates bool  // it asks for platform certificates
	learned      bool  // … and brought some that are believed
}

type exchangeKey struct{}

// transport sends requests to the network or the sandbox and verifies every answer, errors too: the SDK
// itself returns an error status before it looks at the signature.
type transport struct {
	base    *url.URL // nil: as the SDK addresses it
	ring    *keyring
	line    *client.Line
	renewal *renewal
	fetch   func(context.Context) bool // the client's: it reports whether the ring has new certificates
}

// RoundTrip implements [http.RoundTripper]. Every request that comes here was made by [Client.call].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("wechat: a request from elsewhere")
	}
	r = r.Clone(r.Context())
	if t.base != nil {
		r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, ""
	}
	switch {
	case x.file:
		x.Exchange = t.line.Fetch(r, pay.MaxBill)
	case x.at.IsZero():
		x.Exchange = t.line.Do(r)
	default:
		x.Exchange = t.line.DoAt(r, x.at)
	}
	switch {
	case x.Status == 0:
		return nil, x.Err
	case x.file: // what it is worth, its hash says
	case x.Cut != nil:
		x.reason = x.Cut
	case x.certificates:
		x.reason = t.learn(r.Context(), x, r)
	case !x.at.IsZero(): // with a clock that is wrong nothing new is believed
		x.reason = t.verify(r.Context(), t.ring, x.response(r))
	default:
		x.reason = t.verified(r.Context(), func() *http.Response { return x.response(r) })
	}
	if x.reason != nil {
		return nil, x.reason
	}
	return x.response(r), nil
}

// response is the answer as the SDK wants it.
func (x *exchange) response(r *http.Request) *http.Response {
	return &http.Response{
		StatusCode: x.Status, Header: x.Header, Body: io.NopCloser(bytes.NewReader(x.Body)), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(x.Body)),
	}
}

// verified judges a message. One that is signed with a platform certificate that nobody knows yet has them fetched.
func (t *transport) verified(ctx context.Context, message func() *http.Response) error {
	m := message()
	err := t.verify(ctx, t.ring, m)
	if errors.Is(err, errUnknownKey) && serialForm().MatchString(m.Header.Get(consts.WechatPaySerial)) && t.fetch(ctx) {
		err = t.verify(ctx, t.ring, message())
	}
	return err
}

// verify judges by the SDK's validator. The cases it lumps together are told apart first, because a
// technician mends a wrong clock otherwise than a wrong key.
func (t *transport) verify(ctx context.Context, ring *keyring, resp *http.Response) error {
	for _, h := range []string{consts.WechatPaySignature, consts.WechatPaySerial, consts.WechatPayTimestamp, consts.WechatPayNonce} {
		if strings.TrimSpace(resp.Header.Get(h)) == "" {
			return client.ErrUnsigned
		}
	}
	at, err := strconv.ParseInt(strings.TrimSpace(resp.Header.Get(consts.WechatPayTimestamp)), 10, 64)
	if err != nil {
		return client.ErrUnsigned
	}
	if math.Abs(float64(time.Now().Unix()-at)) >= consts.FiveMinute {
		return errSkew
	}
	err = validators.NewWechatPayResponseValidator(ring).Validate(ctx, resp)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errUnknownKey):
		return errUnknownKey
	}
	return client.ErrForged
}
