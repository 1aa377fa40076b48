package sim

import (
	"fmt"
	"slices"
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

// excerpt returns the last events that have to do with an order: its sale's, and what happened to everybody meanwhile.
func (w *world) excerpt(no txn.OrderNo) (lines []string) {
	sale := w.oracle.saleOf(no)
	concerns := func(e event) bool {
		return no == "" || e.order == no || sale != "" && w.oracle.saleOf(e.order) == sale
	}
	among := w.trace[max(0, slices.IndexFunc(w.trace, concerns)):]
	breach := among[len(among)-1]
	for i, e := range slices.Backward(among[:len(among)-1]) { // what came after the order's last event led to nothing
		if concerns(e) {
			among = among[:i+1]
			break
		}
	}
	for _, e := range among {
		if e.order == "" || concerns(e) {
			lines = append(lines, e.String())
		}
	}
	return append(lines[max(0, len(lines)-excerptLines):], breach.String())
}

// String leaves out what differs from run to run: the random middle of an order number.
func (e event) String() string {
	return fmt.Sprintf("%10.3fs  %-6s  %s", e.at.Seconds(), e.order.Short(), e.text)
}
