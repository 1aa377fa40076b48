package txn

import "time"

// starting waits for an intent to be on disk. Nothing has been sent or shown yet, and the wait ends with the
// commit, well or badly.
type starting struct {
	since time.Duration
	token uint64
	code  PaymentCode
}

// startShow begins an order that is paid by scanning what the terminal shows.
func (m *Machine) startShow(due Money) {
	if m.payable(due) {
		m.ensureSale(due)
		m.start(&Intent{Network: m.usual(), Method: Show}, PaymentCode{})
	}
}

// start commits the intent of a new order of the current sale.
func (m *Machine) start(in *Intent, code PaymentCode) {
	in.Sale, in.Amount, in.Items = m.sale.No, m.sale.Total, m.sale.Items
	in.Operator, in.Created = m.cfg.Operator, m.now.Wall
	switch in.Method {
	case Show:
		if in.Offline == nil { // whose code has an end of its own
			in.Expires = m.now.Wall.Add(m.cfg.ShowExpiry)
		}
	case Scan:
		in.Expires = m.now.Wall.Add(m.cfg.timing(in.Network).ScanLimit)
	}
	m.view = starting{since: m.now.Mono, token: m.commit(in), code: code}
}

// opened goes on after an intent was committed.
func (m *Machine) opened(token uint64, o Order) {
	if m.sale != nil && m.sale.No == "" {
		m.sale.No = o.Sale
	}
	if o.Method == Cash {
		m.cashed(o)
		return
	}
	if o.Offline != nil {
		m.openedOffline(token, o)
		return
	}
	v, ok := m.view.(starting)
	t := &task{order: o, started: m.now.Mono, heard: m.now.Mono, due: m.now.Mono, wait: m.cfg.timing(o.Network).PollShow}
	m.tasks = append(m.tasks, t)
	if !ok || v.token != token {
		t.giveUp(m, "left")
		return
	}
	if o.Method == Show {
		m.view = showing{t: t}
		return
	}
	t.code = v.code
	m.view = collecting{t: t}
}

func (starting) key(m *Machine, _ Key, _ bool) { m.emit(Beep{BeepMistake}) }
func (starting) tick(*Machine)                 {}
func (v starting) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenSale, Title: m.say(txtWait), Tone: ToneWait, Amount: m.sale.Total.String()}
	if m.now.Mono-v.since > 5*time.Second {
		s.Lines = []string{m.say(saySlowDisk)}
	}
	return s
}

// showing is an order whose code is on the display, or about to be.
type showing struct{ t *task }

func (v showing) follows(no OrderNo) bool { return v.t.order.No == no }

func (v showing) key(m *Machine, k Key, _ bool) {
	switch n, digit := k.digit(); {
	case k == KeyCancel:
		v.t.giveUp(m, "cancelled")
		m.abandon()
		m.reply(m.say(sayClosed), m.cfg.Linger)
	case k == KeyMenu && v.t.url != "":
		m.printCode(v.t)
	case k == KeyScan && m.cfg.Scanner && v.t.saving == 0: // the customer shows a code instead
		if m.payable(m.sale.Total) {
			v.t.giveUp(m, "switched")
			m.startScan(m.sale.Total)
		}
	case digit && n >= 1 && n <= len(m.networks()) && m.networks()[n-1].ID != v.t.order.Network && v.t.saving == 0:
		if !m.payable(m.sale.Total) {
			return
		}
		v.t.giveUp(m, "switched")
		m.start(&Intent{Network: m.networks()[n-1].ID, Method: Show}, PaymentCode{})
	case k == keyOfCash && v.t.saving == 0:
		if m.sellable(m.sale.Total) {
			v.t.giveUp(m, "switched")
			m.askCash(m.sale.Total)
		}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v showing) tick(*Machine) {}

// changed leaves the screen as soon as the order is being closed: a code that may not be paid any more must
// not stay in front of a customer.
func (v showing) changed(m *Machine, t *task) {
	if t.order.State != Closing || m.sale == nil {
		return
	}
	why := m.faultText(t.order, "")
	if t.order.Reason == "expired" {
		why = m.say(sayExpired)
	}
	m.view = failed{since: m.now.Mono, order: t.order.No, why: why}
}

func (v showing) settled(m *Machine, o Order) {
	if o.No != v.t.order.No { // another order of this sale was paid: this one must not be
		v.t.giveUp(m, "paid-by-other")
	}
	m.outcome(o)
}

func (v showing) screen(m *Machine) Screen {
	o := v.t.order
	network, _ := m.cfg.network(o.Network)
	s := Screen{Kind: ScreenQR, Title: m.say(txtShow), Amount: o.Amount.String(), Keys: []string{m.say(keyClose)}}
	s.Wallet = m.say(sayShowTo, m.payers(network, m.language))
	if v.t.url == "" {
		s.Kind, s.Tone, s.Lines = ScreenSale, ToneWait, []string{m.say(sayFetching)}
		return s
	}
	s.QR = v.t.url
	s.Left = max(0, int(min(o.Expires.Sub(m.now.Wall), m.cfg.ShowExpiry-(m.now.Mono-v.t.started))/time.Second))
	if m.cfg.Printer {
		s.Keys = append([]string{m.say(keyPrintQR)}, s.Keys...)
	}
	if m.cfg.Scanner {
		s.Keys = append(s.Keys, m.say(keyScan))
	}
	for i, n := range m.networks() {
		if n.ID != o.Network {
			s.Choice = append(s.Choice, itoa(i+1)+" "+m.networkShort(n))
		}
	}
	s.Choice = append(s.Choice, m.say(keyCashQR))
	return s
}

// collecting is an order whose customer's code has been sent: wait for the money, a password, or proof that
// nothing came of it.
type collecting struct{ t *task }

func (v collecting) follows(no OrderNo) bool { return v.t.order.No == no }

func (v collecting) key(m *Machine, k Key, _ bool) {
	if k != KeyCancel {
		m.emit(Beep{BeepMistake})
		return
	}
	if v.t.order.State == Reversing || v.t.cancelled {
		m.abandon()
		m.reply(m.say(sayLeft), m.cfg.Linger)
		return
	}
	v.t.giveUp(m, "cancelled")
}

func (v collecting) tick(*Machine)           {}
func (v collecting) changed(*Machine, *task) {}

func (v collecting) settled(m *Machine, o Order) {
	if o.No != v.t.order.No {
		v.t.giveUp(m, "paid-by-other")
	}
	m.outcome(o)
}

func (v collecting) screen(m *Machine) Screen {
	o := v.t.order
	s := Screen{
		Kind: ScreenSale, Title: m.say(txtScanTitle), Tone: ToneWait, Amount: o.Amount.String(),
		Lines: []string{m.say(sayCharging)}, Keys: []string{m.say(keyUndo)},
	}
	switch {
	case o.State == Reversing || v.t.cancelled:
		s.Title, s.Lines, s.Keys = m.say(txtUndoing), []string{m.say(sayUndoing)}, []string{m.say(keyLeave)}
	case o.State == Unknown || v.t.last != FaultNone:
		s.Title, s.Lines = m.say(txtUnknown), []string{m.say(sayAsking)}
		if why := m.refusal(o.Network, v.t.last, v.t.lastCode); why != "" {
			s.Lines = append(s.Lines, why)
		} else if v.t.last != FaultNone && v.t.last != FaultNoAnswer {
			s.Lines = append(s.Lines, m.silent(o.Network, v.t.last))
		}
	case v.t.tries > 0 && v.t.asked != OpScan:
		s.Lines = []string{m.say(sayPassword)}
	}
	return s
}

// outcome shows what became of the order at the till.
func (m *Machine) outcome(o Order) {
	switch o.State {
	case Paid:
		m.view = done{since: m.now.Mono, receipt: receipt{order: o}, whole: o.Printed} // printed already: it was unconfirmed before
	case Disputed:
		m.view = failed{since: m.now.Mono, order: o.No, why: m.say(sayDisputed, o.No.Short()), over: true}
		m.emit(Beep{BeepAlarm})
	default:
		m.view = failed{since: m.now.Mono, order: o.No, why: m.why(o)}
		m.emit(Beep{BeepMistake})
	}
}

// failed says why no money came and leaves the sale standing, to be paid in another way.
type failed struct {
	since time.Duration
	order OrderNo
	why   string
	over  bool // nothing more may be tried
}

func (f failed) follows(no OrderNo) bool { return f.order == no }

// changed is told of work that goes on behind the screen; the screen already says why.
func (failed) changed(*Machine, *task) {}

// settled is told of the outcome of an order that is closing, or of another of the sale: money is shown.
func (f failed) settled(m *Machine, o Order) {
	if o.State == Paid {
		m.outcome(o)
	}
}

func (f failed) key(m *Machine, k Key, long bool) {
	switch {
	case k == KeyCancel || f.over && k == KeyOK:
		m.abandon()
	case f.over:
		m.emit(Beep{BeepMistake})
	case k == KeyOK:
		m.startShow(m.sale.Total)
	case k == KeyScan && long:
		m.view = choice{since: m.now.Mono}
	case k == KeyScan:
		m.startScan(m.sale.Total)
	case k == KeyMenu:
		m.view = choice{since: m.now.Mono}
	case k == keyOfOffline && m.offersOffline():
		m.askOffline(m.sale.Total, f)
	case k == KeyClear:
		m.emit(Beep{BeepMistake})
	default: // a digit: the cashier has gone on
		m.abandon()
		m.view.key(m, k, long)
	}
}

// failedTimeout is how long a sale that failed stands at the till when nobody touches it.
const failedTimeout = 3 * time.Minute

func (f failed) tick(m *Machine) {
	if m.now.Mono-f.since > failedTimeout {
		m.abandon()
	}
}

func (f failed) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenSale, Title: m.say(txtFailed), Tone: ToneBad, Amount: m.sale.Total.String(), Lines: []string{f.why}}
	s.Keys = m.withScan(keyShow, keyScanMore, keyCash, keyCancel)
	if f.over {
		s.Title, s.Keys = m.say(txtDisputed), []string{m.say(keyDone)}
		return s
	}
	if m.offersOffline() {
		s.Lines = append(s.Lines, m.say(sayOfflineTry))
	}
	own, earlier := m.unsure(f.order)
	if own || earlier {
		s.Title, s.Tone = m.say(txtUnknown), ToneWait
	}
	switch {
	case own && m.task(f.order).order.Offline == nil: // an offline code's cause says as much
		s.Lines = []string{m.say(sayDark)}
	case earlier:
		s.Lines = append(s.Lines, m.say(sayEarlier))
	}
	return s
}

// unsure reports whether order no, or another of the sale at the till, may have been paid while its network does
// not say so. "Not paid" would make the cashier take the money once more.
func (m *Machine) unsure(no OrderNo) (own, earlier bool) {
	for _, t := range m.tasks {
		if t.order.Sale != m.sale.No || !t.exposed() || !t.silent(m) {
			continue
		}
		own = own || t.order.No == no
		earlier = earlier || t.order.No != no
	}
	return own, earlier
}
