package txn

import "time"

// A key takes a finger that is already on its way where a person has not yet seen what it comes to. So an outcome that
// comes up by itself takes none for a moment: "received" on the cash screen must not wave away that the customer has just
// paid by phone, nor a key for the next sale that a receipt did not come out.
//
//	the screen before ── an answer, a commit, a printer ──▶ an outcome ── keys are refused ── Reaction ── keys are taken
//	                                                            └──── each refused one begins it anew ◀─┘ (ten times as long in all)

// news is what an outcome on the screen tells; the zero news of a screen that is none.
type news struct {
	of     slipRef
	failed bool
	slip   PrintFault // of a success: why its slip did not come out, since that gives its keys another meaning
	secret bool       // no outcome: digits are keyed in that must not stand on the next screen
}

func (m *Machine) news() news {
	switch v := m.view.(type) {
	case done:
		return news{of: v.ref(), slip: v.fault}
	case failed:
		return news{of: slipRef{order: v.order}, failed: true}
	case refundFailed:
		return news{of: slipRef{order: v.order.No, refund: v.refund.No}, failed: true}
	case pinAsk, enrolling:
		return news{secret: true}
	}
	return news{}
}

// unseen is how long nobody can have seen what is on the screen.
type unseen struct {
	until time.Duration
	most  time.Duration // however long somebody types on: a key that is stuck must not keep the till
}

// typingOn is how many times as long it is for somebody who types on.
const typingOn = 10

// appeared is of what has come up just now.
func (m *Machine) appeared() unseen {
	return unseen{m.now.Mono + m.cfg.Reaction, m.now.Mono + typingOn*m.cfg.Reaction}
}

// surprise notes that an outcome has come up, or a secret's screen has gone, which no key has asked for at that moment.
func (m *Machine) surprise(before news) {
	if now := m.news(); now != before && (now != news{} || before.secret) {
		m.unseen = m.appeared()
	}
}

// tooSoon reports whether a key was meant for the screen before. Who types on has not looked: an amount must not begin with
// the third of its digits.
func (m *Machine) tooSoon() bool {
	if m.now.Mono >= m.unseen.until {
		return false
	}
	m.unseen.until = min(m.now.Mono+m.cfg.Reaction, m.unseen.most)
	return true
}
