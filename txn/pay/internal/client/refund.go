package client

import (
	"errors"

	"smartpos/txn"
	"smartpos/txn/pay"
)

var errReason = errors.New("the refund's reason has more than 80 characters")

// CheckRefund returns what refuses a request for r before it is made; nil when it can be made. What is asked already
// can be asked about, however much it is.
func CheckRefund(op txn.Op, r txn.Refund) error {
	err := r.Check()
	switch {
	case err != nil && (op != txn.OpQueryRefund || !errors.Is(err, txn.ErrRefundOver)):
		return err
	case r.Amount.Currency != txn.CNY:
		return errAmount
	case op == txn.OpRefund && len([]rune(r.Reason)) > 80:
		return errReason
	}
	return nil
}

// Refund is [Codes.Answer] for a refund.
func (c Codes) Refund(network txn.NetworkID, op txn.Op, r txn.Refund, code string, troubled bool) (txn.RefundAnswer, error) {
	a, err := c.Answer(network, op, txn.Order{No: r.Order}, code, troubled)
	return ofRefund(a, err, r)
}

// Refund is [Verdict.Answer] for a refund.
func (v Verdict) Refund(network txn.NetworkID, op txn.Op, r txn.Refund, code string) (txn.RefundAnswer, error) {
	a, err := v.Answer(network, op, txn.Order{No: r.Order}, code)
	return ofRefund(a, err, r)
}

// FailRefund is no answer and why.
func FailRefund(network txn.NetworkID, op txn.Op, r txn.Refund, f txn.Fault, code string, err error) (txn.RefundAnswer, error) {
	a, err := Fail(network, op, txn.Order{No: r.Order}, f, code, err)
	return ofRefund(a, err, r)
}

func ofRefund(a txn.Answer, err error, r txn.Refund) (txn.RefundAnswer, error) {
	var e *pay.Error
	if errors.As(err, &e) {
		e.Refund = r.No
	}
	return txn.RefundAnswer{Status: a.Status, Code: a.Code}, err
}
