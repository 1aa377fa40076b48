package terminal

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/store"
	"smartpos/txn"
)

// A terminal with a damaged journal repairs it by its loop, and is to be started again; then it tells what happened.
func TestDamagedJournalIsRepaired(t *testing.T) {
	p := sealedProfile(t)
	if err := opens(t, p); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(filepath.Join(p.Path(p.Data), store.FileName), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("pending")) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	var ports Ports
	var open closers
	ports.Log = log
	_, halt := openJournal(p, Board{}, &ports, &open)
	if !repairable(halt) || ports.Journal != nil || len(open) != 0 {
		t.Fatalf("%v, and the journal is kept open", halt)
	}
	g := newGlass()
	ports = Ports{Log: log, Keys: newKeys(), Screen: g, Repair: repairer(p, log)}
	term := NewRepairing(txn.Config{Language: txn.Chinese}, halt, ports)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := term.Run(ctx); !errors.Is(err, ErrRestart) {
		t.Fatalf("%v, want ErrRestart", err)
	}
	start, err := openJournal(p, Board{}, &Ports{Log: log}, &open)
	if err != nil || start.Restored == nil || !start.Restored.Repaired {
		t.Errorf("%+v, %v", start.Restored, err)
	}
	if err := open.close(); err != nil {
		t.Error(err)
	}
}

// What nothing can be made of, or is another board's, is left alone.
func TestNotRepairable(t *testing.T) {
	for _, err := range []error{nil, txn.ErrJournalKey, txn.ErrJournalNewer, txn.ErrJournalBusy, txn.ErrJournalFull} {
		if repairable(err) {
			t.Errorf("%v", err)
		}
	}
}

// What is said of a damaged journal stands on the smallest display whole, in both languages.
func TestRepairFits(t *testing.T) {
	boss := txn.Till{Operators: []txn.Operator{{ID: "S01", Role: txn.Supervisor, PIN: "x"}}}
	const many = 99_999_999
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		cfg := txn.Config{Language: language, Sandbox: true, EnrolCode: txn.NewPIN("20260301")}
		check := func(m *txn.Machine, events ...txn.Event) {
			t.Helper()
			for i, ev := range events {
				for _, e := range m.Step(txn.Time{Mono: time.Duration(i) * 3 * time.Minute}, ev) {
					if d, ok := e.(txn.Draw); ok {
						c := display.NewCanvas(320, 240)
						Draw(c, d.Screen)
						got := squeeze(displaytest.ReadText(c))
						for _, line := range append(d.Screen.Lines, d.Screen.Keys...) {
							if !strings.Contains(got, squeeze(line)) {
								t.Errorf("%q does not fit:\n%s", line, got)
							}
						}
					}
				}
			}
		}
		check(txn.NewRepairing(cfg, txn.Time{}), txn.Tick{}, txn.RepairedSoFar{Records: many, Of: many}, txn.Tick{}, txn.Tick{}, txn.Tick{})
		loss := &txn.LossError{Records: many, Known: many + 1, Orders: many, Till: boss}
		check(txn.NewRepairing(cfg, txn.Time{}), txn.Tick{}, txn.Repaired{Err: loss}, txn.KeyPressed{Key: txn.KeyMenu},
			txn.KeyPressed{Key: "1"}, txn.KeyPressed{Key: txn.KeyOK}, txn.KeyPressed{Key: txn.KeyCancel})
		check(txn.NewRepairing(cfg, txn.Time{}), txn.Tick{}, txn.Repaired{Err: txn.ErrJournalDamaged})
		for _, r := range []txn.Restored{{}, {Repaired: true}, {Repaired: true, By: "S01"}} {
			check(txn.New(cfg, txn.Start{Restored: &r}, txn.Time{}), txn.Tick{})
		}
	}
}
