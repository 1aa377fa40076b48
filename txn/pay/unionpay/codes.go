package unionpay

import (
	"errors"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// The calls, for the table below.
const (
	show, scan, query = txn.OpShow, txn.OpScan, txn.OpQuery
	closing, reverse  = txn.OpClose, txn.OpReverse
)

// declined are the codes of a payment that was refused for good.
const declined = `01 30 33 38 39 40 44 60 61 62 63 64 65 66 67 68 69 71 72 73 77 78 79 80 81 85 86 87 88 89 90 91`

// trouble and setup are the codes that say the same everywhere.
var (
	trouble = client.System.Of("02 03 04 05 06 37 99")
	setup   = client.Config.Of("10 11 13 14 31 32 43 92 93 94 95 96")
)

// codes are what respCode says of a request, but 00 of a show and a query. docs/networks.md says where
// each comes from.
var codes = client.NewCodes(
	trouble, setup,

	client.Exists.Of("12", show, scan),
	client.Failed.Of("01 30 33 38 39", show),
	client.Failed.Of(declined, scan),
	client.Waiting.Of("00 03 04 05 70 82 83", scan),

	client.NotFound.Of("34", query, closing, reverse),
	client.Accepted.Of("00 12 45 46", reverse),
	client.Refused.Of("35 36 39", reverse),
)

// refundCodes are what respCode says of a refund, but 00 of its query, and origRespCode of one that failed.
var refundCodes = client.NewCodes(
	trouble, setup,
	client.Accepted.Of("00 12", txn.OpRefund),
	client.Refused.Of("01 30 33 35 36 38 39 42 45 46 60 61 62 63 64 68 73 78", txn.OpRefund),
	client.NotFound.Of("34", txn.OpRefund, txn.OpQueryRefund),
)

// billCodes are what respCode says of a bill, but 00. 98 is 文件不存在; it stands in no table of response codes.
var billCodes = client.NewCodes(trouble, setup, client.NotFound.Of("98", txn.OpBill))

// states are what origRespCode of a query says of the payment, beside the declined ones. 42 is money taken after the
// order's time: neither a payment to hand goods out for nor a failure, so people must look at it, as at one that was
// given back.
var states = map[string]txn.Status{
	"00": txn.StatusPaid, "A6": txn.StatusPaid,
	"03": txn.StatusWaiting, "04": txn.StatusWaiting, "05": txn.StatusWaiting,
	"70": txn.StatusWaiting, "82": txn.StatusWaiting, "83": txn.StatusWaiting,
	"34": txn.StatusNotFound, "42": txn.StatusRefunded, "45": txn.StatusRefunded, "46": txn.StatusReversed,
}

// stateOf returns what origRespCode says of the payment: a code that refuses a scan says the same of it later.
func stateOf(code string) (txn.Status, bool) {
	if s, ok := states[code]; ok {
		return s, true
	}
	v, ok := codes.Of(scan, code)
	return v.Status, ok && v == client.Failed
}

// codeName is a code as journal and screens know it: the networks' numbers must not be taken for each other's. What has not
// the form of a code goes nowhere.
func codeName(code string) string {
	if !codeForm().MatchString(code) {
		return ""
	}
	return "UP" + code
}

var errUnknownCode = errors.New("the network answers with a code that this client does not know")
