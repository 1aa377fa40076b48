package paynet

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// FaultKind is a way in which the network misbehaves.
type FaultKind string

// What can go wrong. A fault that a network's protocol can't express leaves its answers as they are. "Signed" faults carry a good signature: only looking at the facts finds them.
const (
	FaultOK   FaultKind = "ok"
	FaultDown FaultKind = "down" // nothing listens: connections are refused, open ones cut

	FaultDrop      FaultKind = "drop"       // the request is read and thrown away, the connection cut
	FaultLostReply FaultKind = "lost-reply" // the request is executed, the connection cut without an answer
	FaultSlow      FaultKind = "slow"       // the request waits Delay before it is executed, even if the client has left
	FaultSlowReply FaultKind = "slow-reply" // the request is executed at once, the answer waits Delay
	FaultTwice     FaultKind = "twice"      // the answer is sent twice over

	FaultWrongOrder    FaultKind = "wrong-order"  // signed, another order number
	FaultWrongRefund   FaultKind = "wrong-refund" // signed, another refund number
	FaultWrongAmount   FaultKind = "wrong-amount"
	FaultWrongCurrency FaultKind = "wrong-currency"
	FaultWrongMerchant FaultKind = "wrong-merchant"
	FaultWrongApp      FaultKind = "wrong-app"
	FaultWrongType     FaultKind = "wrong-type" // signed, another kind of payment
	FaultNoFacts       FaultKind = "no-facts"   // signed, the state alone

	FaultMisSigned FaultKind = "mis-signed"  // one byte changed after signing
	FaultUnsigned  FaultKind = "unsigned"    // no signature at all
	FaultWrongKey  FaultKind = "wrong-key"   // signed by a key that is not the network's
	FaultForged    FaultKind = "forged"      // the same, and whatever a query asks about is said to be paid
	FaultOtherKey  FaultKind = "unknown-key" // signed under a serial number that nobody knows
	FaultSkew      FaultKind = "skew"        // signed 301 s ago
	FaultTruncated FaultKind = "truncated"   // the body ends early
	FaultHuge      FaultKind = "huge"        // signed, a body of 2 MiB
	FaultGarbage   FaultKind = "garbage"     // signed, not JSON

	FaultSystemError FaultKind = "system-error" // the network's own error (WeChat: 500 SYSTEM_ERROR), not executed
	FaultSystemAfter FaultKind = "system-after" // the same, executed
	FaultBusy        FaultKind = "busy"         // too many requests (WeChat: 429 FREQUENCY_LIMITED)
	FaultBadGateway  FaultKind = "bad-gateway"  // 502 from something in between: HTML, unsigned
	FaultRedirect    FaultKind = "redirect"     // 302 to another host
)

// FaultKinds lists every kind, in the order above.
var FaultKinds = []FaultKind{
	FaultOK, FaultDown, FaultDrop, FaultLostReply, FaultSlow, FaultSlowReply, FaultTwice,
	FaultWrongOrder, FaultWrongRefund, FaultWrongAmount, FaultWrongCurrency, FaultWrongMerchant, FaultWrongApp, FaultWrongType, FaultNoFacts,
	FaultMisSigned, FaultUnsigned, FaultWrongKey, FaultForged, FaultOtherKey, FaultSkew, FaultTruncated, FaultHuge, FaultGarbage,
	FaultSystemError, FaultSystemAfter, FaultBusy, FaultBadGateway, FaultRedirect,
}

// Fault breaks requests until it is replaced or used up.
type Fault struct {
	Kind    FaultKind
	Network string        // only requests to this network: WeChat, Alipay …; empty for all
	Op      string        // only these requests: OpNative, OpQuery …; empty for all
	Count   int           // only so many; 0 for all
	Delay   time.Duration // of slow and slow-reply, or until the fault is replaced; 0 is 15 s
}

// SetFault replaces the fault in force. FaultDown takes effect for the whole server whatever Network, Op
// and Count say. The error says that the server could not listen again after FaultDown, or that kind or network are unknown.
func (p *Paynet) SetFault(f Fault) error {
	if f.Kind == "" {
		f.Kind = FaultOK
	}
	if !slices.Contains(FaultKinds, f.Kind) {
		return fmt.Errorf("paynet: no fault %.30q", f.Kind)
	}
	if f.Network != "" && p.at(f.Network) == nil {
		return fmt.Errorf("paynet: no network %.20q to break", f.Network)
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
func (p *Paynet) takeFault(network, op string) (Fault, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	if f.Kind == "" || f.Network != "" && f.Network != network || f.Op != "" && f.Op != op {
		return Fault{Kind: FaultOK}, p.wake
	}
	if p.fault.Count > 0 {
		if p.fault.Count--; p.fault.Count == 0 {
			p.fault = Fault{Kind: FaultOK}
		}
	}
	return f, p.wake
}

// forge answers a question as if whatever waits for its customer were paid. Nothing of it stays.
func (p *Paynet) forge(to wire, r *request, now time.Time) answer {
	for _, o := range p.state.Orders {
		if o.Network == to.network() && (o.State == stateNotPay || o.State == stateUserPaying) {
			was := *o
			defer func() { *o = was }()
			o.State, o.PayerTotal, o.PaidAt = stateSuccess, o.Total, now
			if o.Wallet == "" {
				o.Wallet = wallets[0]
			}
			if o.Network != o.Wallet {
				o.WalletID = p.at(o.Wallet).number(0, now)
			}
			if o.Transaction == "" {
				o.Transaction = to.number(0, now)
			}
		}
	}
	return to.call(r, now)
}

// padded puts 2 MiB of blanks into a JSON object, or makes a body of them where there is none.
func padded(body []byte) []byte {
	blanks := bytes.Repeat([]byte(" "), 2<<20)
	if len(body) == 0 {
		return blanks
	}
	return slices.Concat(body[:1], blanks, body[1:])
}
