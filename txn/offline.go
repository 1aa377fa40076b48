package txn

import (
	"errors"
	"slices"
	"time"
)

// The offline code (docs/offline-qr.md): with the network down, the terminal shows a code that the customer's own
// phone, online, pays; the answer that the phone then shows is keyed in. It proves as much as its key is secret, so the
// order is unconfirmed until its network says the same.
//
//	未收款, 8 ─┐
//	菜单, 8 ───┴▶ offlineMenu ─ 确认 ─▶ starting ─▶ intent on disk ─▶ MakeOffline ─▶ OfflineMade on disk ─▶ the code
//
//	the code ─ digits, 确认 ─▶ OfflineTried on disk ─▶ CheckAnswer ─▶ OfflineAnswered on disk ─▶ done, 离线待确认
//	                                                       └ wrong ─▶ the code, or closing
//
// A scheme's own code (offline_scheme.go) is the mode's other kind: it has no answer, and the cashier says what the
// customer's phone shows.
//
// Every order of the mode is asked about like any other in the background, from the moment it is there; what its
// network says ends it, whatever the terminal had.

// OfflineConfig is what the machine must know of offline codes. The zero value keeps the mode off.
type OfflineConfig struct {
	Limits  OfflineLimits
	Network NetworkID     // that confirms those with an answer
	Digits  int           // of an answer; 0: there are none of that kind
	Expiry  time.Duration // of such a code, from its intent on
	Scheme  SchemeConfig  // the other kind
}

// MakeOffline draws an answer for an order that is on disk and seals it into a code, or writes a scheme's code of it. It
// ends in [OfflineCodeMade].
type MakeOffline struct{ Order Order }

// CheckAnswer compares what was keyed in with the order's digest. The try is on disk. It ends in [AnswerChecked].
type CheckAnswer struct {
	Order  Order
	Answer OfflineAnswer
}

func (MakeOffline) effect() {}
func (CheckAnswer) effect() {}

// OfflineCodeMade ends a [MakeOffline]. Without a digest there is no code, but for a scheme's, which has none.
type OfflineCodeMade struct {
	Order  OrderNo
	Code   string // what the QR says
	Digest AnswerDigest
}

// AnswerChecked ends a [CheckAnswer].
type AnswerChecked struct {
	Order OrderNo
	Right bool
}

// OfflineOut says that codes with an answer can't be made: their key could not be read.
type OfflineOut struct{}

func (OfflineCodeMade) event() {}
func (AnswerChecked) event()   {}
func (OfflineOut) event()      {}

// keyOfOffline leads to offline codes, from the menu and from a sale whose network did not answer.
const keyOfOffline Key = "8"

// offline reports whether the shop has offline codes at all.
func (m *Machine) offline() bool { return m.cfg.Offline.Limits.Check() == nil }

// answerCodes reports whether codes with an answer can be made, and somebody confirms them.
func (m *Machine) answerCodes() bool {
	return m.cfg.Offline.Digits > 0 && !m.offlineOut && m.serves(m.cfg.Offline.Network)
}

// noteLine keeps whether the networks can be reached: a code is only shown while they can't, so that whatever is
// unconfirmed is confirmed first.
func (m *Machine) noteLine(e NetworkAnswered) {
	switch e.Fault {
	case FaultNone, FaultSystem, FaultConfig, FaultUnverified:
		m.dark = false
	case FaultNotSent, FaultNoAnswer:
		m.dark = m.dark || e.Op == OpShow || e.Op == OpScan // what is asked in the background may fail for one network alone
	}
}

// offersOffline reports whether the sale at the till could be paid by an offline code.
func (m *Machine) offersOffline() bool {
	return m.offline() && m.sale != nil && m.offlineRefusal(m.sale.Total) == ""
}

// offlineRefusal says why there is no offline code for an amount; empty if there may be one.
func (m *Machine) offlineRefusal(due Money) string {
	limits, s := m.cfg.Offline.Limits, m.till.Offline
	_, err := s.Show(limits, due.Fen)
	switch {
	case !m.answerCodes() && !m.schemeCodes():
		return m.say(whyNoOfflineKey)
	case errors.Is(err, ErrOfflineUnpaid):
		return m.say(whyOfflineUnpaid)
	case errors.Is(err, ErrOfflineTries):
		return m.say(whyOfflineEnded, s.Tries)
	case !m.dark:
		return m.say(whyNotOffline)
	case m.hadOffline():
		return m.say(whyOfflineAgain)
	case m.now.Wall.Add(clockGrace).Before(m.latest()):
		return m.say(whyOfflineClock)
	case due.Fen > limits.Each:
		return m.say(whyOfflineEach, Money{limits.Each, due.Currency})
	case err != nil && due.Fen > 0 && m.someRuled():
		return m.say(whyOfflineRule)
	case err != nil && due.Fen > 0:
		return m.say(whyOfflineLimit)
	}
	return ""
}

// hadOffline reports whether the sale at the till has had an offline code that might still be paid: nobody can close it,
// so a second one would be a second chance to pay the same sale.
func (m *Machine) hadOffline() bool {
	return m.sale != nil && slices.ContainsFunc(m.tasks, func(t *task) bool { return t.order.Offline != nil && t.order.Sale == m.sale.No })
}

// clockGrace is how far a clock that is being set may go back.
const clockGrace = time.Minute

// latest is the time of the latest record that the terminal knows of: a clock before it is wrong, and a code's expiry
// would be as well.
func (m *Machine) latest() time.Time {
	at := m.till.Offline.At
	for _, t := range m.tasks {
		if t.order.Updated.After(at) {
			at = t.order.Updated
		}
	}
	if m.last != nil && m.last.Updated.After(at) {
		at = m.last.Updated
	}
	return at
}

// askOffline shows what the mode is, and offers a code for what is due.
func (m *Machine) askOffline(due Money, back view) {
	m.view = offlineMenu{since: m.now.Mono, due: due, back: back}
}

// startOffline begins an order that is paid by an offline code of either kind.
func (m *Machine) startOffline(due Money, in Intent) {
	if !m.sellable(due) {
		return
	}
	if len(m.tasks) >= maxUnresolved {
		m.tooMany()
		return
	}
	if m.offlineRefusal(due) != "" { // the screen says it
		m.emit(Beep{BeepMistake})
		return
	}
	m.ensureSale(due)
	m.start(&in, PaymentCode{})
}

// answerIntent is what is begun with a code that has an answer.
func (m *Machine) answerIntent() Intent {
	c := m.cfg.Offline
	return Intent{Network: c.Network, Method: Show, Expires: m.now.Wall.Add(c.Expiry), Offline: &OfflineTerms{Digits: c.Digits}}
}

// unanswered returns the tasks whose code may still be answered, or seen paid, the latest first.
func (m *Machine) unanswered() (open []*task) {
	for i := len(m.tasks) - 1; i >= 0; i-- {
		if t := m.tasks[i]; t.order.Offline != nil && t.order.State == Open && (t.order.Offline.Digest != "" || t.order.bySight()) && !t.ending {
			open = append(open, t)
		}
	}
	return open
}

// offlineMenu says where the mode stands, and what may be done about it.
type offlineMenu struct {
	since time.Duration
	due   Money
	back  view
}

// offlineListed is how many codes that wait for an answer the menu has room for. They are those of the last minutes
// before a restart; older ones have expired.
const offlineListed = 2

func (v offlineMenu) key(m *Machine, k Key, _ bool) {
	n, digit := k.digit()
	switch open := m.unanswered(); {
	case k == KeyCancel || k == KeyMenu:
		m.view = v.back
	case k == KeyOK && m.answerCodes():
		m.startOffline(v.due, m.answerIntent())
	case k == keyOfScheme && m.schemeCodes():
		m.startOffline(v.due, m.schemeIntent())
	case k == "9" && m.till.Offline.Ended(m.cfg.Offline.Limits):
		m.askPIN(renewal{v.back})
	case digit && n >= 1 && n <= min(len(open), offlineListed):
		m.resumeOffline(open[n-1])
	default:
		m.emit(Beep{BeepMistake})
	}
}

// resumeOffline takes up a code whose sale left the till with the power: its answer can still be keyed in.
func (m *Machine) resumeOffline(t *task) {
	if m.sale != nil && m.sale.No != t.order.Sale {
		m.mistake(errBasket)
		return
	}
	m.sale = &Sale{No: t.order.Sale, Total: t.order.Amount, Items: t.order.Items}
	m.view = offlineView(t)
}

// offlineView is where an order with an offline code stands at the till.
func offlineView(t *task) view {
	if t.order.bySight() {
		return schemeCode{offlineShown: offlineShown{t}}
	}
	return offlineCode{offlineShown: offlineShown{t}}
}

func (v offlineMenu) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v offlineMenu) screen(m *Machine) Screen {
	limits, s := m.cfg.Offline.Limits, m.till.Offline
	out := Screen{Kind: ScreenText, Title: m.say(txtOffline), Tone: ToneWait, Keys: []string{m.say(keyBack)}}
	if !v.due.IsZero() {
		out.Kind, out.Amount = ScreenSale, v.due.String()
	}
	currency := m.cfg.MaxAmount.Currency
	out.Lines = []string{
		m.say(sayOfflineUse, s.Count, limits.Count, Money{s.Fen, currency}, Money{limits.Fen, currency}),
	}
	open := m.unanswered()
	why := m.offlineRefusal(v.due)
	switch {
	case why != "":
		out.Lines = append(out.Lines, why)
	case v.due.IsZero():
		out.Lines = append(out.Lines, m.say(errAmount))
	default:
		lines, keys := m.offlineChoice()
		if len(open) == 0 { // those that wait need the room
			out.Lines = append(out.Lines, lines...)
		}
		out.Keys = append(keys, out.Keys...)
	}
	if s.Ended(limits) {
		out.Keys = append([]string{m.say(keyRenew)}, out.Keys...)
	}
	for i, t := range open[:min(len(open), offlineListed)] {
		say := sayOfflineOpen
		if t.order.bySight() {
			say = saySchemeOpen
		}
		out.Lines = append(out.Lines, itoa(i+1)+" "+m.say(say, t.order.No.Short(), t.order.Amount))
	}
	return out
}

// offlineChoice says which codes there are, and by which key.
func (m *Machine) offlineChoice() (lines, keys []string) {
	if m.answerCodes() {
		lines, keys = append(lines, m.say(sayOfflineRisk)), append(keys, m.say(keyOfflineOK))
	}
	if m.schemeCodes() {
		name := m.cfg.Offline.Scheme.Name
		lines, keys = append(lines, m.say(saySchemeRisk, name)), append(keys, m.say(keyScheme, name))
	}
	return lines, keys
}
