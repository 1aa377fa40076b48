package alipay

import (
	"context"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Refunder = (*Client)(nil)

// refundContent is biz_content of both calls. Fields that a method does not know stay empty.
type refundContent struct {
	OutTradeNo   string   `json:"out_trade_no"`
	OutRequestNo string   `json:"out_request_no"`
	RefundAmount string   `json:"refund_amount,omitempty"`
	RefundReason string   `json:"refund_reason,omitempty"`
	TerminalID   string   `json:"terminal_id,omitempty"`
	QueryOptions []string `json:"query_options,omitempty"`
}

// Refund implements [pay.Refunder] by alipay.trade.refund. Its answer does not name the refund, and refund_fee is what
// all refunds of the trade have come to, so even fund_change=Y is only Accepted.
func (c *Client) Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return c.callRefund(ctx, txn.OpRefund, r, refundContent{
		OutTradeNo: string(r.Order), OutRequestNo: string(r.No), RefundAmount: r.Amount.Decimal(),
		RefundReason: r.Reason, TerminalID: c.cfg.Terminal,
	})
}

// QueryRefund implements [pay.Refunder] by alipay.trade.fastpay.refund.query.
func (c *Client) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	return c.callRefund(ctx, txn.OpQueryRefund, r, refundContent{
		OutTradeNo: string(r.Order), OutRequestNo: string(r.No), QueryOptions: []string{"gmt_refund_pay"},
	})
}

func (c *Client) callRefund(ctx context.Context, op txn.Op, r txn.Refund, content refundContent) (txn.RefundAnswer, error) {
	if err := client.CheckRefund(op, r); err != nil {
		return failRefund(op, r, txn.FaultConfig, "", err)
	}
	x, err := c.exchange(ctx, op, content)
	if err != nil {
		return failRefund(op, r, txn.FaultNotSent, "", err)
	}
	m, f, code, err := c.proof(op, &x)
	if f != txn.FaultNone {
		return failRefund(op, r, f, code, err)
	}
	return c.readRefund(op, r, m)
}

func failRefund(op txn.Op, r txn.Refund, f txn.Fault, code string, err error) (txn.RefundAnswer, error) {
	return client.FailRefund(txn.Alipay, op, r, f, code, err)
}

// readRefund turns a verified node into an answer.
func (c *Client) readRefund(op txn.Op, r txn.Refund, m client.Object) (a txn.RefundAnswer, err error) {
	code, report := codeOf(m)
	switch {
	case code == "":
		return failRefund(op, r, txn.FaultUnverified, "", client.ErrShape)
	case code == "40004": // the business failed, for the reason in sub_code
		return refundCodes.Refund(txn.Alipay, op, r, report, false)
	case code != "10000":
		v, _ := refundCodes.Of(op, code)
		return v.Refund(txn.Alipay, op, r, report)
	case op == txn.OpRefund:
		a, err = c.refunded(r, m)
	default:
		a, err = c.refundState(r, m)
	}
	if err != nil {
		return failRefund(op, r, txn.FaultUnverified, "", err)
	}
	return a, nil
}

// sameTrade compares what both answers say of the trade, and what they don't say here but must be right elsewhere.
func (c *Client) sameTrade(r txn.Refund, m client.Object) client.Same {
	same := c.identity(m, r.Amount.Currency)
	same.May("refund_currency", string(r.Amount.Currency))
	same.Must("out_trade_no", string(r.Order))
	if r.TransactionID != "" {
		same.Must("trade_no", r.TransactionID)
	}
	return same
}

// refunded reads the answer to a refund. fund_change=Y says that this request has moved money, N or nothing that it
// did not: the refund was made before, or is not made yet.
func (c *Client) refunded(r txn.Refund, m client.Object) (txn.RefundAnswer, error) {
	same := c.sameTrade(r, m)
	fee, err := yuan(m, "refund_fee")
	change, ok := m.Text("fund_change")
	switch {
	case err != nil, same.Err != nil, same.Differ, m["fund_change"] != nil && !ok, fee == nil || *fee > r.Total.Fen:
		return txn.RefundAnswer{}, client.ErrShape
	case change == "Y" && *fee >= r.Amount.Fen:
		return txn.RefundAnswer{Status: txn.StatusAccepted, Code: "FUND_CHANGE_Y"}, nil
	case change == "N" || !ok:
		return txn.RefundAnswer{Status: txn.StatusAccepted, Code: "FUND_CHANGE_N"}, nil
	}
	return txn.RefundAnswer{}, client.ErrShape
}

// refundState reads the answer to a query. Of a refund that it does not know, or that failed, the network says
// nothing but that the query went well.
func (c *Client) refundState(r txn.Refund, m client.Object) (txn.RefundAnswer, error) {
	if m["refund_status"] == nil && m["refund_amount"] == nil && m["out_request_no"] == nil {
		same := client.Same{Object: m}
		same.May("out_trade_no", string(r.Order))
		switch {
		case same.Err != nil:
			return txn.RefundAnswer{}, client.ErrShape
		case same.Differ:
			return txn.RefundAnswer{Status: txn.StatusMismatch}, nil
		}
		return txn.RefundAnswer{Status: txn.StatusNotFound}, nil
	}
	same := c.sameTrade(r, m)
	same.Must("out_request_no", string(r.No))
	state, ok := m.Text("refund_status")
	amount, err := yuan(m, "refund_amount")
	total, err2 := yuan(m, "total_amount")
	switch {
	case err != nil, err2 != nil, same.Err != nil, amount == nil, total == nil,
		m["refund_status"] != nil && (!ok || !client.ValidCode(state)):
		return txn.RefundAnswer{}, client.ErrShape
	case same.Differ || *amount != r.Amount.Fen || *total != r.Total.Fen:
		return txn.RefundAnswer{Status: txn.StatusMismatch, Code: state}, nil
	case state != "REFUND_SUCCESS": // asked for, and not given back by the network's own word
		return txn.RefundAnswer{Status: txn.StatusWaiting, Code: state}, nil
	}
	var at time.Time
	if m["gmt_refund_pay"] != nil {
		if at, err = readTime(m, "gmt_refund_pay"); err != nil {
			return txn.RefundAnswer{}, err
		}
	}
	return txn.RefundAnswer{Status: txn.StatusRefunded, Refunded: r.Amount, DoneAt: at, Code: state}, nil
}
