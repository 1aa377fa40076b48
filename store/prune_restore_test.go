package store

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// A pruned journal goes into a backup and comes back on another device, and is pruned again there.
func TestPruneBackupRestore(t *testing.T) {
	a := grow(t, t.TempDir())
	commit(t, a, storetest.Enrolled("9001"))
	sell(t, a, 20)
	a.close(t)
	gone := a.gone(t, old)
	sell(t, a, 5)
	want, start, info := must(a.Recent(1000)), must(a.Start()), must(a.Info())
	b := a.save(t)
	if m, err := CheckBackup(bytes.NewReader(b), safe()); err != nil || m.Version != archiveAnchor || m.Gone != gone || m.Records != info.Records {
		t.Errorf("%+v, %v", m, err)
	}
	dir := t.TempDir()
	j, done := mustRestore(t, dir, b)
	if got := must(j.Recent(1000)); storetest.Text(got) != storetest.Text(want) {
		t.Errorf("orders: %s\nwere %s", storetest.Text(got), storetest.Text(want))
	}
	got := must(j.Start())
	got.Restored = nil // of which the other knows nothing
	if start.Till.Incarnation = done.Now; storetest.Text(got) != storetest.Text(start) {
		t.Errorf("start: %s\nwas %s", storetest.Text(got), storetest.Text(start))
	}
	next := commit(t, j, storetest.Intent(1, ""))
	if want := fmt.Sprintf("%s%08d", done.Now, info.Orders+1); string(next.No[len(next.No)-16:]) != want {
		t.Errorf("the next number is %s, want …%s", next.No, want)
	}
	commit(t, j, storetest.Outcome(next, txn.Failed))
	sell(t, j, 5)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	second := grow(t, dir)
	second.now = storetest.Day.Add(24 * time.Hour)
	sell(t, second, 5)
	second.close(t)
	if again := second.gone(t, old); again <= info.Records {
		t.Errorf("%d records gone after a restore", again)
	}
	third, _ := mustRestore(t, t.TempDir(), second.save(t))
	sell(t, third, 1)
}

// Over what the backup can't be compared with, nothing is restored.
func TestRestoreBehindAnAnchor(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 5)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	young := t.TempDir()
	copyJournal(t, a.dir, young)
	a = grow(t, a.dir)
	a.now = storetest.Day.Add(time.Hour)
	sell(t, a, 20)
	a.close(t)
	a.gone(t, old)
	b := a.save(t)
	if _, err := restore(young, b, RestoreOptions{}); !errors.Is(err, ErrHoldsMore) {
		t.Errorf("over an older journal that nothing connects: %v, want ErrHoldsMore", err)
	}
	if _, err := restore(t.TempDir(), b, RestoreOptions{Witness: &Witness{3, "x"}}); !errors.Is(err, ErrOlder) {
		t.Errorf("with a witness of what is gone: %v, want ErrOlder", err)
	}
	if _, err := restore(t.TempDir(), b, RestoreOptions{Older: true, Witness: &Witness{3, "x"}}); err != nil {
		t.Error(err)
	}
}

// A pruned journal is a journal like any other: of this one nothing is left but an anchor and the record of a restore.
func TestPrunedJournal(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).Close()
	for n := range 5 {
		a := grow(t, dir)
		a.now = storetest.Day.Add(time.Duration(n-10) * time.Hour)
		b := a.save(t)
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		dir = t.TempDir()
		opt := RestoreOptions{Identities: []age.Identity{safe()}}
		if _, err := Restore(dir, a.config(), bytes.NewReader(b), opt); err != nil {
			t.Fatal(err)
		}
	}
	j := open(t, dir)
	pruneTo(t, j, 4)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, func(t *testing.T) txn.Journal {
		fresh := t.TempDir()
		copyJournal(t, dir, fresh)
		return open(t, fresh)
	})
}

// What is gone and not swept yet is still held to what it was.
func TestUnsweptIsHeld(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 60)
	a.close(t)
	for st := (state{}); st.swept == 0; st = stateOf(t, a.Journal) {
		if _, err := a.Prune(old); err != nil {
			t.Fatal(err)
		}
	}
	if st := stateOf(t, a.Journal); st.swept >= st.gone {
		t.Fatalf("%+v", st)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	last := stateOf(t, must(Open(a.dir, Config{ReadOnly: true}))).gone
	for name, forge := range map[string]func(*bbolt.Tx) error{
		"the last is another": func(tx *bbolt.Tx) error {
			_, k, err := decodeIdentity(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyIdentity)), read(t, filepath.Join(a.dir, KeyName)))
			if err != nil {
				return err
			}
			b := tx.Bucket([]byte(bucketRecords))
			e, err := decodeEnvelope(b.Get(u64(last)), k.record)
			if err != nil {
				return err
			}
			e.at = e.at.Add(time.Hour)
			return b.Put(u64(last), e.encode(k.record))
		},
		"two changed places": swap(bucketRecords, u64(last-1), u64(last)),
		"one is missing":     remove(bucketRecords, u64(last-1)),
		"an order is":        remove(bucketOrders, u64(last/3)),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			copyJournal(t, a.dir, dir)
			edit(t, dir, forge)
			if err := verify(dir, Config{}); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("verify: %v, want ErrJournalDamaged", err)
			}
			j := must(Open(dir, Config{Terminal: "T0000001"}))
			defer func() { _ = j.Close() }()
			for more, err := true, error(nil); more && err == nil; {
				more, err = j.Prune(old)
			}
			if _, err := j.Commit(storetest.Intent(1, "")); err != nil {
				t.Errorf("damage beside the selling stopped it: %v", err)
			}
		})
	}
}
