package unionpay

import (
	"context"
	"errors"
	"strconv"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

var _ pay.Refunder = (*Client)(nil)

// txnType of 退货 and of 消费撤销 (void); txnSubType of both is 00.
const typeRefund, typeVoid = "04", "31"

var errPayment = errors.New("the payment's number at UnionPay is not known: query the order first")

// transaction is the refund as UnionPay sees it: a transaction of its own, with a number and a time of its own.
func transaction(r txn.Refund) txn.Order {
	return txn.Order{No: txn.OrderNo(r.No), Amount: r.Amount, Created: r.Created}
}

// refundType returns how a refund is asked for: a whole payment of the clearing day that still runs is voided, which
// takes it out of the clearing; anything else is given back. The refund's own facts decide, so a retry is the same.
func refundType(r txn.Refund) string {
	if r.Amount == r.Total && r.Before.IsZero() && !r.Paid.IsZero() && clearingDay(r.Paid).Equal(clearingDay(r.Created)) {
		return typeVoid
	}
	return typeRefund
}

// clearingDay is the day that a transaction is cleared on: from 23:00 to 23:00 in Beijing.
func clearingDay(t time.Time) time.Time {
	y, m, d := t.In(beijing).Add(time.Hour).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, beijing)
}

// Refund implements [pay.Refunder] by 消费撤销 (31/00) or 退货 (04/00), which name the payment by its queryId. The network
// only accepts it, and a second request under the number is answered "repeated".
func (c *Client) Refund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	o := transaction(r)
	req := c.message(o, refundType(r), "00")
	req["channelType"], req["backUrl"], req["origQryId"] = "08", c.cfg.NotifyURL, r.TransactionID
	req["txnAmt"] = strconv.FormatInt(r.Amount.Fen, 10)
	f, err := c.callRefund(ctx, txn.OpRefund, r, transPath, req)
	if err != nil {
		return txn.RefundAnswer{}, err
	}
	return c.readRefund(r, f)
}

// readRefund reads a verified answer to a refund.
func (c *Client) readRefund(r txn.Refund, f form) (txn.RefundAnswer, error) {
	if err := c.oursRefund(r, f, refundType(r)); err != nil {
		return refundFault(txn.OpRefund, r, txn.FaultUnverified, "", err)
	}
	return refundVerdict(txn.OpRefund, r, f)
}

// QueryRefund implements [pay.Refunder] by 交易状态查询 (00/00) of the refund's own number and time.
func (c *Client) QueryRefund(ctx context.Context, r txn.Refund) (txn.RefundAnswer, error) {
	f, err := c.callRefund(ctx, txn.OpQueryRefund, r, queryPath, c.message(transaction(r), typeQuery, "00"))
	if err != nil {
		return txn.RefundAnswer{}, err
	}
	return c.readQuery(r, f)
}

// readQuery reads a verified answer to the query of a refund.
func (c *Client) readQuery(r txn.Refund, f form) (txn.RefundAnswer, error) {
	const op = txn.OpQueryRefund
	switch err := c.oursRefund(r, f, refundType(r), typeQuery); {
	case errors.Is(err, errOther):
		return txn.RefundAnswer{Status: txn.StatusMismatch, Code: codeName(f["respCode"])}, nil
	case err != nil:
		return refundFault(op, r, txn.FaultUnverified, "", err)
	case f["respCode"] != "00":
		return refundVerdict(op, r, f)
	}
	return refundState(r, f)
}

// callRefund makes one request about a refund and returns its verified answer.
func (c *Client) callRefund(ctx context.Context, op txn.Op, r txn.Refund, path string, req form) (form, error) {
	err := client.CheckRefund(op, r)
	if err == nil && op == txn.OpRefund && !numberForm().MatchString(r.TransactionID) {
		err = errPayment
	}
	if _, bad := check(op, transaction(r), txn.PaymentCode{}); err == nil {
		err = bad
	}
	if err != nil {
		_, err = refundFault(op, r, txn.FaultConfig, "", err)
		return nil, err
	}
	f, err := c.call(ctx, op, transaction(r), path, req)
	var e *pay.Error
	if errors.As(err, &e) {
		e.Order, e.Refund = r.Order, r.No
	}
	return f, err
}

// oursRefund is [Client.ours] for a refund: of our payment, where the answer says of which.
func (c *Client) oursRefund(r txn.Refund, f form, kinds ...string) error {
	if of, ok := f["origQryId"]; ok && r.TransactionID != "" && of != r.TransactionID {
		return errOther
	}
	return c.ours(transaction(r), f, kinds...)
}

// refundVerdict reads the response code.
func refundVerdict(op txn.Op, r txn.Refund, f form) (txn.RefundAnswer, error) {
	code := f["respCode"]
	switch v, ok := refundCodes.Of(op, code); {
	case !ok:
		return refundFault(op, r, txn.FaultSystem, code, errUnknownCode)
	default:
		return v.Refund(txn.UnionPay, op, r, codeName(code))
	}
}

// refundState reads the answer of a query that found the refund: origRespCode is the refund's.
func refundState(r txn.Refund, f form) (txn.RefundAnswer, error) {
	code := f["origRespCode"]
	if !codeForm().MatchString(code) || f["txnAmt"] == "" || f["txnType"] != refundType(r) {
		return refundFault(txn.OpQueryRefund, r, txn.FaultUnverified, "", client.ErrShape)
	}
	a := txn.RefundAnswer{Code: codeName(code)}
	switch v, ok := refundCodes.Of(txn.OpRefund, code); {
	case code == "00" || code == "A6":
		if !numberForm().MatchString(f["queryId"]) {
			return refundFault(txn.OpQueryRefund, r, txn.FaultUnverified, "", client.ErrShape)
		}
		a.Status, a.Refunded, a.RefundID = txn.StatusRefunded, r.Amount, f["queryId"]
		if at, ok := traceTime(transaction(r), f["traceTime"]); ok {
			a.DoneAt = at
		}
	case code == "03" || code == "04" || code == "05":
		a.Status = txn.StatusWaiting
	case ok && v == client.Refused:
		a.Status = txn.StatusRefused
	default:
		return refundFault(txn.OpQueryRefund, r, txn.FaultSystem, code, errUnknownCode)
	}
	return a, nil
}

func refundFault(op txn.Op, r txn.Refund, f txn.Fault, code string, err error) (txn.RefundAnswer, error) {
	return client.FailRefund(txn.UnionPay, op, r, f, codeName(code), err)
}
