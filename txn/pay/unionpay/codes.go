package unionpay

import (
	"errors"

	"smartpos/txn"
)

// verdict is what a response code means for the order: an answer, or a fault.
type verdict struct {
	status txn.Status
	fault  txn.Fault
}

// Verdicts.
var (
	system   = verdict{fault: txn.FaultSystem}
	config   = verdict{fault: txn.FaultConfig}
	exists   = verdict{status: txn.StatusExists}
	failed   = verdict{status: txn.StatusFailed}
	waiting  = verdict{status: txn.StatusWaiting}
	accepted = verdict{status: txn.StatusAccepted}
	refused  = verdict{status: txn.StatusRefused}
	notFound = verdict{status: txn.StatusNotFound}
)

// common holds for every call.
var common = map[string]verdict{
	"02": system, "03": system, "04": system, "05": system, "06": system, "37": system, "99": system,
	"10": config, "11": config, "13": config, "14": config, "31": config, "32": config, "43": config,
	"92": config, "93": config, "94": config, "95": config, "96": config,
}

// byCall holds for one call and goes before common. docs/networks.md says where each comes from.
var byCall = map[txn.Op]map[string]verdict{
	txn.OpShow: {
		"12": exists, "01": failed, "30": failed, "33": failed, "38": failed, "39": failed,
	},
	txn.OpScan: {
		"00": waiting, "03": waiting, "04": waiting, "05": waiting, "70": waiting, "82": waiting, "83": waiting,
		"12": exists,
		"01": failed, "30": failed, "33": failed, "38": failed, "39": failed, "40": failed, "44": failed,
		"60": failed, "61": failed, "62": failed, "63": failed, "64": failed, "65": failed, "66": failed,
		"67": failed, "68": failed, "69": failed, "71": failed, "72": failed, "73": failed, "77": failed,
		"78": failed, "79": failed, "80": failed, "81": failed, "85": failed, "86": failed, "87": failed,
		"88": failed, "89": failed, "90": failed, "91": failed,
	},
	txn.OpQuery: {"34": notFound},
	txn.OpReverse: {
		"00": accepted, "12": accepted, "45": accepted, "46": accepted, "34": notFound,
		"35": refused, "36": refused, "39": refused,
	},
}

// states is what origRespCode of a query says of the payment. 42 is money taken after the order's time: neither
// a payment to hand goods out for nor a failure, so people must look at it, as at one that was given back.
var states = map[string]txn.Status{
	"00": txn.StatusPaid, "A6": txn.StatusPaid,
	"03": txn.StatusWaiting, "04": txn.StatusWaiting, "05": txn.StatusWaiting,
	"70": txn.StatusWaiting, "82": txn.StatusWaiting, "83": txn.StatusWaiting,
	"34": txn.StatusNotFound, "42": txn.StatusRefunded, "45": txn.StatusRefunded, "46": txn.StatusReversed,
}

// stateOf returns what origRespCode says of the payment: what a refused scan is told, a payment's state tells too.
func stateOf(code string) (txn.Status, bool) {
	if byCall[txn.OpScan][code] == failed {
		return txn.StatusFailed, true
	}
	s, ok := states[code]
	return s, ok
}

// codeName is a code as journal and screens know it: the networks' numbers must not be taken for each other's.
func codeName(code string) string { return "UP" + code }

var errUnknownCode = errors.New("the network answers with a code that this client does not know")
