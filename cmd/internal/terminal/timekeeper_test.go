package terminal

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/txn/pay"
)

// oracle proves what a test says.
type oracle struct {
	ahead time.Duration // of the clock here
	err   error
	asked int
}

func (o *oracle) ProveTime(context.Context) (time.Time, error) {
	o.asked++
	return time.Now().Add(o.ahead), o.err
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
				var set []time.Time
				o := &oracle{ahead: c.ahead}
				term := newTerminal(Ports{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), SetClock: func(at time.Time) error {
					set = append(set, at)
					o.ahead = 0
					return nil
				}})
				ctx, cancel := context.WithCancel(t.Context())
				go term.keepTime(ctx, o)
				time.Sleep(time.Hour)
				if want := map[bool]int{true: 1}[c.set]; len(set) != want || o.asked != 1 {
					t.Errorf("set %d times, want %d; asked %d times", len(set), want, o.asked)
				}
				// A doubt has the time proved again, and two at once are one.
				term.doubtClock()
				term.doubtClock()
				synctest.Wait()
				if o.asked != 2 && o.asked != 3 {
					t.Errorf("asked %d times after doubts", o.asked)
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
		o := &oracle{ahead: time.Hour, err: pay.ErrClock}
		var set int
		term := newTerminal(Ports{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), SetClock: func(time.Time) error {
			if set++; set == 1 {
				return errors.New("not permitted")
			}
			o.ahead = 0
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		go term.keepTime(ctx, o)
		time.Sleep(10 * timeRetry)
		if o.asked < 9 || set != 0 {
			t.Errorf("asked %d times, set %d", o.asked, set)
		}
		o.err = nil
		time.Sleep(3 * timeRetry)
		if set != 2 {
			t.Errorf("set %d times, want once more after a failure", set)
		}
		cancel()
		synctest.Wait()
	})
}
