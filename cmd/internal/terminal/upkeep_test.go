package terminal

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"smartpos/device"
	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// tended is a journal with its upkeep, and what that has told.
type tended struct {
	*upkeep
	t    *testing.T
	j    *store.Journal
	dir  string
	now  time.Time // of the upkeep
	wall time.Time // of the journal
	told []txn.Storage
	said bytes.Buffer
}

func tend(t *testing.T, cfg store.Config) *tended {
	t.Helper()
	u := &tended{t: t, dir: t.TempDir(), now: time.Now(), wall: storetest.Day}
	cfg.Terminal, cfg.Now = "T0000001", func() time.Time { return u.wall }
	var err error
	if u.j, err = store.Open(u.dir, cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.j.Close() })
	u.upkeep = newUpkeep(&device.Profile{Journal: device.Journal{KeepDays: 12}}, u.j, slog.New(slog.NewTextHandler(&u.said, nil)))
	return u
}

// pass lets time go by, step by step.
func (u *tended) pass(d time.Duration, idle bool) {
	for end := u.now.Add(d); u.now.Before(end); u.now = u.now.Add(time.Second) {
		u.step(u.now, idle, func(ev txn.Event) { u.told = append(u.told, ev.(txn.Storage)) })
	}
}

func (u *tended) commit(rec txn.Record) txn.Order {
	u.t.Helper()
	o, err := u.j.Commit(rec)
	if err != nil {
		u.t.Fatal(err)
	}
	return o
}

// day sells, settles and saves.
func (u *tended) day(sales int, stick string, to age.Recipient) {
	u.t.Helper()
	for range sales {
		u.commit(storetest.Printed(u.commit(storetest.Cash(100, 100, ""))))
	}
	report, err := u.j.Batch()
	if err != nil {
		u.t.Fatal(err)
	}
	u.commit(storetest.BatchClosed(report.No, ""))
	if _, err := u.j.BackupTo(u.t.Context(), stick, to); err != nil {
		u.t.Fatal(err)
	}
	u.wall = u.wall.AddDate(0, 0, 1)
}

// Over months the journal loses what is over, in large pieces and only while nobody is served, and the backups keep it.
func TestUpkeepPrunes(t *testing.T) {
	safe, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	u, stick := tend(t, store.Config{}), t.TempDir()
	moves, gone := 0, uint64(0)
	for range 40 {
		u.day(5, stick, safe.Recipient())
		u.pass(2*time.Hour, false)
		before, err := u.j.Info()
		if err != nil || before.Gone != gone {
			t.Fatalf("pruned to record %d while somebody was served, %v", before.Gone, err)
		}
		u.pass(2*time.Hour, true)
		after, err := u.j.Info()
		if err != nil {
			t.Fatal(err)
		}
		if after.Gone != gone {
			moves, gone = moves+1, after.Gone
		}
		if err := removeOld(stick, store.BackupFile{Manifest: store.Manifest{Terminal: "T0000001", Incarnation: after.Incarnation}}); err != nil {
			t.Fatal(err)
		}
	}
	if gone < 24*11 || moves < 8 || moves > 20 {
		t.Errorf("%d records gone in %d pieces", gone, moves)
	}
	first, err := filepath.Glob(filepath.Join(stick, "smartpos-T0000001-????????-????????.age"))
	if err != nil || len(first) == 0 {
		t.Errorf("no backup is left that begins with the first record: %v", err)
	}
	if all, _ := os.ReadDir(stick); len(all) > backupKeep+5 {
		t.Errorf("%d backups stay", len(all))
	}
	if !strings.Contains(u.said.String(), "everything holds") || !strings.Contains(u.said.String(), "begins later") {
		t.Errorf("the event log: %s", u.said.String())
	}
}

// The machine hears how much room is left, also while somebody is served.
func TestUpkeepTellsRoom(t *testing.T) {
	u := tend(t, store.Config{MaxBytes: 2 << 20, Reserve: 128 << 10})
	u.pass(time.Second, false)
	if len(u.told) != 1 || u.told[0].Sales < 400 {
		t.Fatalf("told %+v", u.told)
	}
	for err := error(nil); err == nil; {
		_, err = u.j.Commit(storetest.Cash(100, 100, ""))
	}
	u.pass(time.Minute, false)
	if last := u.told[len(u.told)-1]; last.Sales != 0 || last.Damaged {
		t.Errorf("told %+v", last)
	}
}

// A journal that can't be asked any more is one line of the event log, which is short, and not one every ten seconds.
func TestUpkeepSaysItOnce(t *testing.T) {
	u := tend(t, store.Config{})
	u.pass(time.Minute, false)
	if err := u.j.Close(); err != nil {
		t.Fatal(err)
	}
	u.pass(time.Hour, false)
	if n := strings.Count(u.said.String(), "journal is closed"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// A machine whose journal refused an order counts as full until it hears otherwise. Orders that are over give room back,
// perhaps as much as there was when it was last looked at.
func TestUpkeepTellsRoomAgain(t *testing.T) {
	u := tend(t, store.Config{})
	u.pass(time.Second, false)
	first := len(u.told)
	u.pass(2*upkeepLook, false)
	if len(u.told) == first || u.told[first] != u.told[0] {
		t.Errorf("told %+v", u.told)
	}
}

// Damage that a check finds is told once and logged, and the journal goes on.
func TestUpkeepFindsDamage(t *testing.T) {
	u := tend(t, store.Config{})
	u.commit(storetest.Cash(100, 100, ""))
	o := u.commit(storetest.Cash(777, 777, ""))
	u.commit(storetest.Printed(o))
	path := filepath.Join(u.dir, store.FileName)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// bbolt maps the file: what is written into it is what is read next. The order is in the record and in its snapshot.
	at := bytes.LastIndex(file, []byte(`"fen":777`))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil || at < 0 {
		t.Fatal(at, err)
	}
	for i := 0; ; i++ { // every copy
		n := bytes.Index(file[i:], []byte(`"fen":777`))
		if n < 0 {
			break
		}
		i += n
		if _, err := f.WriteAt([]byte(`"fen":778`), int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	u.pass(patrolFirst+time.Minute, true)
	if last := u.told[len(u.told)-1]; !last.Damaged || last.Sales == 0 {
		t.Errorf("told %+v", u.told)
	}
	told := len(u.told)
	u.pass(2*patrolEvery/100, true)
	for _, s := range u.told[told:] { // the room is looked at again
		if s != u.told[told-1] {
			t.Errorf("told %+v, then %+v", u.told[told-1], s)
		}
	}
	if !strings.Contains(u.said.String(), "damaged") {
		t.Errorf("the event log: %s", u.said.String())
	}
	u.commit(storetest.Cash(100, 100, ""))
}
