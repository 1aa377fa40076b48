package txn

import "slices"

// answered takes what a network said, or that it said nothing.
func (m *Machine) answered(e NetworkAnswered) {
	t := m.task(e.Order)
	if t == nil || t.asked != e.Op {
		m.note("network: an answer to nothing: "+string(e.Op), e.Order)
		return
	}
	t.asked, t.last, t.lastCode = "", e.Fault, e.Code
	if e.Fault != FaultNone {
		m.note("network: "+string(e.Op)+": "+string(e.Fault)+" "+e.Code, e.Order)
		t.unanswered(m, e)
	} else {
		t.heard = m.now.Mono
		if e.Op == OpQuery && e.Answer.Status != StatusMismatch {
			t.verified = true
		}
		t.answer(m, e.Op, e.Answer)
	}
	if v, ok := m.view.(taskView); ok && v.follows(e.Order) {
		v.changed(m, t)
	}
}

// unanswered decides what no answer means: for a request that provably never left, nothing happened; for
// any other, nobody knows.
func (t *task) unanswered(m *Machine, e NetworkAnswered) {
	unsent := e.Fault.unsent() && !t.sent
	if !e.Fault.unsent() {
		t.sent = true
	}
	switch e.Op {
	case OpScan:
		if unsent {
			t.finish(m, Outcome{State: Failed, Reason: string(e.Fault)})
			return
		}
		if t.order.State == Open {
			t.move(m, Unknown, string(e.Fault))
		}
	case OpShow:
		if t.order.State != Open {
			return // given up meanwhile: it is being closed
		}
		// Nobody has seen a code of this order, so nobody can have paid it.
		if unsent || e.Fault == FaultConfig {
			t.finish(m, Outcome{State: Failed, Reason: reason(e.Fault, e.Code)})
			return
		}
		if t.tries >= showTries {
			t.move(m, Closing, reason(e.Fault, e.Code))
			return
		}
		t.due = m.now.Mono + t.timing(m).PollShow
	case OpReverse:
		if !e.Fault.unsent() {
			t.undone, t.reversed = m.now.Mono, true
		}
		t.later(m, OpQuery)
	case OpClose:
		t.later(m, OpQuery)
	default:
		t.later(m, OpQuery)
		if e.Fault.unsent() && t.order.State == Open && t.order.Method == Show {
			t.due = m.now.Mono + t.timing(m).PollShow // a code on the screen can be paid meanwhile: keep asking
		}
	}
}

func reason(f Fault, code string) string {
	if code == "" {
		return string(f)
	}
	return string(f) + ":" + code
}

// answer takes a verified answer.
func (t *task) answer(m *Machine, op Op, a Answer) {
	t.sent = true
	if a.Status != StatusMismatch {
		t.mismatch = 0
	}
	if t.order.Offline != nil && t.offlineAnswer(m, a) {
		return
	}
	switch a.Status {
	case StatusReady:
		if t.order.State == Open {
			t.url, t.due = a.CodeURL, m.now.Mono+t.timing(m).PollShow
		}
	case StatusPaid:
		t.paid(m, a)
	case StatusFailed:
		t.finish(m, Outcome{State: Failed, Reason: orElse(a.Code, "refused")})
	case StatusClosed:
		t.finish(m, Outcome{State: Closed, Reason: orElse(a.Code, "closed")})
	case StatusRefunded:
		t.finish(m, Outcome{State: Reversed, Reason: orElse(a.Code, string(a.Status)), Exception: Refunded})
	case StatusReversed:
		t.finish(m, Outcome{State: Reversed, Reason: orElse(a.Code, string(a.Status))})
	case StatusExists:
		t.exists(m)
	case StatusMismatch:
		t.mismatched(m)
	case StatusNotFound:
		t.notFound(m, op)
	default: // Waiting, Accepted, Refused
		t.pending(m, op, a)
	}
}

// exists handles a request for a new order that was answered as if it had been made before. For the first
// try that can't be: somebody else used our number, or a journal was copied. For a retry it is our own.
func (t *task) exists(m *Machine) {
	if t.tries > 1 {
		t.due = m.now.Mono + t.timing(m).PollShow
		if t.order.Method == Show && t.order.State == Open {
			t.move(m, Closing, "exists")
		}
		return
	}
	t.finish(m, Outcome{State: Disputed, Reason: "exists", Exception: AlreadyExists})
}

// maxMismatch is how many signed answers in a row with other facts than ours are a network's opinion. Fewer are an accident,
// and the next answer may be the truth: an order that was paid must not end as one for people because of one of them.
const maxMismatch = 3

// mismatched handles a signed answer that names our order with other facts. It proves nothing about the
// order, so the work goes on; when the network still says so after its last word, people must look.
func (t *task) mismatched(m *Machine) {
	t.mismatch++
	m.note("network: a signed answer with other facts than ours", t.order.No)
	if t.past(m) && t.mismatch >= maxMismatch {
		t.finish(m, Outcome{State: Disputed, Reason: "mismatch", Exception: Mismatch})
		return
	}
	t.later(m, OpQuery)
	if t.order.State == Open && t.order.Method == Scan {
		t.move(m, Unknown, "mismatch")
	}
}

// notFound handles a network that has no such order: a final word only when enough time has passed that
// the request can't arrive any more.
func (t *task) notFound(m *Machine, op Op) {
	if op == OpQuery && t.past(m) {
		state := Failed
		if t.order.Method == Show {
			state = Closed
		}
		t.finish(m, Outcome{State: state, Reason: "not-found"})
		return
	}
	if t.order.State == Open && t.order.Method == Show { // some networks know a shown order only once it is scanned
		t.wait = t.timing(m).PollShow
		t.due = m.now.Mono + t.wait
		return
	}
	if t.order.State == Reversing && op == OpQuery && !t.reversed {
		t.undo(m)
		return
	}
	if op == OpReverse {
		t.undone, t.reversed = m.now.Mono, true // the charge may still arrive, and after it the reverse once more
	}
	t.later(m, OpQuery)
}

// pending handles answers that leave the order open: waiting, accepted, refused.
func (t *task) pending(m *Machine, op Op, a Answer) {
	switch t.order.State {
	case Closing:
		switch op {
		case OpShow: // given up while it was asked for: close it now
		case OpQuery:
			t.later(m, OpClose)
		default:
			t.next, t.due = OpQuery, m.now.Mono
		}
	case Reversing:
		switch {
		case op == OpScan: // given up while it was charged: reverse it in time
		case op == OpQuery && t.charged:
			t.later(m, OpQuery)
		case op == OpQuery:
			t.undo(m)
		case a.Status == StatusRefused: // an earlier one that nobody answered may still arrive
			t.later(m, OpQuery)
		default:
			t.undone, t.reversed = m.now.Mono, true
			t.next, t.due = OpQuery, m.now.Mono
		}
	default:
		timing := t.timing(m)
		t.due, t.wait = m.now.Mono+timing.PollScan, timing.PollShow
		switch {
		case t.order.Method == Show:
			t.due = m.now.Mono + timing.PollShow
		case op == OpScan:
			t.due = m.now.Mono + timing.PollFirst
		}
	}
}

// paid commits a verified success. While a reverse that nobody refused may still arrive, "paid" is not yet
// the last word: it is asked for again until the margin has passed.
func (t *task) paid(m *Machine, a Answer) {
	if t.order.State == Reversing && t.reversed && t.askedAt-t.undone < m.cfg.Margin {
		t.charged = true
		t.later(m, OpQuery)
		return
	}
	o := t.order
	if m.cashing(o.Sale) { // who paid the sale is on its way to the disk
		t.later(m, OpQuery)
		return
	}
	out := Outcome{
		State: Paid, TransactionID: a.TransactionID, Wallet: a.Wallet, WalletID: a.WalletID, Payer: a.Payer,
		PaidAt: a.PaidAt, Reason: a.Code,
	}
	if out.Payer.Currency != o.Amount.Currency {
		out.Payer = o.Amount
	}
	if out.PaidAt.IsZero() {
		out.PaidAt = m.now.Wall
	}
	current := m.sale != nil && m.sale.No == o.Sale
	confirms := o.State == Unconfirmed // what was expected is no news
	out.Late = !current && !confirms
	switch by, captured := m.captured[o.Sale]; {
	case captured && by != o.No:
		out.Late, out.Exception = true, OverTotal
	case !current && !confirms && (o.State == Closing || o.State == Reversing):
		out.Exception = LateSuccess
	}
	if out.Exception != OverTotal {
		m.captured[o.Sale] = o.No
	}
	t.finish(m, out)
}

// ended goes on after an outcome was committed.
func (m *Machine) ended(o Order) {
	m.tasks = slices.DeleteFunc(m.tasks, func(t *task) bool { return t.order.No == o.No })
	m.note("order "+string(o.State)+" "+o.Reason, o.No)
	m.fresh(o)
	switch {
	case o.answered() && o.State == Paid: // its slip came out, or is owed, since it was handed over
		m.emit(Beep{BeepPaid})
	case o.answered():
		m.disproved(o)
	case o.State == Paid:
		m.paidOrder(o)
	}
	if _, stopped := m.view.(halted); stopped {
		return
	}
	switch v, ok := m.view.(taskView); {
	case ok && (v.follows(o.No) || m.paysCurrent(o)):
		v.settled(m, o)
	case m.paysCurrent(o): // the till waits for a code or a key, and the money is there
		m.outcome(o)
	default:
		m.tellBackground(o)
	}
	m.tidySale(o.Sale)
}

// paysCurrent reports whether o, given up in favour of another order of the same sale, paid the sale that is
// still at the till.
func (m *Machine) paysCurrent(o Order) bool {
	return o.State == Paid && o.Exception != OverTotal && m.sale != nil && m.sale.No == o.Sale
}

// paidOrder prints the receipt of an order that has just become paid.
func (m *Machine) paidOrder(o Order) {
	paid := o
	m.last = &paid
	m.lastRefund = ""
	m.emit(Beep{BeepPaid})
	mark := ""
	if o.Late {
		mark = markLate
	}
	m.printReceipt(receipt{order: o}, mark)
}

// tellBackground puts the outcome of an order that nobody looks at on the standing line.
func (m *Machine) tellBackground(o Order) {
	switch {
	case o.State == Paid && o.Exception != "":
		m.tell(m.say(stsLate, o.Amount, o.No.Short()), m.cfg.Linger*4, true)
		m.emit(Beep{BeepAlarm})
	case o.State == Paid && o.Offline != nil:
		m.tell(m.say(stsConfirmed, o.Amount, o.No.Short()), m.cfg.Linger*2, true)
	case o.State == Paid:
		m.tell(m.say(stsResolved, o.Amount, o.No.Short()), m.cfg.Linger*2, true)
	case o.Exception == Unpaid || o.Exception == Unbacked:
		m.tell(m.say(stsUnpaid, o.Amount, o.No.Short()), m.cfg.Linger*4, true)
		m.emit(Beep{BeepAlarm})
	case o.State == Disputed:
		m.tell(m.say(stsDisputed, o.No.Short()), m.cfg.Linger*4, true)
		m.emit(Beep{BeepAlarm})
	case o.Method == Scan:
		m.tell(m.say(stsNotPaid, o.Amount, o.No.Short()), m.cfg.Linger, false)
	}
}

func (m *Machine) except(o Order) {
	m.exceptions = append(m.exceptions, o)
	if len(m.exceptions) > maxExceptions {
		m.exceptions = m.exceptions[1:] // the journal keeps them all
	}
}

// tidySale forgets who captured a sale once none of its orders is worked on and nobody stands at the till.
func (m *Machine) tidySale(sale OrderNo) {
	if m.sale != nil && m.sale.No == sale {
		return
	}
	for _, t := range m.tasks {
		if t.order.Sale == sale {
			return
		}
	}
	delete(m.captured, sale)
}
