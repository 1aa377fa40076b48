package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"smartpos/cmd/internal/daybook"
	"smartpos/device"
	"smartpos/device/boot"
	"smartpos/store"
	"smartpos/txn"
)

const (
	backupDelay = 20 * time.Second       // after a start, which has better things to do
	backupLook  = 500 * time.Millisecond // between looks whether a stick has come
	backupRetry = 10 * time.Minute       // after one that failed
	backupLimit = 2 * time.Minute        // for one
	backupLeave = 3 * time.Second        // at the end, for one to notice that it is over
	backupKeep  = 7                      // of one incarnation in one folder
	backupDir   = "smartpos"             // on the stick, where the profile names no folder of it
)

// Backups writes backups of the journal beside the selling, and tells of the stick that they go to.
type Backups interface {
	// Run works until ctx ends.
	Run(ctx context.Context, tell func(txn.Event))
	// Now asks for one; [txn.BackedUp] is told, in every case.
	Now()
}

// backups writes them onto the stick when somebody asks, and by itself into a folder that the profile names, there or
// elsewhere: one soon after a start or when the medium comes, and one whenever the last is old enough and something was
// added.
type backups struct {
	journal interface {
		Info() (store.Info, error)
		BackupTo(ctx context.Context, path string, to age.Recipient) (store.BackupFile, error)
	}
	to      age.Recipient // nil: the profile names no recovery key
	stick   Stick
	dir     string // where the stick's files are
	folder  string // for those that nobody asks for; empty: there are none
	byHand  string // for those that somebody does
	not     string // folder whose medium takes no backup: in production, that of the data
	every   time.Duration
	delay   time.Duration
	look    time.Duration
	settled time.Duration // until a stick that was pulled out is known to be gone
	log     *slog.Logger

	asked   chan struct{}
	due     time.Time // the next one in the folder, by the monotonic clock
	records uint64    // in the last one there
	missed  bool      // it was not there once, and that was said
	state   txn.StickState
	spare   bool
}

// newBackups returns what the profile asks for. socket is the board's, nil for one without process 1.
func newBackups(p *device.Profile, j *store.Journal, socket *boot.Socket, log *slog.Logger) (*backups, error) {
	b := &backups{
		journal: j, stick: openStick(p, socket), dir: stickDir(p, socket), every: p.Backup.Every.D(),
		delay: backupDelay, look: backupLook, settled: 3 * time.Second, log: log, asked: make(chan struct{}, 1),
	}
	b.byHand = filepath.Join(b.dir, backupDir)
	if p.Environment == device.Production {
		b.not = p.Path(p.Data)
	}
	if p.Backup.RecoveryKey == "" {
		return b, nil
	}
	var err error
	if b.to, err = store.ParseRecoveryKey(p.Backup.RecoveryKey); err != nil || p.Backup.Folder == "" {
		return b, err
	}
	if b.folder = p.Path(p.Backup.Folder); below(b.dir, b.folder) {
		b.byHand = b.folder
	}
	return b, nil
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

// Now implements [Backups].
func (b *backups) Now() {
	select {
	case b.asked <- struct{}{}:
	default: // one is waited for already
	}
}

// Run implements [Backups]. One backup is written at a time, beside the look at the stick: it may hang.
func (b *backups) Run(ctx context.Context, tell func(txn.Event)) {
	start := time.Now()
	ticker := time.NewTicker(b.look)
	defer ticker.Stop()
	var busy chan time.Duration
	for {
		b.tellStick(tell)
		asked := b.asked
		if busy != nil {
			asked = nil
		}
		select {
		case <-ctx.Done():
			if busy == nil {
				return
			}
			select {
			case <-busy:
			case <-time.After(backupLeave): // it hangs with the stick: process 1 lets go of that
			}
			return
		case good := <-busy:
			if busy = nil; good > 0 {
				b.due = time.Now().Add(good)
			}
		case <-asked:
			busy = b.begin(func() time.Duration { return b.writeAsked(ctx, tell) })
		case <-ticker.C:
			switch {
			case busy != nil || b.folder == "" || b.to == nil || time.Since(start) < b.delay:
			case !b.there():
				b.due = time.Time{} // the next medium gets one at once
				b.missing()
			case time.Now().After(b.due):
				busy = b.begin(func() time.Duration { return b.bySelf(ctx, tell) })
			}
		}
	}
}

func (*backups) begin(f func() time.Duration) chan time.Duration {
	busy := make(chan time.Duration, 1)
	go func() { busy <- f() }()
	return busy
}

// tellStick tells of a stick that came, went or changed.
func (b *backups) tellStick(tell func(txn.Event)) {
	state, spare := b.stick.Look()
	if state != b.state || spare != b.spare {
		b.state, b.spare = state, spare
		tell(txn.StickChanged{State: state, Spare: spare})
	}
}

// there reports whether the folder can take a backup that nobody asked for. On the stick it is made.
func (b *backups) there() bool {
	if below(b.dir, b.folder) {
		return b.state == txn.StickReady
	}
	return isDir(b.folder)
}

// missing says once that a folder is not there: of a stick everybody sees it, of a folder elsewhere nobody.
func (b *backups) missing() {
	if !b.missed && !below(b.dir, b.folder) {
		b.missed = true
		b.log.Warn("backup", "err", b.folder+" is not there: it is waited for")
	}
}

// bySelf writes a backup if there is something new to write, and returns how long it is good for.
func (b *backups) bySelf(ctx context.Context, tell func(txn.Event)) time.Duration {
	if info, err := b.journal.Info(); err == nil && info.Records == b.records && !b.due.IsZero() {
		return b.every
	}
	return b.write(ctx, b.folder, false, tell)
}

// writeAsked writes the backup that somebody asked for, and returns how long it is good for in the place of the next one that
// nobody asks for: 0 where that lies in another folder.
func (b *backups) writeAsked(ctx context.Context, tell func(txn.Event)) time.Duration {
	good := b.write(ctx, b.byHand, true, tell)
	if b.byHand != b.folder {
		return 0
	}
	return good
}

// write writes a backup, tells what came of it, and returns how long it is good for.
func (b *backups) write(ctx context.Context, folder string, asked bool, tell func(txn.Event)) time.Duration {
	within, cancel := context.WithTimeout(ctx, backupLimit)
	defer cancel()
	onStick := below(b.dir, folder)
	if !onStick {
		tell = func(txn.Event) {} // it is nothing that a cashier could pull out
	}
	file, err := b.writeTo(within, folder, tell)
	switch {
	case ctx.Err() != nil:
		return backupRetry
	case err != nil:
		b.log.Error("backup", "err", err)
		tell(txn.BackedUp{Unasked: !asked, Trouble: b.trouble(ctx, err, onStick)})
		return backupRetry
	}
	if folder == b.folder {
		b.records = file.Records
	}
	b.log.Info("backup", "file", file.Path, "records", file.Records, "bytes", file.Bytes, "head", file.Head.Short())
	tell(txn.BackedUp{Unasked: !asked, File: filepath.Base(file.Path), Bytes: file.Bytes, Records: file.Records})
	return b.every
}

var (
	errNoKey  = errors.New("the profile names no backup.recovery_key")
	errBeside = errors.New("the folder lies on the medium of the data, and would be lost with it")
	errMemory = errors.New("the folder lies in memory, and would be lost with the power")
)

func (b *backups) writeTo(ctx context.Context, folder string, tell func(txn.Event)) (file store.BackupFile, err error) {
	if b.to == nil {
		return file, errNoKey
	}
	if below(b.dir, folder) {
		if state, _ := b.stick.Look(); state != txn.StickReady {
			return file, fmt.Errorf("%w: %s", errUnfit, cmp.Or(string(state), "none is in"))
		}
		tell(txn.BackingUp{})
		giveBack, lendErr := b.stick.Lend(ctx)
		if lendErr != nil {
			return file, lendErr
		}
		defer func() { err = errors.Join(err, giveBack()) }() // whoever is told that it is written may pull it out
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return file, err
		}
	}
	switch {
	case b.not == "":
	case sameMedium(folder, b.not):
		return file, fmt.Errorf("%w: %s", errBeside, folder)
	case inMemory(folder):
		return file, fmt.Errorf("%w: %s", errMemory, folder)
	}
	if file, err = b.journal.BackupTo(ctx, folder, b.to); err != nil {
		return file, err
	}
	if err := removeOld(folder, file); err != nil {
		b.log.Warn("backup: old ones stay", "err", err)
	}
	return file, nil
}

// removeOld leaves the latest backups of a terminal's incarnation in a folder, those that hold what was pruned since, and in
// any case the one just written, whatever else bears such a name there. Those of another stay: nobody here knows whether
// they are all that is left of a journal.
func removeOld(folder string, written store.BackupFile) error {
	entries, err := daybook.List(folder)
	if err != nil {
		return err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = filepath.Join(folder, e.Name())
	}
	for _, name := range written.Spare(names, backupKeep) {
		if name == written.Path {
			continue
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// backUp asks for a backup. A terminal without a journal has none.
func (t *Terminal) backUp(ctx context.Context) {
	if t.ports.Backups == nil {
		t.work.Go(func() { t.tell(ctx, txn.BackedUp{Trouble: txn.BackupJournal}) })
		return
	}
	t.ports.Backups.Now()
}
