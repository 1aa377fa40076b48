package sim

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
)

var (
	seed  = flag.Uint64("seed", 0, "play the day of this seed alone")
	seeds = flag.Uint64("seeds", 40, "days to play")
	first = flag.Uint64("first", 1, "seed of the first of them")
	sales = flag.Int("sales", 50, "sales of a day")
	show  = flag.Bool("events", false, "print what happened")
)

// dir returns an empty folder, in memory where that is possible: the simulation makes its own power cuts.
func dir(t testing.TB) string {
	for _, parent := range []string{"/dev/shm", ""} {
		if d, err := os.MkdirTemp(parent, "sim"); err == nil {
			t.Cleanup(func() { _ = os.RemoveAll(d) })
			return d
		}
	}
	return t.TempDir()
}

// Days of trade with everything that goes wrong: no rule is broken. A failure says the command that plays it again.
func TestSim(t *testing.T) {
	from, n := *first, *seeds
	switch {
	case *seed != 0:
		from, n = *seed, 1
	case testing.Short():
		n = min(n, 6)
	}
	var mu sync.Mutex
	var cuts [cutKinds]int
	t.Run("days", func(t *testing.T) {
		for s := from; s < from+n; s++ {
			t.Run(fmt.Sprint("seed=", s), func(t *testing.T) {
				t.Parallel()
				r, err := Run(Options{Seed: s, Sales: *sales, Dir: dir(t)})
				mu.Lock()
				defer mu.Unlock()
				if *show {
					for _, line := range r.Trace {
						fmt.Println(line)
					}
				}
				if err != nil {
					t.Fatal(shorter(t, s, err))
				}
				for i, c := range r.Cuts {
					cuts[i] += c
				}
				t.Logf("%d sales, %d orders, %d paid, %d refunded, %d commits, %d restarts in %s", r.Sales, r.Orders, r.Paid, r.Refunded, r.Commits, r.Restarts, r.Length)
			})
		}
	})
	t.Logf("commits that the power cut: %v %v", cutNames, cuts)
	if n >= 40 && *sales >= 50 && slices.Contains(cuts[:], 0) {
		t.Errorf("a kind of power cut never happened: %v", cuts)
	}
}

// shorter looks for the same failure in a shorter day.
func shorter(t *testing.T, s uint64, err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	for _, n := range []int{f.Begun, f.Begun / 2, f.Begun / 4} {
		var g *Failure
		if _, again := Run(Options{Seed: s, Sales: n, Dir: dir(t)}); n > 0 && errors.As(again, &g) && g.Rule == f.Rule {
			f = g
		}
	}
	return f
}

// The same seed plays the same day again, to the last event.
func TestSameSeedSameDay(t *testing.T) {
	for s := uint64(1); s <= 6; s++ {
		a, errA := Run(Options{Seed: s, Sales: 20, Dir: dir(t)})
		b, errB := Run(Options{Seed: s, Sales: 20, Dir: dir(t)})
		if fmt.Sprint(errA) != fmt.Sprint(errB) {
			t.Errorf("seed %d: %v, then %v", s, errA, errB)
		}
		for i := range min(len(a.Trace), len(b.Trace)) {
			if a.Trace[i] != b.Trace[i] {
				t.Fatalf("seed %d, event %d: %q, then %q", s, i, a.Trace[i], b.Trace[i])
			}
		}
		if len(a.Trace) != len(b.Trace) || len(a.Trace) < 100 {
			t.Errorf("seed %d: %d events, then %d", s, len(a.Trace), len(b.Trace))
		}
	}
}
