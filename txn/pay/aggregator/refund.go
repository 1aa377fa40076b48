package aggregator

import (
	"context"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Refunder = (*Client)(nil)

// refundPaths are the calls about refunds.
var refundPaths = map[txn.Op]string{txn.OpRefund: "/agg/v1/refund", txn.OpQueryRefund: "/agg/v1/refund-query"}

// refundRequest is the body of both calls. A query has the three numbers alone.
type refundRequest struct {
	MerchantID string `json:"merchant_id"`
	OrderNo    string `json:"order_no"`
	RefundNo   string `json:"refund_no"`
	Amount     int64  `json:"amount,omitempty"` // fen
	Total      int64  `json:"total,omitempty"`  // fen of the order
	Currency   string `json:"currency,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// Refund implements [pay.Refunder].
func (c *Client) Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return c.callRefund(ctx, txn.OpRefund, r, refundRequest{
		MerchantID: c.cfg.MerchantID, OrderNo: string(r.Order), RefundNo: string(r.No),
		Amount: r.Amount.Fen, Total: r.Total.Fen, Currency: string(r.Amount.Currency), Reason: r.Reason,
	})
}

// QueryRefund implements [pay.Refunder].
func (c *Client) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return c.callRefund(ctx, txn.OpQueryRefund, r, refundRequest{
		MerchantID: c.cfg.MerchantID, OrderNo: string(r.Order), RefundNo: string(r.No),
	})
}

// callRefund makes one request and judges what comes.
func (c *Client) callRefund(ctx context.Context, op txn.Op, r txn.Refund, body refundRequest) (txn.RefundAnswer, error) {
	if err := client.CheckRefund(op, r); err != nil {
		return failRefund(op, r, txn.FaultConfig, "", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	q, nonce, err := c.request(ctx, refundPaths[op], body, time.Now())
	if err != nil {
		return failRefund(op, r, txn.FaultNotSent, "", err)
	}
	x := c.line.Do(q)
	if f, err := c.proof(refundPaths[op], nonce, &x); f != txn.FaultNone {
		return failRefund(op, r, f, "", err)
	}
	return c.readRefund(op, r, x.Status, x.Body)
}

// readRefund turns a verified body into an answer.
func (c *Client) readRefund(op txn.Op, r txn.Refund, status int, body []byte) (txn.RefundAnswer, error) {
	m, code, err := open(status, body)
	switch {
	case err != nil:
		return failRefund(op, r, txn.FaultUnverified, "", err)
	case code != "OK":
		return refundCodes.Refund(txn.Aggregator, op, r, code, status >= 500)
	}
	a, err := c.refund(r, m)
	switch {
	case err != nil, op == txn.OpRefund && a.Status == txn.StatusMismatch:
		return failRefund(op, r, txn.FaultUnverified, "", client.ErrShape)
	case op == txn.OpRefund: // taken, whatever it says of the outcome
		a.Status, a.Refunded, a.DoneAt = txn.StatusAccepted, txn.Money{}, time.Time{}
	}
	return a, nil
}

// refundStates are what a refund's state means.
var refundStates = map[string]txn.Status{
	"DONE": txn.StatusRefunded, "PROCESSING": txn.StatusWaiting, "CLOSED": txn.StatusRefused, "ABNORMAL": txn.StatusAbnormal,
}

// refund reads a refund and checks that it is ours: merchant, both numbers, both amounts and the currency.
func (c *Client) refund(r txn.Refund, m client.Object) (txn.RefundAnswer, error) {
	state, _ := m.Text("refund_state")
	status, ok := refundStates[state]
	id, _ := m.Text("refund_id")
	amount, errAmount := m.Int("amount")
	total, errTotal := m.Int("total")
	same := client.Same{Object: m}
	same.Must("merchant_id", c.cfg.MerchantID)
	same.Must("order_no", string(r.Order))
	same.Must("refund_no", string(r.No))
	same.Must("currency", string(r.Amount.Currency))
	switch {
	case !ok, errAmount != nil, errTotal != nil, amount == nil, total == nil, same.Err != nil, !client.ValidTransaction(id):
		return txn.RefundAnswer{}, client.ErrShape
	case same.Differ || *amount != r.Amount.Fen || *total != r.Total.Fen:
		return txn.RefundAnswer{Status: txn.StatusMismatch, Code: state}, nil
	}
	a := txn.RefundAnswer{Status: status, RefundID: id, Code: state}
	if status == txn.StatusRefunded {
		seconds, err := m.Int("done_at")
		if err != nil || seconds == nil || !plausible(time.Unix(*seconds, 0)) {
			return txn.RefundAnswer{}, client.ErrShape
		}
		a.Refunded, a.DoneAt = r.Amount, time.Unix(*seconds, 0)
	}
	return a, nil
}

func failRefund(op txn.Op, r txn.Refund, f txn.Fault, code string, err error) (txn.RefundAnswer, error) {
	return client.FailRefund(txn.Aggregator, op, r, f, code, err)
}
