package terminal

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// stuckJournal is on a disk that hangs.
type stuckJournal struct {
	txn.Journal
	hang chan struct{}
}

func (s stuckJournal) Commit(txn.Record) (txn.Order, error) {
	<-s.hang
	return txn.Order{}, nil
}

// A disk that never answers is not waited for: the cashier is told to restart, and what comes of the record later is not
// believed in this run.
func TestDiskHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		term := newTerminal(Ports{Log: slog.New(slog.DiscardHandler), Journal: stuckJournal{hang: hang}})
		ctx, cancel := context.WithCancel(t.Context())
		go term.commitAll(ctx)
		term.commits.add(txn.Commit{Token: 7, Record: storetest.Cash(100, 100, "")})
		select {
		case ev := <-term.events:
			if c, ok := ev.(txn.Committed); !ok || c.Token != 7 || c.Err == nil {
				t.Errorf("told %+v", ev)
			}
		case <-time.After(5 * time.Minute):
			t.Error("it waits for the disk")
		}
		close(hang)
		cancel()
	})
}
