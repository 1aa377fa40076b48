package terminal

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/txn"
)

// told hands on each line of an event log.
type told chan string

func (t told) Write(line []byte) (int, error) {
	t <- string(line)
	return len(line), nil
}

// A reconciliation that hangs is not joined by another, which would write the same file.
func TestOneReconciliationAtATime(t *testing.T) {
	log := make(told, 4)
	began, end := make(chan struct{}, 2), make(chan struct{})
	term := newTerminal(Ports{
		Log: slog.New(slog.NewTextHandler(log, nil)),
		Desk: &daybook.Desk{Orders: func(func(txn.Order) error) error {
			began <- struct{}{}
			<-end
			return nil
		}},
	})
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, txn.BusinessZone)
	term.reconcile(t.Context(), day)
	<-began
	term.reconcile(t.Context(), day.AddDate(0, 0, 1))
	select {
	case <-began:
		t.Error("two at a time")
	case line := <-log:
		if !strings.Contains(line, "has not ended") {
			t.Error(line)
		}
	}
	close(end)
	term.work.Wait()
	if ev := (<-term.events).(txn.Reconciled); !ev.Day.Equal(day) || len(term.events) != 0 {
		t.Errorf("%v, and %d more", ev.Day, len(term.events))
	}
}

// A reconciliation that hangs with a stick does not keep the terminal from ending.
func TestReconciliationHangsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, hang := make(told, 4), make(chan struct{})
		term := newTerminal(Ports{
			Log: slog.New(slog.NewTextHandler(log, nil)), Keys: newKeys(), Screen: newGlass(),
			Desk: &daybook.Desk{Orders: func(func(txn.Order) error) error { <-hang; return nil }},
		})
		ctx, cancel := context.WithCancel(t.Context())
		term.reconcile(ctx, time.Date(2026, 3, 1, 0, 0, 0, 0, txn.BusinessZone))
		cancel()
		ended := make(chan error, 1)
		go func() { ended <- term.shut() }()
		select {
		case err := <-ended:
			if line := <-log; err != nil || !strings.Contains(line, "hangs") {
				t.Errorf("%v, and it says %s", err, line)
			}
		case <-time.After(10 * time.Second): // when process 1 kills it
			t.Error("it waits for what hangs")
		}
		close(hang)
	})
}
