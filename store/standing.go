package store

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"smartpos/txn"
)

// standing is the journal that a restore finds.
type standing struct {
	Inspection
	file       *os.File // holds its lock; nil if there is none
	err        error    // why it is not whole
	whole      bool
	unreadable bool // not even which journal it is is known
}

// stand looks at the journal at path and keeps terminals away from it.
func stand(path string, cfg Config) (s standing, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := lock(f, unix.LOCK_SH, cfg.LockTimeout); err != nil { // a terminal's lock is exclusive
		return s, errors.Join(err, f.Close())
	}
	s.file = f
	s.Inspection, s.err = Inspect(filepath.Dir(path), cfg)
	if errors.Is(s.err, txn.ErrJournalNewer) || errors.Is(s.err, txn.ErrJournalBusy) {
		return standing{}, errors.Join(s.err, f.Close())
	}
	if s.err == nil { // of the indexes it knows only that their seals hold
		s.err = verify(filepath.Dir(path), cfg)
	}
	s.whole = s.err == nil
	s.unreadable = s.Head == Head{}
	return s, nil
}

// verify checks everything in the journal in dir.
func verify(dir string, cfg Config) error {
	cfg.ReadOnly = true
	j, err := Open(dir, cfg)
	if err != nil {
		return err
	}
	_, err = j.Verify()
	return errors.Join(err, j.Close())
}

// link gives the journal at path a second name. Whatever else has that name loses it.
func (s standing) link(path, kept string) error {
	if err := os.Remove(kept); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Link(path, kept); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

func (s standing) release() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
