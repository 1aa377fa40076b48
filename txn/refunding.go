package txn

import (
	"errors"
	"time"
)

// A refund begins with its order: by the code on the receipt, by the digits in which its number ends, from the list of
// the latest, or from the exception list. Nothing is written down before the supervisor's PIN:
//
//	menu 5 ─▶ refundFind ─▶ Recall ─┬─▶ refundAmount ─▶ pinAsk ─▶ refundStart ─▶ on disk ─┬─▶ refunding ─▶ done
//	              ▲                 └─▶ refundPick ─┘                                     └─▶ cash: Kick, Print, done
//	              └─ no such order
//
// What the network says is a task's ([refundTask]), which goes on when the cashier doesn't wait for it.

// unrefundable returns why an order's money can't be given back.
func (m *Machine) unrefundable(o Order) (why text, args []any) {
	network, _ := m.cfg.network(o.Network)
	_, err := NewRefund(o, Money{Fen: 1, Currency: o.Amount.Currency}, m.now.Wall)
	switch {
	case errors.Is(err, ErrRefundOver):
		return errRefundAll, nil
	case errors.Is(err, ErrRefundMany):
		return errRefundMany, nil
	case errors.Is(err, ErrRefundLate):
		return errRefundLate, nil
	case err != nil:
		return errRefundUnpaid, nil
	case o.Method != Cash && !m.serves(o.Network):
		return errRefundNetwork, []any{m.networkName(network)}
	case len(m.refunds) >= maxRefunding:
		return errRefundBusy, nil
	}
	return text{}, nil
}

// origin is a view from which a refund of an order begins, and to which 取消 leads back.
type origin interface {
	view
	again(now time.Duration) view // as it was, with its time to wait begun anew
	home() entry
}

// openRefund shows an order and asks how much of it goes back.
func (m *Machine) openRefund(o Order, from origin) {
	if why, args := m.unrefundable(o); why != (text{}) {
		m.mistake(why, args...)
		return
	}
	m.view = refundAmount{since: m.now.Mono, from: from, order: o}
}

// refundAmount asks how much.
type refundAmount struct {
	since time.Duration
	from  origin
	order Order
	keyed keyin // nothing for all that is left
}

// amount is what goes back.
func (v refundAmount) amount() Money {
	if v.keyed.text == "" {
		return v.order.Refundable()
	}
	return v.keyed.amount(v.order.Amount.Currency)
}

func (v refundAmount) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	m.view = v
	switch {
	case k.amount():
		left := v.order.Refundable()
		next, ok := v.keyed.press(k, left)
		if !ok {
			v.keyed.refuse(m, k, errRefundOver, left)
			if v.keyed.text == "" { // a part was meant: 确认 must not take it for all
				v.keyed.text = "0"
				m.view = v
			}
			return
		}
		v.keyed = next
		m.view = v
	case k == KeyClear:
		v.keyed = v.keyed.clear()
		m.view = v
	case k == KeyCancel:
		m.view = v.from.again(m.now.Mono)
	case k == KeyOK && v.amount().Fen <= 0:
		m.mistake(errAmount)
	case k == KeyOK:
		m.askPIN(refundPermit(v))
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v refundAmount) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.from.home()
	}
}

func (v refundAmount) screen(m *Machine) Screen {
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtRefundAmount), Amount: v.amount().String(), Lines: m.orderLines(v.order),
		Keys: []string{m.say(keyGoOn), m.say(keyBack)},
	}
	if v.keyed.text != "" {
		s.Amount, s.Keys = "¥"+v.keyed.shown(), append(s.Keys, m.say(keyClear))
		return s
	}
	s.Lines = append(s.Lines, m.say(sayRefundPart))
	return s
}

// orderLines says what an order was: its number, when, by what, how much, and what went back of it.
func (m *Machine) orderLines(o Order) []string {
	by := m.say(txtByCash)
	if o.Method != Cash {
		by = m.networkName(m.paidWith(o))
	}
	at := o.PaidAt
	if at.IsZero() {
		at = o.Created
	}
	lines := []string{m.say(sayOrderNo, o.No.Short(), at.In(BusinessZone).Format("01-02 15:04")), m.say(sayOrderPaid, by, o.Amount)}
	if back := o.Amount.Sub(o.Refundable()); !back.IsZero() {
		lines = append(lines, m.say(sayOrderBack, back))
	}
	return lines
}

// refundPermit is what a supervisor allows: the PIN is the confirmation, and the screen says of what.
type refundPermit refundAmount

func (p refundPermit) screen(m *Machine) Screen {
	amount := refundAmount(p).amount()
	return Screen{Kind: ScreenSale, Title: m.say(txtAllowRefund), Amount: amount.String(), Lines: m.orderLines(p.order)}
}

// granted writes the refund down.
func (p refundPermit) granted(m *Machine, by string) {
	o, amount := p.order, refundAmount(p).amount()
	token := m.commit(&RefundIntent{
		Order: o.No, No: m.nextRefundNo(o), Amount: amount, Reason: refundReason,
		Operator: m.cfg.Operator, Supervisor: by, Created: m.now.Wall,
	})
	m.view = refundStart{since: m.now.Mono, token: token, amount: amount}
}

// refundReason is what customers read beside the money that comes back.
const refundReason = "商家退款"

func (p refundPermit) denied(m *Machine) {
	p.since = m.now.Mono
	m.view = refundAmount(p)
}

func (refundPermit) menu(*Machine) bool { return false }

// refundStart waits for a refund to be on disk; nothing has been sent yet.
type refundStart struct {
	since  time.Duration
	token  uint64
	amount Money
}

func (refundStart) key(m *Machine, _ Key, _ bool) { m.emit(Beep{BeepMistake}) }
func (refundStart) tick(*Machine)                 {}
func (v refundStart) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenSale, Title: m.say(txtWait), Tone: ToneWait, Amount: v.amount.String()}
	if m.now.Mono-v.since > 5*time.Second {
		s.Lines = []string{m.say(saySlowRefund)}
	}
	return s
}

// refundBegun goes on when a refund is on disk. Cash is given back by that: the drawer opens, once.
func (m *Machine) refundBegun(token uint64, o Order) {
	r := o.Refunds[len(o.Refunds)-1]
	m.note("refund "+r.No.Short()+" of "+r.Amount.String()+" allowed by "+r.Supervisor, o.No)
	m.fresh(o)
	v, waits := m.view.(refundStart)
	waits = waits && v.token == token
	if o.Method != Cash {
		m.workOnRefund(o, r, false)
		if waits {
			m.view = refunding{since: m.now.Mono, no: r.No, order: o.No, amount: r.Amount}
		}
		return
	}
	if m.cfg.Printer && m.cfg.Drawer {
		m.emit(Kick{Order: o.No, Refund: r.No})
	}
	m.givenBack(o, r)
	if waits {
		m.view = done{since: m.now.Mono, receipt: receipt{order: o, refund: r.No}}
	}
}

// refundRefused goes on when the journal would not take a refund: another one has come before it, or there is no room.
func (m *Machine) refundRefused(err error) {
	if _, waits := m.view.(refundStart); !waits {
		return
	}
	m.view = entry{}
	if errors.Is(err, ErrJournalReserve) {
		m.noRoom()
		return
	}
	m.mistake(errRefundIntent)
}

// refunding follows a refund whose outcome is not known yet.
type refunding struct {
	since  time.Duration
	no     RefundNo
	order  OrderNo
	amount Money
}

func (v refunding) key(m *Machine, k Key, _ bool) {
	if k != KeyCancel && k != KeyOK {
		m.emit(Beep{BeepMistake})
		return
	}
	m.view = entry{}
	m.reply(m.say(sayLeft), m.cfg.Linger)
}

func (v refunding) tick(m *Machine) {
	if m.now.Mono-v.since > failedTimeout {
		m.view = entry{}
	}
}

// settled shows what became of it.
func (v refunding) settled(m *Machine, o Order, r Refund) {
	if r.State == RefundDone {
		m.view = done{since: m.now.Mono, receipt: receipt{order: o, refund: r.No}}
		return
	}
	m.view = refundFailed{since: m.now.Mono, order: o, refund: r}
	m.emit(Beep{BeepAlarm})
}

func (v refunding) screen(m *Machine) Screen {
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtRefunding), Tone: ToneWait, Amount: v.amount.String(),
		Lines: []string{m.say(sayOrderShort, v.order.Short())}, Keys: []string{m.say(keyLeave)},
	}
	if t := m.refundTask(v.no); t != nil {
		s.Lines = append(s.Lines, m.refundWork(t))
	}
	return s
}

// refundWork says how far a refund is.
func (m *Machine) refundWork(t *refundTask) string {
	switch {
	case t.last == FaultConfig:
		return m.say(sayRefundConfig, m.refusal(t.refund.Network, t.last, t.code))
	case t.last == FaultNotSent:
		return m.say(sayRefundOffline)
	case t.last == FaultNotSetUp:
		return m.say(sayRefundSetUp)
	case t.last != FaultNone:
		return m.say(sayRefundAsking)
	case t.refused != "":
		return m.say(sayRefundDoubt)
	case t.taken:
		return m.say(sayRefundTaken)
	}
	return m.say(sayRefundSent)
}

// refundFailed says why no money goes back, until a key is pressed.
type refundFailed struct {
	since  time.Duration
	order  Order
	refund Refund
}

func (v refundFailed) key(m *Machine, k Key, _ bool) {
	if k != KeyOK && k != KeyCancel {
		m.emit(Beep{BeepMistake})
		return
	}
	m.view = entry{}
}

func (v refundFailed) tick(m *Machine) {
	if m.now.Mono-v.since > failedTimeout {
		m.view = entry{}
	}
}

func (v refundFailed) screen(m *Machine) Screen {
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtRefundFailed), Tone: ToneBad, Amount: v.refund.Amount.String(),
		Lines: []string{m.say(sayOrderShort, v.order.No.Short()), m.refundWhy(v.refund)}, Keys: []string{m.say(keyDone)},
	}
	if v.refund.State == RefundDisputed {
		s.Title = m.say(txtDisputed)
	}
	return s
}

// refundedScreen says what was given back. Cash is what the cashier counts out next.
func (m *Machine) refundedScreen(o Order, r Refund) Screen {
	s := Screen{Kind: ScreenSale, Title: m.say(txtRefunded), Tone: ToneGood, Amount: r.Amount.String(), Keys: []string{m.say(keyNext)}}
	if o.Method == Cash {
		s.Lines = []string{m.say(sayHandBack, o.No.Short())}
		return s
	}
	s.Lines = []string{m.say(sayByWhom, m.networkName(m.paidWith(o)), o.No.Short())}
	return s
}
