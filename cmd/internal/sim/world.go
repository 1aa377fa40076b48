package sim

import (
	"container/heap"
	"fmt"
	"slices"
	"strings"
	"time"

	"smartpos/txn"
)

// Options choose a day.
type Options struct {
	Seed  uint64
	Sales int    // of the plan
	Dir   string // an empty folder for the journal
	Trace bool   // keep what happened
	// Only names the steps of the plan that happen, as a [Failure] tells them; nil: all.
	Only []string

	broken faults // by which a test proves that the oracle sees
}

// faults break one part each. None is ever set but in this package's own tests.
type faults struct {
	journal func(txn.Journal) txn.Journal
	effects func([]txn.Effect) []txn.Effect
	start   func(txn.Start) txn.Start
	image   func(before, after []byte) []byte
	bank    func(*bank)
	line    func(*line)
	giver   func(*giver)
	ahead   time.Duration // the terminal's clock, all day
}

// Result is what a day that went well amounted to.
type Result struct {
	Sales    int
	Orders   int
	Paid     int
	Refunded int // of them, in part or whole
	Offline  int // codes made without a network
	Commits  int
	Restarts int
	Kinds    [kinds]int    // what went wrong, and how often
	Length   time.Duration // of the day, by its own clock
	Trace    []string      // if asked for
}

// epoch is when every day begins, by the true clock.
var epoch = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// dayLimit ends a day that does not come to its end.
const dayLimit = 72 * time.Hour

// settling is how long everything is given to come to rest after the last sale, in good weather.
const settling = 25 * time.Minute

// world is one day: its clock, what is going to happen, and everybody in it.
type world struct {
	opt     Options
	now     time.Duration // true time since epoch
	moments moments
	serial  uint64
	fair    bool // the last sale is done: everything works from here on
	sale    int  // of the plan, that it has come to
	dice    []*dice
	only    map[string]bool // the steps that happen; nil: all
	steps   []Step          // that did

	bank      *bank
	giver     *giver
	acquirer  *acquirer
	line      *line
	paper     *paper
	customers *customers
	cashier   *cashier
	power     *power
	oracle    *oracle
	terminal  *terminal // nil while the power is off

	trace   []event
	failure *Failure
	result  Result
}

// event is a line of the trace.
type event struct {
	at    time.Duration
	order txn.OrderNo // empty for what concerns every order
	text  string
}

// Run plays one day. The error is a [*Failure] if a rule was broken, or says what kept the day from being played.
func Run(opt Options) (Result, error) {
	w := &world{opt: opt}
	if opt.Only != nil {
		w.only = map[string]bool{}
		for _, name := range opt.Only {
			w.only[name] = true
		}
	}
	w.oracle = newOracle(w)
	w.bank = newBank(w)
	w.giver = newGiver(w)
	w.acquirer = newAcquirer(w)
	w.line = newLine(w)
	w.paper = newPaper(w)
	w.customers = newCustomers(w)
	w.cashier = newCashier(w)
	w.power = newPower(w)
	if err := w.power.firstStart(); err != nil {
		return Result{}, err
	}
	defer w.power.end()
	w.cashier.begin()
	w.play()
	w.result.Length = w.now
	if opt.Trace {
		for _, e := range w.trace {
			w.result.Trace = append(w.result.Trace, e.String())
		}
	}
	if w.failure != nil {
		return w.result, w.failure
	}
	return w.result, nil
}

// play works off one moment after the other until the day has settled or a rule is broken.
func (w *world) play() {
	defer func() {
		if p := recover(); p != nil {
			w.fail(10, "", "panic: %v", p)
		}
	}()
	for w.failure == nil && len(w.moments) > 0 {
		m := heap.Pop(&w.moments).(moment)
		w.now = m.at
		m.do()
		if w.now > dayLimit {
			w.fail(4, "", "the day does not end: the screen says %q", w.cashier.title())
		}
	}
}

// after does fn once d has passed.
func (w *world) after(d time.Duration, fn func()) {
	w.serial++
	heap.Push(&w.moments, moment{w.now + d, w.serial, fn})
}

// wall is the true time.
func (w *world) wall() time.Time { return epoch.Add(w.now) }

// log leaves the folder out: it differs from run to run.
func (w *world) log(no txn.OrderNo, format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), w.opt.Dir+"/", "")
	w.trace = append(w.trace, event{w.now, no, text})
}

// fail ends the day: a rule was broken. The first breach counts.
func (w *world) fail(rule int, no txn.OrderNo, format string, args ...any) {
	if w.failure != nil {
		return
	}
	what := fmt.Sprintf(format, args...)
	w.log(no, "BROKEN rule %d: %s", rule, what)
	w.failure = &Failure{
		Seed: w.opt.Seed, Sales: w.opt.Sales, Rule: rule, Order: no, What: what,
		Steps: append(slices.Clone(w.steps), w.cashier.next()...), Events: w.excerpt(no),
	}
}

// moment is something that is going to happen.
type moment struct {
	at     time.Duration
	serial uint64 // those of one time happen in the order in which they were arranged
	do     func()
}

type moments []moment

func (m moments) Len() int { return len(m) }
func (m moments) Less(i, j int) bool {
	return m[i].at < m[j].at || m[i].at == m[j].at && m[i].serial < m[j].serial
}
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *moments) Push(x any)   { *m = append(*m, x.(moment)) }
func (m *moments) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// count sums the day up.
func (w *world) count() {
	w.result.Sales = w.cashier.sales
	for _, e := range w.oracle.all() {
		w.result.Orders++
		if e.state == txn.Paid {
			w.result.Paid++
		}
		if e.given() > 0 {
			w.result.Refunded++
		}
	}
}
