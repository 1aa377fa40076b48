package txn

import (
	"strings"
	"time"
)

// notice is a message on the standing line.
type notice struct {
	text  string
	until time.Duration // by the monotonic clock; 0 for none
	turn  time.Duration // from then on it makes room for the next alarm
	alarm bool
	reply bool // answers the last key, and means nothing beside what the next one does
	stays bool // a hint that outlives the next key: a digit was not taken, so the amount is not what was typed
}

// alarmTurn is how long an alarm keeps the standing line when others wait.
const alarmTurn = 10 * time.Second

// mistake tells the cashier that a key or a code does not fit; what was there stays.
func (m *Machine) mistake(t text, args ...any) {
	m.hint = notice{text: m.say(t, args...), until: m.now.Mono + 3*time.Second}
	m.emit(Beep{BeepMistake})
}

// goneOn takes back what answered the last key or code: "cancelled" must not stand beside the next sale.
func (m *Machine) goneOn() {
	if !m.hint.stays {
		m.hint = notice{}
	}
	m.takeBack()
}

// takeBack clears the standing line of what answered the last key.
func (m *Machine) takeBack() {
	if m.notice.reply {
		m.notice = notice{}
	}
}

// reply says what became of the key that was just pressed, until the next one.
func (m *Machine) reply(s string, lasts time.Duration) {
	m.tell(s, lasts, false)
	m.notice.reply = m.notice.text == s
}

func (m *Machine) tell(s string, lasts time.Duration, alarm bool) {
	// An alarm is not pushed aside by a lesser message while it stands.
	if m.notice.alarm && !alarm && m.now.Mono < m.notice.until {
		return
	}
	n := notice{text: s, until: m.now.Mono + lasts, turn: m.now.Mono + alarmTurn, alarm: alarm}
	if m.notice.alarm && m.now.Mono < min(m.notice.until, m.notice.turn) && len(m.alarms) < maxAlarms {
		m.alarms = append(m.alarms, n) // each is money: none is overwritten before it could be read
		return
	}
	m.notice = n
}

// nextAlarm lets the alarm that has waited longest take its turn on the standing line.
func (m *Machine) nextAlarm() {
	if len(m.alarms) > 0 && m.now.Mono >= min(m.notice.until, m.notice.turn) {
		n := m.alarms[0]
		n.until, n.turn = m.now.Mono+4*m.cfg.Linger, m.now.Mono+alarmTurn
		m.notice, m.alarms = n, m.alarms[1:]
	}
}

// status returns the standing line: the most urgent thing first.
func (m *Machine) status() (line string, alarm bool) {
	if m.now.Mono < m.hint.until {
		return m.hint.text, false
	}
	told := m.now.Mono < m.notice.until
	if told && m.notice.alarm {
		return m.notice.text, true
	}
	if m.padGone {
		return m.say(stsKeypad), true
	}
	if s := m.doubt(); s != "" { // of the sale that is looked at: news of another one can wait
		return s, true
	}
	if m.safety.writing {
		return m.say(stsWriting), false
	}
	if told {
		return m.notice.text, false
	}
	_, idle := m.view.(entry)
	switch {
	case m.cfg.Printer && m.printer.Fault != PrintOK && !m.saysPrinter():
		return m.say(prnFaults[m.printer.Fault]), true
	case idle && m.sale == nil && len(m.unfinished()) > 0:
		return m.owed(m.unfinished()), true
	case m.deaf() != "" && !m.isScanning():
		return m.say(stsScanner[m.deaf()]), true
	case idle && m.sale == nil && len(m.unanswered()) > 0:
		if m.unanswered()[0].order.bySight() {
			return m.say(stsUnseen), false
		}
		return m.say(stsUnanswered), false
	case idle && m.lacking() != "":
		return m.lacking(), true
	}
	var parts []string
	if room, alarm := m.storageLine(); alarm && idle {
		return room, true
	} else if room != "" && idle {
		parts = append(parts, room)
	}
	if len(m.exceptions) > 0 && idle {
		parts = append(parts, m.say(stsExceptions, len(m.exceptions)))
	}
	if n := m.awaiting(); n > 0 && idle {
		parts = append(parts, m.say(stsUnconfirmed, n))
	} else if n := m.background(); n > 0 {
		parts = append(parts, m.say(stsPending, n))
	}
	if m.cfg.Printer && m.printer.NearEnd {
		parts = append(parts, m.say(stsNearEnd))
	}
	return fitted(parts), false
}

// statusColumns is how much the standing line holds, in half cells of the display's font.
const statusColumns = 38

// columns counts half cells as the display's font has them: Chinese characters and their punctuation take two.
func columns(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x2E80 || r == '…' {
			n++
		}
	}
	return n
}

// fitted joins as many parts as the standing line holds, the first of them in any case: the last matter least.
func fitted(parts []string) (line string) {
	for n := range parts {
		if s := strings.Join(parts[:n+1], " "); n == 0 || columns(s) <= statusColumns {
			line = s
		}
	}
	return line
}

// doubt says why the network's word on the code that is shown can't be had: the customer may have paid it.
func (m *Machine) doubt() string {
	v, ok := m.view.(showing)
	switch {
	case !ok || v.t.url == "":
		return ""
	case v.t.last != FaultNone:
		return m.silent(v.t.order.Network, v.t.last)
	case v.t.mismatch > 0:
		return m.say(stsMismatch)
	}
	return ""
}

// owed says which receipts did not come out. After a restart it may be the first that the cashier hears of the
// money, so a single one is named.
func (m *Machine) owed(all []receipt) string {
	switch {
	case len(all) == 1 && all[0].batch != nil:
		return m.say(stsUnprintedBatch, all[0].batch.No)
	case len(all) > 1:
		return m.say(stsUnprinted, len(all))
	case all[0].refund != "":
		return m.say(stsUnprintedRefund, all[0].amount(), all[0].order.No.Short())
	}
	return m.say(stsUnprintedOne, all[0].amount(), all[0].order.No.Short())
}

// saysPrinter reports whether the screen itself says what is wrong with the printer.
func (m *Machine) saysPrinter() bool {
	d, ok := m.view.(done)
	return ok && d.fault == m.printer.Fault
}
