package sim

import (
	"fmt"
	"strings"

	"smartpos/txn"
)

// Failure is a rule that was broken.
type Failure struct {
	Seed   uint64
	Sales  int
	Begun  int // sales begun when it happened: no more are needed to see it again
	Rule   int // see the package's documentation
	Order  txn.OrderNo
	What   string
	Events []string // those of the order, and those that concern every order
}

// Error says what was broken, how to see it again, and what led to it.
func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: rule %d: %s\nsee it again: %s\n%s",
		f.Seed, f.Rule, f.What, f.Replay(), strings.Join(f.Events, "\n"))
}

// Replay is the command that plays the day again.
func (f *Failure) Replay() string {
	return fmt.Sprintf("go test ./cmd/internal/sim -run 'TestSim$' -seed %d -sales %d", f.Seed, f.Sales)
}

// excerptLines bounds what a failure tells.
const excerptLines = 60

// excerpt returns the last events that have to do with an order: its own, its sale's, and everybody's.
func (w *world) excerpt(no txn.OrderNo) (lines []string) {
	sale := w.oracle.saleOf(no)
	for i := len(w.trace) - 1; i >= 0 && len(lines) < excerptLines; i-- {
		e := w.trace[i]
		if no == "" || e.order == "" || e.order == no || sale != "" && w.oracle.saleOf(e.order) == sale {
			lines = append([]string{e.String()}, lines...)
		}
	}
	return lines
}

// String leaves out what differs from run to run: the random middle of an order number.
func (e event) String() string {
	return fmt.Sprintf("%10.3fs  %-6s  %s", e.at.Seconds(), e.order.Short(), e.text)
}
