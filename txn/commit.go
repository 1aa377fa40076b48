package txn

import "errors"

// commit asks for rec to be made durable.
func (m *Machine) commit(rec Record) uint64 {
	m.token++
	m.commits[m.token] = rec
	m.emit(Commit{Token: m.token, Record: rec})
	return m.token
}

// committed goes on where a commit was waited for.
func (m *Machine) committed(e Committed) {
	rec, ok := m.commits[e.Token]
	if !ok {
		m.note("journal: an answer to nothing", "")
		return
	}
	delete(m.commits, e.Token)
	if e.Err != nil {
		m.commitFailed(rec, e.Err)
		return
	}
	if till, err := m.till.Apply(rec); err == nil { // the journal has applied it without an error
		m.till = till
	}
	switch r := rec.(type) {
	case *Intent:
		m.opened(e.Token, e.Order)
	case *Move:
		if t := m.task(r.Order); t != nil {
			t.moved(m, e.Order)
		}
	case *Outcome:
		if e.Order.State != Paid {
			m.withdraw(e.Order.No)
		}
		m.ended(e.Order)
	case *OfflineMade, *OfflineTried, *OfflineAnswered, *OfflineSeen:
		m.offlineKept(rec, e.Order)
	case *Printed:
		m.forget(slipRef{order: r.Order, refund: r.Refund})
		m.fresh(e.Order)
	case *RefundIntent:
		m.refundBegun(e.Token, e.Order)
	case *RefundOutcome:
		m.refundEnded(e.Order, r.No)
	case *Settled:
		m.fresh(e.Order)
	case *BatchClosed:
		m.batchClosed(e.Token, r)
	case *BatchPrinted:
		m.batchPrinted(r)
	case *PINTried:
		m.pinCounted(e.Token, r)
	case *Enrolled:
		m.enrolled(e.Token)
	}
}

// commitFailed stops selling: what can't be written down must not happen. What is already under way stays
// as the journal has it, and is taken up again after a restart.
func (m *Machine) commitFailed(rec Record, err error) {
	m.note("journal: "+err.Error(), rec.OrderNo())
	if _, ok := rec.(*Intent); ok && errors.Is(err, ErrJournalReserve) { // what has begun can still be written
		if _, waits := m.view.(starting); waits {
			m.backToEntry()
			m.noRoom()
		}
		return
	}
	if _, ok := rec.(*Intent); ok && errors.Is(err, ErrTransition) {
		// Another order of the sale was paid while this one was being written down: nothing was asked for.
		if _, waits := m.view.(starting); waits {
			m.backToEntry()
			m.mistake(errIntent)
		}
		return
	}
	if _, ok := rec.(*RefundIntent); ok && (errors.Is(err, ErrTransition) || errors.Is(err, ErrJournalReserve)) {
		m.refundRefused(err)
		return
	}
	if _, ok := rec.(*BatchClosed); ok && errors.Is(err, ErrTransition) {
		m.batchRefused()
		return
	}
	if _, ok := rec.(*Settled); ok && errors.Is(err, ErrTransition) {
		return // its refund has just taken it off the list
	}
	if r, ok := rec.(*OfflineTried); ok && errors.Is(err, ErrTransition) {
		m.tryRefused(r.Order)
		return
	}
	if r, ok := rec.(*PINTried); ok && r.Right && errors.Is(err, ErrTransition) {
		return // another right PIN, or a new one, has just taken the tries back
	}
	if r, ok := rec.(*Outcome); ok {
		for sale, no := range m.captured {
			if no == r.Order {
				delete(m.captured, sale)
			}
		}
	}
	if _, stopped := m.view.(halted); !stopped { // the first failure is the cause of the others
		m.view = halted{haltText(err), m.mayBePaid()}
	}
	m.tasks, m.refunds = nil, nil
	m.emit(Beep{BeepAlarm})
}

// mayBePaid names the latest order of the sale at the till that a customer could have paid, if there is one.
func (m *Machine) mayBePaid() (o Order) {
	for _, t := range m.tasks {
		if m.sale != nil && t.order.Sale == m.sale.No && t.exposed() {
			o = t.order
		}
	}
	return o
}

func haltText(err error) text {
	switch {
	case errors.Is(err, ErrJournalNewer):
		return haltNewer
	case errors.Is(err, ErrJournalKey): // before the damage that it counts as
		return haltKey
	case errors.Is(err, ErrJournalDamaged):
		return haltDamaged
	case errors.Is(err, ErrJournalFull):
		return haltFull
	case errors.Is(err, ErrJournalBusy):
		return haltBusy
	}
	return haltJournal
}

// halted is the end of selling until a restart: a screen that says why.
type halted struct {
	why  text
	left Order // of the customer at the till, who may have paid it; the zero Order if there is none
}

func (halted) key(m *Machine, _ Key, _ bool) { m.emit(Beep{BeepMistake}) }
func (halted) tick(*Machine)                 {}
func (h halted) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtHalted), Tone: ToneBad, Lines: []string{m.say(h.why)}}
	if h.left.No != "" {
		s.Lines = append(s.Lines, m.say(sayLeftOpen, h.left.Amount, h.left.No.Short()))
	}
	return s
}
