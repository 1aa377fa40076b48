package sim

import (
	"fmt"
	"time"

	"smartpos/txn"
)

// giver is the bank's side of refunds: each has one number for ever, and no more goes back than was charged.
type giver struct {
	w     *world
	rng   *dice
	given map[txn.RefundNo]*gift

	again bool // broken: a request that comes twice gives twice
	lie   bool // broken: what is in process is said to be given back
}

// gift is what the bank knows of one refund.
type gift struct {
	refund txn.Refund // as first asked for
	state  string     // processing, done, abnormal, refused
	back   int        // how often its amount went back
}

func newGiver(w *world) *giver {
	g := &giver{w: w, rng: w.newDice("refunds"), given: map[txn.RefundNo]*gift{}}
	if w.opt.broken.giver != nil {
		w.opt.broken.giver(g)
	}
	return g
}

// left is what of an account's charge has not been promised to go back.
func (g *giver) left(a *account) int64 {
	left := a.order.Amount.Fen * int64(a.net())
	for _, gift := range g.given {
		if gift.refund.Order == a.order.No && gift.state != "refused" {
			left -= gift.refund.Amount.Fen
		}
	}
	return left
}

// arrive carries out a request that has reached the bank, and returns its true answer.
func (g *giver) arrive(q txn.RefundRequest) txn.RefundAnswer {
	r := q.Refund
	known := g.given[r.No]
	if q.Op == txn.OpQueryRefund {
		return g.say(known)
	}
	a := g.w.bank.account(r.Order)
	switch {
	case known != nil && known.refund.Amount != r.Amount:
		g.w.fail(5, r.Order, "%s stood for %s before, and stands for %s now", r.No, known.refund.Amount, r.Amount)
	case known != nil && known.state == "refused": // the same, for the same number: an assumption of this simulation
		return txn.RefundAnswer{Status: txn.StatusRefused, Code: "NOT_ENOUGH"}
	case known != nil && g.again && known.state == "done":
		g.giveBack(known)
	case known != nil:
	case a.state != "paid":
		return txn.RefundAnswer{Status: txn.StatusNotFound, Code: "ORDER_NOT_EXIST"}
	case r.Amount.Fen > g.left(a) && len(g.w.oracle.lostRefunds) > 0: // the terminal can't know of what it gave before
		g.given[r.No] = &gift{refund: r, state: "refused"}
		return txn.RefundAnswer{Status: txn.StatusRefused, Code: "NOT_ENOUGH"}
	case r.Amount.Fen > g.left(a):
		g.w.fail(1, r.Order, "%s asks for %s, of which %d fen are left", r.No, r.Amount, g.left(a))
	default:
		known = &gift{refund: r, state: "processing"}
		g.given[r.No] = known
		g.decide(known)
		if known.state == "refused" {
			return txn.RefundAnswer{Status: txn.StatusRefused, Code: "NOT_ENOUGH"}
		}
	}
	return txn.RefundAnswer{Status: txn.StatusAccepted}
}

// decide is what becomes of a new refund: given back at once or after a while, refused, or stuck.
func (g *giver) decide(k *gift) {
	switch g.rng.IntN(10) {
	case 0:
		k.state = "refused"
	case 1:
		g.w.after(between(g.rng, time.Second, time.Minute), func() { k.state = "abnormal" })
	case 2, 3, 4:
		g.giveBack(k)
	default:
		g.w.after(between(g.rng, time.Second, 3*time.Minute), func() { g.giveBack(k) })
	}
}

func (g *giver) giveBack(k *gift) {
	k.back++
	k.state = "done"
	g.w.log(k.refund.Order, "the bank gives %d fen back, %s", k.refund.Amount.Fen, k.refund.No.Short())
	g.w.oracle.gave(k)
}

func (g *giver) say(k *gift) txn.RefundAnswer {
	switch {
	case k == nil:
		return txn.RefundAnswer{Status: txn.StatusNotFound}
	case k.state == "done" || g.lie:
		return txn.RefundAnswer{Status: txn.StatusRefunded, Refunded: k.refund.Amount, RefundID: "50" + string(k.refund.No), DoneAt: g.w.wall()}
	case k.state == "refused":
		return txn.RefundAnswer{Status: txn.StatusRefused, Code: "CLOSED"}
	case k.state == "abnormal":
		return txn.RefundAnswer{Status: txn.StatusAbnormal, Code: "ABNORMAL"}
	}
	return txn.RefundAnswer{Status: txn.StatusWaiting}
}

// sendRefund takes a request about a refund to the bank, through the same weather as the others.
func (l *line) sendRefund(t *terminal, q txn.RefundRequest) {
	say := func(after time.Duration, ev txn.RefundAnswered) {
		ev.Refund, ev.Op = q.Refund.No, q.Op
		l.w.after(after, func() { t.refundAnswer(q.Refund.Order, ev) })
	}
	c := call{
		order: q.Refund.Order, what: string(q.Op) + " " + q.Refund.No.Short(), network: q.Refund.Network,
		arrive: func() { l.w.giver.arrive(q) },
		fault:  func(f txn.Fault) { say(0, txn.RefundAnswered{Fault: f}) },
		whole: func(late bool) {
			there, back := l.way(late)
			l.w.after(there, func() { say(back, txn.RefundAnswered{Answer: l.w.giver.arrive(q)}) })
		},
	}
	if q.Op == txn.OpQueryRefund {
		c.strange = func() {
			l.w.oracle.accuse(q.Refund)
			say(time.Second, txn.RefundAnswered{Answer: txn.RefundAnswer{Status: txn.StatusMismatch}})
		}
	}
	l.carry(t, c)
}

// refundAnswer ends a request about a refund.
func (t *terminal) refundAnswer(no txn.OrderNo, ev txn.RefundAnswered) {
	if t.dead {
		return
	}
	t.w.log(no, "answer to %s %s: %s%s", ev.Op, ev.Refund.Short(), ev.Answer.Status, ev.Fault)
	t.step(ev)
}

// The supervisor of every till here, and a hash that costs nothing.
const supervisorPIN = "739105"

func plainHash(p txn.PIN) txn.PINHash { return txn.PINHash(fmt.Sprintf("plain %s", p.Reveal())) }
