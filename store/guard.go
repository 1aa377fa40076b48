package store

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"smartpos/txn"
)

// closeLimit is how long Close waits for a bbolt that was hit in the middle of its work.
const closeLimit = 200 * time.Millisecond

// guard runs fn, which may enter bbolt. bbolt reads the file through a memory map, where a page that can't be
// read is a SIGBUS and a page that makes no sense is a panic or a wild pointer. All of these come back as
// [txn.ErrJournalDamaged], and bbolt is not entered again: what it holds in memory, its locks among it, can't
// be relied on. The signal is turned into a panic for the calling goroutine alone, so fn must not hand bbolt's
// bytes to another.
func (j *Journal) guard(op string, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %s: %s", txn.ErrJournalDamaged, op, describe(p))
			j.broken = err
		}
	}()
	return fn()
}

// describe says what a panic was about. A fault carries the address, which tells nobody anything.
func describe(p any) string {
	if _, ok := p.(interface{ Addr() uintptr }); ok {
		return "a page can't be read"
	}
	return fmt.Sprint(p)
}

// do runs fn as the only one inside bbolt, under guard. Damage that it finds ends the writing.
func (j *Journal) do(op string, fn func() error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.enter(op, fn)
	if errors.Is(err, txn.ErrJournalDamaged) && j.damaged == nil {
		j.damaged = err
	}
	return err
}

// aside is do for what goes on beside the selling: damage that it finds is only returned.
func (j *Journal) aside(op string, fn func() error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.enter(op, fn)
}

func (j *Journal) enter(op string, fn func() error) error {
	switch {
	case j.broken != nil:
		return j.broken
	case j.db == nil:
		return ErrClosed
	}
	return j.guard(op, fn)
}

// read runs fn in a transaction that can only read.
func (j *Journal) read(op string, fn func(*view) error) error {
	return j.do(op, func() error { return j.view(fn) })
}

func (j *Journal) view(fn func(*view) error) error {
	return j.db.View(func(tx *bbolt.Tx) error {
		return fn(&view{tx: tx, id: j.id, keys: j.keys, visits: &j.visits})
	})
}

// Close lets go of the journal. It may be called more than once.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	db := j.db
	j.db = nil
	if db == nil {
		return nil
	}
	if j.broken == nil {
		return db.Close()
	}
	// The panic may have left bbolt's locks taken, and then its Close never returns. The file is unlocked by
	// hand, for whoever opens it next; the mapping stays until the process ends.
	done := make(chan error, 1)
	go func() { done <- db.Close() }()
	select {
	case err := <-done:
		return err
	case <-time.After(closeLimit):
		err := unix.Flock(int(j.file.Fd()), unix.LOCK_UN)
		if err = errors.Join(err, j.file.Close()); errors.Is(err, os.ErrClosed) || errors.Is(err, unix.EBADF) {
			return nil // bbolt was only slow, and has closed it meanwhile
		}
		return err
	}
}

// openError translates what bbolt says when it can't open a file.
func openError(err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%w: %w", txn.ErrJournalBusy, err)
	case isFull(err):
		return noRoom(err)
	}
	return fmt.Errorf("%w: %w", txn.ErrJournalDamaged, err)
}

// noRoom marks an error that says there is no room, and passes any other.
func noRoom(err error) error {
	if err == nil || errors.Is(err, txn.ErrJournalFull) || !isFull(err) {
		return err
	}
	return fmt.Errorf("%w: %w", txn.ErrJournalFull, err)
}

// isFull reports whether err says that there is no room. bbolt flattens some errors to text.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}
