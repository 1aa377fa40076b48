package conformance

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

// count is what came of a row at a network: how many cells were played, how many ended in paid and in not paid, and in how
// many the outcome was open when the failure was known.
type count struct{ run, paid, not, open int }

func (c *count) add(first, last txn.State) {
	c.run++
	if last == txn.Paid {
		c.paid++
	} else {
		c.not++
	}
	if !first.Final() {
		c.open++
	}
}

// table is what was run.
type table map[string]map[txn.NetworkID]*count // by row

func (t table) at(r string, n txn.NetworkID) *count {
	if t[r] == nil {
		t[r] = map[txn.NetworkID]*count{}
	}
	if t[r][n] == nil {
		t[r][n] = &count{}
	}
	return t[r][n]
}

// String writes the table as docs/networks.md has it.
func (t table) String() string {
	var b strings.Builder
	b.WriteString("| call and state |")
	for _, n := range networks {
		fmt.Fprintf(&b, " %s |", title(n))
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("---|", len(networks)))
	sum := map[txn.NetworkID]int{}
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s |", r.name)
		for _, n := range networks {
			c := t.at(r.name, n.ID)
			sum[n.ID] += c.run
			switch {
			case c.run == 0:
				b.WriteString(" – |")
			default:
				fmt.Fprintf(&b, " %d: %d + %d, %d |", c.run, c.paid, c.not, c.open)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("| cells |")
	for _, n := range networks {
		fmt.Fprintf(&b, " %d |", sum[n.ID])
	}
	b.WriteString("\n\n| failure | not run | why |\n|---|---|---|\n")
	b.WriteString(missing())
	return b.String()
}

// whole reports whether every row was run at every network that has it: -run may have left some out.
func (t table) whole() bool {
	for _, r := range rows {
		for _, n := range networks {
			if t.at(r.name, n.ID).run == 0 && inapplicable(n.ID, r.op, paytest.Refused) == "" {
				return false
			}
		}
	}
	return true
}

func title(n txn.NetworkConfig) string {
	if n.ID == txn.Aggregator {
		return "aggregator"
	}
	return n.NameEN
}

// missing lists every cell that is not run, with its reason.
func missing() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| every one | aggregator: refund, query-refund | %s |\n", noRefunds)
	for _, f := range failures() {
		where := map[string][]string{} // by reason
		for _, n := range networks {
			ops := map[string][]string{}
			for _, op := range calls {
				if why := inapplicable(n.ID, op, f); why != "" && why != noRefunds {
					ops[why] = append(ops[why], string(op))
				}
			}
			for why, names := range ops {
				at := title(n) + ": " + strings.Join(names, ", ")
				if why == noRefund || len(names) == len(calls) || n.ID == txn.Aggregator && len(names) == len(calls)-2 {
					at = title(n)
				}
				where[why] = append(where[why], at)
			}
		}
		for _, why := range slices.Sorted(maps.Keys(where)) {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", f, strings.Join(where[why], "; "), why)
		}
	}
	return b.String()
}

// Where the table is kept.
const (
	docs  = "../../../docs/networks.md"
	begin = "<!-- conformance -->\n"
	end   = "<!-- /conformance -->\n"
)

// keep holds the table in docs/networks.md against what was run, or writes it there.
func (t table) keep(test *testing.T, update bool) {
	test.Helper()
	text, err := os.ReadFile(docs)
	if err != nil {
		test.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	kept, after, ok2 := strings.Cut(rest, end)
	switch {
	case !ok || !ok2:
		test.Fatalf("%s has no part between %sand %s", docs, begin, end)
	case kept == t.String():
	case !update:
		test.Errorf("%s tells something else than what was run: look at the difference, then run this test with -update", docs)
	default:
		if err := os.WriteFile(docs, []byte(before+begin+t.String()+end+after), 0o644); err != nil {
			test.Fatal(err)
		}
	}
}

// failures are the columns.
func failures() []paytest.Failure { return append(paytest.Failures(), paytest.WrongRefund) }
