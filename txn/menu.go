package txn

import (
	"strconv"
	"time"
)

// menu is what the cashier needs beside selling.
type menu struct {
	since time.Duration
	back  entry
}

func (v menu) key(m *Machine, k Key, _ bool) {
	switch k {
	case keyOfCash:
		m.askCash(v.back.due(m))
	case keyOfOffline:
		if !m.offline() {
			m.emit(Beep{BeepMistake})
			return
		}
		m.askOffline(v.back.due(m), v.back)
	case "1":
		m.view = v.back
		switch {
		case len(m.unprinted) > 0:
			m.reprintNext()
		case m.last != nil && m.cfg.Printer:
			m.reprint(*m.last)
		default:
			m.mistake(errNothing)
		}
	case "2":
		m.view = list{since: m.now.Mono, back: v.back}
	case "3":
		m.view = list{since: m.now.Mono, back: v.back, exceptions: true}
	case "4":
		if m.language == English {
			m.language = Chinese
		} else {
			m.language = English
		}
		m.view = v.back
	case KeyCancel, KeyMenu:
		m.view = v.back
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v menu) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v menu) screen(m *Machine) Screen {
	s := Screen{
		Kind: ScreenText, Title: m.say(txtMenu),
		Lines: []string{
			m.say(menuReprint), m.say(menuOrders, len(m.tasks)), m.say(menuExcept, len(m.exceptions)), m.say(menuLanguage),
		},
		Keys: []string{m.say(keyBack)},
	}
	if m.offline() {
		s.Lines = append(s.Lines, m.say(menuOffline))
	}
	if due := v.back.due(m); !due.IsZero() {
		s.Lines = append([]string{m.say(menuCash) + "  " + due.String()}, s.Lines...)
	}
	return s
}

// list shows orders that are not settled, or those that people must look at, a page at a time.
type list struct {
	since      time.Duration
	back       entry
	exceptions bool
	page       int
}

const listRows = 5

func (v list) orders(m *Machine) []Order {
	if v.exceptions {
		return m.exceptions
	}
	var open []Order
	for _, t := range m.tasks {
		open = append(open, t.order)
	}
	return open
}

func (v list) key(m *Machine, k Key, _ bool) {
	switch k {
	case KeyOK:
		v.since = m.now.Mono
		if v.page++; v.page*listRows >= len(v.orders(m)) {
			v.page = 0
		}
		m.view = v
	case KeyCancel, KeyMenu:
		m.view = menu{since: m.now.Mono, back: v.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v list) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v list) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtOrders), Keys: []string{m.say(keyBack)}}
	if v.exceptions {
		s.Title = m.say(txtExcept)
	}
	orders := v.orders(m)
	first := min(v.page*listRows, len(orders))
	for _, o := range orders[first:min(first+listRows, len(orders))] {
		s.Lines = append(s.Lines, o.No.Short()+" "+o.Amount.String()+" "+m.say(stateText(o))+" "+o.Created.In(BusinessZone).Format("15:04"))
	}
	if len(orders) == 0 {
		s.Lines = []string{m.say(menuNone)}
	}
	if len(orders) > listRows {
		s.Keys = append([]string{m.say(keyPage)}, s.Keys...)
	}
	return s
}

// stateText says where an order stands, in a word.
func stateText(o Order) text {
	switch {
	case o.Exception == LateSuccess:
		return text{"放弃后到账", "late payment"}
	case o.Exception == OverTotal:
		return text{"重复付款", "paid twice"}
	case o.Exception == Unpaid:
		return text{"离线未付", "not paid"}
	case o.Exception == Refunded:
		return text{"已退款", "refunded"}
	case o.State == Disputed:
		return text{"记录不符", "contradicted"}
	case o.State == Unconfirmed:
		return text{"待确认", "unconfirmed"}
	case o.State == Closing:
		return text{"关闭中", "closing"}
	case o.State == Reversing:
		return text{"撤销中", "reversing"}
	case o.State == Unknown:
		return text{"查询中", "querying"}
	}
	return text{"待付款", "waiting"}
}

func itoa(n int) string { return strconv.Itoa(n) }
