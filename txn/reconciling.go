package txn

import (
	"slices"
	"time"
)

// reconcileLimit is how long a reconciliation may take before the terminal stops waiting for it.
const reconcileLimit = 5 * time.Minute

// reconcileDays is how far back a day can be chosen: networks keep daily bills for three months.
const reconcileDays = 90

// bookkeeping is what the machine knows of reconciliations.
type bookkeeping struct {
	running bool
	day     time.Time // of the one that runs
	since   time.Duration
	last    *Reconciled
}

// pickDay asks which day is to be reconciled.
type pickDay struct {
	since time.Duration
	back  entry
	ago   int // days
}

// askDay begins at the menu: with the day before, or with the one that is being worked on.
func (m *Machine) askDay(back entry) {
	if m.books.running {
		m.view = balancing{back}
		return
	}
	m.view = pickDay{since: m.now.Mono, back: back, ago: 1}
}

func (v pickDay) day(m *Machine) time.Time { return m.now.Wall.In(BusinessZone).AddDate(0, 0, -v.ago) }

func (v pickDay) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	switch {
	case k == "1" && v.ago < reconcileDays:
		v.ago++
		m.view = v
	case k == "2" && v.ago > 0:
		v.ago--
		m.view = v
	case k == "3" && m.books.last != nil:
		m.view = booksShown{since: m.now.Mono, back: v.back}
	case k == KeyOK:
		m.books.running, m.books.day, m.books.since = true, v.day(m), m.now.Mono
		m.note("reconcile: "+dateOf(m.books.day), "")
		m.emit(Reconcile{Day: m.books.day})
		m.view = balancing{v.back}
	case k == KeyCancel || k == KeyMenu:
		m.view = menu{since: m.now.Mono, back: v.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v pickDay) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v pickDay) screen(m *Machine) Screen {
	named := m.say(bookDay, v.ago)
	if v.ago < len(bookDays) {
		named = m.say(bookDays[v.ago])
	}
	s := Screen{
		Kind: ScreenText, Title: m.say(txtBooks),
		Lines: []string{dateOf(v.day(m)) + " " + named, m.say(bookOther)},
		Keys:  []string{m.say(keyBegin), m.say(keyBack)},
	}
	if m.books.last != nil {
		s.Lines = append(s.Lines, m.say(bookLast, m.books.last.Day.In(BusinessZone).Format("01-02")))
	}
	return s
}

// balancing waits for a reconciliation; selling can go on meanwhile.
type balancing struct{ back entry }

func (v balancing) key(m *Machine, k Key, _ bool) {
	if k == KeyCancel || k == KeyMenu {
		m.view = v.back
		return
	}
	m.emit(Beep{BeepMistake})
}

func (balancing) tick(*Machine) {}

func (v balancing) screen(m *Machine) Screen {
	return Screen{
		Kind: ScreenText, Title: m.say(txtBooks), Tone: ToneWait,
		Lines: []string{dateOf(m.books.day), m.say(bookRunning)}, Keys: []string{m.say(keyMeanwhile)},
	}
}

// overdueBooks stops waiting for a reconciliation that does not end, wherever the cashier is meanwhile.
func (m *Machine) overdueBooks() {
	if !m.books.running || m.now.Mono-m.books.since <= reconcileLimit {
		return
	}
	m.books.running = false
	m.note("reconcile: no end", "")
	if v, ok := m.view.(balancing); ok {
		m.view = v.back
	}
	m.tell(m.say(stsNoBooks), m.cfg.Linger, false)
}

// reconciled takes the end of the reconciliation that runs, wherever the cashier is meanwhile.
func (m *Machine) reconciled(r Reconciled) {
	if !m.books.running || dateOf(r.Day) != dateOf(m.books.day) {
		m.note("reconcile: an answer to nothing", "")
		return
	}
	m.books.running, m.books.last = false, &r
	open, doubt := r.differences()
	m.note("reconcile: "+dateOf(r.Day)+": "+itoa(open)+" differences, "+itoa(doubt)+" in doubt", "")
	if v, ok := m.view.(balancing); ok {
		m.view = booksShown{since: m.now.Mono, back: v.back}
		return
	}
	m.tell(m.say(stsBooks, open+doubt), m.cfg.Linger, false)
}

// dateOf names the day of a time in China.
func dateOf(t time.Time) string { return t.In(BusinessZone).Format(time.DateOnly) }

// booksShown is the summary of the latest reconciliation.
type booksShown struct {
	since time.Duration
	back  entry
}

func (v booksShown) key(m *Machine, k Key, _ bool) {
	v.since = m.now.Mono
	switch {
	case k == KeyOK && len(m.books.last.Differences) > 0:
		m.view = differenceList{since: m.now.Mono, back: v}
	case k == KeyMenu && m.cfg.Printer:
		m.printBooks()
		m.view = v
	case k == KeyCancel:
		m.view = v.back
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v booksShown) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

func (v booksShown) screen(m *Machine) Screen {
	r := m.books.last
	s := Screen{Kind: ScreenText, Title: m.say(txtBooks) + " " + r.Day.In(BusinessZone).Format("01-02"), Tone: ToneGood}
	for _, b := range r.Books {
		s.Lines = append(s.Lines, m.bookLine(b))
	}
	c := r.Counts
	s.Lines = append(s.Lines, m.say(bookCounts, c[ClassShort], c[ClassSurplus], c[ClassAmount]),
		m.say(bookCounts2, c[ClassStatus], c[ClassDuplicate], c[ClassInDoubt]))
	switch open, doubt := r.differences(); {
	case open > 0:
		s.Tone = ToneBad
	case doubt > 0 || r.troubled():
		s.Tone = ToneWait
	}
	if len(r.Differences) > 0 {
		s.Keys = append(s.Keys, m.say(keyDetails))
	}
	if m.cfg.Printer {
		s.Keys = append(s.Keys, m.say(keyPrintQR))
	}
	s.Keys = append(s.Keys, m.say(keyBack))
	return s
}

// bookLine is one network's result, or what to do where it has none.
func (m *Machine) bookLine(b Books) string {
	n, _ := m.cfg.network(b.Network)
	name := m.networkShort(n)
	switch {
	case b.Trouble == BillUnread && b.Line > 0:
		return m.say(bookUnreadAt, name, b.Line)
	case b.Trouble != "":
		return name + " " + m.say(bookTroubles[b.Trouble])
	case b.Open > 0:
		return m.say(bookOpen, name, b.Bill.Payments, b.Bill.Paid, b.Open)
	}
	return m.say(bookAgreed, name, b.Bill.Payments, b.Bill.Paid)
}

// differenceList shows the differences, a page at a time.
type differenceList struct {
	since time.Duration
	back  booksShown
	page  paging
}

// differenceRows is how many fit: each takes two lines.
const differenceRows = 4

func (v differenceList) key(m *Machine, k Key, _ bool) {
	v.since, v.back.since = m.now.Mono, m.now.Mono
	switch {
	case k == KeyOK:
		v.page = v.page.next(differenceRows, len(m.books.last.Differences))
		m.view = v
	case k == KeyMenu && m.cfg.Printer:
		m.printBooks()
		m.view = v
	case k == KeyCancel:
		m.view = v.back
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v differenceList) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back.back
	}
}

func (v differenceList) screen(m *Machine) Screen {
	all := m.books.last.Differences
	s := m.listScreen(txtDifferences, differenceRows, len(all))
	s.Tone = ToneBad
	first, behind := v.page.span(differenceRows, len(all))
	for _, d := range all[first:behind] {
		n, _ := m.cfg.network(d.Network)
		what := m.say(classTexts[d.Class]) + " " + shorten(d.Order.Short(), 6) + " " + m.networkShort(n)
		if d.Refund {
			what += " " + m.say(bookRefund)
		}
		sides := m.say(bookSides, m.side(d.Ours), m.side(d.Bill))
		if d.Class == ClassStatus && m.language != English { // the amounts may be equal
			sides = "  " + shorten(d.Why, 17)
		}
		s.Lines = append(s.Lines, what, sides)
	}
	if m.cfg.Printer {
		s.Keys = slices.Insert(s.Keys, len(s.Keys)-1, m.say(keyPrintQR))
	}
	return s
}

// side is an amount, or that there is none.
func (m *Machine) side(a Money) string {
	if a.Currency == "" {
		return m.say(menuNone)
	}
	return a.String()
}
