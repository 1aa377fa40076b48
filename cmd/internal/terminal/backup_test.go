package terminal

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/age"

	"smartpos/cmd/internal/daybook"
	"smartpos/device"
	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// In a folder that somebody has filled with names nobody looks for old backups.
func TestOldBackupsInAFullFolder(t *testing.T) {
	dir := t.TempDir()
	for i := range daybook.MaxNames + 1 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("smartpos-T1-0123WXYZ-%08d.age", i+1)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeOld(dir, store.BackupFile{Manifest: store.Manifest{Terminal: "T1", Incarnation: "0123WXYZ"}}); err == nil {
		t.Error("all of it was read")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != daybook.MaxNames+1 {
		t.Errorf("%d are left, %v", len(left), err)
	}
}

// A stick that comes while the terminal sells gets a backup, and another when there is something new; old ones go.
func TestBackups(t *testing.T) {
	safe, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	j, err := store.Open(t.TempDir(), store.Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	stick := filepath.Join(t.TempDir(), "stick")
	p := &device.Profile{Stick: stick, Backup: device.Backup{RecoveryKey: safe.Recipient().String(), Folder: stick, Every: device.Duration(time.Millisecond)}}
	var log bytes.Buffer
	b, err := newBackups(p, j, nil, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	b.delay, b.look = time.Millisecond, time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { b.Run(ctx, func(txn.Event) {}); close(done) }()

	if err := os.Mkdir(stick, 0o700); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(stick, "smartpos-T0000001-0123WXYZ-00000001.age")
	if err := os.WriteFile(foreign, []byte("all that is left of another"), 0o600); err != nil {
		t.Fatal(err)
	}
	var latest string
	for range backupKeep + 3 {
		if _, err := j.Commit(storetest.Cash(100, 100, "")); err != nil {
			t.Fatal(err)
		}
		info, err := j.Info()
		if err != nil {
			t.Fatal(err)
		}
		latest = filepath.Join(stick, store.Manifest{Terminal: "T0000001", Incarnation: info.Incarnation, Records: info.Records}.Name())
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(latest); err == nil {
				break
			} else if time.Now().After(end) {
				t.Fatalf("no backup: %v\n%s", err, log.String())
			}
		}
	}
	cancel()
	<-done
	kept, err := filepath.Glob(filepath.Join(stick, "*"))
	if err != nil || len(kept) != backupKeep+1 {
		t.Errorf("%d files on the stick, %v: %v\n%s", len(kept), err, kept, log.String())
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("another journal's backup: %v", err)
	}
	f, err := os.Open(latest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if m, err := store.CheckBackup(f, safe); err != nil || m.Orders != backupKeep+3 {
		t.Errorf("%+v, %v", m, err)
	}
}

// A folder on another disk that is not there, as after a slip of the pen, is said once: else nobody hears that there are no
// backups.
func TestBackupFolderMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		folder := filepath.Join(t.TempDir(), "smatrpos")
		p := &device.Profile{Stick: t.TempDir(), Backup: device.Backup{RecoveryKey: anyRecoveryKey, Folder: folder, Every: device.Duration(24 * time.Hour)}}
		b, err := newBackups(p, nil, nil, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		b.stick, b.journal = &fakeStick{}, newFakeJournal()
		ctx, cancel := context.WithCancel(t.Context())
		go b.Run(ctx, func(txn.Event) {})
		time.Sleep(time.Hour)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		if n := strings.Count(log.String(), folder+" is not there"); n != 1 {
			t.Errorf("said %d times", n)
		}
		if !strings.Contains(log.String(), "smartpos-T1-7Q3KZ9XB-00000001.age") {
			t.Errorf("no backup when it is there: %s", log.String())
		}
	})
}

// What would be lost together with the data is no backup; only the sandbox may write one there.
func TestNoBackupBesideTheData(t *testing.T) {
	dir := t.TempDir()
	j, err := store.Open(dir, store.Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	stick := t.TempDir()
	p := &device.Profile{
		Environment: device.Production, Data: dir, Stick: stick,
		Backup: device.Backup{RecoveryKey: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", Folder: stick},
	}
	var log bytes.Buffer
	b, err := newBackups(p, j, nil, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	var told []txn.Event
	wait := b.write(t.Context(), b.folder, true, func(ev txn.Event) { told = append(told, ev) })
	if wait != backupRetry || !strings.Contains(log.String(), "medium of the data") {
		t.Errorf("again after %s: %s", wait, log.String())
	}
	if want := []txn.Event{txn.BackingUp{}, txn.BackedUp{Trouble: txn.BackupBeside}}; !slices.Equal(told, want) {
		t.Errorf("told %+v", told)
	}
	if left, _ := os.ReadDir(stick); len(left) > 0 {
		t.Errorf("written: %v", left)
	}
}

// Nor is what the power takes along. The journal would note it, and let go of what only such a backup holds.
func TestNoBackupInMemory(t *testing.T) {
	memory, err := os.MkdirTemp("/dev/shm", "stick") // which every Debian keeps in memory
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(memory)
	dir := t.TempDir()
	j, err := store.Open(dir, store.Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	p := &device.Profile{
		Environment: device.Production, Data: dir, Stick: t.TempDir(),
		Backup: device.Backup{RecoveryKey: anyRecoveryKey, Folder: memory},
	}
	var log bytes.Buffer
	b, err := newBackups(p, j, nil, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if b.write(t.Context(), b.folder, false, func(txn.Event) {}); !strings.Contains(log.String(), "lies in memory") {
		t.Errorf("it says %s", log.String())
	}
	if left, _ := os.ReadDir(memory); len(left) > 0 {
		t.Errorf("written: %v", left)
	}
}

func TestCheckBackup(t *testing.T) {
	for key, ok := range map[string]bool{"": true, "age1qqqq": false, "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p": true} {
		if err := CheckBackup(&device.Profile{Backup: device.Backup{RecoveryKey: key}}); (err == nil) != ok {
			t.Errorf("%q: %v", key, err)
		}
	}
}
