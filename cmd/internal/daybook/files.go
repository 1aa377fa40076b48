package daybook

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/reconcile"
)

// maxFiles bounds what is read of a folder.
const maxFiles = 32

// MaxNames is how many names of a folder are looked at: one of a stick can have millions.
const MaxNames = 1000

// ErrFolder is returned, with the cause, for a folder or a file that can't be read.
var ErrFolder = errors.New("the bill's file can't be read")

var errLarge = errors.New("too large for a bill")

// readFile reads a regular file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, fmt.Errorf("%s: %w: not a file of at most %d bytes", path, errLarge, most)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: %w", path, errLarge)
	}
	return text, err
}

// ReadBill reads a bill that lies in a file, of whichever network it is.
func ReadBill(path string) (*reconcile.Bill, error) {
	text, err := readFile(path, pay.MaxBill)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return reconcile.Read(filepath.Base(path), text)
}

// List returns what lies in a folder of a stick, by name. Of one with more than [MaxNames] it keeps nothing, and returns an
// error; [fs.ErrNotExist] where there is none.
func List(folder string) ([]os.DirEntry, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(MaxNames + 1)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case len(entries) > MaxNames:
		return nil, fmt.Errorf("%s: more than %d names: leave there what belongs to the terminal alone", folder, MaxNames)
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// search reads the bills of a day that lie in a folder, by network; the last by name counts. The error is about a file
// that can't be read, or about the folder: nobody knows whose bill it is, so it stands for every network without one.
func search(folder string, day time.Time) (bills map[txn.NetworkID]*reconcile.Bill, bad error) {
	bills = map[txn.NetworkID]*reconcile.Bill{}
	if folder == "" {
		return bills, nil
	}
	entries, err := List(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist): // no stick is in
		return bills, nil
	case err != nil:
		return bills, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { // names go on to reports and errors
		return e.IsDir() || strings.HasPrefix(e.Name(), ".") || strings.ContainsFunc(e.Name(), unicode.IsControl)
	})
	if len(entries) > maxFiles {
		return bills, fmt.Errorf("%w: %s: %d files, at most %d are looked at: leave the day's bills alone there", ErrFolder, folder, len(entries), maxFiles)
	}
	for _, e := range entries {
		b, err := ReadBill(filepath.Join(folder, e.Name()))
		switch {
		case err != nil:
			bad = err
		case b.Of(day) == nil:
			bills[b.Network] = b
		}
	}
	return bills, bad
}
