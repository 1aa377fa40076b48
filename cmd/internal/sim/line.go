package sim

import (
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
	rng    *dice
	faults int // in a hundred requests
	cutTo  time.Duration

	ownTime bool // broken: a UnionPay code ends by the terminal's clock
}

func newLine(w *world) *line {
	l := &line{w: w, rng: w.newDice("line")}
	l.faults = pick(l.rng, 3, 15, 50)
	if w.opt.broken.line != nil {
		w.opt.broken.line(l)
	}
	return l
}

// call is a request on its way, of whichever kind.
type call struct {
	order   txn.OrderNo
	what    string
	network txn.NetworkID
	arrive  func()          // it reaches the bank, and no answer comes back
	whole   func(late bool) // it is answered, after seconds if late
	strange func()          // it is answered about something else; nil where a terminal would not know
	second  func()          // it is answered as if it had come before; nil where it makes no difference
	fault   func(txn.Fault) // it ends without an answer
}

// send takes a request to the bank. Exactly one event comes of it, unless the terminal is gone by then.
func (l *line) send(t *terminal, q txn.Request) {
	q = l.timed(t, q)
	answer := func(after time.Duration, ev txn.NetworkAnswered) {
		ev.Order, ev.Op = q.Order.No, q.Op
		l.w.after(after, func() { t.answer(ev) })
	}
	c := call{
		order: q.Order.No, what: string(q.Op), network: q.Order.Network,
		arrive: func() { l.w.bank.arrive(q) },
		fault:  func(f txn.Fault) { t.answer(txn.NetworkAnswered{Order: q.Order.No, Op: q.Op, Fault: f}) },
		whole: func(late bool) {
			there, back := l.way(late)
			l.w.after(there, func() { answer(back, txn.NetworkAnswered{Answer: l.w.bank.arrive(q)}) })
		},
		strange: func() {
			there, back := l.way(false)
			l.w.after(there, func() {
				l.w.bank.arrive(q)
				answer(back, txn.NetworkAnswered{Answer: txn.Answer{Status: txn.StatusMismatch}})
			})
		},
	}
	switch q.Op {
	case txn.OpShow, txn.OpScan:
		c.second = func() { answer(0, txn.NetworkAnswered{Answer: txn.Answer{Status: txn.StatusExists}}) }
	case txn.OpReverse:
		c.arrive = func() {
			// An assumption: a reverse that was refused is refused again when a copy of it comes late. The machine
			// believes a "paid" that follows a refusal at once, and would print a receipt for what is then undone.
			if !l.w.bank.account(q.Order.No).refused {
				l.w.bank.arrive(q)
			}
		}
	}
	l.carry(t, c)
}

// timed is an application for UnionPay's code as its client makes it: nothing closes such a code but its end, so that is
// told by the network's time and not by the terminal's.
func (l *line) timed(t *terminal, q txn.Request) txn.Request {
	if q.Op == txn.OpShow && q.Order.Network == txn.UnionPay && !l.ownTime {
		life := q.Order.Expires.Sub(q.Order.Created)
		q.Order.Expires = l.w.wall().Add(min(life, q.Order.Expires.Sub(t.wall())))
	}
	return q
}

// way is how long a request takes there, and its answer back.
func (l *line) way(late bool) (there, back time.Duration) {
	limit := 300 * time.Millisecond
	if late {
		limit = requestTimeout / 2
	}
	return between(l.rng, 20*time.Millisecond, limit), between(l.rng, 20*time.Millisecond, limit)
}

// carry takes a call through the weather.
func (l *line) carry(t *terminal, c call) {
	l.w.log(c.order, "request %s", c.what)
	if l.w.now < l.cutTo && !l.w.fair {
		l.end(c, time.Second, txn.FaultNotSent)
		return
	}
	if s := l.rng.wrong(250); s != nil {
		lasts := between(s, 10*time.Second, 5*time.Minute)
		s.is(LineCut, c.order, "for %s", lasts.Round(time.Second))
		l.cutTo = l.w.now + lasts
		l.end(c, requestTimeout, txn.FaultNoAnswer)
		return
	}
	if c.network == txn.WeChat && t.skewed() { // signatures carry the time
		l.end(c, time.Second, txn.FaultUnverified)
		return
	}
	if s := l.rng.wrongs(l.faults); s != nil {
		l.bad(s, c)
		return
	}
	if s := l.rng.wrong(10); s != nil {
		s.is(LateAnswer, c.order, "%s", c.what)
		c.whole(true)
		return
	}
	c.whole(false)
}

func (l *line) end(c call, after time.Duration, f txn.Fault) {
	l.w.after(after, func() { c.fault(f) })
}

// bad is a call that meets a fault.
func (l *line) bad(s *step, c call) {
	arrive := func(after time.Duration) { l.w.after(after, c.arrive) }
	soon, late := between(s, 0, time.Second), between(s, requestTimeout, straggle)
	is := func(k Kind) { s.is(k, c.order, "%s", c.what) }
	switch s.IntN(10) {
	case 0:
		is(NotSent)
		l.end(c, time.Second, pick(s, txn.FaultNotSent, txn.FaultNotSetUp))
	case 1:
		is(LostThere)
		l.end(c, requestTimeout, txn.FaultNoAnswer)
	case 2:
		is(LostBack)
		arrive(soon)
		l.end(c, requestTimeout, txn.FaultNoAnswer)
	case 3:
		is(Garbled)
		arrive(soon)
		l.end(c, 2*time.Second, txn.FaultUnverified)
	case 4:
		is(LateThere)
		arrive(late)
		l.end(c, requestTimeout, txn.FaultNoAnswer)
	case 5:
		is(SystemFault)
		if chance(s, 2) {
			arrive(soon)
		}
		l.end(c, 2*time.Second, txn.FaultSystem)
	case 6:
		is(RefusedAtDoor)
		l.end(c, time.Second, txn.FaultConfig)
	case 7:
		if c.second != nil && chance(s, 4) {
			is(TwiceSecond)
			arrive(soon)
			l.w.after(2*time.Second, c.second)
			return
		}
		is(Twice)
		c.whole(false)
		arrive(late)
	case 8:
		if c.strange == nil {
			is(Garbled)
			l.end(c, soon, txn.FaultUnverified)
			return
		}
		is(WrongAnswer)
		c.strange()
	default:
		is(TwiceLost)
		arrive(soon)
		arrive(between(s, 0, straggle))
		l.end(c, requestTimeout, txn.FaultNoAnswer)
	}
}
