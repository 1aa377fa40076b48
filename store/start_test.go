package store

import (
	"testing"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Start costs what is pending, not what is past: counted in values read, which no machine's speed changes.
func TestStartCost(t *testing.T) {
	cost := func(past int) int {
		j := open(t, t.TempDir())
		sell(t, j, past)
		for range 3 {
			o := commit(t, j, storetest.Intent(100, ""))
			commit(t, j, storetest.Move(o, txn.Unknown))
		}
		before := j.visits
		s, err := j.Start()
		if err != nil || len(s.Pending) != 3 || s.Last == nil {
			t.Fatalf("%+v, %v", s, err)
		}
		return j.visits - before
	}
	few, many := cost(5), cost(100)
	if few != many || few > 24 {
		t.Errorf("%d values read after 5 sales, %d after 100, want as few", few, many)
	}
	t.Logf("%d values read with three orders pending", few)
}
