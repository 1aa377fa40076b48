package wechat

import (
	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// The calls, for the table below.
const (
	show, scan, query = txn.OpShow, txn.OpScan, txn.OpQuery
	closing, reverse  = txn.OpClose, txn.OpReverse
)

// codes are the error codes. docs/networks.md says where each comes from.
var codes = client.NewCodes(
	client.System.Of(`SYSTEM_ERROR SYSTEMERROR BANK_ERROR BANKERROR
		FREQUENCY_LIMITED FREQUENCY_LIMIT_EXCEED RATELIMIT_EXCEEDED`),
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
