package boot

import (
	"context"
	"sync"
	"time"
)

// lease is the right to feed the watchdog: it runs out unless somebody extends it.
type lease struct {
	mu  sync.Mutex
	end time.Time
}

// extend lets the lease run for d from now, if that is longer than it does already.
func (l *lease) extend(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if end := time.Now().Add(d); end.After(l.end) {
		l.end = end
	}
}

// set lets the lease run for d from now, even if that is shorter than it did.
func (l *lease) set(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = time.Now().Add(d)
}

// runs reports whether the lease has not run out.
func (l *lease) runs() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.end)
}

// feed feeds w as long as the lease runs, several times within its timeout.
func (l *lease) feed(ctx context.Context, w Watchdog, timeout time.Duration, log *console) {
	ticker := time.NewTicker(timeout / 5)
	defer ticker.Stop()
	hungry, failed := false, false
	for {
		if l.runs() {
			err := w.Feed()
			if err != nil && !failed {
				log.logf("watchdog: %v", err)
			}
			hungry, failed = false, err != nil
		} else if !hungry {
			hungry = true
			log.logf("watchdog: no sign of life: the board resets itself within %v", timeout)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
