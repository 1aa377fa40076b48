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

// trouble and setup are the codes that say the same everywhere.
var (
	trouble = client.System.Of("SYSTEM_ERROR TOO_MANY_REQUESTS NONCE_USED")
	setup   = client.Config.Of(`SIGN_ERROR KEY_UNKNOWN CLOCK_SKEW MERCHANT_UNKNOWN MERCHANT_DISABLED INVALID_REQUEST CALL_UNKNOWN
		WRONG_METHOD`)
)

// codes are the error codes of docs/aggregator.md. A nonce that was used means that a request of ours has arrived twice:
// what came of the first only a query tells.
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
