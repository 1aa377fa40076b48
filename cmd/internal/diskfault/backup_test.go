package diskfault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// What a child says of a backup or a restore.
const (
	saysDone   = "done"
	saysFailed = "failed"
)

func say(err error) {
	if err != nil {
		fmt.Println(saysFailed, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Println(saysDone)
}

// backUp writes a backup of the journal in dir onto a stick.
func backUp(dir, stick, key string) {
	j, err := store.Open(dir, store.Config{Terminal: config.Terminal, ReadOnly: true})
	if err != nil {
		fmt.Println(saysClosed, err)
		return
	}
	to, err := store.ParseRecoveryKey(key)
	if err == nil {
		_, err = j.BackupTo(context.Background(), stick, to)
	}
	say(errors.Join(err, j.Close()))
}

// restore makes the journal in dir from a backup.
func restore(dir, backup, identity string) {
	f, err := os.Open(backup)
	if err != nil {
		fmt.Println(saysClosed, err)
		return
	}
	defer f.Close()
	ids, err := age.ParseIdentities(strings.NewReader(identity))
	if err == nil {
		_, err = store.Restore(dir, config, f, store.RestoreOptions{Identities: ids})
	}
	say(err)
}

// shop is a terminal's journal with some sales, the shop's recovery key, and a backup.
type shop struct {
	dir, backup string
	safe        *age.X25519Identity
}

func newShop(t *testing.T) shop {
	t.Helper()
	s := shop{dir: t.TempDir()}
	var err error
	if s.safe, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	j, err := store.Open(s.dir, config)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := sellOn(j); err != nil {
		t.Fatal(err)
	}
	b, err := j.BackupTo(t.Context(), t.TempDir(), s.safe.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	s.backup = b.Path
	return s
}

// Every step of a backup fails, in every way: what stands on the stick under a backup's name is whole, and it is there
// when the terminal says so.
func TestEveryBackupStepFails(t *testing.T) {
	notInShort(t)
	s := newShop(t)
	everyStep(t, []string{"pwrite64 smartpos-T0000001.new", "fsync smartpos-T0000001.new", "fsync the folder"}, func(dir string) []string {
		return []string{"backup", s.dir, dir, s.safe.Recipient().String()}
	}, func(dir, said string) error {
		names, err := filepath.Glob(filepath.Join(dir, "smartpos-*.age"))
		if err != nil || len(names) > 1 || len(names) == 0 && strings.HasPrefix(said, saysDone) {
			return fmt.Errorf("on the stick: %v, %v", names, err)
		}
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			if _, err := store.CheckBackup(f, s.safe); err != nil {
				return err
			}
		}
		return nil
	})
}

// Every step of a restore fails, in every way: the journal that was there is there, or the new one, which it is when the
// restore says so. With a disk that works again the restore succeeds, and the terminal sells.
func TestEveryRestoreStepFails(t *testing.T) {
	notInShort(t)
	s := newShop(t)
	steps := []string{
		"pwrite64 journal.db.new", "fdatasync journal.db.new", "fsync journal.db.new", "rename journal.db", "fsync the folder",
	}
	everyStep(t, steps, func(dir string) []string {
		j, err := store.Open(dir, config) // its first start has made an empty journal
		if err != nil || j.Close() != nil {
			t.Fatal(err)
		}
		return []string{"restore", dir, s.backup, s.safe.String()}
	}, func(dir, said string) error {
		before, err := orders(dir)
		if err != nil {
			return fmt.Errorf("with a disk that works: %w", err)
		}
		if before != 0 && before != sales || before == 0 && strings.HasPrefix(said, saysDone) {
			return fmt.Errorf("%d orders", before)
		}
		f, err := os.Open(s.backup)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = store.Restore(dir, config, f, store.RestoreOptions{Identities: []age.Identity{s.safe}})
		if before == 0 && err != nil || before != 0 && !errors.Is(err, store.ErrHoldsMore) {
			return fmt.Errorf("again, over %d orders: %w", before, err)
		}
		j, err := store.Open(dir, config)
		if err != nil {
			return err
		}
		defer j.Close()
		return sellOn(j)
	})
}

// everyStep lets step after step of what a child does in a folder fail, and holds what is left to check. The steps named
// must have been among them.
func everyStep(t *testing.T, want []string, do func(dir string) []string, check func(dir, said string) error) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			var seen []string
			for n := 1; ; n++ {
				dir := t.TempDir()
				said, step := run(t, dir, n, f, do(dir)...)
				if step == nil {
					t.Logf("%d steps", n-1)
					break
				}
				name := filepath.Base(step.File)
				if step.File == dir {
					name = "the folder"
				}
				seen = append(seen, step.Call+" "+name)
				if err := check(dir, strings.Join(said, "\n")); err != nil {
					t.Errorf("step %d, %s of %s: %v\n%s", n, step.Call, name, err, strings.Join(said, "\n"))
				}
			}
			for _, w := range want {
				if !slices.Contains(seen, w) {
					t.Errorf("%s never failed, but %q did", w, slices.Compact(seen))
				}
			}
		})
	}
}

// orders counts the orders of the journal in dir, which must hold.
func orders(dir string) (n uint64, err error) {
	j, err := store.Open(dir, config)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	report, err := j.Verify()
	return report.Orders, err
}

// sellOn makes the sales that a child makes.
func sellOn(j *store.Journal) error {
	for range sales {
		o, err := j.Commit(storetest.Intent(500, ""))
		if err == nil {
			_, err = j.Commit(storetest.Outcome(o, txn.Paid))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
