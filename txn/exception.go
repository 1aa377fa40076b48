package txn

import (
	"slices"
	"time"
)

// exceptions lists the orders that people must look at, a page at a time; a digit opens one.
type exceptions struct {
	since time.Duration
	back  entry
	page  paging
}

// listRows is how many orders stand on a page; their digits open them.
const listRows = 5

func (v exceptions) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	at, picked := v.page.pick(k, listRows, len(m.exceptions))
	switch {
	case picked:
		m.view = exceptional{since: m.now.Mono, from: v, no: m.exceptions[at].No}
	case k == KeyOK:
		v.page = v.page.next(listRows, len(m.exceptions))
		m.view = v
	case k == KeyCancel || k == KeyMenu:
		m.view = menu{since: m.now.Mono, back: v.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v exceptions) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v exceptions) screen(m *Machine) Screen {
	s := m.listScreen(txtExcept, listRows, len(m.exceptions))
	first, behind := v.page.span(listRows, len(m.exceptions))
	for i, o := range m.exceptions[first:behind] {
		s.Lines = append(s.Lines, itoa(i+1)+" "+o.No.Short()+" "+o.Amount.String()+" "+m.say(exceptionText(o)))
	}
	return s
}

// oddity is what people must look at first: a refund that is stuck comes after whatever brought its order onto the list.
func oddity(o Order) Exception {
	if slices.ContainsFunc(o.Refunds, func(r Refund) bool { return r.State == RefundDisputed }) {
		return RefundStuck
	}
	return o.Exception
}

// exceptionText says what is odd about an order, in a word.
func exceptionText(o Order) text {
	switch oddity(o) {
	case LateSuccess:
		return text{"放弃后到账", "late payment"}
	case OverTotal:
		return text{"重复付款", "paid twice"}
	case Refunded:
		return text{"已退款", "refunded"}
	case RefundStuck:
		return text{"退款异常", "refund stuck"}
	case NotPaidVerdict:
		return text{"判定未付", "ruled unpaid"}
	case Unpaid, Unbacked:
		return text{"离线未付", "not paid"}
	}
	return text{"记录不符", "contradicted"}
}

// exceptional shows one of them: what happened, and what can be done about it.
type exceptional struct {
	since time.Duration
	from  exceptions
	no    OrderNo
}

// order returns the order, while it is on the list.
func (v exceptional) order(m *Machine) (Order, bool) {
	for _, o := range m.exceptions {
		if o.No == v.no {
			return o, true
		}
	}
	return Order{}, false
}

// offersRefund reports whether there is money that should not have come and can go back from here.
func offersRefund(o Order) bool {
	return (o.Exception == LateSuccess || o.Exception == OverTotal) && o.State == Paid && o.Refundable().Fen > 0
}

func (v exceptional) key(m *Machine, k Key, _ bool) {
	o, listed := v.order(m)
	v.since = m.now.Mono
	m.view = v
	switch {
	case k == KeyCancel || k == KeyMenu || !listed:
		v.from.since = m.now.Mono
		m.view = v.from
	case k == KeyOK && offersRefund(o):
		m.openRefund(o, v)
	case k == KeyClear:
		m.askPIN(settling(v))
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v exceptional) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.from.back
	}
}

func (v exceptional) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtExcept), Keys: []string{m.say(keyBack)}}
	o, listed := v.order(m)
	if !listed {
		s.Lines = []string{m.say(saySettled)}
		return s
	}
	s.Lines = append(m.orderLines(o), m.say(m.exceptionWhy(o)))
	s.Keys = append([]string{m.say(keySettle)}, s.Keys...)
	if offersRefund(o) {
		s.Keys = append([]string{m.say(keyRefund)}, s.Keys...)
	}
	return s
}

// exceptionWhy says what happened, and what comes next.
func (m *Machine) exceptionWhy(o Order) text {
	switch oddity(o) {
	case LateSuccess:
		return sayLateSuccess
	case OverTotal:
		return sayOverTotal
	case Refunded:
		return sayGoneBack
	case AlreadyExists:
		return sayExists
	case RefundStuck:
		return sayRefundStuck
	case NotPaidVerdict:
		return sayRuledUnpaid
	case Unpaid:
		return sayUnpaid
	case Unbacked:
		return sayUnbacked
	}
	return sayContradicted
}

// settling is what a supervisor allows: to take an order off the list.
type settling exceptional

func (p settling) granted(m *Machine, by string) {
	v := exceptional(p)
	v.since, v.from.since = m.now.Mono, m.now.Mono
	m.view = v.from
	if _, listed := v.order(m); listed {
		m.commit(&Settled{Order: p.no, By: by, At: m.now.Wall})
	}
}

func (p settling) denied(m *Machine) {
	p.since = m.now.Mono
	m.view = exceptional(p)
}

func (settling) menu(*Machine) bool { return false }

func (p settling) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtSettle)}
	if o, listed := exceptional(p).order(m); listed {
		s.Lines = []string{m.say(sayOrderNo, o.No.Short(), o.Amount.String()), m.say(saySettling)}
	}
	return s
}

func (v exceptional) again(now time.Duration) view {
	v.since = now
	return v
}

func (v exceptional) home() entry { return v.from.back }
