package txn

import (
	"slices"
	"time"
)

// offlineStep decides what to do about an offline order that is due. It can only be asked about: there is nothing that
// the terminal could close at its network.
func (t *task) offlineStep(m *Machine) {
	o := t.order
	switch {
	case t.checking:
	case o.State == Open && !o.bySight() && o.Offline.Digest == "" && t.revived && !m.predates(o.No):
		// The digest is on disk before a code is shown, so nobody has seen one of this order; unless a terminal that was
		// lost has shown it after the backup was taken.
		t.finish(m, Outcome{State: Failed, Reason: "never-shown"})
	case o.State == Open && o.Offline.Digest != "" && t.spent(m) != "":
		t.move(m, Closing, t.spent(m)) // the power went between the count and the comparison of the last try
	case o.State == Open && t.offlineOver(m, m.cfg.Margin):
		t.move(m, Closing, "expired")
	case o.Network == Scheme: // a supervisor rules on it
		t.due = m.now.Mono + m.cfg.MaxBackoff
	default:
		t.ask(m, OpQuery)
	}
}

// spent says why the code takes no more answers; empty if it does.
func (t *task) spent(m *Machine) string {
	_, err := m.till.Offline.Try(m.cfg.Offline.Limits, t.order.Offline.Tries)
	switch {
	case err == nil:
		return ""
	case m.till.Offline.Ended(m.cfg.Offline.Limits):
		return "mode-ended"
	}
	return "wrong-answers"
}

// offlineOver reports whether a code's time, and so much more, is up. Either clock is enough.
func (t *task) offlineOver(m *Machine, more time.Duration) bool {
	life := t.order.Expires.Sub(t.order.Created)
	return !m.now.Wall.Before(t.order.Expires.Add(more)) || m.now.Mono-t.started >= life+more
}

// codeLeft is how many seconds a code is shown yet.
func (t *task) codeLeft(m *Machine) int {
	o := t.order
	return max(0, int(min(o.Expires.Sub(m.now.Wall), o.Expires.Sub(o.Created)-(m.now.Mono-t.started))/time.Second))
}

// offlineAnswer takes what the network says of an offline order that it does not call paid, and reports whether that is
// all. Closed is its last word, by its own clock: nobody paid the code, and nobody can any more. Of a scheme's code "not
// found" is, once the code's time and the margin are over; before that it only means that nobody has paid it so far.
func (t *task) offlineAnswer(m *Machine, a Answer) bool {
	switch {
	case a.Status == StatusPaid || a.Status == StatusMismatch || a.Status == StatusRefunded:
		return false
	case t.saving > 0: // what is being written down decides what this means
		t.later(m, OpQuery)
	case a.Status == StatusClosed || a.Status == StatusNotFound && t.order.bySight() && t.past(m):
		t.finish(m, t.neverPaid(orElse(a.Code, string(a.Status))))
	default: // waiting, not found
		t.later(m, OpQuery)
	}
	return true
}

// neverPaid is the outcome of an order whose network has had its last word. Where goods were handed over for it, people
// must look; but only an answer that nobody paid for says that the key is known to others.
func (t *task) neverPaid(reason string) Outcome {
	switch {
	case t.order.State != Unconfirmed:
		return Outcome{State: Closed, Reason: reason}
	case t.order.bySight():
		return Outcome{State: Disputed, Reason: reason, Exception: Unbacked}
	}
	return Outcome{State: Disputed, Reason: reason, Exception: Unpaid}
}

// awaiting counts the unconfirmed orders that nobody looks at.
func (m *Machine) awaiting() (n int) {
	for _, t := range m.tasks {
		if t.order.State == Unconfirmed && !m.foreground(t.order.No) {
			n++
		}
	}
	return n
}

// settles is what a record that ends the order's code takes out of the limits, if none that is being written does so.
func (t *task) settles() Money {
	if c := t.order.Offline; c != nil && c.Counts && !t.freed {
		return t.order.Amount
	}
	return Money{}
}

// disproved goes on when an unconfirmed order turns out not to have been paid: its slip proves nothing any more, and is
// not owed.
func (m *Machine) disproved(o Order) {
	of := slipRef{order: o.No}
	m.forget(of)
	for i := len(m.jobs) - 1; i >= 0; i-- {
		if m.jobs[i].of == of && (i > 0 || !m.printing) {
			m.jobs = slices.Delete(slices.Clone(m.jobs), i, i+1)
		}
	}
	if m.last != nil && m.last.No == o.No {
		m.last = nil
	}
	if v, ok := m.view.(done); ok && v.ref() == of {
		m.abandon()
	}
}

// offlineWhy says why an offline code ended without an answer.
func (m *Machine) offlineWhy(reason string) string {
	switch {
	case reason == "mode-ended" && m.till.Offline.Unpaid:
		return m.say(whyOfflineUnpaidNow)
	case reason == "wrong-answers":
		return m.say(whyOfflineVoid)
	case reason == "mode-ended":
		return m.say(whyOfflineModeEnded)
	}
	return m.say(whyOfflineExpired)
}
