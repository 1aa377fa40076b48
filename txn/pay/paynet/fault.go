package paynet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// FaultKind is a way in which the network misbehaves.
type FaultKind string

// What can go wrong. "Signed" faults carry a good signature: only looking at the facts finds them.
const (
	FaultOK   FaultKind = "ok"
	FaultDown FaultKind = "down" // nothing listens: connections are refused, open ones cut

	FaultDrop      FaultKind = "drop"       // the request is read and thrown away, the connection cut
	FaultLostReply FaultKind = "lost-reply" // the request is executed, the connection cut without an answer
	FaultSlow      FaultKind = "slow"       // the request waits Delay before it is executed, even if the client has left
	FaultSlowReply FaultKind = "slow-reply" // the request is executed at once, the answer waits Delay
	FaultTwice     FaultKind = "twice"      // the answer is sent twice over

	FaultWrongOrder    FaultKind = "wrong-order" // signed, another out_trade_no
	FaultWrongAmount   FaultKind = "wrong-amount"
	FaultWrongCurrency FaultKind = "wrong-currency"
	FaultWrongMerchant FaultKind = "wrong-merchant"
	FaultWrongApp      FaultKind = "wrong-app"
	FaultWrongType     FaultKind = "wrong-type" // signed, another trade_type
	FaultNoFacts       FaultKind = "no-facts"   // signed, the state alone

	FaultMisSigned FaultKind = "mis-signed"  // one byte changed after signing
	FaultUnsigned  FaultKind = "unsigned"    // no signature at all
	FaultWrongKey  FaultKind = "wrong-key"   // signed by a key that is not the network's
	FaultOtherKey  FaultKind = "unknown-key" // signed under a serial number that nobody knows
	FaultSkew      FaultKind = "skew"        // signed 301 s ago
	FaultTruncated FaultKind = "truncated"   // the body ends early
	FaultHuge      FaultKind = "huge"        // signed, a body of 2 MiB
	FaultGarbage   FaultKind = "garbage"     // signed, not JSON

	FaultSystemError FaultKind = "system-error" // 500 SYSTEM_ERROR, not executed
	FaultSystemAfter FaultKind = "system-after" // 500 SYSTEM_ERROR, executed
	FaultBusy        FaultKind = "busy"         // 429 FREQUENCY_LIMITED
	FaultBadGateway  FaultKind = "bad-gateway"  // 502 from something in between: HTML, unsigned
	FaultRedirect    FaultKind = "redirect"     // 302 to another host
)

// FaultKinds lists every kind, in the order above.
var FaultKinds = []FaultKind{
	FaultOK, FaultDown, FaultDrop, FaultLostReply, FaultSlow, FaultSlowReply, FaultTwice,
	FaultWrongOrder, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongApp, FaultWrongType, FaultNoFacts,
	FaultMisSigned, FaultUnsigned, FaultWrongKey, FaultOtherKey, FaultSkew, FaultTruncated, FaultHuge, FaultGarbage,
	FaultSystemError, FaultSystemAfter, FaultBusy, FaultBadGateway, FaultRedirect,
}

// Fault breaks requests until it is replaced or used up.
type Fault struct {
	Kind  FaultKind
	Op    string        // only these requests: OpNative, OpQuery …; empty for all
	Count int           // only so many; 0 for all
	Delay time.Duration // of slow and slow-reply, or until the fault is replaced; 0 is 15 s
}

// SetFault replaces the fault in force. FaultDown takes effect for the whole server whatever Op and Count
// say. The error says that the server could not listen again after FaultDown, or that the kind is unknown.
func (p *Paynet) SetFault(f Fault) error {
	if f.Kind == "" {
		f.Kind = FaultOK
	}
	if !slices.Contains(FaultKinds, f.Kind) {
		return fmt.Errorf("paynet: no fault %.30q", f.Kind)
	}
	if f.Delay == 0 {
		f.Delay = 15 * time.Second
	}
	p.mu.Lock()
	p.fault = f
	close(p.wake)
	p.wake = make(chan struct{})
	p.mu.Unlock()
	if f.Kind == FaultDown {
		p.server.down()
		return nil
	}
	return p.server.up()
}

// takeFault returns what breaks this request, and what is closed when that is over.
func (p *Paynet) takeFault(op string) (Fault, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	if f.Kind == "" || f.Op != "" && f.Op != op {
		return Fault{Kind: FaultOK}, p.wake
	}
	if p.fault.Count > 0 {
		if p.fault.Count--; p.fault.Count == 0 {
			p.fault = Fault{Kind: FaultOK}
		}
	}
	return f, p.wake
}

// distort changes what an answer says before it is signed.
func (f Fault) distort(a answer) answer {
	switch f.Kind {
	case FaultSystemAfter:
		return fail(systemError)
	case FaultHuge:
		a.status = withBody(a.status)
		a.body = append(a.body, make([]byte, 2<<20)...)
		for i := len(a.body) - 2<<20; i < len(a.body); i++ {
			a.body[i] = ' '
		}
	case FaultGarbage:
		a.body = []byte(`{"code_url":weixin`)
		a.status = withBody(a.status)
	case FaultTruncated:
		a.status = withBody(a.status)
	case FaultWrongOrder, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongApp, FaultWrongType, FaultNoFacts:
		a.body = f.otherFacts(a.body)
	}
	return a
}

// withBody returns a status under which a body may come.
func withBody(status int) int {
	if status == http.StatusNoContent {
		return http.StatusOK
	}
	return status
}

// otherFacts changes one fact of a body that carries it.
func (f Fault) otherFacts(body []byte) []byte {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	set := func(key string, v any) {
		if _, ok := m[key]; ok {
			m[key] = v
		}
	}
	amount, _ := m["amount"].(map[string]any)
	switch f.Kind {
	case FaultWrongOrder:
		set("out_trade_no", "SOMEBODYELSES0001")
	case FaultWrongMerchant:
		set("mchid", "1900000999")
	case FaultWrongApp:
		set("appid", "wx0000000000000000")
	case FaultWrongType:
		set("trade_type", "JSAPI")
	case FaultWrongAmount:
		if total, ok := amount["total"].(float64); ok {
			amount["total"] = int64(total) - 1
		}
	case FaultWrongCurrency:
		if amount != nil {
			amount["currency"] = "USD"
		}
	case FaultNoFacts:
		if s, ok := m["trade_state"]; ok {
			m = map[string]any{"trade_state": s}
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		return body
	}
	return out
}
