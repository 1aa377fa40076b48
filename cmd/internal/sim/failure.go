package sim

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"smartpos/txn"
)

// Failure is a rule that was broken.
type Failure struct {
	Seed   uint64
	Sales  int
	Rule   int // see the package's documentation
	Order  txn.OrderNo
	What   string
	Steps  []Step   // the day's, up to there
	Events []string // those of the order, and those that concern every order
	Short  bool     // Steps are all that is needed: see [Shrink]
}

// Error says what was broken, how to see it again, and what led to it.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: rule %d: %s\nsee it again: %s\n", f.Seed, f.Rule, f.What, f.Replay())
	if f.Short {
		fmt.Fprintf(&b, "in %d steps:  %s\n", len(f.Steps), f.ReplayShort())
		for _, s := range f.Steps {
			fmt.Fprintf(&b, "%16s  %s\n", s.Name, s.Text)
		}
	}
	b.WriteString(strings.Join(f.Events, "\n"))
	return b.String()
}

// Replay is the command that plays the whole day again.
func (f *Failure) Replay() string {
	return fmt.Sprintf("make sim SEEDS=1 SEED=%d SALES=%d", f.Seed, f.Sales)
}

// ReplayShort is the command that plays the steps alone.
func (f *Failure) ReplayShort() string {
	return f.Replay() + " ONLY=" + strings.Join(f.names(), ",")
}

func (f *Failure) names() (names []string) {
	for _, s := range f.Steps {
		names = append(names, s.Name)
	}
	return names
}

// excerptLines bounds what a failure tells.
const excerptLines = 60

// excerpt returns the last events that have to do with an order: its sale's, what happened to everybody meanwhile,
// and which keys were pressed shortly before.
func (w *world) excerpt(no txn.OrderNo) (lines []string) {
	sale := w.oracle.saleOf(no)
	next := w.now // when the sale's next event is
	for _, e := range slices.Backward(w.trace) {
		concerns := no == "" || e.order == no || sale != "" && w.oracle.saleOf(e.order) == sale
		if concerns {
			next = e.at
		}
		if concerns || e.order == "" && (!e.daily() || next-e.at < 5*time.Second) {
			lines = append(lines, e.String())
		}
		if len(lines) == excerptLines || e.order == sale && strings.HasPrefix(e.text, "commit intent") {
			break
		}
	}
	slices.Reverse(lines)
	return lines
}

// daily reports whether the event is of the kind that happens all the time.
func (e event) daily() bool {
	return slices.ContainsFunc([]string{"key ", "screen ", "note ", "sale "}, func(p string) bool { return strings.HasPrefix(e.text, p) })
}

// numbers are those of orders, in what an event tells.
var numbers = regexp.MustCompile(`T01[0-9A-Z]{8}[0-9]{8}`)

// String leaves out what differs from run to run: the random middle of order numbers.
func (e event) String() string {
	text := numbers.ReplaceAllStringFunc(e.text, func(no string) string { return txn.OrderNo(no).Short() })
	return fmt.Sprintf("%10.3fs  %-6s  %s", e.at.Seconds(), e.order.Short(), text)
}
