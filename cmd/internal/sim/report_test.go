package sim

import (
	"encoding/json"
	"os"
	"testing"
)

// breach is a broken rule as a report tells it.
type breach struct {
	Seed uint64
	Rule int
	What string
	Of   int    // steps that happened
	Left []Step // of them, when all that can be is left out; of the first breach alone
}

// writeReport writes what broke to the file that was asked for, the first breach with its shortest day.
func writeReport(t *testing.T, broken []*Failure) {
	all := []breach{}
	for i, f := range broken {
		b := breach{Seed: f.Seed, Rule: f.Rule, What: f.What, Of: len(f.Steps)}
		if i == 0 {
			b.Left = Shrink(Options{Seed: f.Seed, Sales: f.Sales}, f, shrinkTime/3, inDir(t)).Steps
		}
		all = append(all, b)
	}
	raw, err := json.Marshal(all)
	if err == nil {
		err = os.WriteFile(*report, raw, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}
