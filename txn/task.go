package txn

import (
	"cmp"
	"slices"
	"time"
)

// task is the machine's work on one order whose outcome is not known yet, in the foreground or behind it.
type task struct {
	order Order
	code  PaymentCode // a scanned code, until it has been sent; never after a restart

	url     string        // a shown code, once the network gave one
	started time.Duration // when the first request went out, by the monotonic clock
	due     time.Duration // not before then is anything sent
	wait    time.Duration // the next back-off
	next    Op            // what to ask next; empty until decided
	asked   Op            // the request in flight; empty for none
	askedAt time.Duration // when the latest request went out: its answer is no younger
	saving  int           // commits about it in flight
	freed   bool          // one of them takes it out of the offline limits
	ending  bool          // one of them is its outcome

	sent      bool          // a request may have reached the network
	tries     int           // of the first request
	verified  bool          // a verified query has answered, in this run
	revived   bool          // taken up after a restart
	undone    time.Duration // when a reverse went out that was not refused
	reversed  bool          // undone holds a time
	proving   bool          // a reverse was the last thing asked but queries: the next query shows what came of it
	charged   bool          // a verified answer said paid while a reverse may still arrive: never reverse again
	mismatch  int           // signed answers about our order with somebody else's facts
	cancelled bool          // the cashier gave up while a request was in flight
	last      Fault         // why the latest request brought nothing
	lastCode  string        // … and the network's own code, if it gave one
	heard     time.Duration // when the latest verified answer came, or the order was taken up

	sealed   string        // an offline code that is not on disk yet
	typed    OfflineAnswer // an answer whose try is being counted
	checking bool          // an answer is being tried
}

// showTries is how often the first request for a code is made under the same number before the order is
// given up: a retry is idempotent, and a cashier does not wait longer.
const showTries = 3

// recovered makes a task of an order that the journal calls unresolved. Nothing is undone and nothing sent
// again before a verified query has answered.
func (m *Machine) recovered(o Order) *task {
	t := &task{order: o, revived: true, sent: true, next: OpQuery, due: m.now.Mono, wait: m.cfg.timing(o.Network).PollScan, heard: m.now.Mono}
	// The wall clock may have jumped meanwhile, so every wait begins anew: too long, never too short.
	t.started = m.now.Mono
	if o.State == Reversing {
		// The last of many reverses may have gone out just before the restart; the journal knows the first.
		t.undone, t.reversed = m.now.Mono, true
	}
	return t
}

// timing is when the order's network wants to be asked what.
func (t *task) timing(m *Machine) Timing { return m.cfg.timing(t.order.Network) }

func (m *Machine) task(no OrderNo) *task {
	for _, t := range m.tasks {
		if t.order.No == no {
			return t
		}
	}
	return nil
}

// foreground reports whether the cashier is looking at the order.
func (m *Machine) foreground(no OrderNo) bool {
	v, ok := m.view.(taskView)
	return ok && v.follows(no)
}

// background counts the orders and refunds worked on out of sight.
func (m *Machine) background() int {
	n := 0
	for _, t := range m.tasks {
		if !m.foreground(t.order.No) {
			n++
		}
	}
	looked, _ := m.view.(refunding)
	for _, t := range m.refunds {
		if t.refund.No != looked.no {
			n++
		}
	}
	return n
}

// work sends what is due. The order in the foreground goes first and is never kept waiting by the others.
func (m *Machine) work() {
	flying := 0
	for _, t := range m.tasks {
		if t.asked != "" {
			flying++
		}
	}
	// Those that have waited longest go first, or the first in the list would use up every slot.
	queue := slices.Clone(m.tasks)
	slices.SortStableFunc(queue, func(a, b *task) int { return cmp.Compare(a.due, b.due) })
	for _, t := range queue {
		fore := m.foreground(t.order.No)
		if t.asked != "" || t.saving > 0 || m.now.Mono < t.due || !fore && flying >= maxRequests {
			continue
		}
		t.step(m, fore)
		if t.asked != "" {
			flying++
		}
	}
}

// step decides what to do about an order that is due.
func (t *task) step(m *Machine, fore bool) {
	o := t.order
	if o.Offline != nil {
		t.offlineStep(m)
		return
	}
	switch o.State {
	case Open, Unknown:
		switch {
		case t.revived && !t.verified:
			t.ask(m, OpQuery)
		case o.Method == Show && t.revived:
			t.move(m, Closing, "restart")
		case o.Method == Show && !fore:
			t.move(m, Closing, "left")
		case o.Method == Show && t.expired(m):
			t.move(m, Closing, "expired")
		case o.Method == Show && t.url == "":
			t.ask(m, OpShow)
		case o.Method == Scan && t.mismatch == 0 && m.now.Mono-t.started >= t.timing(m).ScanLimit:
			t.move(m, Reversing, "no-outcome")
		case o.Method == Scan && !t.code.IsZero():
			t.ask(m, OpScan)
		default:
			t.ask(m, OpQuery)
		}
	case Closing, Reversing:
		if t.revived && !t.verified {
			t.next = OpQuery
		}
		timing := t.timing(m)
		if t.next == OpReverse && m.now.Mono-t.started < timing.Reverse {
			t.due = t.started + timing.Reverse
			if timing.AskFirst {
				t.next = OpQuery // the last answer will be too old by then
			}
			return
		}
		t.ask(m, t.next)
	}
}

// ask sends a request. A payment code leaves the machine here, once.
func (t *task) ask(m *Machine, op Op) {
	if !t.sent {
		t.started = m.now.Mono
	}
	r := Request{Op: op, Order: t.order}
	if op == OpScan {
		r.Code, t.code = t.code, PaymentCode{}
	}
	if op == OpShow || op == OpScan {
		t.tries++
	}
	t.asked, t.askedAt, t.proving = op, m.now.Mono, t.proving || op == OpReverse
	m.emit(r)
}

// move commits a step from one unresolved state to another; its work goes on when that is on disk. While
// another commit about the order is in flight its state is not known yet: the step is left out, and what
// made it due will make it due again.
func (t *task) move(m *Machine, to State, reason string) {
	if t.saving > 0 {
		return
	}
	m.dropCode(t.order.No)
	t.saving++
	settles := t.settles()
	t.freed = !settles.IsZero()
	m.commit(&Move{Order: t.order.No, To: to, Reason: reason, At: m.now.Wall, Settles: settles})
}

// giveUp starts to close or reverse an order that the cashier no longer wants. A request in flight does not
// hold it up: its answer is taken when it comes.
func (t *task) giveUp(m *Machine, reason string) {
	switch {
	case t.saving > 0:
		t.cancelled = true // goes on when that is on disk
	case t.order.State != Open && t.order.State != Unknown:
	case t.order.Method == Show:
		t.move(m, Closing, reason)
	default:
		t.move(m, Reversing, reason)
	}
}

// moved goes on after a step was committed.
func (t *task) moved(m *Machine, o Order) {
	t.saving--
	t.order, t.freed = o, false
	timing := t.timing(m)
	t.due, t.wait = m.now.Mono, timing.PollShow
	switch o.State {
	case Closing:
		t.next = OpClose
	case Reversing:
		t.next = OpReverse
		if timing.AskFirst {
			t.next = OpQuery
		}
	case Unknown:
		t.due = m.now.Mono + timing.PollFirst
	}
	if t.cancelled {
		t.cancelled = false
		t.giveUp(m, "cancelled")
	}
	if v, ok := m.view.(taskView); ok && v.follows(o.No) {
		v.changed(m, t)
	}
}

// later puts the next request off, a little longer each time.
func (t *task) later(m *Machine, next Op) {
	limit := m.cfg.MaxBackoff
	if m.foreground(t.order.No) { // a customer stands there
		limit = min(limit, 3*t.timing(m).PollShow)
	}
	t.next, t.due = next, m.now.Mono+min(t.wait, limit)
	t.wait = min(t.wait*2, m.cfg.MaxBackoff)
}

// undo asks for a reverse after a query has left the order open: a little later, or at once where the network wants
// it to follow a query directly. A query that came after a reverse only shows what became of that.
func (t *task) undo(m *Machine) {
	proving := t.proving
	t.proving = false
	switch {
	case !t.timing(m).AskFirst:
		t.later(m, OpReverse)
	case proving:
		t.later(m, OpQuery)
	default:
		t.next, t.due = OpReverse, m.now.Mono
	}
}

// exposed reports whether a customer could pay the order: its code was there to be seen, or the customer's own
// was sent.
func (t *task) exposed() bool {
	return t.url != "" || t.order.Method == Scan && t.code.IsZero() ||
		t.order.Offline != nil && (t.order.Offline.Digest != "" || t.revived && t.order.bySight())
}

// silentAfter is how long an answer is simply on its way.
const silentAfter = 2 * time.Second

// silent reports whether the network does not say where the order stands.
func (t *task) silent(m *Machine) bool {
	return t.order.Offline != nil || t.last != FaultNone || t.mismatch > 0 || t.asked != "" && m.now.Mono-t.askedAt > silentAfter
}

// expired reports whether a shown code's time is up. Either clock is enough: the wall clock is what the
// network goes by, and the other one does not jump.
func (t *task) expired(m *Machine) bool {
	return !m.now.Wall.Before(t.order.Expires) || m.now.Mono-t.started >= m.cfg.ShowExpiry
}

// past reports whether the order's network has had its last word: nothing can come of it any more that a
// query would not show. Only after a restart must the wall clock be believed for it.
func (t *task) past(m *Machine) bool {
	life := t.order.Expires.Sub(t.order.Created) // both by one reading of the clock, whatever it has done since
	return t.askedAt-t.started >= life+m.cfg.Margin
}

// finish commits the outcome.
func (t *task) finish(m *Machine, out Outcome) {
	if t.ending {
		return
	}
	out.Order, out.At, out.Settles = t.order.No, m.now.Wall, t.settles()
	m.dropCode(t.order.No)
	t.saving++
	t.ending = true
	m.commit(&out)
}
