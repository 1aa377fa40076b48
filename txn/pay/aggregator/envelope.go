package aggregator

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

// maxSkew is how far apart the clocks may be; this much is too much.
const maxSkew = 300 * time.Second

var (
	errSkew       = fmt.Errorf("the answer was signed 5 minutes or more away from this terminal's time: %w", pay.ErrClock)
	errUnknownKey = errors.New("signed with a key that is not in the profile")
)

// judge decides what an exchange proves of an order.
func (c *Client) judge(op txn.Op, o txn.Order, nonce string, x *client.Exchange) (txn.Answer, error) {
	if f, err := c.proof(path(op, o), nonce, x); f != txn.FaultNone {
		return c.fail(op, o, f, "", err)
	}
	return c.read(op, o, x.Status, x.Body)
}

// proof says whether an answer is the platform's, and about the request to that path with that nonce: FaultNone, or the
// fault and its cause.
func (c *Client) proof(path, nonce string, x *client.Exchange) (txn.Fault, error) {
	if f, err := x.Silence(); f != txn.FaultNone {
		return f, err
	}
	switch {
	case x.Cut != nil:
		return txn.FaultUnverified, x.Cut
	case x.Status >= 300 && x.Status < 400:
		return txn.FaultUnverified, client.ErrRedirect
	}
	at, err := c.verify(path, nonce, x)
	switch {
	case errors.Is(err, client.ErrUnsigned) && x.Troubled():
		return txn.FaultSystem, err
	case err != nil:
		return txn.FaultUnverified, err
	}
	if d := time.Since(at); d >= maxSkew || d <= -maxSkew {
		return txn.FaultUnverified, errSkew
	}
	return txn.FaultNone, nil
}

// verify returns when the platform signed an answer to the request with that nonce. The error is ErrUnsigned where the
// answer does not even claim to be signed.
func (c *Client) verify(path, nonce string, x *client.Exchange) (time.Time, error) {
	keyID, timestamp, text := x.Header.Get(headKeyID), x.Header.Get(headTimestamp), x.Header.Get(headSignature)
	if keyID == "" || timestamp == "" || text == "" {
		return time.Time{}, client.ErrUnsigned
	}
	if keyID != c.cfg.PlatformKeyID {
		return time.Time{}, errUnknownKey
	}
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || strconv.FormatInt(at, 10) != timestamp || at < 0 || at > 1<<40 {
		return time.Time{}, client.ErrForged
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || !ed25519.Verify(c.platform, toVerify(x.Status, path, keyID, timestamp, nonce, x.Body), signature) {
		return time.Time{}, client.ErrForged
	}
	return time.Unix(at, 0), nil
}

// read turns a verified body into an answer.
func (c *Client) read(op txn.Op, o txn.Order, status int, body []byte) (txn.Answer, error) {
	m, code, err := open(status, body)
	switch {
	case err != nil:
		return c.fail(op, o, txn.FaultUnverified, "", err)
	case code != "OK":
		return codes.Answer(txn.Aggregator, op, o, code, status >= 500)
	}
	a, err := c.accepted(op, o, m)
	if err != nil {
		return c.fail(op, o, txn.FaultUnverified, "", err)
	}
	return a, nil
}

// open reads a verified body and its code; OK and the status 200 belong together.
func open(status int, body []byte) (m client.Object, code string, err error) {
	if m, err = client.Parse(body); err != nil {
		return nil, "", err
	}
	if code, _ = m.Text("code"); !client.ValidCode(code) || (code == "OK") != (status == http.StatusOK) {
		return nil, "", client.ErrShape
	}
	return m, code, nil
}
