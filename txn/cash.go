package txn

import "time"

// Cash needs no network. Nothing is written down before 确认, and whatever leads there is taken back by 取消:
//
//	amount, 菜单 ─┐
//	长按 扫码 ────┼─ 0 ─▶ cash ── 确认 ─▶ starting ─▶ on disk ─▶ Kick, Print, done
//	收款码 ───────┤        │
//	未收款, 菜单 ─┘        └─ 取消 ─▶ the amount
//
// An order of the sale that a customer might still pay is closing by then. If it is paid before the cash is on its way
// to the disk, that is the payment, and the cash screen gives way to it; if later, it is money beyond the total, on the
// exception list.

// keyOfCash chooses cash wherever a way to pay is chosen. No network has this digit.
const keyOfCash Key = "0"

// maxChange is the most that is given back: ten of the largest notes. More was mistyped.
const maxChange = 1000_00 // fen

// askCash asks what the customer hands over.
func (m *Machine) askCash(due Money) {
	if m.sellable(due) {
		m.ensureSale(due)
		m.view = cash{since: m.now.Mono}
	}
}

// cash waits until the money is on the counter.
type cash struct {
	since time.Duration // the last key
	keyed keyin         // what was handed over; nothing for exactly what is due
}

// tendered is what was handed over.
func (v cash) tendered(m *Machine) Money {
	if v.keyed.text == "" {
		return m.sale.Total
	}
	return v.keyed.amount(m.sale.Total.Currency)
}

func (v cash) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	m.view = v
	switch {
	case k.amount():
		v.digit(m, k)
	case k == KeyClear:
		m.view = cash{since: v.since, keyed: v.keyed.clear()}
	case k == KeyCancel:
		m.backToEntry()
	case k == KeyOK:
		v.take(m)
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v cash) digit(m *Machine, k Key) {
	due := m.sale.Total
	next, ok := v.keyed.press(k, Money{Fen: due.Fen + maxChange, Currency: due.Currency})
	if !ok {
		v.keyed.refuse(m, k, errChange, Money{Fen: maxChange, Currency: due.Currency})
		return
	}
	m.view = cash{since: v.since, keyed: next}
}

// take writes the payment down.
func (v cash) take(m *Machine) {
	due, got := m.sale.Total, v.tendered(m)
	if got.Fen < due.Fen {
		m.mistake(errShort, due.Sub(got))
		return
	}
	m.start(&Intent{Method: Cash, Tendered: got}, PaymentCode{})
}

func (v cash) tick(m *Machine) {
	if m.now.Mono-v.since > failedTimeout {
		m.backToEntry()
	}
}

func (v cash) screen(m *Machine) Screen {
	due, got := m.sale.Total, v.tendered(m)
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtCash), Amount: due.String(), Lines: []string{m.say(sayExact), m.say(sayTender)},
		Keys: []string{m.say(keyTake), m.say(keyBack)},
	}
	if v.keyed.text != "" {
		s.Amount, s.Keys = "¥"+v.keyed.shown(), append(s.Keys, m.say(keyClear))
		rest := m.say(sayChange, got.Sub(due))
		if got.Fen < due.Fen {
			rest = m.say(sayMissing, due.Sub(got))
		}
		s.Lines = []string{m.say(sayDue, due), rest}
	}
	if _, earlier := m.unsure(""); earlier {
		s.Tone, s.Lines = ToneWait, append(s.Lines, m.say(sayEarlier))
	}
	return s
}

// cashing reports whether cash for the sale is being written down.
func (m *Machine) cashing(sale OrderNo) bool {
	for _, rec := range m.commits {
		if in, ok := rec.(*Intent); ok && in.Method == Cash && in.Sale == sale {
			return true
		}
	}
	return false
}

// cashed goes on when cash is on disk: only now the drawer opens. It does so once, here: a receipt that is printed
// again does not open it, and neither does a restart.
func (m *Machine) cashed(o Order) {
	m.note("order paid in cash", o.No)
	m.captured[o.Sale] = o.No
	if m.cfg.Printer && m.cfg.Drawer {
		m.emit(Kick{Order: o.No})
	}
	m.paidOrder(o)
	if _, stopped := m.view.(halted); !stopped {
		m.outcome(o)
	}
	m.tidySale(o.Sale)
}

// kicked is told what became of the pulse. The drawer has a key of its own, so nothing waits for it.
func (m *Machine) kicked(e KickEnded) {
	if e.Fault != PrintOK {
		m.note("drawer: "+string(e.Fault), e.Order)
		m.tell(m.say(stsDrawer), m.cfg.Linger, true)
	}
}
