package txn

import (
	"slices"
	"strings"
	"time"
)

// printJob is one slip on its way to the printer.
type printJob struct {
	id    uint64
	slip  Slip
	of    slipRef // of a receipt; none for a code to be paid
	code  OrderNo // of a code to be paid
	last  bool    // the receipt is whole after it
	again bool    // the journal knows already that it came out once
}

// printReceipt queues the copies of a receipt. The commit of "paid" or "given back" has spent the original, so anything
// after a fault or a restart comes with a mark.
func (m *Machine) printReceipt(r receipt, mark string) {
	if r.batch == nil && m.predates(r.order.No) && (r.refund == "" || !strings.HasSuffix(string(r.refund), m.refundTag())) {
		mark = markReprint // the terminal that was lost may have printed it after the backup was taken
	}
	if !m.cfg.Printer {
		m.skip(r.ref())
		return
	}
	if !r.cameOut() && !slices.ContainsFunc(m.unprinted, func(u receipt) bool { return u.ref() == r.ref() }) {
		m.unprinted = append(m.unprinted, r)
		m.boundUnprinted()
	}
	copies := []string{merchantCopy, customerCopy}[:min(max(m.cfg.Copies, 1), 2)]
	if r.batch != nil {
		copies = copies[:1] // it is the merchant's alone
	}
	if len(m.jobs)+len(copies) > maxPrintJobs {
		m.note("printer: the queue is full", r.order.No)
		return // it stays among the unprinted, and the standing line says so
	}
	for i, which := range copies {
		m.queue(printJob{slip: m.slipOf(r, which, mark), of: r.ref(), last: i == len(copies)-1, again: r.cameOut()})
	}
}

// boundUnprinted does without the oldest receipts that nobody has asked for, after days of a dead printer.
// Each is still in the journal.
func (m *Machine) boundUnprinted() {
	for len(m.unprinted) > maxUnprinted {
		oldest := m.unprinted[0]
		m.note("receipt: never printed, done without", oldest.order.No)
		m.unprinted = slices.Clone(m.unprinted[1:])
		m.skip(oldest.ref())
	}
}

// printCode queues a code to be paid from paper.
func (m *Machine) printCode(t *task) {
	if len(m.jobs) >= maxPrintJobs || slices.ContainsFunc(m.jobs, func(j printJob) bool { return j.code == t.order.No }) {
		m.emit(Beep{BeepMistake})
		return
	}
	m.queue(printJob{slip: m.payCode(t.order, t.url), code: t.order.No})
	m.reply(m.say(sayPaperQR), 3*time.Second)
}

// dropCode takes a code that waits for the printer back: it may not be paid any more.
func (m *Machine) dropCode(no OrderNo) {
	for i := len(m.jobs) - 1; i >= 0; i-- {
		if m.jobs[i].code == no && (i > 0 || !m.printing) {
			m.jobs = slices.Delete(slices.Clone(m.jobs), i, i+1)
		}
	}
}

func (m *Machine) queue(j printJob) {
	m.token++
	j.id = m.token
	m.jobs = append(m.jobs, j)
}

// pump starts the next slip when the printer is free.
func (m *Machine) pump() {
	if m.printing || len(m.jobs) == 0 {
		return
	}
	m.printing = true
	m.emit(Print{Job: m.jobs[0].id, Slip: m.jobs[0].slip})
}

func (m *Machine) printEnded(e PrintEnded) {
	if !m.printing || m.jobs[0].id != e.Job {
		m.note("printer: an answer to nothing", "")
		return
	}
	job := m.jobs[0]
	m.printing, m.jobs = false, m.jobs[1:]
	if e.Fault == PrintOK {
		m.printer.Fault = PrintOK
		if job.last && !job.again {
			m.cameOut(job.of, false)
		}
	} else {
		m.printFailed(job, e)
	}
	if v, ok := m.view.(done); ok && v.ref() == job.of {
		m.view = v.printed(m, job, e)
	}
}

// printFailed drops what else was queued of the receipt: it is reprinted whole, never continued.
func (m *Machine) printFailed(job printJob, e PrintEnded) {
	m.note("printer: "+string(e.Fault), job.of.order)
	m.printer.Fault = e.Fault
	m.emit(Beep{BeepAlarm})
	m.takeBack() // "printing"
	if job.of == (slipRef{}) {
		if e.Fault == PrintRefused { // the printer is well: nothing else says why no slip came
			m.tell(m.say(prnFaults[e.Fault]), m.cfg.Linger, true)
		}
		return
	}
	m.jobs = slices.DeleteFunc(m.jobs, func(j printJob) bool { return j.of == job.of })
}

// reprintNext prints the oldest receipt that is not known to have come out whole.
func (m *Machine) reprintNext() {
	if unfinished := m.unfinished(); len(unfinished) > 0 {
		m.reprint(unfinished[0])
		return
	}
	m.reply(m.say(sayPrinting), 3*time.Second)
}

// printsReceipt reports whether a receipt is on its way to the paper.
func (m *Machine) printsReceipt() bool {
	return slices.ContainsFunc(m.jobs, func(j printJob) bool { return j.of != slipRef{} })
}

// unfinished returns the receipts that did not come out and are not on their way either.
func (m *Machine) unfinished() (owed []receipt) {
	under := map[slipRef]bool{}
	for _, j := range m.jobs {
		under[j.of] = true
	}
	for _, rec := range m.commits {
		switch p := rec.(type) {
		case *Printed:
			under[slipRef{order: p.Order, refund: p.Refund}] = true
		case *BatchPrinted:
			under[slipRef{batch: p.No}] = true
		}
	}
	for _, r := range m.unprinted {
		if !under[r.ref()] {
			owed = append(owed, r)
		}
	}
	return owed
}

func (m *Machine) reprint(r receipt) {
	m.note("receipt: printed again", r.order.No)
	m.printReceipt(r, markReprint)
	if _, says := m.view.(done); !says {
		m.reply(m.say(sayPrinting), 3*time.Second)
	}
}

// forget strikes a receipt off the list of those that did not come out whole.
func (m *Machine) forget(of slipRef) {
	m.unprinted = slices.DeleteFunc(m.unprinted, func(r receipt) bool { return r.ref() == of })
}

// withdraw does without the slip of an order that turned out not to be paid: an unconfirmed sale may owe one, or be the
// latest to print again.
func (m *Machine) withdraw(no OrderNo) {
	m.forget(slipRef{order: no})
	if m.last != nil && m.last.No == no {
		m.last, m.lastRefund = nil, ""
	}
}

// skip records that the cashier does without a receipt.
func (m *Machine) skip(of slipRef) { m.cameOut(of, true) }

// cameOut records that a receipt came out whole, or that nobody wants it. Of settlements only the latest owes a slip.
func (m *Machine) cameOut(of slipRef, skipped bool) {
	switch {
	case of.batch == 0:
		m.commit(&Printed{Order: of.order, Refund: of.refund, Skipped: skipped, At: m.now.Wall})
	case m.owesBatch(of.batch):
		m.commit(&BatchPrinted{No: of.batch, Skipped: skipped, At: m.now.Wall})
	}
}

// owesBatch reports whether the journal waits for the end of a settlement's slip.
func (m *Machine) owesBatch(no int) bool {
	for _, rec := range m.commits {
		switch rec.(type) {
		case *BatchClosed, *BatchPrinted: // it is about to wait for another one's, or for none
			return false
		}
	}
	return no == m.till.Batches.Closed && !m.till.Batches.Printed
}
