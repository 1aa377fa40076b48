package txn

import "time"

// Op is a request to a network.
type Op string

// The operations of a network.
const (
	OpShow    Op = "show"    // ask for a code to show
	OpScan    Op = "scan"    // charge the customer's code
	OpQuery   Op = "query"   // ask where an order stands
	OpClose   Op = "close"   // give up a shown order
	OpReverse Op = "reverse" // undo a scanned order

	OpRefund      Op = "refund"       // give a paid order's money back, in part or whole
	OpQueryRefund Op = "query-refund" // ask where a refund stands

	OpBill Op = "bill" // ask for the bill of a day
)

// Status is what a verified answer says of an order.
type Status string

const (
	// StatusReady: the code to show is in CodeURL. Only a show is answered so.
	StatusReady Status = "ready"
	// StatusPaid: charged, with order, amount and merchant equal to ours.
	StatusPaid Status = "paid"
	// StatusWaiting: the network knows the order; it is not paid yet (NOTPAY, USERPAYING).
	StatusWaiting Status = "waiting"
	// StatusFailed: refused for good; this order number will never be charged.
	StatusFailed Status = "failed"
	// StatusClosed: closed, nothing charged.
	StatusClosed Status = "closed"
	// StatusReversed: reversed (REVOKED); what was charged is given back.
	StatusReversed Status = "reversed"
	// StatusRefunded: paid, and given back since. Of a refund: given back.
	StatusRefunded Status = "refunded"
	// StatusNotFound: the network has no such order (yet).
	StatusNotFound Status = "not-found"
	// StatusAccepted: a close, reverse or refund was taken; only a query proves what came of it.
	StatusAccepted Status = "accepted"
	// StatusRefused: a close or reverse was not taken now (the customer is paying); query and try again. A refund
	// was not taken, or has failed, and nothing goes back.
	StatusRefused Status = "refused"
	// StatusExists: a first request was answered "already exists" or "already paid".
	StatusExists Status = "exists"
	// StatusMismatch: a signed answer whose order, amount, currency, merchant or app is not ours.
	StatusMismatch Status = "mismatch"
	// StatusAbnormal: a refund was taken and can't be delivered (退款异常); people settle it with the network.
	StatusAbnormal Status = "abnormal"
)

// Answer is a network's verified statement about one order.
type Answer struct {
	Status        Status
	CodeURL       string    // with StatusReady: what the QR says
	TransactionID string    // with StatusPaid: the network's number (平台交易号)
	Wallet        NetworkID // with StatusPaid of an aggregator: whose app paid; lower-case letters and digits
	WalletID      string    // … and the wallet's own number of the payment
	Payer         Money     // with StatusPaid: what the customer paid after coupons
	PaidAt        time.Time // with StatusPaid: by the network's clock
	Code          string    // the network's own error or state code, e.g. "NOTENOUGH"; [A-Z0-9_.]
	Retry         bool      // with StatusWaiting after a request: a system error, so repeat rather than wait
}

// Fault is why there is no verified answer.
type Fault string

const (
	// FaultNone: there is an answer.
	FaultNone Fault = ""
	// FaultNotSent: the request provably never left (no route, connection refused): nothing can have happened.
	FaultNotSent Fault = "not-sent"
	// FaultNoAnswer: it may have arrived; no answer came in time, or the connection broke.
	FaultNoAnswer Fault = "no-answer"
	// FaultUnverified: an answer came and its signature, time or shape did not hold: it is as good as none.
	FaultUnverified Fault = "unverified"
	// FaultSystem: the network answered that it is in trouble (SYSTEM_ERROR, 5xx, too many requests).
	FaultSystem Fault = "system"
	// FaultConfig: the network refuses us, not the order: key, certificate, merchant number or permission.
	FaultConfig Fault = "config"
	// FaultNotSetUp: the terminal has no client of the order's network: its keys can't be used, or not yet, or the profile no
	// longer has it. So the request never left.
	FaultNotSetUp Fault = "not-set-up"
)

// unsent reports whether the request provably never left.
func (f Fault) unsent() bool { return f == FaultNotSent || f == FaultNotSetUp }
