package txn

import (
	"slices"
	"time"
)

// done shows a verified success, money given back, or a settlement, that is on disk, and how its receipt fares. It never holds the cashier up:
// a digit starts the next sale while the paper is still coming.
type done struct {
	since time.Duration
	receipt
	fault PrintFault  // why the receipt did not come out
	far   PrintExtent // how far it may have come
	whole bool        // it came out
}

// printed takes the end of one of its slips.
func (d done) printed(m *Machine, job printJob, e PrintEnded) done {
	d.since, d.fault, d.far = m.now.Mono, e.Fault, e.Done
	d.whole = e.Fault == PrintOK && job.last
	return d
}

func (d done) key(m *Machine, k Key, long bool) {
	switch {
	case d.fault != PrintOK && k == KeyOK:
		d.fault = PrintOK
		m.view = d
		m.reprint(d.receipt)
	case d.fault != PrintOK && k == KeyCancel:
		m.skip(d.ref())
		d.leave(m)
	case k == KeyOK || k == KeyCancel || k == KeyClear:
		d.leave(m)
	case k.amount() || k == KeyScan || k == KeyMenu:
		d.leave(m)
		m.view.key(m, k, long)
	}
}

// leave makes room for the next customer. A refund leaves the goods at the till as they were.
func (d done) leave(m *Machine) {
	if d.refund == "" {
		m.abandon()
		return
	}
	m.view = entry{}
}

// tick leaves the screen by itself, but not while it asks for something to be done about the printer.
func (d done) tick(m *Machine) {
	finished := d.whole || !m.cfg.Printer
	if finished && m.now.Mono-d.since > m.cfg.Linger || m.now.Mono-d.since > failedTimeout {
		d.leave(m)
	}
}

// scan takes what an engine in continuous mode reads: the next customer's goods. A payment code begins nothing, and may be
// the one that has just paid: it does not take the outcome away.
func (d done) scan(m *Machine, c Scanned) {
	if !c.Payment.IsZero() {
		if !slices.Contains(m.codes, c.Digest) {
			m.mistake(errCodeEarly)
		}
		return
	}
	d.leave(m)
	entry{}.scan(m, c)
}

func (d done) misread(m *Machine, reason ScanFault) { entry{}.misread(m, reason) }

func (d done) screen(m *Machine) Screen {
	var s Screen
	if r, ok := d.order.Refund(d.refund); ok {
		s = m.refundedScreen(d.order, r)
	} else if d.batch != nil {
		s = m.settledScreen(*d.batch)
	} else {
		s = m.paidScreen(d.order)
	}
	switch {
	case !m.cfg.Printer:
		s.Lines = append(s.Lines, m.say(sayNoPrinter))
	case d.fault != PrintOK:
		far := [...]text{PrintedNothing: sayUnprinted, PrintedPart: sayPart, PrintedWhole: sayWhole}[d.far]
		cause := prnFaults[d.fault]
		if m.printer.Fault == PrintOK && d.fault != PrintRefused {
			cause = sayMended
		}
		s.Lines = append(s.Lines, m.say(far)+m.say(cause))
		s.Keys = []string{m.say(keyReprint), m.say(keySkip)}
	case d.whole:
		s.Lines = append(s.Lines, m.say(sayPrinted))
	default:
		s.Lines = append(s.Lines, m.say(sayPrinting))
	}
	return s
}

// paidScreen says what was paid, and how. Where there is change to give, that is what the cashier counts out next: it
// stands in the large digits.
func (m *Machine) paidScreen(o Order) Screen {
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtPaid), Tone: ToneGood, Amount: o.Amount.String(), Keys: []string{m.say(keyNext)},
	}
	if o.State == Unconfirmed {
		s.Title, s.Tone = m.say(txtUnconfirmed), ToneWait
		s.Lines = []string{m.say(sayByOffline, o.No.Short()), m.say(sayWillConfirm)}
		if o.bySight() {
			s.Lines = m.seenLines(o)
		}
		return s
	}
	if o.Method == Cash {
		if change := o.Change(); !change.IsZero() {
			s.Title, s.Amount = m.say(txtChange), change.String()
			s.Lines = []string{m.say(sayTendered, o.Amount, o.Tendered)}
		}
		s.Lines = append(s.Lines, m.say(sayByCash, o.No.Short()))
		return s
	}
	s.Lines = []string{m.say(sayByWhom, m.networkName(m.paidWith(o)), o.No.Short())}
	if off := o.Amount.Sub(o.Payer); off.Fen != 0 {
		s.Lines = append(s.Lines, m.say(sayOff, off, o.Payer))
	}
	return s
}
