package alipay

import (
	"errors"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

var errRetry = errors.New("the network asks to cancel again")

// The calls, for the table below.
const (
	show, scan, query = txn.OpShow, txn.OpScan, txn.OpQuery
	closing, reverse  = txn.OpClose, txn.OpReverse

	refunding, queryRefund = txn.OpRefund, txn.OpQueryRefund
)

// trouble and gateway are the codes that say the same everywhere.
var (
	trouble = client.System.Of("20000 40005 ACQ.SYSTEM_ERROR AQC.SYSTEM_ERROR")
	gateway = client.Config.Of("20001 40001 40002 40003 40006 ACQ.INVALID_PARAMETER ACQ.ACCESS_FORBIDDEN")
)

// codes are the gateway's codes and, under 40004, the methods' own. docs/networks.md says where each comes from.
var codes = client.NewCodes(
	trouble, gateway,
	client.Config.Of(`ACQ.PARTNER_ERROR ACQ.EXIST_FORBIDDEN_WORD ACQ.INVALID_STORE_ID ACQ.SELLER_BEEN_BLOCKED ACQ.MERCHANT_STATUS_NOT_NORMAL
		ACQ.MERCHANT_AGREEMENT_NOT_EXIST ACQ.MERCHANT_AGREEMENT_INVALID ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR`),

	client.Exists.Of("ACQ.TRADE_HAS_SUCCESS ACQ.TRADE_HAS_CLOSE ACQ.CONTEXT_INCONSISTENT ACQ.TRADE_BUYER_NOT_MATCH", show, scan),
	client.Exists.Of("ACQ.APPLY_PC_MERCHANT_CODE_ERROR", show),
	client.Failed.Of(`ACQ.TOTAL_FEE_EXCEED ACQ.BEYOND_PAY_RESTRICTION ACQ.BEYOND_PER_RECEIPT_RESTRICTION
		ACQ.BUYER_SELLER_EQUAL ACQ.BUYER_ENABLE_STATUS_FORBID`, show, scan),
	client.Failed.Of(`ACQ.PAYMENT_AUTH_CODE_INVALID ACQ.BUYER_BALANCE_NOT_ENOUGH ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH
		ACQ.ERROR_BALANCE_PAYMENT_DISABLE ACQ.PULL_MOBILE_CASHIER_FAIL ACQ.MOBILE_PAYMENT_SWITCH_OFF ACQ.PAYMENT_FAIL
		ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR
		ACQ.ERROR_BUYER_CERTIFY_LEVEL_LIMIT ACQ.PAYMENT_REQUEST_HAS_RISK ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE
		ACQ.USER_FACE_PAYMENT_SWITCH_OFF`, scan),

	client.NotFound.Of("ACQ.TRADE_NOT_EXIST", query, closing, reverse),
	client.Accepted.Of("ACQ.TRADE_HAS_CLOSE", closing, reverse),
	client.Refused.Of(`ACQ.TRADE_STATUS_ERROR ACQ.REASON_TRADE_STATUS_INVALID ACQ.REASON_ILLEGAL_STATUS
		ACQ.TRADE_HAS_SUCCESS`, closing),
	client.Refused.Of(`ACQ.TRADE_HAS_FINISHED ACQ.TRADE_CANCEL_TIME_OUT ACQ.CANCEL_NOT_ALLOWED
		ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REASON_TRADE_BEEN_FREEZEN ACQ.REASON_TRADE_REFUND_FEE_ERR`, reverse),
)

// refundCodes are the codes of refunds.
var refundCodes = client.NewCodes(
	trouble, gateway,
	client.System.Of("ACQ.REFUND_CHARGE_ERROR", refunding),
	client.Refused.Of(`ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REFUND_AMT_NOT_EQUAL_TOTAL ACQ.REASON_TRADE_REFUND_FEE_ERR
		ACQ.REASON_TRADE_BEEN_FREEZEN ACQ.TRADE_HAS_FINISHED ACQ.TRADE_HAS_CLOSE ACQ.TRADE_STATUS_ERROR
		ACQ.REASON_TRADE_STATUS_INVALID ACQ.TRADE_NOT_ALLOW_REFUND ACQ.BUYER_ERROR ACQ.BUYER_NOT_EXIST
		ACQ.BUYER_ENABLE_STATUS_FORBID ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND`, refunding),
	client.Exists.Of("ACQ.DISCORDANT_REPEAT_REQUEST", refunding),
	client.NotFound.Of("ACQ.TRADE_NOT_EXIST", refunding, queryRefund),
)

// billCodes are the codes of bills.
var billCodes = client.NewCodes(
	trouble, gateway,
	client.System.Of("ISP.UNKNOW_ERROR", txn.OpBill),
	client.Config.Of("ISP.INVALID_ARGUMENTS ISV.INVALID_ARGUMENTS", txn.OpBill),
	client.NotFound.Of("ISP.BILL_NOT_EXIST ISV.BILL_NOT_EXIST", txn.OpBill),
)
