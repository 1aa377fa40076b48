package sim

import (
	"math/rand/v2"
	"time"

	"smartpos/txn"
)

// requestTimeout is how long the terminal waits for an answer.
const requestTimeout = 10 * time.Second

// straggle is how much later than sent a request may still arrive: less than the margin that the networks' codes get.
const straggle = 50 * time.Second

// line is the way to the bank and back. Its weather is the seed's: from a few faults to one in two requests; now and
// then it is cut for a while.
type line struct {
	w      *world
	rng    *rand.Rand
	faults int // in a hundred requests
	cutTo  time.Duration
}

func newLine(w *world) *line {
	l := &line{w: w, rng: w.rng(2)}
	l.faults = pick(l.rng, 3, 15, 50)
	return l
}

// send takes a request to the bank. Exactly one event comes of it, unless the terminal is gone by then.
func (l *line) send(t *terminal, q txn.Request) {
	l.w.log(q.Order.No, "request %s", q.Op)
	switch {
	case l.w.fair:
		l.whole(t, q, false)
	case l.w.now < l.cutTo:
		l.fault(t, q, time.Second, txn.FaultNotSent)
	case chance(l.rng, 400):
		l.cutTo = l.w.now + between(l.rng, 10*time.Second, 5*time.Minute)
		l.w.log("", "the line is cut")
		l.fault(t, q, requestTimeout, txn.FaultNoAnswer)
	case q.Order.Network == txn.WeChat && t.skewed(): // signatures carry the time
		l.fault(t, q, time.Second, txn.FaultUnverified)
	case l.rng.IntN(100) < l.faults:
		l.bad(t, q)
	default:
		l.whole(t, q, false)
	}
}

// whole is a request that is answered; strange says that the answer is signed and about something else.
func (l *line) whole(t *terminal, q txn.Request, strange bool) {
	there, back := between(l.rng, 20*time.Millisecond, 300*time.Millisecond), between(l.rng, 20*time.Millisecond, 300*time.Millisecond)
	if !l.w.fair && chance(l.rng, 10) {
		there, back = between(l.rng, 0, requestTimeout/2), between(l.rng, 0, requestTimeout/2)
	}
	l.w.after(there, func() {
		a := l.w.bank.arrive(q)
		if strange {
			a = txn.Answer{Status: txn.StatusMismatch}
		}
		l.w.after(back, func() { t.answer(txn.NetworkAnswered{Order: q.Order.No, Op: q.Op, Answer: a}) })
	})
}

// bad is a request that meets a fault.
func (l *line) bad(t *terminal, q txn.Request) {
	arrive := func(after time.Duration) { l.w.after(after, func() { l.w.bank.arrive(q) }) }
	soon := between(l.rng, 0, time.Second)
	switch l.rng.IntN(10) {
	case 0:
		l.fault(t, q, time.Second, txn.FaultNotSent)
	case 1: // lost on the way there
		l.fault(t, q, requestTimeout, txn.FaultNoAnswer)
	case 2: // lost on the way back
		arrive(soon)
		l.fault(t, q, requestTimeout, txn.FaultNoAnswer)
	case 3: // garbled on the way back
		arrive(soon)
		l.fault(t, q, 2*time.Second, txn.FaultUnverified)
	case 4: // comes when nobody waits any more
		arrive(between(l.rng, requestTimeout, straggle))
		l.fault(t, q, requestTimeout, txn.FaultNoAnswer)
	case 5:
		if chance(l.rng, 2) {
			arrive(soon)
		}
		l.fault(t, q, 2*time.Second, txn.FaultSystem)
	case 6: // refused at the door
		l.fault(t, q, time.Second, txn.FaultConfig)
	case 7: // arrives twice, and the answer that comes may be the second one's
		if (q.Op == txn.OpScan || q.Op == txn.OpShow) && chance(l.rng, 4) {
			arrive(soon)
			l.w.after(2*time.Second, func() {
				t.answer(txn.NetworkAnswered{Order: q.Order.No, Op: q.Op, Answer: txn.Answer{Status: txn.StatusExists}})
			})
			return
		}
		l.whole(t, q, false)
		l.w.after(between(l.rng, requestTimeout, straggle), func() {
			// An assumption: a reverse that was refused is refused again when a copy of it comes late. The machine
			// believes a "paid" that follows a refusal at once, and would print a receipt for what is then undone.
			if q.Op != txn.OpReverse || !l.w.bank.account(q.Order.No).refused {
				l.w.bank.arrive(q)
			}
		})
	case 8: // an answer that is about something else
		l.whole(t, q, true)
	default: // arrives twice, and no answer comes
		arrive(soon)
		arrive(between(l.rng, 0, straggle))
		l.fault(t, q, requestTimeout, txn.FaultNoAnswer)
	}
}

func (l *line) fault(t *terminal, q txn.Request, after time.Duration, f txn.Fault) {
	l.w.after(after, func() { t.answer(txn.NetworkAnswered{Order: q.Order.No, Op: q.Op, Fault: f}) })
}
