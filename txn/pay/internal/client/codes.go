package client

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// Verdict is what a code means for the order: an answer, or a fault.
type Verdict struct {
	Status txn.Status
	Fault  txn.Fault
}

// Verdicts.
var (
	System   = Verdict{Fault: txn.FaultSystem}
	Config   = Verdict{Fault: txn.FaultConfig}
	Exists   = Verdict{Status: txn.StatusExists}
	Failed   = Verdict{Status: txn.StatusFailed}
	Waiting  = Verdict{Status: txn.StatusWaiting}
	NotFound = Verdict{Status: txn.StatusNotFound}
	Accepted = Verdict{Status: txn.StatusAccepted}
	Refused  = Verdict{Status: txn.StatusRefused}
)

// String writes a verdict as docs/networks.md does: faults as code, answers as they are.
func (v Verdict) String() string {
	if v.Fault != txn.FaultNone {
		return "`" + string(v.Fault) + "`"
	}
	return string(v.Status)
}

// Rule says what some codes mean in some calls.
type Rule struct {
	verdict Verdict
	codes   string // apart by blanks
	ops     []txn.Op
}

// Of makes the rule that the codes, apart by blanks, mean v in those calls; without calls, in every call that no
// other rule speaks of.
func (v Verdict) Of(codes string, ops ...txn.Op) Rule { return Rule{v, codes, ops} }

// Codes are a network's error codes.
type Codes struct{ table func() codeTable }

type codeTable struct {
	common map[string]Verdict
	byCall map[txn.Op]map[string]Verdict
}

// NewCodes makes the table, when a code is first looked up. No code has two meanings in one call: that panics then.
func NewCodes(rules ...Rule) Codes {
	return Codes{sync.OnceValue(func() codeTable { return newCodeTable(rules) })}
}

func newCodeTable(rules []Rule) codeTable {
	c := codeTable{map[string]Verdict{}, map[txn.Op]map[string]Verdict{}}
	for _, r := range rules {
		if len(r.ops) == 0 {
			r.addTo(c.common)
		}
		for _, op := range r.ops {
			if c.byCall[op] == nil {
				c.byCall[op] = map[string]Verdict{}
			}
			r.addTo(c.byCall[op])
		}
	}
	return c
}

func (r Rule) addTo(m map[string]Verdict) {
	for _, code := range strings.Fields(r.codes) {
		if _, twice := m[code]; twice {
			panic("client: two rules for " + code)
		}
		m[code] = r.verdict
	}
}

// Of returns what a code means as the answer of op; ok is false, and the verdict System, where nobody documented it.
func (c Codes) Of(op txn.Op, code string) (v Verdict, ok bool) {
	t := c.table()
	if v, ok = t.byCall[op][code]; !ok {
		v, ok = t.common[code]
	}
	if !ok {
		v = System
	}
	return v, ok
}

// Known returns every code of the table, some more than once.
func (c Codes) Known() (codes []string) {
	t := c.table()
	codes = slices.Collect(maps.Keys(t.common))
	for _, m := range t.byCall {
		codes = slices.AppendSeq(codes, maps.Keys(m))
	}
	return codes
}

var errUnknownCode = errors.New("the network refuses for a reason that this client does not know")

// Answer turns a verified code into an answer or an error. A code that nobody documented proves nothing about the
// order: it counts as trouble at the network, and a query decides. troubled says that the status said so already.
func (c Codes) Answer(network txn.NetworkID, op txn.Op, o txn.Order, code string, troubled bool) (txn.Answer, error) {
	v, ok := c.Of(op, code)
	if !ok && !troubled {
		return Fail(network, op, o, txn.FaultSystem, code, errUnknownCode)
	}
	return v.Answer(network, op, o, code)
}

// Answer is an answer or an error of that meaning, with the code to report.
func (v Verdict) Answer(network txn.NetworkID, op txn.Op, o txn.Order, code string) (txn.Answer, error) {
	if v.Fault != txn.FaultNone {
		return Fail(network, op, o, v.Fault, code, nil)
	}
	return txn.Answer{Status: v.Status, Code: code}, nil
}

// Fail is no answer and why.
func Fail(network txn.NetworkID, op txn.Op, o txn.Order, f txn.Fault, code string, err error) (txn.Answer, error) {
	return txn.Answer{}, &pay.Error{Network: network, Op: op, Order: o.No, Fault: f, Code: code, Err: err}
}

// Orders that no request is made for.
var (
	errNumber = errors.New("the order number is not one that networks take")
	errAmount = errors.New("the amount is not a positive one in CNY")
	errCode   = errors.New("no payment code")
)

// Check returns what refuses a request for o before it is made; FaultNone when it can be made. code counts for
// scan alone.
func Check(op txn.Op, o txn.Order, code txn.PaymentCode) (txn.Fault, error) {
	begins := op == txn.OpShow || op == txn.OpScan
	switch {
	case !o.No.Valid():
		return txn.FaultConfig, errNumber
	case begins && (o.Amount.Fen <= 0 || o.Amount.Currency != txn.CNY):
		return txn.FaultConfig, errAmount
	case op == txn.OpScan && (code.IsZero() || len(code.Reveal()) > 64):
		return txn.FaultNotSent, errCode
	}
	return txn.FaultNone, nil
}

// OfScan fits what a network says of an order to what a first request can be answered: states that only a later
// query can prove mean that the order is not this request's.
func OfScan(a txn.Answer) txn.Answer {
	switch a.Status {
	case txn.StatusReversed, txn.StatusRefunded, txn.StatusClosed:
		return txn.Answer{Status: txn.StatusExists, Code: a.Code}
	}
	return a
}
