package terminal

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/scanner"
)

// busyEngine takes a call only when it has done what it is at: asking a silent engine three times whether it is there.
type busyEngine struct {
	scanner.Engine
	reads bool
}

func (e *busyEngine) call(ctx context.Context, on bool) error {
	select {
	case <-time.After(4 * time.Second):
		e.reads = on
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *busyEngine) Start(ctx context.Context) error { return e.call(ctx, true) }
func (e *busyEngine) Stop(ctx context.Context) error  { return e.call(ctx, false) }

// An engine that is busy when it is to stop is told as soon as it listens: nobody else would, and it would go on reading.
func TestBusyEngineIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &busyEngine{}
		term := newTerminal(Ports{Scanner: engine, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); term.pullTrigger(ctx) }()
		for _, on := range []bool{true, false} {
			term.triggers.replace(on)
			time.Sleep(5 * time.Second)
			if synctest.Wait(); engine.reads != on {
				t.Errorf("asked for %v, it reads: %v", on, engine.reads)
			}
		}
		cancel()
		<-ended
	})
}
