package txn

import (
	"slices"
	"time"
)

// unresolved lists the orders and refunds whose outcome nobody has proved yet, each with its age and what comes next; a
// digit opens one.
type unresolved struct {
	since time.Duration
	back  entry
	page  paging
}

// openRows is how many stand on a page, two lines for each.
const openRows = 3

// openItem is one of them.
type openItem struct {
	order  Order
	refund Refund // the zero Refund of a payment
	due    time.Duration
	asked  bool
	last   Fault
	heard  time.Duration // when it was last proved to be known of, or taken up
	over   bool          // of an offline code: nobody can pay it any more
}

// open returns what is unresolved, oldest first.
func (m *Machine) open() (all []openItem) {
	for _, t := range m.tasks {
		all = append(all, openItem{
			order: t.order, due: t.due, asked: t.asked != "" || t.saving > 0, last: t.last, heard: t.heard,
			over: t.order.Offline != nil && t.offlineOver(m, m.cfg.Margin),
		})
	}
	for _, t := range m.refunds {
		all = append(all, openItem{order: t.order, refund: t.refund, due: t.due, asked: t.asked != "" || t.ending, last: t.last, heard: t.heard})
	}
	slices.SortStableFunc(all, func(a, b openItem) int { return a.began().Compare(b.began()) })
	return all
}

func (i openItem) ref() slipRef { return slipRef{order: i.order.No, refund: i.refund.No} }

func (i openItem) began() time.Time {
	if i.refund.No != "" {
		return i.refund.Created
	}
	return i.order.Created
}

func (i openItem) amount() Money {
	if i.refund.No != "" {
		return i.refund.Amount
	}
	return i.order.Amount
}

// lines says what it is, how old, and what comes next.
func (m *Machine) openLines(i openItem) [2]string {
	state := m.say(stateText(i.order))
	if i.refund.No != "" {
		state = m.say(txtRefunding)
	}
	next := m.say(sayNextNow)
	switch wait := i.due - m.now.Mono; {
	case i.order.Network == Scheme:
		next = m.say(sayNextRule)
	case !i.asked && wait > 0:
		next = m.say(sayNextIn, m.duration(wait))
	}
	age := max(0, m.now.Wall.Sub(i.began()))
	return [2]string{i.order.No.Short() + " " + i.amount().String() + " " + state, m.say(sayAge, m.age(age)) + next}
}

// age says how long ago something was, in its largest unit.
func (m *Machine) age(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return m.say(sayDays, int(d/(24*time.Hour)))
	case d >= time.Hour:
		return m.say(sayWholeHours, int(d/time.Hour))
	case d >= time.Minute:
		return m.say(sayWholeMinutes, int(d/time.Minute))
	}
	return m.say(sayWholeSeconds, int(d/time.Second))
}

func (v unresolved) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	all := m.open()
	at, picked := v.page.pick(k, openRows, len(all))
	switch {
	case picked:
		m.view = unproved{since: m.now.Mono, from: v, of: all[at].ref()}
	case k == KeyOK:
		v.page = v.page.next(openRows, len(all))
		m.view = v
	case k == KeyCancel || k == KeyMenu:
		m.view = menu{since: m.now.Mono, back: v.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v unresolved) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v unresolved) screen(m *Machine) Screen {
	all := m.open()
	s := m.listScreen(txtOrders, openRows, len(all))
	first, behind := v.page.span(openRows, len(all))
	for i, item := range all[first:behind] {
		lines := m.openLines(item)
		s.Lines = append(s.Lines, itoa(i+1)+" "+lines[0], "  "+lines[1])
	}
	return s
}

// unproved shows one of them. Past the limit up to which its network can be asked, a supervisor may rule what came of
// it: that is written down with who ruled.
type unproved struct {
	since time.Duration
	from  unresolved
	of    slipRef
}

func (v unproved) item(m *Machine) (openItem, bool) {
	all := m.open()
	i := slices.IndexFunc(all, func(i openItem) bool { return i.ref() == v.of })
	if i < 0 {
		return openItem{}, false
	}
	return all[i], true
}

// silence is how long no verified answer must have come, by the clock that does not jump, before anybody rules: a wall
// clock that has jumped makes an order of this minute a year old.
const silence = 10 * time.Minute

// ruled reports whether a supervisor may rule on it: the network is not in the profile any more, or it does not answer
// and what it is asked about is older than it answers for. One that has been silent for longer than that is older, too,
// whatever the wall clock says: it may have been ahead when it began.
func (m *Machine) ruled(i openItem) bool {
	if i.order.bySight() && !i.over {
		return false // its code could still be paid
	}
	n, known := m.cfg.network(i.order.Network)
	limit := n.AskLimit
	if limit == 0 {
		limit = m.cfg.AskLimit
	}
	silent := m.now.Mono - i.heard
	return !known || limit > 0 && silent >= silence && max(silent, m.now.Wall.Sub(i.began())) > limit
}

// someRuled reports whether there is something that a supervisor may rule on.
func (m *Machine) someRuled() bool { return slices.ContainsFunc(m.open(), m.ruled) }

func (v unproved) key(m *Machine, k Key, _ bool) {
	i, still := v.item(m)
	v.since = m.now.Mono
	m.view = v
	switch {
	case k == KeyCancel || k == KeyMenu || !still:
		v.from.since = m.now.Mono
		m.view = v.from
	case !m.ruled(i) || i.asked:
		m.emit(Beep{BeepMistake})
	case k == "1" || k == "2":
		m.askPIN(ruling{unproved: v, came: k == "1"})
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v unproved) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.from.back
	}
}

func (v unproved) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtOrders), Keys: []string{m.say(keyBack)}}
	i, still := v.item(m)
	if !still {
		s.Lines = []string{m.say(sayResolved)}
		return s
	}
	lines := m.openLines(i)
	s.Lines = []string{lines[0], m.networkName(m.paidWith(i.order)) + "  " + i.began().In(BusinessZone).Format("01-02 15:04"), lines[1]}
	if why := m.silent(i.order.Network, i.last); why != "" {
		s.Lines = append(s.Lines, why)
	}
	switch {
	case !m.ruled(i):
	case i.refund.No != "":
		s.Lines = append(s.Lines, m.say(sayRuleRefund))
	default:
		s.Lines = append(s.Lines, m.say(sayRuleOrder))
	}
	return s
}

// ruling is what a supervisor allows: a verdict.
type ruling struct {
	unproved
	came bool // the money came; of a refund: it went back
}

func (p ruling) granted(m *Machine, by string) {
	p.from.since = m.now.Mono
	m.view = p.from
	if t := m.refundTask(p.of.refund); t != nil {
		out := RefundOutcome{State: RefundRefused, Code: verdict, Verdict: by}
		if p.came {
			out.State = RefundDone
		}
		t.finish(m, out)
		return
	}
	t := m.task(p.of.order)
	if t == nil || t.saving > 0 {
		return // it has just been resolved, or is about to be
	}
	out := Outcome{State: Failed, Reason: verdict, Exception: NotPaidVerdict, Verdict: by}
	if p.came {
		out = Outcome{State: Paid, Reason: verdict, Payer: t.order.Amount, PaidAt: m.now.Wall, Late: true, Verdict: by}
		if capturer, captured := m.captured[t.order.Sale]; captured && capturer != t.order.No {
			out.Exception = OverTotal
		} else {
			m.captured[t.order.Sale] = t.order.No
		}
	}
	t.finish(m, out)
}

// verdict is the reason of an outcome that a supervisor ruled.
const verdict = "verdict"

func (p ruling) denied(m *Machine) {
	p.since = m.now.Mono
	m.view = p.unproved
}

func (ruling) menu(*Machine) bool { return false }

func (p ruling) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtVerdict)}
	i, still := p.item(m)
	if !still {
		s.Lines = []string{m.say(sayResolved)}
		return s
	}
	rule := sayRuleUnpaid
	switch {
	case i.refund.No != "" && p.came:
		rule = sayRuleBack
	case i.refund.No != "":
		rule = sayRuleNotBack
	case p.came:
		rule = sayRulePaid
	}
	s.Lines = []string{m.say(sayOrderNo, i.order.No.Short(), i.amount()), m.say(rule)}
	return s
}
