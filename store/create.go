package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

const (
	dirMode  = 0o700
	fileMode = 0o600

	// tempSuffix ends the names of files that are not whole yet. They mean nothing and are removed.
	tempSuffix = ".new"

	lockRetry = 50 * time.Millisecond
)

// create makes an empty journal. bbolt's own first initialisation can be torn by a power cut, so the file
// gets its name only when every byte of it is on disk: a cut at any point leaves no journal or a whole one.
func create(dir string, device []byte, now time.Time) error {
	temp := filepath.Join(dir, FileName+tempSuffix)
	if err := fill(temp, device, newIdentity(rules.NewIncarnation(), now)); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return adopt(temp, filepath.Join(dir, FileName))
}

// fill writes a whole empty journal to path.
func fill(path string, device []byte, id identity) error {
	name, err := keyName(device)
	if err != nil {
		return err
	}
	k, err := deriveKeys(device, id)
	if err != nil {
		return err
	}
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(bucketMeta))
		if err := meta.Put([]byte(keyFormat), u32(Format)); err != nil {
			return err
		}
		if err := meta.Put([]byte(keyIdentity), id.encode(name, k)); err != nil {
			return err
		}
		return meta.Put([]byte(keyState), k.seal(bucketMeta, []byte(keyState), state{head: id.hash()}.encode()))
	})
	return errors.Join(err, db.Close())
}

// adopt makes the finished file temp appear under its name: sync, rename, sync of the folder.
func adopt(temp, path string) error {
	if err := syncPath(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeDir makes dir, and makes it durable: a folder that is not on disk takes its journal along.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return err
	}
	return syncPath(filepath.Dir(filepath.Clean(dir)))
}

// enter makes dir and locks it.
func enter(dir string, limit time.Duration) (unlock func(), err error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	return lockDir(dir, limit)
}

// removeLeftovers removes what a cut during an earlier creation left.
func removeLeftovers(dir string) error {
	for _, name := range []string{FileName, KeyName} {
		err := os.Remove(filepath.Join(dir, name+tempSuffix))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// lockDir keeps two processes from making a journal at the same time: a file that doesn't exist yet can't be
// locked. The kernel lets go of the lock when the process ends, however it ends.
func lockDir(dir string, limit time.Duration) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := lock(f, unix.LOCK_EX, limit); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// lock waits at most limit for a lock of the kind how.
func lock(f *os.File, how int, limit time.Duration) error {
	for end := time.Now().Add(limit); ; time.Sleep(lockRetry) {
		switch err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("locking %s: %w", f.Name(), err)
		case time.Now().After(end):
			return fmt.Errorf("%w: %s", txn.ErrJournalBusy, f.Name())
		}
	}
}
