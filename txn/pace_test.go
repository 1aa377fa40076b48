package txn_test

import (
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Poll of a shown code
func TestShownPollKeepsPace(t *testing.T) {
	for _, f := range []struct {
		name  string
		a     txn.Answer
		fault txn.Fault
	}{{"not-found", is(txn.StatusNotFound), ""}, {"no-answer", txn.Answer{}, txn.FaultNoAnswer}, {"system", txn.Answer{}, txn.FaultSystem}} {
		t.Run(f.name, func(t *testing.T) {
			r, _ := shown(t)
			last, worst := time.Duration(0), time.Duration(0)
			r.pass(100*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
				worst, last = max(worst, r.now.Mono-last), r.now.Mono
				return f.a, f.fault
			})
			worst = max(worst, r.now.Mono-last)
			if worst > 15*time.Second {
				t.Fatalf("%v without a query while the customer stands there", worst)
			}
		})
	}
}

// a fault now and then, good answers between: back-off never shrinks
func TestBackoffIsReset(t *testing.T) {
	r, _ := shown(t)
	n, last, worst := 0, time.Duration(0), time.Duration(0)
	r.pass(110*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		worst, last = max(worst, r.now.Mono-last), r.now.Mono
		if n++; n%2 == 0 {
			return txn.Answer{}, txn.FaultNoAnswer
		}
		return is(txn.StatusWaiting), ""
	})
	if worst > 10*time.Second {
		t.Fatalf("%v without a query, though every second one was answered", worst)
	}
}

// Starvation among background orders
func TestBackgroundStarvation(t *testing.T) {
	j := storetest.NewMemory("T01")
	wall := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for range 100 {
		if _, err := j.Commit(&txn.Intent{Network: txn.WeChat, Method: txn.Show, Amount: txn.Yuan(100), Operator: "1", Created: wall, Expires: wall.Add(2 * time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	r := startRig(t, config(), j, wall.Add(time.Hour))
	asked := map[txn.OrderNo]int{}
	type flight struct {
		q  txn.Request
		at time.Duration
	}
	var air []flight
	for r.now.Mono < 30*time.Minute {
		r.pass(100*time.Millisecond, nil)
		for _, q := range r.requests {
			asked[q.Order.No]++
			air = append(air, flight{q, r.now.Mono + 10*time.Second})
		}
		r.requests = nil
		if len(air) > 4 {
			t.Fatal("more than four")
		}
		for len(air) > 0 && air[0].at <= r.now.Mono {
			f := air[0]
			air = air[1:]
			r.fault(f.q, txn.FaultNoAnswer)
		}
	}
	if len(asked) < 100 {
		t.Fatalf("%d of 100 orders were asked about in half an hour", len(asked))
	}
}

// Wallet switching passes the limit of unresolved orders
func TestSwitchIsBounded(t *testing.T) {
	r, _ := shown(t)
	for i := range 600 {
		r.keys([]string{"2", "1"}[i%2])
	}
	all, _ := r.journal.Recent(1000)
	n := 0
	for _, o := range all {
		if !o.State.Final() {
			n++
		}
	}
	if n > 200 {
		t.Fatalf("%d unresolved orders", n)
	}
}
