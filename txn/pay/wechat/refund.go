package wechat

import (
	"context"
	"encoding/json"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Refunder = (*Client)(nil)

// Refund implements [pay.Refunder] by 申请退款. The order is named by our number, which is always known.
func (c *Client) Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	req := refunddomestic.CreateRequest{
		OutTradeNo: core.String(string(r.Order)), OutRefundNo: core.String(string(r.No)),
		Amount: &refunddomestic.AmountReq{
			Refund: &r.Amount.Fen, Total: &r.Total.Fen, Currency: core.String(string(r.Amount.Currency)),
		},
	}
	if r.Reason != "" {
		req.Reason = &r.Reason
	}
	return c.callRefund(ctx, txn.OpRefund, r, func(ctx context.Context) error {
		_, _, err := (&refunddomestic.RefundsApiService{Client: c.sdk}).Create(ctx, req)
		return err
	})
}

// QueryRefund implements [pay.Refunder] by 查询单笔退款.
func (c *Client) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return c.callRefund(ctx, txn.OpQueryRefund, r, func(ctx context.Context) error {
		_, _, err := (&refunddomestic.RefundsApiService{Client: c.sdk}).QueryByOutRefundNo(ctx,
			refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: core.String(string(r.No))})
		return err
	})
}

func (c *Client) callRefund(
	ctx context.Context, op txn.Op, r txn.Refund, send func(context.Context) error,
) (txn.RefundAnswer, error) {
	if err := client.CheckRefund(op, r); err != nil {
		return refundFault(op, r, txn.FaultConfig, "", err)
	}
	x, err := c.exchange(ctx, send)
	return judgeRefund(op, r, x, err)
}

// judgeRefund decides what an exchange proves of a refund; err is the SDK's.
func judgeRefund(op txn.Op, r txn.Refund, x *exchange, err error) (txn.RefundAnswer, error) {
	code, refused, f, err := x.proof(err)
	switch {
	case f != txn.FaultNone:
		return refundFault(op, r, f, "", err)
	case refused:
		return refundCodes.Refund(txn.WeChat, op, r, code, x.Troubled())
	}
	a, err := refund(r, x.Body)
	switch {
	case err != nil, op == txn.OpRefund && a.Status == txn.StatusMismatch:
		return refundFault(op, r, txn.FaultUnverified, "", client.ErrShape)
	case op == txn.OpRefund: // taken, whatever it says of the outcome
		a.Status, a.Refunded, a.DoneAt = txn.StatusAccepted, txn.Money{}, time.Time{}
	}
	return a, nil
}

func refundFault(op txn.Op, r txn.Refund, f txn.Fault, code string, err error) (txn.RefundAnswer, error) {
	return client.FailRefund(txn.WeChat, op, r, f, code, err)
}

// refundStates are what a refund's status means (退款状态).
var refundStates = map[string]txn.Status{
	"SUCCESS": txn.StatusRefunded, "PROCESSING": txn.StatusWaiting, "CLOSED": txn.StatusRefused, "ABNORMAL": txn.StatusAbnormal,
}

// refund reads a refund and checks that it is ours: both numbers, both amounts and the currency have to be there. No
// answer about a refund carries merchant or app.
func refund(r txn.Refund, body []byte) (txn.RefundAnswer, error) {
	m, err := client.Parse(body)
	if err != nil {
		return txn.RefundAnswer{}, client.ErrShape
	}
	state, _ := m.Text("status")
	status, ok := refundStates[state]
	sum, err := readRefundMoney(m["amount"])
	if !ok || err != nil {
		return txn.RefundAnswer{}, client.ErrShape
	}
	same := client.Same{Object: m}
	same.Must("out_refund_no", string(r.No))
	same.Must("out_trade_no", string(r.Order))
	if r.TransactionID != "" {
		same.Must("transaction_id", r.TransactionID)
	}
	id, _ := m.Text("refund_id")
	switch {
	case same.Err != nil || !client.ValidTransaction(id):
		return txn.RefundAnswer{}, client.ErrShape
	case same.Differ || sum.refund != r.Amount.Fen || sum.total != r.Total.Fen || sum.currency != string(r.Amount.Currency):
		return txn.RefundAnswer{Status: txn.StatusMismatch, Code: state}, nil
	}
	a := txn.RefundAnswer{Status: status, RefundID: id, Code: state}
	if status == txn.StatusRefunded {
		a.Refunded = r.Amount
		a.DoneAt, err = readTime(m, "success_time")
	}
	return a, err
}

// refundMoney is the amount of a refund.
type refundMoney struct {
	refund, total int64
	currency      string
}

// readRefundMoney reads the three facts of an amount, which have to be there.
func readRefundMoney(raw json.RawMessage) (s refundMoney, err error) {
	m, err := client.Parse(raw)
	if err != nil {
		return s, err
	}
	for key, into := range map[string]*int64{"refund": &s.refund, "total": &s.total} {
		if err := json.Unmarshal(m[key], into); err != nil || string(m[key]) == "null" {
			return s, client.ErrShape
		}
	}
	var ok bool
	if s.currency, ok = m.Text("currency"); !ok {
		return s, client.ErrShape
	}
	return s, nil
}
