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
		case len(m.unfinished()) > 0 || m.printsReceipt():
			m.reprintNext()
		case m.last != nil && m.cfg.Printer:
			m.reprint(receipt{order: *m.last, refund: m.lastRefund})
		default:
			m.mistake(errNothing)
		}
	case "2":
		m.view = unresolved{since: m.now.Mono, back: v.back}
	case "3":
		m.view = exceptions{since: m.now.Mono, back: v.back}
	case "4":
		if m.language == English {
			m.language = Chinese
		} else {
			m.language = English
		}
		m.view = v.back
	case "5":
		m.view = refundFind{since: m.now.Mono, back: v.back}
	case "6":
		m.askDay(v.back)
	case keyOfBatch:
		m.askBatch(v.back)
	case "7":
		m.view = v.back
		m.askSupervisor(v.back)
	case keyOfBackup:
		m.askBackup(v.back)
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
			m.say(menuReprint), m.say(menuOrders, len(m.tasks)+len(m.refunds)), m.say(menuExcept, len(m.exceptions)), m.say(menuLanguage),
			m.say(menuRefund), m.say(menuBooks), m.say(menuSupervisor) + "  " + m.say(menuBackup),
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

// stateText says where an order stands, in a word.
func stateText(o Order) text {
	switch {
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
