package aggregator

import (
	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// The calls, for the table below.
const (
	show, scan, query = txn.OpShow, txn.OpScan, txn.OpQuery
	closing, reverse  = txn.OpClose, txn.OpReverse
)

// What means the same in every call. A nonce that was used means that a request of ours has arrived twice: what came of
// the first only a query tells.
var (
	trouble = client.System.Of("SYSTEM_ERROR TOO_MANY_REQUESTS NONCE_USED")
	setup   = client.Config.Of(`SIGN_ERROR KEY_UNKNOWN CLOCK_SKEW MERCHANT_UNKNOWN MERCHANT_DISABLED INVALID_REQUEST
		CALL_UNKNOWN WRONG_METHOD`)
)

// refundCodes are the error codes of refunds.
var refundCodes = client.NewCodes(
	trouble, setup,
	client.Refused.Of("REFUND_OVER REFUND_EXPIRED REFUND_LIMIT MERCHANT_BALANCE ORDER_NOT_PAID ORDER_ENDED", txn.OpRefund),
	client.Exists.Of("REFUND_EXISTS", txn.OpRefund),
	client.NotFound.Of("ORDER_NOT_FOUND", txn.OpRefund),
	client.NotFound.Of("REFUND_NOT_FOUND", txn.OpQueryRefund),
)

// codes are the error codes of docs/aggregator.md.
var codes = client.NewCodes(
	trouble, setup,
	client.Exists.Of("ORDER_EXISTS ORDER_PAID ORDER_ENDED", show, scan),
	client.Failed.Of("AMOUNT_LIMIT", show, scan),
	client.Failed.Of("CODE_INVALID CODE_EXPIRED WALLET_UNSUPPORTED BALANCE_NOT_ENOUGH PAYMENT_REFUSED", scan),

	client.NotFound.Of("ORDER_NOT_FOUND", query, closing, reverse),
	client.Refused.Of("ORDER_PAID", closing),
	client.Refused.Of("ORDER_PAYING REVERSE_EXPIRED", reverse),
)

// billCodes are the error codes of bills.
var billCodes = client.NewCodes(trouble, setup, client.Waiting.Of("BILL_NOT_READY", txn.OpBill))
