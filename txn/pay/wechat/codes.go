package wechat

import (
	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// The calls, for the table below.
const (
	show, scan, query = txn.OpShow, txn.OpScan, txn.OpQuery
	closing, reverse  = txn.OpClose, txn.OpReverse

	refunding, queryRefund = txn.OpRefund, txn.OpQueryRefund
)

// trouble are the codes that say the same everywhere.
var trouble = client.System.Of(`SYSTEM_ERROR SYSTEMERROR BANK_ERROR BANKERROR
	FREQUENCY_LIMITED FREQUENCY_LIMIT_EXCEED RATELIMIT_EXCEEDED`)

// codes are the error codes. docs/networks.md says where each comes from.
var codes = client.NewCodes(
	trouble,
	client.Config.Of(`SIGN_ERROR SIGNERROR MCH_NOT_EXISTS MCH_NOT_EXIST NO_AUTH NOAUTH
		APPID_MCHID_NOT_MATCH APPID_NOT_EXIST PARAM_ERROR INVALID_REQUEST RESOURCE_NOT_EXISTS`),

	client.Exists.Of("OUT_TRADE_NO_USED ORDERPAID ORDER_PAID ORDER_CLOSED ORDERCLOSED", show, scan),
	client.Exists.Of("ORDERREVERSED ORDER_REVERSED", scan),
	client.Failed.Of("RULE_LIMIT RULELIMIT TRADE_ERROR", show),
	client.Failed.Of(`RULE_LIMIT RULELIMIT TRADE_ERROR TRADEERROR NOTENOUGH NOT_ENOUGH
		AUTH_CODE_EXPIRED AUTHCODEEXPIRE AUTH_CODE_INVALID AUTH_CODE_ERROR
		BUYER_MISMATCH NOTSUPORTCARD USER_ACCOUNT_ABNORMAL ACCOUNT_ERROR`, scan), // the last is the customer's account
	client.Waiting.Of("USERPAYING", scan),

	client.NotFound.Of("ORDER_NOT_EXIST ORDERNOTEXIST", query, closing, reverse),
	client.Accepted.Of("ORDER_CLOSED ORDERCLOSED", closing, reverse),
	client.Accepted.Of("ORDERREVERSED ORDER_REVERSED", reverse),
	client.Refused.Of("USERPAYING TRADE_ERROR", closing, reverse),
	client.Refused.Of("ORDERPAID ORDER_PAID", closing),
	client.Refused.Of("REVERSE_EXPIRE TRADE_STATE_ERROR", reverse),
)

// refundCodes are the error codes of refunds. INVALID_REQUEST is how every rule of business is refused: more than is
// left, too late, too often, or the number of another refund.
var refundCodes = client.NewCodes(
	trouble,
	client.System.Of("BIZERR_NEED_RETRY INVALID_REQ_TOO_MUCH ORDER_NOT_READY", refunding),
	client.Config.Of("SIGN_ERROR SIGNERROR MCH_NOT_EXISTS MCH_NOT_EXIST NO_AUTH NOAUTH PARAM_ERROR"),
	client.Config.Of("INVALID_REQUEST", queryRefund),

	client.Refused.Of("INVALID_REQUEST NOT_ENOUGH NOTENOUGH USER_ACCOUNT_ABNORMAL TRADE_OVERDUE", refunding),
	client.Exists.Of("REFUND_FEE_MISMATCH", refunding),
	client.NotFound.Of("RESOURCE_NOT_EXISTS ORDER_NOT_EXIST ORDERNOTEXIST", refunding),
	client.NotFound.Of("RESOURCE_NOT_EXISTS REFUNDNOTEXIST", queryRefund),
)

// billCodes are the error codes of bills.
var billCodes = client.NewCodes(
	trouble,
	client.Config.Of("SIGN_ERROR SIGNERROR MCH_NOT_EXISTS MCH_NOT_EXIST NO_AUTH NOAUTH PARAM_ERROR INVALID_REQUEST"),
	client.Waiting.Of("STATEMENT_CREATING", txn.OpBill),
	client.NotFound.Of("NO_STATEMENT_EXIST", txn.OpBill),
)
