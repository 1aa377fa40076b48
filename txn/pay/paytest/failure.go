package paytest

import "smartpos/txn"

// Failure is a way in which one request can go wrong.
type Failure string

// The failures. Each breaks exactly the next request of an operation.
const (
	Refused       Failure = "connection refused"
	Dropped       Failure = "request dropped"
	LostReply     Failure = "reply lost"
	SlowReply     Failure = "reply too late"
	Late          Failure = "executed after the time-out"
	Twice         Failure = "answered twice"
	WrongOrder    Failure = "another's order"
	WrongRefund   Failure = "another's refund" // of requests about refunds alone
	WrongAmount   Failure = "another amount"
	WrongCurrency Failure = "another currency"
	WrongMerchant Failure = "another merchant"
	WrongApp      Failure = "another app"
	WrongType     Failure = "another trade type"
	NoFacts       Failure = "no facts"
	MisSigned     Failure = "mis-signed"
	Unsigned      Failure = "unsigned"
	WrongKey      Failure = "signed by a stranger"
	Forged        Failure = "forged success" // signed by a stranger, too
	UnknownKey    Failure = "unknown key"
	Skew          Failure = "clock skew"
	Truncated     Failure = "truncated body"
	Huge          Failure = "huge body"
	Garbage       Failure = "garbage JSON"
	SystemError   Failure = "system error"
	SystemAfter   Failure = "system error after execution"
	Busy          Failure = "too many requests"
	BadGateway    Failure = "bad gateway"
	Redirected    Failure = "redirected"
)

// executed says whether the network does what it was asked for.
type executed int

const (
	no executed = iota
	yes
	later // after the caller has been told that there is no answer
)

// promise is what [pay.Network] promises of a failure.
type promise struct {
	failure  Failure
	executed executed
	fault    txn.Fault  // the fault to expect
	facts    txn.Status // expected instead from an answer that carries the order's facts
	harmless bool       // an answer without facts is as good as any
	slow     bool       // the caller does not wait long
}

// promises is the table that Run goes through.
var promises = []promise{
	{failure: Refused, fault: txn.FaultNotSent},
	{failure: Dropped, fault: txn.FaultNoAnswer},
	{failure: LostReply, executed: yes, fault: txn.FaultNoAnswer},
	{failure: SlowReply, executed: yes, fault: txn.FaultNoAnswer, slow: true},
	{failure: Late, executed: later, fault: txn.FaultNoAnswer, slow: true},
	{failure: Twice, executed: yes, harmless: true},
	{failure: WrongOrder, executed: yes, facts: txn.StatusMismatch, harmless: true},
	{failure: WrongAmount, executed: yes, facts: txn.StatusMismatch, harmless: true},
	{failure: WrongCurrency, executed: yes, facts: txn.StatusMismatch, harmless: true},
	{failure: WrongMerchant, executed: yes, facts: txn.StatusMismatch, harmless: true},
	{failure: WrongApp, executed: yes, facts: txn.StatusMismatch, harmless: true},
	{failure: WrongType, executed: yes, facts: txn.StatusMismatch, harmless: true},
	{failure: NoFacts, executed: yes, fault: txn.FaultUnverified, harmless: true},
	{failure: MisSigned, executed: yes, fault: txn.FaultUnverified},
	{failure: Unsigned, executed: yes, fault: txn.FaultUnverified},
	{failure: WrongKey, executed: yes, fault: txn.FaultUnverified},
	{failure: Forged, executed: yes, fault: txn.FaultUnverified},
	{failure: UnknownKey, executed: yes, fault: txn.FaultUnverified},
	{failure: Skew, executed: yes, fault: txn.FaultUnverified},
	{failure: Truncated, executed: yes, fault: txn.FaultUnverified},
	{failure: Huge, executed: yes, fault: txn.FaultUnverified},
	{failure: Garbage, executed: yes, fault: txn.FaultUnverified},
	{failure: SystemError, fault: txn.FaultSystem},
	{failure: SystemAfter, executed: yes, fault: txn.FaultSystem},
	{failure: Busy, fault: txn.FaultSystem},
	{failure: BadGateway, executed: yes, fault: txn.FaultSystem},
	{failure: Redirected, executed: yes, fault: txn.FaultUnverified},
}

// Failures lists the failures of a payment's requests, in the order in which [Run] goes through them.
func Failures() (all []Failure) {
	for _, p := range promises {
		all = append(all, p.failure)
	}
	return all
}
