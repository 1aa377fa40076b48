package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/txn/pay"
)

// oracle proves what a test says, and keeps what was set.
type oracle struct {
	mu    sync.Mutex
	ahead time.Duration // of the clock here
	err   error
	asked int
	sets  int
	stuck int // how many settings fail
}

func (o *oracle) ProveTime(context.Context) (time.Time, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	return time.Now().Add(o.ahead), o.err
}

// set is the board's clock.
func (o *oracle) set(time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sets++; o.sets <= o.stuck {
		return errors.New("not permitted")
	}
	o.ahead = 0
	return nil
}

func (o *oracle) counts() (asked, sets int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked, o.sets
}

func (o *oracle) terminal() *Terminal {
	return newTerminal(Ports{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), SetClock: o.set})
}

func TestKeepTime(t *testing.T) {
	for _, c := range []struct {
		name  string
		ahead time.Duration
		set   bool
	}{
		{"months behind", 100 * 24 * time.Hour, true},
		{"a minute behind", time.Minute, true},
		{"right", time.Second, false},
		{"ahead", -time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &oracle{ahead: c.ahead}
				term := o.terminal()
				ctx, cancel := context.WithCancel(t.Context())
				go term.keepTime(ctx, o)
				time.Sleep(time.Hour)
				want := map[bool]int{true: 1}[c.set]
				if asked, sets := o.counts(); sets != want || asked != 1 {
					t.Errorf("set %d times, want %d; asked %d times", sets, want, asked)
				}
				term.doubtClock() // the time is proved again
				synctest.Wait()
				if asked, _ := o.counts(); asked != 2 {
					t.Errorf("asked %d times after a doubt", asked)
				}
				cancel()
				synctest.Wait()
			})
		})
	}
}

// Nobody can prove the time yet: it is tried again until somebody can.
func TestKeepTimeRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{ahead: time.Hour, err: pay.ErrClock, stuck: 1}
		ctx, cancel := context.WithCancel(t.Context())
		go o.terminal().keepTime(ctx, o)
		time.Sleep(10 * timeRetry)
		if asked, sets := o.counts(); asked < 9 || sets != 0 {
			t.Errorf("asked %d times, set %d", asked, sets)
		}
		o.mu.Lock()
		o.err = nil
		o.mu.Unlock()
		time.Sleep(3 * timeRetry)
		if _, sets := o.counts(); sets != 2 {
			t.Errorf("set %d times, want once more after a failure", sets)
		}
		cancel()
		synctest.Wait()
	})
}

// A night without a network is one line of the event log, which is short: what happened before it stays there.
func TestKeepTimeSaysItOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		o := &oracle{err: errors.New("no route")}
		term := newTerminal(Ports{Log: slog.New(slog.NewTextHandler(&log, nil)), SetClock: o.set})
		ctx, cancel := context.WithCancel(t.Context())
		go term.keepTime(ctx, o)
		time.Sleep(8 * time.Hour)
		o.mu.Lock()
		o.err = errors.New("no answer")
		o.mu.Unlock()
		time.Sleep(time.Hour)
		cancel()
		synctest.Wait()
		if got := log.String(); strings.Count(got, "no route") != 1 || strings.Count(got, "no answer") != 1 {
			t.Errorf("%d lines", strings.Count(got, "\n"))
		}
	})
}
