package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Why a backup is not restored.
var (
	// ErrHoldsMore is returned when the journal that is there is whole and holds a record that the backup has not, or all
	// that it has. Nothing overrides this: there is nothing to gain and something to lose.
	ErrHoldsMore = errors.New("store: the journal here holds all that the backup holds, or more")
	// ErrOlder is returned when something shows that the backup is not the latest state of its terminal: a damaged
	// journal with records that it has not, or a head that it should have.
	ErrOlder = errors.New("store: the backup is older than what is known of its terminal")
	// ErrForeign is returned when the backup was taken of a terminal with another id.
	ErrForeign = errors.New("store: the backup is of another terminal")
	// ErrNotAllowed is returned when a supervisor would have to allow it, and none did.
	ErrNotAllowed = errors.New("store: no supervisor has allowed it")
)

// RestoreOptions says what a restore needs, and what a person has allowed.
type RestoreOptions struct {
	Identities []age.Identity // the secret half of the recovery key
	Older      bool           // restore in spite of [ErrOlder]
	Foreign    bool           // restore in spite of [ErrForeign]

	// Allow is asked, with Older or Foreign, for the supervisor who allows that, of those that the backup knows; an
	// error ends the restore. It is not asked where the backup knows none, and nil refuses.
	Allow func(txn.Till) (by string, err error)

	// Witness is a record that the backup should hold, as the latest settlement slip shows it; nil if nobody knows.
	Witness *Witness
}

// Restoration is what a restore has done.
type Restoration struct {
	Manifest
	From string // the incarnation of the numbers before
	Now  string // … and after
	Kept string // where the journal that was there lies now; empty if there was none
}

// rebuildBatch is how many records are written in one transaction of a restore.
const rebuildBatch = 512

// restorer makes a journal from a backup, step by step. A power cut between any two leaves the old state or the new one.
type restorer struct {
	dir     string
	cfg     Config
	opt     RestoreOptions
	a       *archive
	device  []byte
	was     standing // the journal that is there
	repairs *repair  // it is itself what is restored; nil: a backup is
	j       *Journal // the new one, under its temporary name
	done    Restoration

	progress func(records, of uint64) // see [RepairOptions]; may be nil
}

// Restore makes the journal in dir from a backup, as if it had been written there record by record, and begins a new
// incarnation: orders of before stay what they were, also the pending ones, and no new order gets a number that the lost
// terminal may have given after the backup was taken. The journal takes the device's key, like any other.
//
// A journal that was there is never deleted: it is set aside under another name. Restore returns [ErrBackup],
// [ErrHoldsMore], [ErrOlder], [ErrForeign], [ErrNotAllowed], [txn.ErrJournalBusy] while a terminal runs, [txn.ErrJournalNewer], and
// [txn.ErrJournalFull]; after an error, as after a power cut, what was there is there.
func Restore(dir string, cfg Config, backup io.Reader, opt RestoreOptions) (Restoration, error) {
	r, err := newRestorer(dir, cfg, opt)
	if err != nil {
		return Restoration{}, err
	}
	unlock, err := enter(dir, r.cfg.LockTimeout)
	if err != nil {
		return Restoration{}, noRoom(err)
	}
	defer unlock()
	if err := r.open(backup); err != nil {
		return Restoration{}, err
	}
	if err := r.run(r.steps()); err != nil {
		return Restoration{}, fmt.Errorf("restoring into %s: %w", dir, noRoom(err))
	}
	return r.done, nil
}

func newRestorer(dir string, cfg Config, opt RestoreOptions) (*restorer, error) {
	if err := rules.CheckTerminal(cfg.Terminal); err != nil {
		return nil, err
	}
	return &restorer{dir: dir, cfg: cfg.withDefaults(), opt: opt}, nil
}

func (r *restorer) open(backup io.Reader) error {
	clear, err := decrypt(backup, r.opt.Identities)
	if err != nil {
		return err
	}
	r.a, err = openArchive(clear)
	return err
}

func (r *restorer) path() string { return filepath.Join(r.dir, FileName) }
func (r *restorer) temp() string { return r.path() + tempSuffix }

// steps are what a restore does, in order. Only the last changes what the next start finds.
func (r *restorer) steps() []func() error {
	return []func() error{r.look, r.fill, r.begin, r.check, r.keep, r.replace}
}

func (r *restorer) run(steps []func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return errors.Join(err, r.abandon())
		}
	}
	return r.was.release()
}

// abandon leaves the folder as it was.
func (r *restorer) abandon() error {
	if r.j != nil {
		_ = r.j.Close()
	}
	err := os.Remove(r.temp())
	if err == nil && r.done.Kept != "" { // the new one never got its name
		err = os.Remove(r.done.Kept)
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, r.was.release())
}

// look judges the backup by what can be known before it is read.
func (r *restorer) look() (err error) {
	if r.was, err = stand(r.path(), r.cfg); err != nil {
		return err
	}
	m := r.a.manifest
	if r.repairs != nil {
		return r.repairs.judge(r.was, m)
	}
	if r.was.whole && r.was.Records > 0 && r.was.Records >= m.Records {
		return fmt.Errorf("%w: %d records here, %d in the backup", ErrHoldsMore, r.was.Records, m.Records)
	}
	if r.was.whole && r.was.Records > 0 && r.was.Records < m.Gone { // nothing shows that the backup follows on it
		return fmt.Errorf("%w: it ends with record %d, and the backup begins behind record %d", ErrHoldsMore, r.was.Records, m.Gone)
	}
	if m.Terminal != r.cfg.Terminal && !r.opt.Foreign {
		return fmt.Errorf("%w: of %s, and this is %s", ErrForeign, m.Terminal, r.cfg.Terminal)
	}
	if r.opt.Older {
		return nil
	}
	if w := r.opt.Witness; w != nil && w.Record > m.Records {
		return fmt.Errorf("%w: it ends with record %d, and record %d is known", ErrOlder, m.Records, w.Record)
	}
	if w := r.opt.Witness; w != nil && w.Record < m.Gone {
		return fmt.Errorf("%w, perhaps: it begins behind record %d, which nobody can compare any more", ErrOlder, w.Record)
	}
	if r.was.err != nil && r.was.latest > m.Records {
		return fmt.Errorf("%w: it ends with record %d, and the damaged journal here has record %d", ErrOlder, m.Records, r.was.latest)
	}
	if r.was.file != nil && !r.was.counted {
		return fmt.Errorf("%w, perhaps: how many records the journal here had can't be read: %w", ErrOlder, r.was.err)
	}
	return nil
}

// fill writes every record of the backup into a new file. Nothing is synced on the way: until it has its name, the file
// means nothing.
func (r *restorer) fill() (err error) {
	if err := removeLeftovers(r.dir); err != nil {
		return err
	}
	if r.device, err = deviceKey(r.dir, r.cfg.Key, r.was.file == nil || r.was.unreadable); err != nil {
		return err
	}
	if err := fill(r.temp(), r.a.key, r.a.id); err != nil {
		return err
	}
	r.j = &Journal{path: r.temp(), cfg: r.cfg}
	if err := r.j.open(r.a.key, false); err != nil {
		return err
	}
	r.j.db.NoSync = true
	if r.a.anchor.sealed != nil {
		if err := r.compare(r.a.read, r.a.head); err != nil {
			return err
		}
		if err := r.transact(time.Time{}, func(w *writer) error { return w.plant(r.a.anchor) }); err != nil {
			return err
		}
	}
	r.tell()
	for more := true; more; {
		if more, err = r.batch(); err != nil {
			return err
		}
		r.tell()
	}
	return nil
}

// tell says how many records are written.
func (r *restorer) tell() {
	if r.progress != nil {
		r.progress(r.a.read, r.a.manifest.Records)
	}
}

// batch writes the next records in one transaction, and reports whether there may be more.
func (r *restorer) batch() (more bool, err error) {
	err = r.transact(time.Time{}, func(w *writer) error {
		for range rebuildBatch {
			e, err := r.a.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := r.compare(e.sequence, r.a.head); err != nil {
				return err
			}
			if _, err := w.replay(e); err != nil {
				return fmt.Errorf("%w: %w", ErrBackup, err)
			}
		}
		more = true
		return nil
	})
	return more, err
}

// transact runs fn in a transaction of the new journal.
func (r *restorer) transact(at time.Time, fn func(*writer) error) error {
	return r.j.do("restore", func() error {
		_, err := r.j.transact(at, func(w *writer) (txn.Order, error) { return txn.Order{}, fn(w) })
		return err
	})
}

// compare holds a record of the backup against what is known of its chain.
func (r *restorer) compare(seq uint64, head Head) error {
	if seq == r.was.Records && head != r.was.Head {
		if r.was.whole {
			return fmt.Errorf("%w: record %d is another here than in the backup", ErrHoldsMore, seq)
		}
		if !r.opt.Older {
			return fmt.Errorf("%w: record %d of the damaged journal here is another than in the backup", ErrOlder, seq)
		}
	}
	if w := r.opt.Witness; w != nil && seq == w.Record && head.Short() != w.Head && !r.opt.Older {
		return fmt.Errorf("%w: its record %d is %s and not %s", ErrOlder, seq, head.Short(), w.Head)
	}
	return nil
}

// record is what a restore writes behind the backup's last.
func (r *restorer) record() (*txn.Restored, error) {
	if r.repairs != nil {
		return r.repairs.record(r.cfg), nil
	}
	by, err := r.allowed()
	if err != nil {
		return nil, err
	}
	m := r.a.manifest
	rec := &txn.Restored{Terminal: m.Terminal, Taken: m.Taken, At: r.cfg.Now().UTC(), By: by}
	if r.opt.Older {
		rec.Forced = append(rec.Forced, "older")
	}
	if r.opt.Foreign {
		rec.Forced = append(rec.Forced, "foreign")
	}
	return rec, nil
}

// allowed returns the supervisor who allows what is forced. All of the backup has been read, so its till is the latest.
func (r *restorer) allowed() (by string, err error) {
	switch {
	case !r.opt.Older && !r.opt.Foreign, len(r.a.till.Operators) == 0:
		return "", nil
	case r.opt.Allow == nil:
		return "", ErrNotAllowed
	}
	if by, err = r.opt.Allow(r.a.till); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotAllowed, err)
	}
	return by, nil
}

// begin writes the first record that is not the backup's.
func (r *restorer) begin() error {
	rec, err := r.record()
	if err != nil {
		return err
	}
	wrapped, err := wrap(r.a.key, r.a.id, r.device)
	if err != nil {
		return err
	}
	err = r.transact(r.cfg.Now(), func(w *writer) error {
		return errors.Join(w.putRaw(bucketMeta, []byte(keyWrapped), wrapped), w.begin(rec))
	})
	r.done = Restoration{Manifest: r.a.manifest, From: rec.From, Now: rec.Incarnation}
	return err
}

// check verifies the new journal as a terminal would find it, by the device's key.
func (r *restorer) check() error {
	if err := errors.Join(r.j.db.Sync(), r.j.Close()); err != nil {
		return err
	}
	r.j = &Journal{path: r.temp(), cfg: r.cfg}
	if err := r.j.open(r.device, false); err != nil {
		return err
	}
	if _, err := r.j.Verify(); err != nil {
		return err
	}
	return r.j.Close()
}

// repairedSuffix ends the name of the journal that was repaired last without losing anything.
const repairedSuffix = ".repaired"

// keep gives the journal that is there a second name. One that was repaired without a loss says nothing that the new one
// does not: the latest of them is kept, since a medium that begins to fail would be filled by all of them.
func (r *restorer) keep() error {
	if r.was.file == nil {
		return nil
	}
	kept := r.path() + ".before-" + r.done.Now
	if r.repairs != nil && r.repairs.by == "" {
		kept = r.path() + repairedSuffix
	}
	if err := r.was.link(r.path(), kept); err != nil {
		return err
	}
	r.done.Kept = kept
	return nil
}

func (r *restorer) replace() error { return adopt(r.temp(), r.path()) }
