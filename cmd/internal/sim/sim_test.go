package sim

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	seeds  = flag.Uint64("seeds", 500, "days to play")
	first  = flag.Uint64("first", 1, "seed of the first of them")
	sales  = flag.Int("sales", 50, "sales of a day")
	only   = flag.String("only", "", "the steps of the day that happen, by their names")
	show   = flag.Bool("events", false, "print what happened")
	report = flag.String("report", "", "file for what broke, as JSON")
)

// A day makes much that is soon forgotten, and memory is not what there is too little of.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

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

// inDir calls fn with an empty folder that is there no longer than fn runs.
func inDir(t testing.TB) func(fn func(string)) {
	parent := dir(t)
	return func(fn func(string)) {
		d, err := os.MkdirTemp(parent, "day")
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = os.RemoveAll(d) }()
		fn(d)
	}
}

const (
	shrinkTime = time.Minute // for one failure
	manyDays   = 300         // in which each kind of fault must occur
	progress   = time.Minute
)

// Days of trade with everything that goes wrong: no rule is broken. A failure says the command that plays it again, and
// the shortest that it could be reduced to.
func TestSim(t *testing.T) {
	n := *seeds
	if testing.Short() {
		n = min(n, 6)
	}
	began := time.Now()
	r := play(t, *first, n)
	t.Logf("%d days, %d sales, %d orders, %d paid, %d refunded, %d offline codes, %d commits, %d restarts, %s of trade, in %s",
		n, r.sum.Sales, r.sum.Orders, r.sum.Paid, r.sum.Refunded, r.sum.Offline, r.sum.Commits, r.sum.Restarts,
		r.sum.Length.Round(time.Hour), time.Since(began).Round(time.Second))
	for k, n := range r.sum.Kinds {
		t.Logf("%9d  %s", n, Kind(k))
	}
	if missing := r.sum.Missing(); n >= manyDays && *sales >= 50 && *only == "" && len(missing) > 0 {
		t.Errorf("never happened: %s", strings.Join(missing, "; "))
	}
	if *report != "" {
		writeReport(t, r.broken)
		return
	}
	for _, f := range r.broken[:min(3, len(r.broken))] {
		t.Error(Shrink(Options{Seed: f.Seed, Sales: f.Sales}, f, shrinkTime, inDir(t)))
	}
	if len(r.broken) > 0 {
		t.Errorf("%d of %d days broke a rule", len(r.broken), n)
	}
}

// played is what many days amounted to.
type played struct {
	sum    Result
	broken []*Failure // by seed
}

// play plays days on every processor.
func play(t *testing.T, from, n uint64) (p played) {
	var mu sync.Mutex
	var work sync.WaitGroup
	next, told, in := from, time.Now(), inDir(t)
	day := func() (seed uint64, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(told) > progress {
			told = time.Now()
			fmt.Printf("%d days of %d, %d broke a rule\n", next-from, n, len(p.broken))
		}
		next++
		return next - 1, next-1 < from+n
	}
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for seed, ok := day(); ok; seed, ok = day() {
				opt := Options{Seed: seed, Sales: *sales, Trace: *show}
				if *only != "" {
					opt.Only = strings.Split(*only, ",")
				}
				var r Result
				var err error
				in(func(d string) { opt.Dir = d; r, err = Run(opt) })
				mu.Lock()
				p.sum.Add(r)
				var f *Failure
				if errors.As(err, &f) {
					p.broken = append(p.broken, f)
					fmt.Printf("seed %d broke rule %d: %s\n", f.Seed, f.Rule, f.Replay()) // at once: a million sales take an hour
				} else if err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
				if *show {
					fmt.Println(strings.Join(r.Trace, "\n"))
				}
				mu.Unlock()
			}
		})
	}
	work.Wait()
	slices.SortFunc(p.broken, func(a, b *Failure) int { return int(a.Seed) - int(b.Seed) })
	return p
}

// The same seed plays the same day again, to the last event. One thing no seed decides: bbolt lays its pages out in the
// order of a Go map, so what is left of a record when the power goes twice, in a commit and in the middle of mending it,
// may differ.
func TestSameSeedSameDay(t *testing.T) {
	undecided := fmt.Sprint(CutMending, ": ", cutPart)
	boards := 0
	for s := uint64(1); s <= 6; s++ {
		a, errA := Run(Options{Seed: s, Sales: 50, Dir: dir(t), Trace: true})
		b, errB := Run(Options{Seed: s, Sales: 50, Dir: dir(t), Trace: true})
		same := 0
		for i := range min(len(a.Trace), len(b.Trace)) {
			if a.Trace[i] != b.Trace[i] {
				t.Fatalf("seed %d, event %d: %q, then %q", s, i, a.Trace[i], b.Trace[i])
			}
			if same++; strings.Contains(a.Trace[i], undecided) {
				break
			}
			if strings.Contains(a.Trace[i], BoardDead.String()) {
				boards++
			}
		}
		if same < 100 {
			t.Errorf("seed %d: only %d events", s, same)
		}
		if whole := same == len(a.Trace); whole && (len(b.Trace) != same || fmt.Sprint(errA) != fmt.Sprint(errB)) {
			t.Errorf("seed %d: %d events and %v, then %d and %v", s, len(a.Trace), errA, len(b.Trace), errB)
		}
	}
	if boards == 0 {
		t.Error("no board was replaced: numbers begin anew with each")
	}
}
