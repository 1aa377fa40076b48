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
	case o.State == Open && o.Offline.Digest == "" && t.revived:
		// The digest is on disk before a code is shown, so nobody has seen one of this order.
		t.finish(m, Outcome{State: Failed, Reason: "never-shown"})
	case o.State == Open && o.Offline.Digest != "" && t.spent(m) != "":
		t.move(m, Closing, t.spent(m)) // the power went between the count and the comparison of the last try
	case o.State == Open && t.offlineOver(m, m.cfg.Margin):
		t.move(m, Closing, "expired")
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

// offlineAnswer takes what the network says of an offline order that it does not call paid, and reports whether that is
// all. Closed is its last word, by its own clock: nobody paid the code, and nobody can any more.
func (t *task) offlineAnswer(m *Machine, a Answer) bool {
	switch a.Status {
	case StatusPaid, StatusMismatch, StatusRefunded:
		return false
	case StatusClosed:
		out := Outcome{State: Closed, Reason: orElse(a.Code, "closed")}
		if t.order.State == Unconfirmed {
			out.State, out.Exception = Disputed, Unpaid
		}
		t.finish(m, out)
	default: // waiting, not found
		t.later(m, OpQuery)
	}
	return true
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

// settles is what a record that ends the order's code takes out of the limits.
func (t *task) settles() Money {
	if c := t.order.Offline; c != nil && c.Counts {
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
		return m.say(whyOfflineUnpaid)
	case reason == "wrong-answers":
		return m.say(whyOfflineVoid)
	case reason == "mode-ended":
		return m.say(whyOfflineModeEnded)
	}
	return m.say(whyOfflineExpired)
}
