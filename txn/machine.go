package txn

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Machine is the terminal's judgement: a pure function from events to effects. It reads no clock, starts
// no goroutine and does no I/O, so a list of events always brings the same effects.
//
// A Machine is not safe for concurrent use: one loop feeds it.
type Machine struct {
	cfg      Config
	language Language
	now      Time
	out      []Effect

	view  view  // the foreground
	sale  *Sale // the customer at the till; nil between customers
	tasks []*task
	// captured names the order that paid each sale of which an order is still worked on.
	captured   map[OrderNo]OrderNo
	codes      []CodeDigest
	exceptions []Order
	last       *Order // for 重打印

	token   uint64
	commits map[uint64]Record

	jobs      []printJob
	printing  bool
	unprinted []Order

	printer  PrinterState
	scanner  ScanFault
	notice   notice
	alarms   []notice // that wait for their turn
	hint     notice   // what was wrong with the last key or code: for a moment before anything else
	trigger  bool
	drawn    Screen
	anything bool // drawn holds a screen
}

// notice is a message on the standing line.
type notice struct {
	text  string
	until time.Duration // by the monotonic clock; 0 for none
	turn  time.Duration // from then on it makes room for the next alarm
	alarm bool
	reply bool // answers the last key, and means nothing beside what the next one does
	stays bool // a hint that outlives the next key: a digit was not taken, so the amount is not what was typed
}

// alarmTurn is how long an alarm keeps the standing line when others wait.
const alarmTurn = 10 * time.Second

// view is one state of the foreground.
type view interface {
	key(m *Machine, k Key, long bool)
	tick(m *Machine)
	screen(m *Machine) Screen
}

// scanView is a view that takes what the scanner reads.
type scanView interface {
	scan(m *Machine, e Scanned)
	misread(m *Machine, reason ScanFault)
}

// taskView is a view that follows an order.
type taskView interface {
	follows(no OrderNo) bool
	changed(m *Machine, t *task)
	settled(m *Machine, o Order)
}

// New returns a machine that takes up what the journal knows: it sells at once, and works on unresolved
// orders in the background.
func New(cfg Config, start Start, now Time) *Machine {
	m := &Machine{
		cfg: cfg, language: cfg.Language, now: now, view: entry{},
		captured: map[OrderNo]OrderNo{}, commits: map[uint64]Record{},
		codes: slices.Clone(start.Codes), exceptions: slices.Clone(start.Exceptions), last: start.Last,
	}
	for _, o := range start.Pending {
		if o.State == Paid && o.Exception != OverTotal {
			m.captured[o.Sale] = o.No
		}
		switch {
		case !o.State.Final():
			m.tasks = append(m.tasks, m.recovered(o))
		case o.Pending():
			m.unprinted = append(m.unprinted, o)
		}
	}
	return m
}

// NewHalted returns a machine that only says why nothing can be sold.
func NewHalted(cfg Config, why error, now Time) *Machine {
	m := New(cfg, Start{}, now)
	m.view = halted{why: haltText(why)}
	return m
}

// Step takes one event and returns what is to be done, in order.
func (m *Machine) Step(now Time, ev Event) []Effect {
	m.now, m.out = now, nil
	switch e := ev.(type) {
	case KeyPressed:
		if m.banking() { // a moment: what a key means depends on whether the money is on disk
			m.emit(Beep{BeepMistake})
			break
		}
		m.goneOn()
		m.view.key(m, e.Key, e.Long)
	case KeyStrange:
		m.mistake(errStrange)
		m.note("keypad: something that is no key", "")
	case Scanned:
		m.scanned(e)
	case ScanFailed:
		m.note("scanner: "+string(e.Reason), "")
		if v, ok := m.view.(scanView); ok {
			v.misread(m, e.Reason)
		}
	case ScannerState:
		m.scannerState(e.Fault)
	case NetworkAnswered:
		m.answered(e)
	case Committed:
		m.committed(e)
	case PrintEnded:
		m.printEnded(e)
	case KickEnded:
		m.kicked(e)
	case PrinterState:
		if e.Fault != m.printer.Fault {
			m.note("printer: "+orElse(string(e.Fault), "ready"), "")
		}
		m.printer = e
	}
	m.view.tick(m)
	m.work()
	m.pump()
	m.setTrigger()
	m.nextAlarm()
	m.draw()
	return m.out
}

// banking reports whether a success of the sale at the till is being written down.
func (m *Machine) banking() bool {
	if m.sale == nil || m.sale.No == "" {
		return false
	}
	t := m.task(m.captured[m.sale.No])
	return t != nil && t.ending
}

func (m *Machine) emit(e Effect) { m.out = append(m.out, e) }

func (m *Machine) note(text string, order OrderNo) { m.emit(Note{Text: text, Order: order}) }

func (m *Machine) say(t text, args ...any) string { return t.in(m.language, args...) }

// mistake tells the cashier that a key or a code does not fit; what was there stays.
func (m *Machine) mistake(t text, args ...any) {
	m.hint = notice{text: m.say(t, args...), until: m.now.Mono + 3*time.Second}
	m.emit(Beep{BeepMistake})
}

// goneOn takes back what answered the last key or code: "cancelled" must not stand beside the next sale.
func (m *Machine) goneOn() {
	if !m.hint.stays {
		m.hint = notice{}
	}
	m.takeBack()
}

// takeBack clears the standing line of what answered the last key.
func (m *Machine) takeBack() {
	if m.notice.reply {
		m.notice = notice{}
	}
}

// reply says what became of the key that was just pressed, until the next one.
func (m *Machine) reply(s string, lasts time.Duration) {
	m.tell(s, lasts, false)
	m.notice.reply = m.notice.text == s
}

func (m *Machine) tell(s string, lasts time.Duration, alarm bool) {
	// An alarm is not pushed aside by a lesser message while it stands.
	if m.notice.alarm && !alarm && m.now.Mono < m.notice.until {
		return
	}
	n := notice{text: s, until: m.now.Mono + lasts, turn: m.now.Mono + alarmTurn, alarm: alarm}
	if m.notice.alarm && m.now.Mono < min(m.notice.until, m.notice.turn) && len(m.alarms) < maxAlarms {
		m.alarms = append(m.alarms, n) // each is money: none is overwritten before it could be read
		return
	}
	m.notice = n
}

// nextAlarm lets the alarm that has waited longest take its turn on the standing line.
func (m *Machine) nextAlarm() {
	if len(m.alarms) > 0 && m.now.Mono >= min(m.notice.until, m.notice.turn) {
		n := m.alarms[0]
		n.until, n.turn = m.now.Mono+4*m.cfg.Linger, m.now.Mono+alarmTurn
		m.notice, m.alarms = n, m.alarms[1:]
	}
}

func (m *Machine) scanned(e Scanned) {
	if v, ok := m.view.(scanView); ok {
		m.goneOn()
		v.scan(m, e)
		return
	}
	m.note("scanner: a code that nobody asked for", "")
}

func (m *Machine) scannerState(f ScanFault) {
	if f != m.scanner {
		m.note("scanner: "+orElse(string(f), "ready"), "")
	}
	m.scanner = f
}

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
	switch r := rec.(type) {
	case *Intent:
		m.opened(e.Token, e.Order)
	case *Move:
		if t := m.task(r.Order); t != nil {
			t.moved(m, e.Order)
		}
	case *Outcome:
		m.ended(e.Order)
	case *Printed:
		m.forget(e.Order.No)
		if m.last != nil && m.last.No == e.Order.No {
			m.last.Printed = true
		}
	}
}

// commitFailed stops selling: what can't be written down must not happen. What is already under way stays
// as the journal has it, and is taken up again after a restart.
func (m *Machine) commitFailed(rec Record, err error) {
	m.note("journal: "+err.Error(), rec.OrderNo())
	if _, ok := rec.(*Intent); ok && errors.Is(err, ErrTransition) {
		// Another order of the sale was paid while this one was being written down: nothing was asked for.
		if _, waits := m.view.(starting); waits {
			m.backToEntry()
			m.mistake(errIntent)
		}
		return
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
	m.tasks = nil
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
	case errors.Is(err, ErrJournalDamaged):
		return haltDamaged
	case errors.Is(err, ErrJournalFull):
		return haltFull
	case errors.Is(err, ErrJournalBusy):
		return haltBusy
	case errors.Is(err, ErrNoNetwork):
		return haltNetwork
	}
	return haltJournal
}

func (m *Machine) setTrigger() {
	_, on := m.view.(scanning)
	if on != m.trigger {
		m.trigger = on
		m.emit(Trigger{On: on})
	}
}

// draw shows the screen if it changed.
func (m *Machine) draw() {
	s := m.view.screen(m)
	s.Clock = m.now.Wall.In(BusinessZone).Format("15:04")
	if m.cfg.Sandbox {
		s.Mark = m.say(txtTest)
	}
	s.Status, s.Alarm = m.status()
	if m.anything && s.Equal(m.drawn) {
		return
	}
	m.drawn, m.anything = s, true
	m.emit(Draw{s})
}

// status returns the standing line: the most urgent thing first.
func (m *Machine) status() (line string, alarm bool) {
	if m.now.Mono < m.hint.until {
		return m.hint.text, false
	}
	told := m.now.Mono < m.notice.until
	if told && m.notice.alarm {
		return m.notice.text, true
	}
	if s := m.doubt(); s != "" { // of the sale that is looked at: news of another one can wait
		return s, true
	}
	if told {
		return m.notice.text, false
	}
	_, idle := m.view.(entry)
	switch {
	case m.cfg.Printer && m.printer.Fault != PrintOK && !m.saysPrinter():
		return m.say(prnFaults[m.printer.Fault]), true
	case idle && m.sale == nil && len(m.unfinished()) > 0:
		return m.owed(m.unfinished()), true
	case m.scanner != "" && !m.isScanning():
		return m.say(stsScanner[m.scanner]), true
	}
	var parts []string
	if len(m.exceptions) > 0 && idle {
		parts = append(parts, m.say(stsExceptions, len(m.exceptions)))
	}
	if n := m.background(); n > 0 {
		parts = append(parts, m.say(stsPending, n))
	}
	if m.cfg.Printer && m.printer.NearEnd {
		parts = append(parts, m.say(stsNearEnd))
	}
	return strings.Join(parts, " "), false
}

// doubt says why the network's word on the code that is shown can't be had: the customer may have paid it.
func (m *Machine) doubt() string {
	v, ok := m.view.(showing)
	switch {
	case !ok || v.t.url == "":
		return ""
	case v.t.last != FaultNone:
		return m.say(netFaults[v.t.last])
	case v.t.mismatch > 0:
		return m.say(stsMismatch)
	}
	return ""
}

// owed says which receipts did not come out. After a restart it may be the first that the cashier hears of the
// money, so a single one is named.
func (m *Machine) owed(orders []Order) string {
	if len(orders) == 1 {
		return m.say(stsUnprintedOne, orders[0].Amount, orders[0].No.Short())
	}
	return m.say(stsUnprinted, len(orders))
}

// saysPrinter reports whether the screen itself says what is wrong with the printer.
func (m *Machine) saysPrinter() bool {
	d, ok := m.view.(done)
	return ok && d.fault == m.printer.Fault
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
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
