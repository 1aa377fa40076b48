package txn

import (
	"slices"
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
	// missing are the networks that could not be set up.
	missing []NetworkOut
	// captured names the order that paid each sale of which an order is still worked on.
	captured   map[OrderNo]OrderNo
	codes      []CodeDigest
	exceptions []Order
	last       *Order   // for 重打印
	lastRefund RefundNo // … of this refund of it; empty: of the payment
	refunds    []*refundTask
	dark       bool // the last request for a sale reached no network, and none has answered since
	offlineOut bool // offline codes can't be made

	till     Till
	triedAt  time.Duration // when a PIN was last tried, or this run began
	checking uint64        // the try that is being compared; 0 for none
	// Wrong enrolment codes in this run, and when the latest was keyed in.
	codeTries   int
	codeTriedAt time.Duration

	books      bookkeeping
	safety     safety
	storage    Storage
	settlement *Settlement // the latest, for 重打印; nil before the first

	token   uint64
	commits map[uint64]Record

	jobs      []printJob
	printing  bool
	unprinted []receipt

	printer     PrinterState
	scanner     ScanFault
	scannerSeen bool // it worked at least once
	padGone     bool // the keypad was unplugged, and no key has come since
	notice      notice
	alarms      []notice // that wait for their turn
	hint        notice   // what was wrong with the last key or code: for a moment before anything else
	trigger     bool
	drawn       Screen
	anything    bool          // drawn holds a screen
	keyAt       time.Duration // when the latest key was taken
	unseen      unseen        // the outcome on the screen
}

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
		codes: slices.Clone(start.Codes), exceptions: slices.Clone(start.Exceptions), last: start.Last, till: start.Till,
		triedAt: now.Mono, storage: Storage{Sales: salesSome}, settlement: start.Settlement,
	}
	m.unseen = m.appeared() // a keypad keeps what was pressed before there was a screen
	if start.Restored != nil {
		m.view = restoredNotice{*start.Restored}
	}
	for _, o := range start.Pending {
		if o.State == Paid && o.Exception != OverTotal {
			m.captured[o.Sale] = o.No
		}
		switch {
		case !o.State.Final():
			m.tasks = append(m.tasks, m.recovered(o))
			if o.State == Unconfirmed && !o.Printed {
				m.unprinted = append(m.unprinted, receipt{order: o})
			}
		case o.State == Paid && !o.Printed:
			m.unprinted = append(m.unprinted, receipt{order: o})
		}
		m.recoverRefunds(o)
	}
	if s := start.Settlement; s != nil && !s.Printed {
		m.unprinted = append(m.unprinted, receipt{batch: s})
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
	before := m.news()
	switch e := ev.(type) {
	case KeyPressed:
		m.pressed(e)
	case KeyStrange:
		m.padGone = false
		m.mistake(errStrange)
		m.note("keypad: something that is no key", "")
	case KeypadGone:
		m.padGone = m.now.Mono >= deviceGrace // before that it may be on its way
		m.note("keypad: gone", "")
	case Scanned:
		m.scanned(e)
	case ScanFailed:
		m.scannerSeen = true
		m.note("scanner: "+string(e.Reason), "")
		if v, ok := m.view.(scanView); ok {
			v.misread(m, e.Reason)
		}
	case ScannerState:
		m.scannerState(e.Fault)
	case NetworkOut:
		m.networkOut(e)
	case OfflineOut:
		m.offlineOut = true
	case OfflineCodeMade:
		m.offlineMade(e)
	case AnswerChecked:
		m.answerChecked(e)
	case NetworkAnswered:
		m.noteLine(e)
		m.answered(e)
	case Committed:
		m.committed(e)
	case PrintEnded:
		m.printEnded(e)
	case RefundAnswered:
		m.refundAnswered(e)
	case Recalled:
		m.recalled(e)
	case BatchRecalled:
		m.batchRecalled(e)
	case PINChecked:
		m.pinChecked(e)
	case Repaired:
		m.repaired(e)
	case RepairedSoFar:
		m.repairedSoFar(e)
	case PINHashed:
		m.pinHashed(e)
	case KickEnded:
		m.kicked(e)
	case Reconciled:
		m.reconciled(e)
	case Storage:
		m.stored(e)
	case StickChanged:
		m.stickChanged(e)
	case BackingUp:
		m.backingUp()
	case BackedUp:
		m.backedUp(e)
	case PrinterState:
		if e.Fault != m.printer.Fault {
			m.note("printer: "+orElse(string(e.Fault), "ready"), "")
		}
		m.printer = e
	}
	m.overdueBackup()
	m.overdueBooks()
	m.view.tick(m)
	if _, key := ev.(KeyPressed); !key {
		m.surprise(before)
	}
	m.work()
	m.workRefunds()
	m.pump()
	m.setTrigger()
	m.nextAlarm()
	m.draw()
	return m.out
}

// pressed takes a key, unless its meaning was another one when it was pressed.
func (m *Machine) pressed(e KeyPressed) {
	m.padGone = false
	switch {
	case m.banking(): // a moment: what a key means depends on whether the money is on disk
		m.emit(Beep{BeepMistake})
	case m.tooSoon():
		m.mistake(errSoon)
	default:
		m.keyAt = m.now.Mono
		m.goneOn()
		m.view.key(m, e.Key, e.Long)
	}
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

func (m *Machine) scanned(e Scanned) {
	m.scannerSeen = true
	if v, ok := m.view.(scanView); ok {
		m.goneOn()
		v.scan(m, e)
		return
	}
	m.note("scanner: a code that nobody asked for", "")
	if e.Payment.IsZero() { // the scanner has beeped: goods seem to be in the sale
		m.mistake(errNotNow)
	}
}

func (m *Machine) scannerState(f ScanFault) {
	if f != m.scanner {
		m.note("scanner: "+orElse(string(f), "ready"), "")
	}
	if f == "" {
		if m.scanner != "" && m.trigger { // what was asked of it while it was away
			m.emit(Trigger{On: true})
		}
		m.scannerSeen = true
	}
	m.scanner = f
}

// deviceGrace is how long after a start a scanner or a keypad may be on its way: on USB it comes after the first screen.
const deviceGrace = 8 * time.Second

// deaf returns why the scanner can't read; nothing while it may still be on its way.
func (m *Machine) deaf() ScanFault {
	if !m.scannerSeen && m.now.Mono < deviceGrace {
		return ""
	}
	return m.scanner
}

// aims reports whether the scan engine is to look for a code.
func (m *Machine) aims() bool {
	switch m.view.(type) {
	case scanning, refundFind:
		return true
	}
	return false
}

func (m *Machine) setTrigger() {
	on := m.aims()
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

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
