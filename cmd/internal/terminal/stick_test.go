package terminal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/age"

	"smartpos/device"
	"smartpos/store"
	"smartpos/txn"
)

const anyRecoveryKey = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

// fakeStick is a stick in a test's hand.
type fakeStick struct {
	mu    sync.Mutex
	state txn.StickState
	spare bool
	lent  int
	lend  error // it is not lent
	back  error // it is not given back
}

func (f *fakeStick) Look() (txn.StickState, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state, f.spare
}

func (f *fakeStick) set(s txn.StickState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = s
}

func (f *fakeStick) Lend(context.Context) (func() error, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lend != nil {
		return nil, f.lend
	}
	f.lent++
	return func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.lent--
		return f.back
	}, nil
}

// fakeJournal is one that a backup may fail of.
type fakeJournal struct {
	records atomic.Uint64
	write   func(path string) error
}

func newFakeJournal() *fakeJournal {
	f := &fakeJournal{}
	f.records.Store(1)
	return f
}

func (f *fakeJournal) Info() (store.Info, error) { return store.Info{Records: f.records.Load()}, nil }

func (f *fakeJournal) BackupTo(_ context.Context, path string, _ age.Recipient) (store.BackupFile, error) {
	m := store.Manifest{Terminal: "T1", Incarnation: "7Q3KZ9XB", Records: f.records.Load()}
	b := store.BackupFile{Manifest: m, Path: filepath.Join(path, m.Name()), Bytes: 9}
	if f.write != nil {
		return b, f.write(path)
	}
	return b, nil
}

// safe is a terminal's backups with a stick and a journal of the test's.
type safe struct {
	*backups
	stick   *fakeStick
	journal *fakeJournal

	mu   sync.Mutex
	told []txn.Event
}

func newSafe(t *testing.T, folder string) *safe {
	t.Helper()
	p := &device.Profile{Stick: t.TempDir(), Backup: device.Backup{RecoveryKey: anyRecoveryKey, Every: device.Duration(24 * time.Hour)}}
	if folder != "" {
		p.Backup.Folder = filepath.Join(p.Stick, folder)
	}
	b, err := newBackups(p, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := &safe{backups: b, stick: &fakeStick{}, journal: newFakeJournal()}
	b.stick, b.journal = s.stick, s.journal
	return s
}

// run has the backups made in a bubble's time, while f does something.
func run(t *testing.T, folder string, f func(s *safe)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSafe(t, folder)
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx, func(ev txn.Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, ev)
		})
		f(s)
		cancel()
		synctest.Wait()
		if s.stick.lent != 0 {
			t.Errorf("the stick was not given back")
		}
	})
}

// tells returns what was told in a while.
func (s *safe) tells(in time.Duration) []txn.Event {
	time.Sleep(in)
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.told
	s.told = nil
	return told
}

// Somebody asks: the stick is lent, written and given back before it is said to be free.
func TestBackupNow(t *testing.T) {
	run(t, "", func(s *safe) {
		s.stick.set(txn.StickReady)
		s.journal.write = func(path string) error {
			if s.stick.lent != 1 {
				t.Error("written on a stick that is not lent")
			}
			if filepath.Base(path) != "smartpos" || !isDir(path) {
				t.Errorf("written to %s", path)
			}
			return nil
		}
		if got := s.tells(time.Second); !slices.Equal(got, []txn.Event{txn.StickChanged{State: txn.StickReady}}) {
			t.Errorf("told %+v", got)
		}
		s.Now()
		want := []txn.Event{txn.BackingUp{}, txn.BackedUp{File: "smartpos-T1-7Q3KZ9XB-00000001.age", Bytes: 9, Records: 1}}
		if got := s.tells(time.Second); !slices.Equal(got, want) {
			t.Errorf("told %+v", got)
		}
		if got := s.tells(48 * time.Hour); got != nil { // nobody asked for more
			t.Errorf("told %+v", got)
		}
	})
}

// What goes wrong on the stick is told as what the cashier can do something about.
func TestBackupTrouble(t *testing.T) {
	eio := &fs.PathError{Op: "write", Path: "x", Err: syscall.EIO}
	for _, c := range []struct {
		name string
		set  func(s *safe)
		want txn.BackupTrouble
	}{
		{"no key", func(s *safe) { s.to = nil }, txn.BackupNoKey},
		{"no stick", func(s *safe) { s.stick.set(txn.StickNone) }, txn.BackupNoStick},
		{"NTFS", func(s *safe) { s.stick.set(txn.StickUnknown) }, txn.BackupUnknown},
		{"unreadable", func(s *safe) { s.stick.set(txn.StickBroken) }, txn.BackupStick},
		{"silent", func(s *safe) { s.stick.set(txn.StickSilent) }, txn.BackupSilent},
		{"its switch", func(s *safe) { s.stick.set(txn.StickReadOnly) }, txn.BackupReadOnly},
		{"full", func(s *safe) { s.journal.write = func(string) error { return fmt.Errorf("%w", syscall.ENOSPC) } }, txn.BackupFull},
		{"turns read-only", func(s *safe) { s.journal.write = func(string) error { return syscall.EROFS } }, txn.BackupReadOnly},
		{"pulled", func(s *safe) {
			s.journal.write = func(string) error {
				time.AfterFunc(time.Second, func() { s.stick.set(txn.StickNone) }) // known a moment later
				return eio
			}
		}, txn.BackupPulled},
		{"pulled before it is given back", func(s *safe) {
			s.stick.back = errors.New("it is none any more")
			s.journal.write = func(string) error { s.stick.set(txn.StickNone); return nil }
		}, txn.BackupPulled},
		{"a bad sector", func(s *safe) { s.journal.write = func(string) error { return eio } }, txn.BackupStick},
		{"lies", func(s *safe) { s.journal.write = func(string) error { return fmt.Errorf("x: %w", store.ErrMedium) } }, txn.BackupWrong},
		{"not lent", func(s *safe) { s.stick.lend = errors.New("it stays ready") }, txn.BackupStick},
		{"the journal", func(s *safe) {
			s.journal.write = func(string) error { return fmt.Errorf("x: %w", txn.ErrJournalDamaged) }
		}, txn.BackupJournal},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, "", func(s *safe) {
				s.stick.set(txn.StickReady)
				c.set(s)
				s.tells(time.Second)
				s.Now()
				got := s.tells(time.Minute)
				i := slices.IndexFunc(got, func(ev txn.Event) bool { _, ok := ev.(txn.BackedUp); return ok })
				if i < 0 || got[i] != (txn.BackedUp{Trouble: c.want}) {
					t.Errorf("told %+v, want %s", got, c.want)
				}
			})
		})
	}
}

// A stick that hangs holds up neither what is told of it nor, when it is out, the next one.
func TestBackupHangs(t *testing.T) {
	run(t, "", func(s *safe) {
		hang := make(chan struct{})
		s.journal.write = func(string) error { <-hang; return syscall.EIO }
		s.stick.set(txn.StickReady)
		s.Now()
		s.tells(time.Second)
		s.stick.set(txn.StickSilent)
		if got := s.tells(time.Second); !slices.Equal(got, []txn.Event{txn.StickChanged{State: txn.StickSilent}}) {
			t.Errorf("told %+v", got)
		}
		s.stick.set(txn.StickNone)
		close(hang)
		want := []txn.Event{txn.StickChanged{}, txn.BackedUp{Trouble: txn.BackupPulled}}
		if got := s.tells(time.Second); len(got) != 2 || !slices.Contains(got, want[0]) || !slices.Contains(got, want[1]) {
			t.Errorf("told %+v", got)
		}
		s.journal.write = nil
		s.stick.set(txn.StickReady)
		s.Now()
		if got := s.tells(time.Second); got[len(got)-1] != (txn.BackedUp{File: "smartpos-T1-7Q3KZ9XB-00000001.age", Bytes: 9, Records: 1}) {
			t.Errorf("told %+v", got)
		}
	})
}

// A stick that hangs does not keep the terminal from ending.
func TestBackupHangsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSafe(t, "")
		hang := make(chan struct{})
		s.journal.write = func(string) error { <-hang; return syscall.EIO }
		s.stick.set(txn.StickReady)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx, func(txn.Event) {}); close(ended) }()
		s.Now()
		time.Sleep(time.Second)
		cancel()
		select {
		case <-ended:
		case <-time.After(5 * time.Second): // process 1 waits for 10 s
			t.Error("it waits for the stick")
		}
		close(hang)
	})
}

// One that is asked for while another is being written follows it, and each end says whose it is.
func TestBackupNowBesideOwn(t *testing.T) {
	run(t, "backups", func(s *safe) {
		s.journal.write = func(string) error { time.Sleep(10 * time.Second); return nil }
		s.stick.set(txn.StickReady)
		s.tells(backupDelay + 5*time.Second)
		s.Now()
		file := "smartpos-T1-7Q3KZ9XB-00000001.age"
		want := []txn.Event{
			txn.BackedUp{Unasked: true, File: file, Bytes: 9, Records: 1}, txn.BackingUp{}, txn.BackedUp{File: file, Bytes: 9, Records: 1},
		}
		if got := s.tells(time.Minute); !slices.Equal(got, want) {
			t.Errorf("told %+v", got)
		}
	})
}

// By itself: soon after the start, when a stick comes, and once a day if there is something new.
func TestBackupBySelf(t *testing.T) {
	run(t, "backups", func(s *safe) {
		written := func(in time.Duration) (n int) {
			for _, ev := range s.tells(in) {
				if b, ok := ev.(txn.BackedUp); ok && b.Trouble == "" {
					n++
				}
			}
			return n
		}
		s.stick.set(txn.StickReady)
		if n := written(15 * time.Second); n != 0 {
			t.Errorf("%d before the start was over", n)
		}
		if n := written(20 * time.Second); n != 1 {
			t.Errorf("%d soon after the start", n)
		}
		if n := written(72 * time.Hour); n != 0 {
			t.Errorf("%d of nothing new", n)
		}
		s.journal.records.Add(1)
		if n := written(25 * time.Hour); n != 1 {
			t.Errorf("%d of something new", n)
		}
		s.stick.set(txn.StickNone)
		s.tells(time.Minute)
		s.stick.set(txn.StickReady)
		if n := written(time.Minute); n != 1 {
			t.Errorf("%d onto a stick that came", n)
		}
		if _, err := os.Stat(s.folder); err != nil {
			t.Error("its folder was not made:", err)
		}
	})
}

// Those by hand onto a stick, every evening, do not keep the folder on another disk from getting its own.
func TestBackupElsewhere(t *testing.T) {
	run(t, "../elsewhere", func(s *safe) {
		if err := os.MkdirAll(s.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		var byHand, bySelf int
		s.journal.write = func(folder string) error {
			if folder == s.folder {
				bySelf++
			} else {
				byHand++
			}
			return nil
		}
		s.stick.set(txn.StickReady)
		for range 4 {
			s.tells(23 * time.Hour)
			s.journal.records.Add(1)
			s.Now()
			s.tells(time.Second)
		}
		s.tells(25 * time.Hour)
		if byHand != 4 || bySelf != 5 {
			t.Errorf("%d by hand and %d elsewhere in 117 hours", byHand, bySelf)
		}
	})
}

// Whatever lies on the stick under names of later backups, the one that was just written stays.
func TestBackupStays(t *testing.T) {
	run(t, "backups", func(s *safe) {
		if err := os.MkdirAll(s.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		put := func(m store.Manifest) string {
			path := filepath.Join(s.folder, m.Name())
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Error(err)
			}
			return path
		}
		m := store.Manifest{Terminal: "T1", Incarnation: "7Q3KZ9XB"}
		for i := range 2 * backupKeep {
			m.Records = uint64(90_000_000 + i)
			put(m)
		}
		var written string
		s.journal.write = func(string) error { m.Records = 1; written = put(m); return nil }
		s.stick.set(txn.StickReady)
		s.tells(time.Second)
		s.Now()
		s.tells(time.Second)
		if _, err := os.Stat(written); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(s.folder); err != nil || len(left) != backupKeep+1 {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
}
