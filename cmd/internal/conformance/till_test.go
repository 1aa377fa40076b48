package conformance

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paynet"
)

// clock is the time of everything but signatures.
type clock struct {
	base   time.Time
	passed atomic.Int64
}

// newClock begins at ten in the morning in Beijing, the next time that it is: networks have habits by the hour, and a
// seed must bring the same day at any.
func newClock() *clock {
	now := time.Now().In(txn.BusinessZone)
	base := time.Date(now.Year(), now.Month(), now.Day(), 10, 0, 0, 0, txn.BusinessZone)
	if base.Before(now) {
		base = base.AddDate(0, 0, 1)
	}
	return &clock{base: base.UTC()}
}

func (c *clock) since() time.Duration  { return time.Duration(c.passed.Load()) }
func (c *clock) now() time.Time        { return c.base.Add(c.since()) }
func (c *clock) pass(by time.Duration) { c.passed.Add(int64(by)) }

// till is a terminal without a board: the machine and what its loop does with its effects, in one goroutine.
type till struct {
	testing.TB
	clock   *clock
	cfg     txn.Config
	journal txn.Journal
	// ask makes a request; what comes of it reaches the machine later.
	ask func(txn.Request) (txn.Answer, error)
	// told is called when the machine has been told what came of a request.
	told func(txn.NetworkAnswered)
	// askRefund and toldRefund are the same for refunds; nil where nobody gives anything back.
	askRefund  func(txn.RefundRequest) (txn.RefundAnswer, error)
	toldRefund func(txn.RefundAnswered)
	// account is what the customer of an order was charged, by the network.
	account func(txn.OrderNo) paynet.OrderAccount

	m      *txn.Machine
	booted time.Duration
	coming []arrival
	screen txn.Screen
	sent   map[txn.OrderNo]int // customers' codes
}

// arrival is an answer on its way.
type arrival struct {
	at    time.Duration
	event txn.Event
}

// start begins with what the journal knows; whatever was on its way is lost.
func (t *till) start() {
	t.Helper()
	start, err := t.journal.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.booted, t.coming = t.clock.since(), nil
	t.m = txn.New(t.cfg, start, t.time())
	t.step(txn.Tick{})
}

func (t *till) time() txn.Time {
	return txn.Time{Wall: t.clock.now(), Mono: t.clock.since() - t.booted}
}

// step takes events through the machine. Commits, prints and kicks are done at once.
func (t *till) step(events ...txn.Event) {
	t.Helper()
	for len(events) > 0 {
		effects := t.m.Step(t.time(), events[0])
		events = events[1:]
		for _, effect := range effects {
			switch e := effect.(type) {
			case txn.Draw:
				t.screen = e.Screen
			case txn.Commit:
				t.watch(e.Record)
				o, err := t.journal.Commit(e.Record)
				events = append(events, txn.Committed{Token: e.Token, Order: o, Err: err})
			case txn.Request:
				t.request(e)
			case txn.RefundRequest:
				t.requestRefund(e)
			case txn.Recall:
				events = append(events, e.From(t.journal))
			case txn.CheckPIN: // the cashier has called the supervisor
				events = append(events, txn.PINChecked{Token: e.Token, Right: true})
			case txn.Print:
				events = append(events, txn.PrintEnded{Job: e.Job})
			case txn.Kick:
				events = append(events, txn.KickEnded{Order: e.Order})
			}
		}
	}
}

// How long the terminal waits for what it asks.
const (
	answerTime  = 200 * time.Millisecond
	refusedTime = time.Second
	silenceTime = 10 * time.Second // the time-out of a request
)

// watch holds what is about to be written down as paid to the truth of the moment.
func (t *till) watch(rec txn.Record) {
	t.Helper()
	out, ok := rec.(*txn.Outcome)
	if !ok || out.State != txn.Paid {
		return
	}
	if a := t.account(out.Order); a.Charges != 1 || a.GiveBacks != 0 || a.Transaction != out.TransactionID {
		t.Errorf("%s is written down as paid by %q, and the customer's account says %+v", out.Order, out.TransactionID, a)
	}
}

// request asks a network. The intent must be on disk, and a customer's code leaves the terminal once.
func (t *till) request(q txn.Request) {
	t.Helper()
	if o, err := t.journal.Order(q.Order.No); err != nil || o.State.Final() {
		t.Fatalf("%s of %s, which the journal calls %q (%v)", q.Op, q.Order.No, o.State, err)
	}
	if q.Op == txn.OpScan {
		if t.sent[q.Order.No]++; t.sent[q.Order.No] > 1 {
			t.Errorf("a customer's code was sent %d times for %s", t.sent[q.Order.No], q.Order.No)
		}
	}
	a, err := t.ask(q)
	fault := pay.FaultOf(err)
	t.arrive(fault, txn.NetworkAnswered{Order: q.Order.No, Op: q.Op, Answer: a, Fault: fault})
}

// requestRefund asks a network for money back, or about it. The intent must be on disk.
func (t *till) requestRefund(q txn.RefundRequest) {
	t.Helper()
	o, err := t.journal.Order(q.Refund.Order)
	if r, ok := o.Refund(q.Refund.No); err != nil || !ok || r.State.Final() {
		t.Fatalf("%s of %s, which the journal calls %q (%v)", q.Op, q.Refund.No, r.State, err)
	}
	a, err := t.askRefund(q)
	fault := pay.FaultOf(err)
	t.arrive(fault, txn.RefundAnswered{Refund: q.Refund.No, Op: q.Op, Answer: a, Fault: fault})
}

// arrive lets the machine know when an answer, or that there is none, would have come.
func (t *till) arrive(fault txn.Fault, ev txn.Event) {
	after := answerTime
	switch fault {
	case txn.FaultNoAnswer:
		after = silenceTime
	case txn.FaultNotSent:
		after = refusedTime
	}
	t.coming = append(t.coming, arrival{t.clock.since() + after, ev})
	slices.SortStableFunc(t.coming, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
}

// tick is one moment: as long as the loop may take, but for what nobody looks at.
func (t *till) tick(long time.Duration) {
	t.Helper()
	t.clock.pass(long)
	for len(t.coming) > 0 && t.coming[0].at <= t.clock.since() {
		ev := t.coming[0].event
		t.coming = t.coming[1:]
		t.step(ev)
		switch e := ev.(type) {
		case txn.NetworkAnswered:
			t.told(e)
		case txn.RefundAnswered:
			t.toldRefund(e)
		}
	}
	t.step(txn.Tick{})
}

// keys presses keys by name; "SCAN+" is a long press.
func (t *till) keys(names string) {
	t.Helper()
	for _, k := range strings.Fields(names) {
		name, long := strings.CutSuffix(k, "+")
		t.step(txn.KeyPressed{Key: txn.Key(name), Long: long})
	}
}

// scan has the scanner read a payment code.
func (t *till) scan(brand txn.NetworkID, code string) {
	t.Helper()
	secret := txn.NewPaymentCode(code)
	t.step(txn.Scanned{Payment: secret, Network: brand, Digest: t.journal.Digest(secret)})
}

// orders are all that the journal has, oldest first.
func (t *till) orders() []txn.Order {
	t.Helper()
	all, err := t.journal.Recent(1000)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}
