package powercut

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"smartpos/cmd/internal/board"
)

// cutsOfBoard is how many cuts a board gets before a new one takes its place: each begins with a blank disk, and each
// gets the time to settle its orders at the end.
const cutsOfBoard = 25

// series has boards lose their power, one after the other or several side by side, until there were enough cuts. The
// board of number n has the seed -seed + n, so a series goes on where another one ended, and a board comes back alone.
func series(t *testing.T, i *board.Image, keys string) {
	boards := (*cuts + cutsOfBoard - 1) / cutsOfBoard
	s := &sum{report: newReport(), began: time.Now(), cpu: processorTime(t)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	next := make(chan int)
	var workers sync.WaitGroup
	for range max(1, min(*jobs, boards)) {
		workers.Go(func() {
			for n := range next {
				if !s.board(ctx, t, i, keys, n) {
					stop()
				}
			}
		})
	}
	for n := 0; n < boards && ctx.Err() == nil; n++ {
		next <- n
	}
	close(next)
	workers.Wait()
	t.Logf("%s, seed %d: %s", *which, *seed, s.figures(t))
	if s.report.Losing == 0 && *cuts >= 10 {
		t.Error("no cut has lost anything that was not flushed: they prove nothing")
	}
}

// sum is what all boards have told so far.
type sum struct {
	began time.Time
	cpu   time.Duration

	mu     sync.Mutex
	report Report
}

// board plays the nth board and reports whether all is well.
func (s *sum) board(ctx context.Context, t *testing.T, i *board.Image, keys string, n int) bool {
	o := Options{Image: i, Dir: folder(t, keys), Seed: *seed + uint64(n), Cuts: min(cutsOfBoard, *cuts-n*cutsOfBoard)}
	o.Log = func(format string, args ...any) { t.Logf("seed %d, %s", o.Seed, fmt.Sprintf(format, args...)) }
	r, err := Run(ctx, o)
	s.mu.Lock()
	s.report.Add(r)
	s.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		t.Errorf("%v\nsee it again, perhaps: make powercut BOARD=%s SEED=%d CUTS=%d", err, *which, o.Seed, o.Cuts)
		return false
	}
	t.Logf("seed %d is done; %s", o.Seed, s.figures(t))
	return true
}

// figures are the report so far, and what it took.
func (s *sum) figures(t *testing.T) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := float64(cmp.Or(s.report.Total(), 1))
	return fmt.Sprintf("%s; %.1f s a cut, %.1f s of processor time", s.report, time.Since(s.began).Seconds()/n, (processorTime(t)-s.cpu).Seconds()/n)
}

// processorTime is what this process and all that it started have used, of those that have ended.
func processorTime(t *testing.T) (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}
