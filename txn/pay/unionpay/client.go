package unionpay

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

// Client is UnionPay QR as a [pay.Network]. Its methods may be called from several goroutines.
type Client struct {
	cfg     Config
	key     *rsa.PrivateKey
	certID  string    // of the signing certificate
	until   time.Time // … and its last instant
	network *authority
	base    *url.URL
	files   *url.URL // where bills are
	line    *client.Line
	clock   clock
}

var (
	_ pay.Network = (*Client)(nil)
	_ pay.Expirer = (*Client)(nil)
)

// ID implements [pay.Network].
func (c *Client) ID() txn.NetworkID { return txn.UnionPay }

// Expiries implements [pay.Expirer]: the merchant's certificate, and those that answers are judged by.
func (c *Client) Expiries() []pay.Expiry {
	return []pay.Expiry{
		{Setting: "certificate", At: c.until}, {Setting: "middle", At: c.network.middle.NotAfter}, {Setting: "root", At: c.network.root.NotAfter},
	}
}

// Paths of the gateway.
const (
	transPath = "/gateway/api/backTransReq.do"
	queryPath = "/gateway/api/queryTrans.do"
)

// Transaction types (txnType), their subtypes (txnSubType), and the currency.
const (
	typeQuery, typePay, typeReverse = "00", "01", "99"
	subScan, subShow, subReverse    = "06", "07", "01"
	currency                        = "156"
)

// message returns what every request carries.
func (c *Client) message(o txn.Order, kind, sub string) form {
	return form{
		"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "certId": c.certID,
		"txnType": kind, "txnSubType": sub, "bizType": "000000", "accessType": "0",
		"merId": c.cfg.MerchantID, "orderId": string(o.No), "txnTime": txnTime(o),
	}
}

// payment returns what both ways to pay carry.
func (c *Client) payment(o txn.Order, sub string) form {
	f := c.message(o, typePay, sub)
	f["channelType"], f["currencyCode"], f["backUrl"] = "08", currency, c.cfg.NotifyURL
	f["txnAmt"] = strconv.FormatInt(o.Amount.Fen, 10)
	if c.cfg.TerminalID != "" {
		f["termId"] = c.cfg.TerminalID
	}
	return f
}

// Show implements [pay.Network] by 申请二维码 (01/07).
func (c *Client) Show(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if f, err := check(txn.OpShow, o, txn.PaymentCode{}); err != nil {
		return fault(txn.OpShow, o, f, "", err)
	}
	req := c.payment(o, subShow)
	if !o.Expires.IsZero() {
		end, err := c.end(ctx, o)
		if err != nil {
			return txn.Answer{}, err
		}
		req["payTimeout"] = end.In(beijing).Format(timeForm)
	}
	f, err := c.call(ctx, txn.OpShow, o, transPath, req)
	if err != nil {
		return txn.Answer{}, err
	}
	if f["respCode"] != "00" {
		return c.verdict(txn.OpShow, o, f, typePay)
	}
	if !validCode(f["qrCode"]) {
		return fault(txn.OpShow, o, txn.FaultUnverified, "", client.ErrShape)
	}
	return c.about(txn.OpShow, o, f, txn.Answer{Status: txn.StatusReady, CodeURL: f["qrCode"]}, typePay)
}

// Scan implements [pay.Network] by 二维码消费 (01/06). The network only accepts it; where it did, one query asks at
// once what came of it.
func (c *Client) Scan(ctx context.Context, o txn.Order, code txn.PaymentCode) (txn.Answer, error) {
	if f, err := check(txn.OpScan, o, code); err != nil {
		return fault(txn.OpScan, o, f, "", err)
	}
	req := c.payment(o, subScan)
	req["qrNo"] = code.Reveal()
	f, err := c.call(ctx, txn.OpScan, o, transPath, req)
	if err != nil {
		return txn.Answer{}, err
	}
	a, err := c.verdict(txn.OpScan, o, f, typePay)
	if err == nil && a.Status == txn.StatusWaiting {
		a = c.outcome(ctx, o, a)
	}
	return a, err
}

// outcome asks what came of a code payment that the network has accepted. What the query doesn't prove is left to
// the queries that follow.
func (c *Client) outcome(ctx context.Context, o txn.Order, accepted txn.Answer) txn.Answer {
	a, err := c.Query(ctx, o)
	if err == nil && (a.Status == txn.StatusPaid || a.Status == txn.StatusFailed || a.Status == txn.StatusMismatch) {
		return a
	}
	return accepted
}

// Query implements [pay.Network] by 交易状态查询 (00/00).
func (c *Client) Query(ctx context.Context, o txn.Order) (txn.Answer, error) {
	return c.query(ctx, txn.OpQuery, o)
}

func (c *Client) query(ctx context.Context, op txn.Op, o txn.Order) (txn.Answer, error) {
	if f, err := check(op, o, txn.PaymentCode{}); err != nil {
		return fault(op, o, f, "", err)
	}
	f, err := c.call(ctx, op, o, queryPath, c.message(o, typeQuery, "00"))
	if err != nil {
		return txn.Answer{}, err
	}
	if f["respCode"] != "00" {
		return c.verdict(op, o, f, typeQuery, typePay)
	}
	return c.found(op, o, f)
}

// found reads the answer of a query that found something.
func (c *Client) found(op txn.Op, o txn.Order, f form) (txn.Answer, error) {
	switch err := c.ours(o, f, typePay, typeReverse); {
	case errors.Is(err, errOther):
		return txn.Answer{Status: txn.StatusMismatch, Code: codeName("00")}, nil
	case err != nil:
		return fault(op, o, txn.FaultUnverified, "", err)
	}
	a, flt, err := c.state(o, f)
	if err != nil {
		return fault(op, o, flt, f["origRespCode"], err)
	}
	return a, nil
}

// Close implements [pay.Network]. UnionPay has no request that closes a QR: this is a query, which changes nothing
// and tells what a close would have met. "Refused" means that the order still lives, "not found" that nobody has
// paid so far; its end is its payTimeout.
func (c *Client) Close(ctx context.Context, o txn.Order) (txn.Answer, error) {
	a, err := c.query(ctx, txn.OpClose, o)
	if err != nil {
		return a, err
	}
	switch a.Status {
	case txn.StatusPaid, txn.StatusNotFound:
		return a, nil
	case txn.StatusWaiting, txn.StatusMismatch:
		return txn.Answer{Status: txn.StatusRefused, Code: a.Code}, nil
	}
	return txn.Answer{Status: txn.StatusAccepted, Code: a.Code}, nil // at its end already
}

// Reverse implements [pay.Network] by 冲正 (99/01) under the order's own number and time.
func (c *Client) Reverse(ctx context.Context, o txn.Order) (txn.Answer, error) {
	if f, err := check(txn.OpReverse, o, txn.PaymentCode{}); err != nil {
		return fault(txn.OpReverse, o, f, "", err)
	}
	req := c.message(o, typeReverse, subReverse)
	req["channelType"] = "08"
	f, err := c.call(ctx, txn.OpReverse, o, transPath, req)
	if err != nil {
		return txn.Answer{}, err
	}
	return c.verdict(txn.OpReverse, o, f, typeReverse)
}

var (
	errTime   = errors.New("the order has no creation time, which UnionPay knows it by")
	errSign   = errors.New("the private key can't sign")
	errStatus = errors.New("the answer's HTTP status is not 200")
)

// check returns what refuses a request for o before it is made.
func check(op txn.Op, o txn.Order, code txn.PaymentCode) (txn.Fault, error) {
	if year := o.Created.In(beijing).Year(); year < 2002 || year > 9999 {
		return txn.FaultConfig, errTime
	}
	return client.Check(op, o, code)
}

// maxAnswer is more than any documented answer about an order has.
const maxAnswer = 1 << 20

// call makes one request and returns its verified answer.
func (c *Client) call(ctx context.Context, op txn.Op, o txn.Order, path string, req form) (form, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	return c.ask(ctx, op, o, c.base.JoinPath(path), req, maxAnswer)
}

// ask is call for any address, and an answer of at most so many bytes.
func (c *Client) ask(ctx context.Context, op txn.Op, o txn.Order, to *url.URL, req form, most int64) (form, error) {
	if err := req.sign(c.key); err != nil {
		return c.silence(op, o, txn.FaultConfig, errSign)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(req.encode()))
	if err != nil {
		return c.silence(op, o, txn.FaultConfig, errSign)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	x := c.line.Fetch(r, most)
	if f, err := x.Silence(); f != txn.FaultNone {
		return c.silence(op, o, f, err)
	}
	return c.judge(op, o, &x)
}

// silence is no answer and why.
func (*Client) silence(op txn.Op, o txn.Order, f txn.Fault, err error) (form, error) {
	_, err = fault(op, o, f, "", err)
	return nil, err
}

// judge decides whether what came over the line is the network's word.
func (c *Client) judge(op txn.Op, o txn.Order, x *client.Exchange) (form, error) {
	switch {
	case x.Troubled():
		return c.silence(op, o, txn.FaultSystem, errStatus)
	case x.Cut != nil:
		return c.silence(op, o, txn.FaultUnverified, x.Cut)
	case x.Status != http.StatusOK:
		return c.silence(op, o, txn.FaultUnverified, errStatus)
	}
	f, err := parseForm(string(x.Body))
	if err == nil {
		err = c.network.verify(f, time.Now())
	}
	if err == nil && !codeForm().MatchString(f["respCode"]) {
		err = client.ErrShape
	}
	if err != nil {
		return c.silence(op, o, txn.FaultUnverified, err)
	}
	c.clock.read(x.Header)
	return f, nil
}

// verdict reads the response code of a verified answer. A code that nobody documented proves nothing about the
// order, and neither does an answer that does not name it: a query decides.
func (c *Client) verdict(op txn.Op, o txn.Order, f form, kinds ...string) (txn.Answer, error) {
	code := f["respCode"]
	switch v, ok := codes.Of(op, code); {
	case !ok:
		return fault(op, o, txn.FaultSystem, code, errUnknownCode)
	case v.Fault != txn.FaultNone:
		return fault(op, o, v.Fault, code, nil)
	default:
		return c.about(op, o, f, txn.Answer{Status: v.Status, Code: codeName(code)}, kinds...)
	}
}

// about returns a if the answer is about order o and us.
func (c *Client) about(op txn.Op, o txn.Order, f form, a txn.Answer, kinds ...string) (txn.Answer, error) {
	switch err := c.ours(o, f, kinds...); {
	case err == nil:
		return a, nil
	case errors.Is(err, errOther) && op == txn.OpScan:
		return txn.Answer{Status: txn.StatusMismatch, Code: a.Code}, nil
	default:
		return fault(op, o, txn.FaultUnverified, "", err)
	}
}

func fault(op txn.Op, o txn.Order, f txn.Fault, code string, err error) (txn.Answer, error) {
	return client.Fail(txn.UnionPay, op, o, f, codeName(code), err)
}
