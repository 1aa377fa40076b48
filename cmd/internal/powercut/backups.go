package powercut

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"smartpos/store"
)

const (
	// backupAfter is how long after its start a terminal begins a backup, less what a host may be early.
	backupAfter = time.Minute - 1500*time.Millisecond
	// backupLimit is how long it then gets.
	backupLimit = 20 * time.Second
	// saidBackup is what its log says of a whole one.
	saidBackup = `"msg":"backup","file"`
)

// safe is what opens backups: the shop's recovery key, of which the terminal has the public half.
type safe struct{ *age.X25519Identity }

func newSafe() (safe, error) {
	id, err := age.GenerateX25519Identity()
	return safe{id}, err
}

// settings are the profile's for backups onto the medium of the data, the only one that a board here has.
func (s safe) settings() []string {
	return []string{"backup.folder=/data", "backup.recovery_key=" + s.Recipient().String()}
}

// awaitBackup lets the terminal write its backup, while the power may go.
func (t *till) awaitBackup(ctx context.Context) error {
	if err := t.waitFor(ctx, backupAfter-time.Since(t.began), func() bool { return false }); err != nil {
		return err
	}
	if t.round.point.What != "" {
		t.round.armed = t.actions // whatever was done before
	}
	return t.act(ctx, func() error {
		err := t.waitFor(ctx, backupLimit, func() bool { return strings.Contains(t.b.Log(1<<16), saidBackup) })
		if err == nil && strings.Contains(t.b.Log(1<<16), saidBackup) {
			t.books.backups++
		}
		return err
	})
}

// waitFor looks at the clock, the power and the log now and then, until the time is up.
func (t *till) waitFor(ctx context.Context, limit time.Duration, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(restEvery)
	defer tick.Stop()
	for !done() {
		if t.off() {
			return errOff
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// backedUp holds that every file in dir that has a backup's name is a whole one, and that none is gone that was there or
// was called written.
func (k *books) backedUp(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "smartpos-*.age"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := k.opens(name); err != nil {
			return fmt.Errorf("backup %s: %w", filepath.Base(name), err)
		}
	}
	if len(names) < k.backups {
		return fmt.Errorf("%d backups, and %d were written", len(names), k.backups)
	}
	k.backups = len(names)
	return nil
}

func (k *books) opens(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = store.CheckBackup(f, k.safe)
	return err
}
