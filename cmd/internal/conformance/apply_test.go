package conformance

import (
	"slices"

	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

// Reasons why a cell is not played.
const (
	noRefunds  = "its protocol gives nothing back"
	noRefund   = "the call is not about a refund"
	unnamed    = "the answer does not say which refund it is about"
	noSum      = "the answer carries no amount"
	noOrder    = "the answer does not say whose it is"
	noMerchant = "the answer names no merchant, app or kind of payment"
	noApp      = "the network knows no app"
	noType     = "no answer carries a kind of payment"
)

// inapplicable says why a failure can't happen to a call of a network: the answer has nothing that would be wrong. Empty:
// it can.
func inapplicable(n txn.NetworkID, op txn.Op, f paytest.Failure) string {
	refund := aboutRefund(op)
	switch {
	case refund && n == txn.Aggregator:
		return noRefunds
	case f == paytest.WrongRefund && !refund:
		return noRefund
	case f == paytest.WrongRefund && n == txn.Alipay && op == txn.OpRefund:
		return unnamed
	case f == paytest.WrongApp && (n == txn.UnionPay || n == txn.Aggregator):
		return noApp
	case f == paytest.WrongType && n == txn.Alipay:
		return noType
	}
	identity := slices.Contains([]paytest.Failure{paytest.WrongMerchant, paytest.WrongApp, paytest.WrongType}, f)
	if refund && n == txn.WeChat && identity {
		return noMerchant
	}
	bare := op == txn.OpShow || op == txn.OpReverse || op == txn.OpClose && n != txn.UnionPay // where a close is a query
	switch {
	case !bare:
	case f == paytest.WrongAmount || f == paytest.WrongCurrency:
		return noSum
	case n == txn.WeChat && (f == paytest.WrongOrder || f == paytest.NoFacts):
		return noOrder
	case identity && (n == txn.WeChat || n == txn.Alipay):
		return noMerchant
	}
	return ""
}

// aboutRefund reports whether a call is about a refund.
func aboutRefund(op txn.Op) bool { return op == txn.OpRefund || op == txn.OpQueryRefund }
