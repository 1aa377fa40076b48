package store

import (
	"slices"
	"testing"
	"time"

	"smartpos/store/storetest"
)

// BenchmarkPrune says how long a sale that comes in the middle of pruning would wait: the longest step, and beside it what
// a commit of the same journal takes on the same disk. Everything is synced.
func BenchmarkPrune(b *testing.B) {
	const sales = 4000
	var steps, commits []time.Duration
	var before, after int64
	for b.Loop() {
		b.StopTimer()
		a := grow(b, b.TempDir())
		sell(b, a, sales)
		a.close(b)
		before = must(a.Info()).Bytes
		a.db.NoSync = false
		b.StartTimer()
		for more := true; more; {
			t0 := time.Now()
			var err error
			if more, err = a.Prune(old); err != nil {
				b.Fatal(err)
			}
			steps = append(steps, time.Since(t0))
			if len(steps)%4 == 0 {
				t0 = time.Now()
				commit(b, a, storetest.Cash(100, 100, ""))
				commits = append(commits, time.Since(t0))
			}
		}
		after = must(a.Info()).Bytes
	}
	for name, of := range map[string][]time.Duration{"step": steps, "commit": commits} {
		slices.Sort(of)
		b.ReportMetric(float64(of[len(of)/2].Microseconds()), "µs/median-"+name)
		b.ReportMetric(float64(of[len(of)*95/100].Microseconds()), "µs/95th-"+name)
		b.ReportMetric(float64(of[len(of)-1].Microseconds()), "µs/longest-"+name)
	}
	b.ReportMetric(float64(after)/float64(before), "×size-after")
}

// BenchmarkPatrol says how long a sale that comes in the middle of a check of everything would wait.
func BenchmarkPatrol(b *testing.B) {
	a := grow(b, b.TempDir())
	sell(b, a, 4000)
	var steps []time.Duration
	for b.Loop() {
		var p Patrol
		for more := true; more; {
			t0 := time.Now()
			var err error
			if more, err = a.Patrol(&p); err != nil {
				b.Fatal(err)
			}
			steps = append(steps, time.Since(t0))
		}
	}
	slices.Sort(steps)
	b.ReportMetric(float64(steps[len(steps)/2].Microseconds()), "µs/median-step")
	b.ReportMetric(float64(steps[len(steps)-1].Microseconds()), "µs/longest-step")
}
