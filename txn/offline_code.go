package txn

import "strings"

// openedOffline goes on after the intent of an offline code was committed: only now the answer is drawn, since its
// digest and the code hold the order's number.
func (m *Machine) openedOffline(token uint64, o Order) {
	v, ok := m.view.(starting)
	t := &task{order: o, started: m.now.Mono, heard: m.now.Mono, due: m.now.Mono + m.cfg.timing(o.Network).PollShow, wait: m.cfg.timing(o.Network).PollShow}
	t.sent = true // its time runs from here on, whenever its network is first asked
	m.tasks = append(m.tasks, t)
	if !ok || v.token != token {
		t.giveUp(m, "left")
		return
	}
	m.view = offlineView(t)
	m.emit(MakeOffline{Order: o})
}

// offlineMade takes a code that was made. It is shown when its digest is on disk.
func (m *Machine) offlineMade(e OfflineCodeMade) {
	t := m.task(e.Order)
	if t == nil || t.order.Offline == nil || t.order.State != Open || t.saving > 0 {
		m.note("offline: a code for nothing", e.Order)
		return
	}
	if !e.Digest.valid() && !t.order.bySight() || e.Code == "" {
		t.finish(m, Outcome{State: Failed, Reason: "no-code"})
		return
	}
	if t.order.bySight() { // nothing of it must be on disk but its intent
		t.url = e.Code
		return
	}
	t.sealed = e.Code
	t.saving++
	m.commit(&OfflineMade{Order: e.Order, Digest: e.Digest, At: m.now.Wall})
}

// answerChecked takes what became of an answer that was keyed in.
func (m *Machine) answerChecked(e AnswerChecked) {
	t := m.task(e.Order)
	if t == nil || !t.checking {
		m.note("offline: an answer to nothing", e.Order)
		return
	}
	t.checking = false
	if t.saving > 0 || t.order.State != Open { // its network, or another order of the sale, was first
		return
	}
	if e.Right {
		t.saving++
		m.commit(&OfflineAnswered{Order: e.Order, At: m.now.Wall})
		return
	}
	m.note("offline: a wrong answer", e.Order)
	m.emit(Beep{BeepMistake})
	if why := t.spent(m); why != "" {
		t.giveUp(m, why)
	}
	if v, ok := m.view.(offlineCode); ok && v.t == t {
		m.view = offlineCode{offlineShown: v.offlineShown, wrong: true}
	}
}

// tryRefused goes on when the journal would not count a try: the mode has just ended. The answer is not compared.
func (m *Machine) tryRefused(no OrderNo) {
	t := m.task(no)
	if t == nil {
		return
	}
	t.saving--
	t.checking, t.typed = false, OfflineAnswer{}
	t.giveUp(m, orElse(t.spent(m), "mode-ended"))
}

// offlineKept goes on after a record of an offline code was committed.
func (m *Machine) offlineKept(rec Record, o Order) {
	t := m.task(o.No)
	if t == nil {
		return
	}
	t.saving--
	t.order = o
	switch rec.(type) {
	case *OfflineMade:
		t.url, t.sealed = t.sealed, ""
	case *OfflineTried:
		if t.checking = !t.cancelled; t.checking {
			m.emit(CheckAnswer{Order: o, Answer: t.typed})
		}
		t.typed = OfflineAnswer{}
	case *OfflineAnswered, *OfflineSeen:
		t.cancelled = false
		t.due, t.wait = m.now.Mono, t.timing(m).PollShow
		m.unconfirmed(t)
	}
	if t.cancelled {
		t.cancelled = false
		t.giveUp(m, "cancelled")
	}
}

// unconfirmed goes on when a right answer, or what the cashier saw, is on disk. It is no success: nothing says "paid", and the slip says what
// it is.
func (m *Machine) unconfirmed(t *task) {
	o := t.order
	m.note("order unconfirmed", o.No)
	m.last, m.lastRefund = &o, ""
	m.printReceipt(receipt{order: o}, "")
	if v, ok := m.view.(taskView); ok && v.follows(o.No) {
		m.view = done{since: m.now.Mono, receipt: receipt{order: o}}
	}
}

// offlineCode is an order whose offline code is on the display, or was before a restart, and waits for its answer.
type offlineCode struct {
	offlineShown
	keyed string
	wrong bool // the last answer was
}

// busy reports whether a key would come between the disk and what is decided by it.
func (v offlineCode) busy() bool {
	return v.t.saving > 0 || v.t.checking || v.t.ending || v.t.order.Offline.Digest == ""
}

func (v offlineCode) key(m *Machine, k Key, _ bool) {
	keyed, edited := k.edit(v.keyed, v.t.order.Offline.Digits)
	switch {
	case v.busy():
		m.emit(Beep{BeepMistake})
	case edited && keyed != v.keyed:
		m.view = offlineCode{offlineShown: v.offlineShown, keyed: keyed}
	case k == KeyOK:
		v.try(m)
	case k == KeyMenu && v.shown(m) && m.cfg.Printer:
		m.printCode(v.t)
	case k == KeyCancel:
		v.leave(m)
	default:
		m.emit(Beep{BeepMistake})
	}
}

// try has the try counted on disk; only then the answer is compared.
func (v offlineCode) try(m *Machine) {
	if len(v.keyed) != v.t.order.Offline.Digits {
		m.mistake(errOfflineDigits, v.t.order.Offline.Digits)
		return
	}
	if why := v.t.spent(m); why != "" {
		v.t.giveUp(m, why)
		return
	}
	v.t.typed, v.t.checking = NewOfflineAnswer(v.keyed), true
	v.t.saving++
	m.commit(&OfflineTried{Order: v.t.order.No, At: m.now.Wall})
	m.view = offlineCode{offlineShown: v.offlineShown, keyed: v.keyed}
}

func (v offlineCode) screen(m *Machine) Screen {
	o := v.t.order
	code := o.Offline
	s := v.frame(m)
	if code.Digest == "" {
		s.Lines = []string{m.say(txtWait)}
		return s
	}
	typed := m.say(sayOfflineAnswer, v.keyed+strings.Repeat("_", code.Digits-len(v.keyed)))
	tries := sayOfflineTries
	if v.wrong {
		tries = sayOfflineWrong
	}
	left := m.say(tries, min(m.cfg.Offline.Limits.CodeTries-code.Tries, m.cfg.Offline.Limits.ModeTries-m.till.Offline.Tries))
	s.Keys = []string{m.say(keyCheck), m.say(keyClear), m.say(keyCancel)}
	if !v.shown(m) {
		why := sayOfflineOver
		if v.t.url == "" {
			why = sayOfflineGone
		}
		s.Lines = []string{m.say(why, o.No.Short()), typed, left}
		return s
	}
	return v.withCode(m, s, m.say(sayOfflineScan), typed, left)
}
