package conformance

import (
	"flag"
	"slices"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

var update = flag.Bool("update", false, "write the table of TestMachine into docs/networks.md")

// shortly are the columns that are left when there is little time.
var shortly = []paytest.Failure{paytest.Refused, paytest.LostReply, paytest.Late, paytest.Forged, paytest.SystemAfter}

// TestMachine goes through every call and state × every failure at every network: the order ends in paid or not paid, the
// customer's account says the same, and what was open when the failure was known is found out when the failure is over.
// The table of what was run is printed, and kept in docs/networks.md; -update writes it there.
func TestMachine(t *testing.T) {
	run := table{}
	for _, n := range networks {
		if testing.Short() && n.ID != txn.Aggregator {
			continue
		}
		t.Run(string(n.ID), func(t *testing.T) {
			for _, r := range rows {
				t.Run(r.name, func(t *testing.T) { playRow(t, n, r, run.at(r.name, n.ID)) })
			}
		})
	}
	if testing.Short() || t.Failed() || !run.whole() {
		return
	}
	t.Log("cells run: ended in paid + not paid, outcome open when the failure was known\n" + run.String())
	run.keep(t, *update)
}

// playRow plays the cells of a row at a network, in one sandbox.
func playRow(t *testing.T, n txn.NetworkConfig, r row, sum *count) {
	s := openShop(t)
	for _, f := range failures() {
		if inapplicable(n.ID, r.op, f) != "" || testing.Short() && !slices.Contains(shortly, f) {
			continue
		}
		t.Run(string(f), func(t *testing.T) {
			s.TB = t
			c := newCell(t, s, n, f)
			r.play(c)
			if aboutRefund(r.op) {
				sum.addRefund(c.back, c.settleRefund().State)
			} else {
				sum.add(c.first, c.settle().State)
			}
		})
	}
}
