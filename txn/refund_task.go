package txn

import (
	"cmp"
	"slices"
	"time"
)

// refundTask is the machine's work on one refund whose outcome is not known yet. Nothing but a query ends it:
//
//	                 ┌─ no answer, in trouble ─▶ later ─┐
//	ask ── refund ───┼─ taken ─────────────────────────┼─▶ query ─┬─ given back ─▶ done
//	 ▲               └─ refused, no such order ─────────┘          ├─ in process ─▶ later, query
//	 │                                                             ├─ stuck, contradiction ─▶ disputed
//	 └────── not found, and nothing refused it ────────────────────┴─ refused, or not found after a refusal ─▶ refused
//
// The same refund may be asked for again at any time: it has one number for ever.
type refundTask struct {
	refund  Refund
	order   Order         // for the screens
	due     time.Duration // not before then is anything sent
	wait    time.Duration // the next back-off
	next    Op
	asked   Op            // the request in flight; empty for none
	askedAt time.Duration // when it went out: its answer is no younger
	sentAt  time.Duration // when the latest refund went out
	open    bool          // … or an earlier one that nobody answered: it may yet arrive
	refused string        // the code by which the latest one was refused
	taken   bool          // the network has it
	odd     int           // answers with somebody else's facts
	ending  bool          // its outcome is on its way to the disk
	last    Fault
	code    string        // … and the network's own code, if it gave one
	heard   time.Duration // when the latest verified answer came, or the refund was taken up
}

// Limits of refunds that are worked on at once.
const (
	maxRefunding      = 50 // above, no new one starts
	maxRefundRequests = 2
	maxRefundOdd      = 3 // contradictions, then people must look
)

// RefundRequest asks a network about a refund: [OpRefund] or [OpQueryRefund]. It ends in [RefundAnswered].
type RefundRequest struct {
	Op     Op
	Refund Refund
}

// RefundAnswered ends a [RefundRequest]. Fault is empty exactly when Answer is verified.
type RefundAnswered struct {
	Refund RefundNo
	Op     Op
	Answer RefundAnswer
	Fault  Fault
	Code   string // the network's own code with a fault, if it gave one
}

func (RefundRequest) effect() {}
func (RefundAnswered) event() {}

// workOnRefund takes up a refund that is on disk. After a restart nobody knows whether it was asked for: it is asked
// about first.
func (m *Machine) workOnRefund(o Order, r Refund, revived bool) {
	t := &refundTask{refund: r, order: o, due: m.now.Mono, wait: m.cfg.timing(r.Network).PollShow, next: OpRefund, heard: m.now.Mono}
	if revived {
		t.next, t.open, t.sentAt = OpQueryRefund, true, m.now.Mono
	}
	m.refunds = append(m.refunds, t)
}

func (m *Machine) refundTask(no RefundNo) *refundTask {
	for _, t := range m.refunds {
		if t.refund.No == no {
			return t
		}
	}
	return nil
}

// workRefunds sends what is due; those that have waited longest go first.
func (m *Machine) workRefunds() {
	flying := 0
	for _, t := range m.refunds {
		if t.asked != "" {
			flying++
		}
	}
	queue := slices.Clone(m.refunds)
	slices.SortStableFunc(queue, func(a, b *refundTask) int { return cmp.Compare(a.due, b.due) })
	for _, t := range queue {
		if t.asked != "" || t.ending || m.now.Mono < t.due || flying >= maxRefundRequests {
			continue
		}
		t.asked, t.askedAt = t.next, m.now.Mono
		if t.next == OpRefund {
			t.sentAt, t.refused = m.now.Mono, ""
		}
		flying++
		m.emit(RefundRequest{Op: t.next, Refund: t.refund})
	}
}

// later puts the next request off, a little longer each time.
func (t *refundTask) later(m *Machine, next Op) {
	t.next, t.due = next, m.now.Mono+t.wait
	t.wait = min(t.wait*2, m.cfg.MaxBackoff)
}

// settled reports whether the answer that has just come can't be overtaken by a request that went out before it: a
// network may need a while to know of one, and one that nobody answered may arrive late.
func (t *refundTask) settled(m *Machine) bool {
	wait := m.cfg.RefundSettle
	if t.open {
		wait = max(wait, m.cfg.Margin)
	}
	return t.askedAt-t.sentAt >= wait
}

// refundAnswered takes what a network said of a refund, or that it said nothing.
func (m *Machine) refundAnswered(e RefundAnswered) {
	t := m.refundTask(e.Refund)
	if t == nil || t.asked != e.Op {
		m.note("network: an answer to nothing: "+string(e.Op)+" "+e.Refund.Short(), "")
		return
	}
	t.asked, t.last, t.code = "", e.Fault, e.Code
	switch {
	case e.Fault != FaultNone:
		m.note("network: "+string(e.Op)+": "+string(e.Fault)+" "+e.Code, t.order.No)
		t.unanswered(m, e)
	case e.Op == OpRefund:
		t.heard = m.now.Mono
		t.answer(m, e.Answer)
	default:
		t.heard = m.now.Mono
		t.stands(m, e.Answer)
	}
}

// unanswered decides what no answer means: a request that never left changed nothing, after any other a query tells.
func (t *refundTask) unanswered(m *Machine, e RefundAnswered) {
	next := OpQueryRefund
	switch {
	case e.Op == OpQueryRefund:
	case e.Fault.unsent(), e.Fault == FaultConfig:
		next = OpRefund
	default:
		t.open = true
	}
	t.later(m, next)
}

// answer takes a verified answer to a refund. None is the last word.
func (t *refundTask) answer(m *Machine, a RefundAnswer) {
	t.next, t.due = OpQueryRefund, m.now.Mono+m.cfg.timing(t.refund.Network).PollShow
	switch a.Status {
	case StatusAccepted:
		t.taken = true
	case StatusRefused, StatusNotFound:
		t.refused = orElse(a.Code, string(a.Status))
		t.due = m.now.Mono + m.cfg.RefundSettle
	case StatusExists: // our number stands for another refund: a query must say so
		t.odd++
		if t.odd >= maxRefundOdd {
			t.finish(m, RefundOutcome{State: RefundDisputed, Code: "exists"})
		}
	}
}

// stands takes a verified answer to a query.
func (t *refundTask) stands(m *Machine, a RefundAnswer) {
	switch a.Status {
	case StatusRefunded:
		t.finish(m, RefundOutcome{State: RefundDone, Code: a.Code, RefundID: a.RefundID, DoneAt: a.DoneAt})
	case StatusAbnormal:
		t.finish(m, RefundOutcome{State: RefundDisputed, Code: orElse(a.Code, string(a.Status)), RefundID: a.RefundID})
	case StatusMismatch:
		if t.odd++; t.odd >= maxRefundOdd {
			t.finish(m, RefundOutcome{State: RefundDisputed, Code: "mismatch"})
			return
		}
		t.later(m, OpQueryRefund)
	case StatusRefused:
		if t.settled(m) {
			t.finish(m, RefundOutcome{State: RefundRefused, Code: orElse(t.refused, orElse(a.Code, "refused"))})
			return
		}
		t.later(m, OpQueryRefund)
	case StatusNotFound:
		switch {
		case !t.settled(m):
			t.later(m, OpQueryRefund)
		case t.refused != "":
			t.finish(m, RefundOutcome{State: RefundRefused, Code: t.refused})
		default:
			t.later(m, OpRefund)
		}
	default: // Waiting
		t.taken = true
		t.later(m, OpQueryRefund)
	}
}

// finish commits the outcome.
func (t *refundTask) finish(m *Machine, out RefundOutcome) {
	if t.ending {
		return
	}
	t.ending = true
	out.Order, out.No, out.At = t.order.No, t.refund.No, m.now.Wall
	m.commit(&out)
}

// refundEnded goes on after an outcome was committed: only now it is said, and printed.
func (m *Machine) refundEnded(o Order, no RefundNo) {
	m.refunds = slices.DeleteFunc(m.refunds, func(t *refundTask) bool { return t.refund.No == no })
	r, _ := o.Refund(no)
	m.note("refund "+no.Short()+" "+string(r.State)+" "+r.Code, o.No)
	m.fresh(o)
	if r.State == RefundDone {
		m.givenBack(o, r)
	}
	if _, stopped := m.view.(halted); stopped {
		return
	}
	if v, ok := m.view.(refunding); ok && v.no == no {
		v.settled(m, o, r)
		return
	}
	switch r.State {
	case RefundDone:
		m.tell(m.say(stsGivenBack, r.Amount, o.No.Short()), m.cfg.Linger, true)
	case RefundRefused:
		m.tell(m.say(stsRefundRefused, r.Amount, o.No.Short()), m.cfg.Linger*4, true)
		m.emit(Beep{BeepAlarm})
	default:
		m.tell(m.say(stsRefundStuck, o.No.Short()), m.cfg.Linger*4, true)
		m.emit(Beep{BeepAlarm})
	}
}

// givenBack prints the slip of a refund that has just been made.
func (m *Machine) givenBack(o Order, r Refund) {
	paid := o
	m.last, m.lastRefund = &paid, r.No
	m.emit(Beep{BeepPaid})
	m.printReceipt(receipt{order: o, refund: r.No}, "")
}

// fresh puts the order, after a record of it, in the place of what is held of it.
func (m *Machine) fresh(o Order) {
	if m.last != nil && m.last.No == o.No {
		m.last = &o
	}
	for i := range m.unprinted {
		if m.unprinted[i].order.No == o.No {
			m.unprinted[i].order = o
		}
	}
	for _, t := range m.refunds {
		if t.order.No == o.No {
			t.order = o
		}
	}
	at := slices.IndexFunc(m.exceptions, func(e Order) bool { return e.No == o.No })
	switch {
	case at < 0 && o.Listed():
		m.except(o)
	case at >= 0 && o.Listed():
		m.exceptions = slices.Clone(m.exceptions)
		m.exceptions[at] = o
	case at >= 0:
		m.exceptions = slices.Delete(slices.Clone(m.exceptions), at, at+1)
	}
}

// recoverRefunds takes up what the journal knows of an order's refunds after a restart.
func (m *Machine) recoverRefunds(o Order) {
	for _, r := range o.Refunds {
		switch {
		case !r.State.Final():
			m.workOnRefund(o, r, true)
		case r.Pending():
			m.unprinted = append(m.unprinted, receipt{order: o, refund: r.No})
		}
	}
}
