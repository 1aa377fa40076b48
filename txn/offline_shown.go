package txn

import "slices"

// offlineShown is what the screens of both kinds of offline codes have in common: an order whose code is on the display,
// or was before a restart.
type offlineShown struct{ t *task }

func (v offlineShown) follows(no OrderNo) bool { return v.t.order.No == no }

func (offlineShown) tick(*Machine) {}

// changed leaves the screen when the order is being closed.
func (v offlineShown) changed(m *Machine, t *task) {
	if t.order.State == Closing && m.sale != nil {
		m.view = failed{since: m.now.Mono, order: t.order.No, why: m.offlineWhy(t.order.Reason)}
	}
}

func (v offlineShown) settled(m *Machine, o Order) {
	if o.No != v.t.order.No {
		v.t.giveUp(m, "paid-by-other")
	}
	m.outcome(o)
}

// shown reports whether the code is on the display: not before it may be seen, nor after it has expired, nor after a
// restart.
func (v offlineShown) shown(m *Machine) bool { return v.t.url != "" && !v.t.offlineOver(m, 0) }

// leave gives the order up, and makes room for the next customer.
func (v offlineShown) leave(m *Machine) {
	v.t.giveUp(m, "cancelled")
	m.abandon()
	m.reply(m.say(sayOfflineLeft), m.cfg.Linger)
}

// frame is the screen without a code.
func (v offlineShown) frame(m *Machine) Screen {
	return Screen{Kind: ScreenSale, Title: m.say(txtOfflineCode), Tone: ToneWait, Amount: v.t.order.Amount.String()}
}

// withCode puts the code onto the frame, whose first key is what it waits for.
func (v offlineShown) withCode(m *Machine, s Screen, scan string, say ...string) Screen {
	s.Kind, s.QR, s.Tone = ScreenQR, v.t.url, ToneNeutral
	s.Left = v.t.codeLeft(m)
	s.Wallet, s.Choice = scan, say
	if m.cfg.Printer {
		s.Keys = slices.Insert(s.Keys, 1, m.say(keyPrintQR))
	}
	return s
}
