package wechat

import (
	"errors"

	"smartpos/txn"
)

// verdict is what an error code means for the order: an answer, or a fault.
type verdict struct {
	status txn.Status
	fault  txn.Fault
}

// Verdicts.
var (
	system = verdict{fault: txn.FaultSystem}
	config = verdict{fault: txn.FaultConfig}
	exists = verdict{status: txn.StatusExists}
	failed = verdict{status: txn.StatusFailed}
)

// common holds for every call.
var common = map[string]verdict{
	"SYSTEM_ERROR": system, "SYSTEMERROR": system, "BANK_ERROR": system, "BANKERROR": system,
	"FREQUENCY_LIMITED": system, "FREQUENCY_LIMIT_EXCEED": system, "RATELIMIT_EXCEEDED": system,

	"SIGN_ERROR": config, "SIGNERROR": config, "MCH_NOT_EXISTS": config, "MCH_NOT_EXIST": config,
	"NO_AUTH": config, "NOAUTH": config, "APPID_MCHID_NOT_MATCH": config, "APPID_NOT_EXIST": config,
	"PARAM_ERROR": config, "INVALID_REQUEST": config,
	"RESOURCE_NOT_EXISTS": config,
}

// byCall holds for one call and goes before common. docs/networks.md says where each comes from.
var byCall = map[txn.Op]map[string]verdict{
	txn.OpShow: {
		"OUT_TRADE_NO_USED": exists, "ORDERPAID": exists, "ORDER_PAID": exists,
		"ORDER_CLOSED": exists, "ORDERCLOSED": exists,
		"RULE_LIMIT": failed, "RULELIMIT": failed, "TRADE_ERROR": failed,
	},
	txn.OpScan: {
		"USERPAYING":        {status: txn.StatusWaiting},
		"OUT_TRADE_NO_USED": exists, "ORDERPAID": exists, "ORDER_PAID": exists,
		"ORDER_CLOSED": exists, "ORDERCLOSED": exists, "ORDERREVERSED": exists, "ORDER_REVERSED": exists,
		"NOTENOUGH": failed, "NOT_ENOUGH": failed,
		"AUTH_CODE_EXPIRED": failed, "AUTHCODEEXPIRE": failed, "AUTH_CODE_INVALID": failed, "AUTH_CODE_ERROR": failed,
		"RULE_LIMIT": failed, "RULELIMIT": failed, "TRADE_ERROR": failed, "TRADEERROR": failed,
		"BUYER_MISMATCH": failed, "NOTSUPORTCARD": failed, "USER_ACCOUNT_ABNORMAL": failed,
		"ACCOUNT_ERROR": failed, // the customer's account
	},
	txn.OpQuery: {
		"ORDER_NOT_EXIST": {status: txn.StatusNotFound}, "ORDERNOTEXIST": {status: txn.StatusNotFound},
	},
	txn.OpClose: {
		"ORDER_NOT_EXIST": {status: txn.StatusNotFound}, "ORDERNOTEXIST": {status: txn.StatusNotFound},
		"ORDER_CLOSED": {status: txn.StatusAccepted}, "ORDERCLOSED": {status: txn.StatusAccepted},
		"ORDERPAID": {status: txn.StatusRefused}, "ORDER_PAID": {status: txn.StatusRefused},
		"USERPAYING": {status: txn.StatusRefused}, "TRADE_ERROR": {status: txn.StatusRefused},
	},
	txn.OpReverse: {
		"ORDER_NOT_EXIST": {status: txn.StatusNotFound}, "ORDERNOTEXIST": {status: txn.StatusNotFound},
		"ORDERREVERSED": {status: txn.StatusAccepted}, "ORDER_REVERSED": {status: txn.StatusAccepted},
		"ORDER_CLOSED": {status: txn.StatusAccepted}, "ORDERCLOSED": {status: txn.StatusAccepted},
		"USERPAYING": {status: txn.StatusRefused}, "TRADE_ERROR": {status: txn.StatusRefused},
		"REVERSE_EXPIRE": {status: txn.StatusRefused}, "TRADE_STATE_ERROR": {status: txn.StatusRefused},
	},
}

var errUnknownCode = errors.New("the network refuses for a reason that this client does not know")

// refused reads a verified error. A code that nobody documented proves nothing about the order: it counts as
// trouble at the network, and a query decides.
func (c *Client) refused(op txn.Op, o txn.Order, status int, code string) (txn.Answer, error) {
	v, ok := byCall[op][code]
	if !ok {
		v, ok = common[code]
	}
	switch {
	case !ok && (status >= 500 || status == 429):
		return txn.Answer{}, c.fault(op, o, txn.FaultSystem, code, nil)
	case !ok:
		return txn.Answer{}, c.fault(op, o, txn.FaultSystem, code, errUnknownCode)
	case v.fault != txn.FaultNone:
		return txn.Answer{}, c.fault(op, o, v.fault, code, nil)
	}
	return txn.Answer{Status: v.status, Code: code}, nil
}
