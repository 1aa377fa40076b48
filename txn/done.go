package txn

import "time"

// done shows a verified success that is on disk, and how its receipt fares. It never holds the cashier up:
// a digit starts the next sale while the paper is still coming.
type done struct {
	since time.Duration
	order Order
	fault PrintFault  // why the receipt did not come out
	far   PrintExtent // how far it may have come
	whole bool        // it came out
}

// printed takes the end of one of the order's slips.
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
		m.reprint(d.order)
	case d.fault != PrintOK && k == KeyCancel:
		m.skip(d.order.No)
		m.abandon()
	case k == KeyOK || k == KeyCancel || k == KeyClear:
		m.abandon()
	case k.amount() || k == KeyScan || k == KeyMenu:
		m.abandon()
		m.view.key(m, k, long)
	}
}

// tick leaves the screen by itself, but not while it asks for something to be done about the printer.
func (d done) tick(m *Machine) {
	finished := d.whole || !m.cfg.Printer
	if finished && m.now.Mono-d.since > m.cfg.Linger || m.now.Mono-d.since > failedTimeout {
		m.abandon()
	}
}

// scan takes what an engine in continuous mode reads: the next customer's goods.
func (d done) scan(m *Machine, c Scanned) {
	m.abandon()
	entry{}.scan(m, c)
}

func (d done) misread(m *Machine, reason ScanFault) { entry{}.misread(m, reason) }

func (d done) screen(m *Machine) Screen {
	s := m.paidScreen(d.order)
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
