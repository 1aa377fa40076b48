package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// open opens a journal in dir; when the test ends it is closed, and everything in dir must hold.
func open(t testing.TB, dir string) *Journal {
	t.Helper()
	return openWith(t, dir, Config{Terminal: "T0000001", Now: func() time.Time { return storetest.Day }})
}

func openWith(t testing.TB, dir string, cfg Config) *Journal {
	t.Helper()
	j, err := Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	// No test here can see a sync, and hundreds of them are most of what a test costs. The benchmark syncs.
	j.db.NoSync = true
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
		recheck(t, dir)
	})
	return j
}

// recheck holds a closed journal to bbolt's own check and to ours.
func recheck(t testing.TB, dir string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, FileName), fileMode, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Errorf("recheck: %v", err)
		return
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("recheck: bbolt: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Errorf("recheck: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("recheck: %v", err)
	}
	j, err := Open(dir, Config{ReadOnly: true})
	if err != nil {
		t.Errorf("recheck: %v", err)
		return
	}
	if _, err := j.Verify(); err != nil {
		t.Errorf("recheck: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("recheck: %v", err)
	}
	for _, name := range []string{FileName, KeyName} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != fileMode {
			t.Errorf("recheck: %s: %v, %v, want mode 0600", name, info, err)
		}
	}
}

func commit(t testing.TB, j txn.Journal, rec txn.Record) txn.Order {
	t.Helper()
	o, err := j.Commit(rec)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// sell commits n paid and printed sales.
func sell(t testing.TB, j txn.Journal, n int) {
	t.Helper()
	for range n {
		o := commit(t, j, storetest.Intent(350, ""))
		commit(t, j, storetest.Outcome(o, txn.Paid))
		commit(t, j, storetest.Printed(o))
	}
}
