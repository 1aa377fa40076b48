package terminal

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"smartpos/device"
	"smartpos/store"
)

const (
	backupDelay = time.Minute      // after a start, which has better things to do
	backupLook  = 10 * time.Second // between looks whether a stick has come
	backupRetry = 10 * time.Minute // after one that failed
	backupKeep  = 7                // of one incarnation in one folder
)

// backups writes backups into a folder while the terminal sells: one soon after a start or when the folder's medium
// comes, and one whenever the last is old enough and something was added.
type backups struct {
	journal     *store.Journal
	to          age.Recipient
	folder      string
	not         string // folder whose medium takes no backup: in production, that of the data
	every       time.Duration
	delay, look time.Duration
	log         *slog.Logger

	due     time.Time // by the monotonic clock
	records uint64    // in the last one
}

// newBackups returns what the profile asks for, or nil.
func newBackups(p *device.Profile, j *store.Journal, log *slog.Logger) (*backups, error) {
	if p.Backup.Folder == "" {
		return nil, nil
	}
	to, err := store.ParseRecoveryKey(p.Backup.RecoveryKey)
	if err != nil {
		return nil, err
	}
	not := ""
	if p.Environment == device.Production {
		not = p.Path(p.Data)
	}
	return &backups{
		not: not, journal: j, to: to, folder: p.Path(p.Backup.Folder), every: p.Backup.Every.D(),
		delay: backupDelay, look: backupLook, log: log,
	}, nil
}

// CheckBackup says what is wrong with the recovery key of a profile.
func CheckBackup(p *device.Profile) error {
	if p.Backup.RecoveryKey == "" {
		return nil
	}
	if _, err := store.ParseRecoveryKey(p.Backup.RecoveryKey); err != nil {
		return fmt.Errorf("backup.recovery_key: %w", err)
	}
	return nil
}

// run works until ctx ends.
func (b *backups) run(ctx context.Context) {
	for wait := b.delay; ; wait = b.look {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		if info, err := os.Stat(b.folder); err != nil || !info.IsDir() {
			b.due = time.Time{} // the next medium gets one at once
			continue
		}
		if time.Now().After(b.due) {
			b.due = time.Now().Add(b.write(ctx))
		}
	}
}

// write writes a backup if there is something new to write, and returns how long it is good for.
func (b *backups) write(ctx context.Context) time.Duration {
	if b.not != "" && sameMedium(b.folder, b.not) {
		b.log.Error("backup: the folder lies on the medium of the data, and would be lost with it", "folder", b.folder)
		return backupRetry
	}
	info, err := b.journal.Info()
	if err == nil && info.Records == b.records && !b.due.IsZero() {
		return b.every
	}
	var file store.BackupFile
	if err == nil {
		file, err = b.journal.BackupTo(ctx, b.folder, b.to)
	}
	if err != nil {
		if ctx.Err() == nil {
			b.log.Error("backup", "err", err)
		}
		return backupRetry
	}
	b.records = file.Records
	b.log.Info("backup", "file", file.Path, "records", file.Records, "bytes", file.Bytes, "head", file.Head.Short())
	if err := removeOld(b.folder, file.Manifest); err != nil {
		b.log.Warn("backup: old ones stay", "err", err)
	}
	return b.every
}

// removeOld leaves the latest backups of a terminal's incarnation in a folder, and those that hold what was pruned since.
// Those of another stay: nobody here knows
// whether they are all that is left of a journal.
func removeOld(folder string, m store.Manifest) error {
	names, err := filepath.Glob(filepath.Join(folder, m.Pattern()))
	if err != nil {
		return err
	}
	for _, name := range m.Spare(names, backupKeep) {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
