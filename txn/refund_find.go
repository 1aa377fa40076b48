package txn

import (
	"strings"
	"time"
)

// maxRefundDigits is how many digits of a number can be keyed in.
const maxRefundDigits = 10

// refundFind asks which order.
type refundFind struct {
	since  time.Duration // the last key or code
	back   entry
	digits string
	token  uint64 // of the recall that is under way; 0 for none
	number OrderNo
}

func (v refundFind) key(m *Machine, k Key, _ bool) {
	if v.token != 0 && k != KeyCancel {
		m.emit(Beep{BeepMistake})
		return
	}
	v.since = m.now.Mono
	m.view = v
	digits, edited := k.edit(v.digits, maxRefundDigits)
	switch {
	case k == KeyCancel:
		m.view = menu{since: m.now.Mono, back: v.back}
	case edited:
		v.digits = digits
		m.view = v
	case k == KeyOK && strings.Trim(v.digits, "0") != "":
		v.recall(m, Recall{Digits: v.digits})
	case k == KeyOK && v.digits == "", k == KeyMenu:
		v.recall(m, Recall{})
	default:
		m.emit(Beep{BeepMistake})
	}
}

// scan takes the code of a receipt, which is the order's number.
func (v refundFind) scan(m *Machine, c Scanned) {
	v.since = m.now.Mono
	m.view = v
	no := OrderNo(c.Text)
	switch {
	case v.token != 0:
	case !c.Payment.IsZero() || !no.Valid():
		m.mistake(errNoReceipt)
	default:
		v.number = no
		v.recall(m, Recall{No: no})
	}
}

func (refundFind) misread(m *Machine, reason ScanFault) { entry{}.misread(m, reason) }

func (v refundFind) recall(m *Machine, r Recall) {
	m.token++
	r.Token, v.token = m.token, m.token
	m.view = v
	m.emit(r)
}

// recalled goes on with the orders that the journal has found.
func (m *Machine) recalled(e Recalled) {
	v, ok := m.view.(refundFind)
	if !ok || v.token != e.Token {
		return // the cashier has gone on
	}
	v.since, v.token = m.now.Mono, 0
	m.view = v
	switch {
	case e.Err != nil:
		m.note("journal: "+e.Err.Error(), "")
		m.mistake(errRecall)
	case len(e.Orders) == 1 && (v.digits != "" || v.number != ""):
		m.openRefund(e.Orders[0], v)
	case len(e.Orders) > 0:
		m.view = refundPick{since: m.now.Mono, from: v, orders: e.Orders}
	case v.number != "" && !strings.HasPrefix(string(v.number), m.cfg.Terminal):
		m.mistake(errRefundForeign)
	case v.number == "" && v.digits == "":
		m.mistake(errRefundNone)
	default:
		m.mistake(errRefundUnknown)
	}
}

func (v refundFind) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v refundFind) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtRefund), Lines: []string{m.say(sayFindDigits)}}
	if m.cfg.Scanner {
		s.Lines = []string{m.say(sayFindScan), m.say(sayFindOr)}
	}
	s.Keys = []string{m.say(keyRecent), m.say(keyBack)}
	if v.digits != "" {
		s.Lines = append(s.Lines, m.say(sayFindKeyed, v.digits))
		s.Keys = []string{m.say(keyFind), m.say(keyClear), m.say(keyBack)}
	}
	if v.token != 0 {
		s.Tone, s.Lines, s.Keys = ToneWait, []string{m.say(sayFinding)}, []string{m.say(keyBack)}
	}
	return s
}

// refundPick asks which of several orders, a page at a time.
type refundPick struct {
	since  time.Duration
	from   refundFind
	orders []Order
	page   paging
}

func (v refundPick) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	m.view = v
	at, picked := v.page.pick(k, listRows, len(v.orders))
	switch {
	case picked:
		m.openRefund(v.orders[at], v)
	case k == KeyOK:
		v.page = v.page.next(listRows, len(v.orders))
		m.view = v
	case k == KeyCancel, k == KeyMenu:
		m.view = refundFind{since: m.now.Mono, back: v.from.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v refundPick) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.from.back
	}
}

func (v refundPick) screen(m *Machine) Screen {
	s := m.listScreen(txtRefundPick, listRows, len(v.orders))
	first, behind := v.page.span(listRows, len(v.orders))
	for i, o := range v.orders[first:behind] {
		s.Lines = append(s.Lines, itoa(i+1)+" "+o.No.Short()+" "+o.Amount.String()+" "+m.whenShort(o))
	}
	return s
}

// whenShort says when an order was begun: the time of a day, or the day.
func (m *Machine) whenShort(o Order) string {
	at, now := o.Created.In(BusinessZone), m.now.Wall.In(BusinessZone)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("01-02")
}

func (v refundFind) again(now time.Duration) view { return refundFind{since: now, back: v.back} }
func (v refundFind) home() entry                  { return v.back }

func (v refundPick) again(now time.Duration) view {
	v.since = now
	return v
}

func (v refundPick) home() entry { return v.from.back }
