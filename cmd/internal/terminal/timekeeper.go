package terminal

import (
	"context"
	"time"

	"smartpos/txn/pay"
)

const (
	// timeRetry is the wait between attempts to have the time proved, while nobody could.
	timeRetry = 15 * time.Second
	// timeSlack is how far behind a clock may be that is good enough: networks take five minutes.
	timeSlack = 30 * time.Second
	// timeLimit bounds one attempt.
	timeLimit = 20 * time.Second
)

// keepTime has the board's clock set by whatever network can prove the time: once after the start, since a board may
// have no real-time clock, and whenever a request failed for the clock. It never sets it back; that a clock is ahead is
// logged for a technician.
func (t *Terminal) keepTime(ctx context.Context, prover pay.TimeProver) {
	said := ""
	for {
		for !t.proveTime(ctx, prover, &said) {
			select {
			case <-time.After(timeRetry):
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-t.clockDoubt:
		case <-ctx.Done():
			return
		}
	}
}

// proveTime makes one attempt, and reports whether the clock is known to be right now, or will not become so. Why it could not
// be proved is logged when that is another cause than was said before: a network can be out for days.
func (t *Terminal) proveTime(ctx context.Context, prover pay.TimeProver, said *string) bool {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	proven, err := prover.ProveTime(ctx)
	if err != nil {
		if ctx.Err() == nil && err.Error() != *said {
			*said = err.Error()
			t.ports.Log.Warn("time not proved", "err", err)
		}
		return false
	}
	*said = ""
	off := time.Until(proven)
	switch {
	case off < -timeSlack:
		t.ports.Log.Error("the clock is ahead, and a clock is never set back", "by", -off.Round(time.Second))
	case off > timeSlack:
		if err := t.ports.SetClock(proven); err != nil {
			t.ports.Log.Error("clock", "err", err)
			return false
		}
		t.ports.Log.Info("clock set forward", "by", off.Round(time.Second), "to", proven)
	}
	return true
}

// doubtClock asks for the time to be proved again; it never waits.
func (t *Terminal) doubtClock() {
	select {
	case t.clockDoubt <- struct{}{}:
	default:
	}
}

// timeProver is the first network that can prove the time, or nil.
func timeProver(networks []pay.Network) pay.TimeProver {
	for _, n := range networks {
		if p, ok := n.(pay.TimeProver); ok {
			return p
		}
	}
	return nil
}
