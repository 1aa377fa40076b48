package daybook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"smartpos/txn"
	"smartpos/txn/reconcile"
)

// CarryName is the file with the carries, in the journal's folder. It holds nothing that the journal and the bills don't:
// without it, what waited for the next day's bill stands there as a difference.
const CarryName = "reconcile.json"

const (
	carryVersion = 1
	carryDays    = 14      // kept for each network; a day may be reconciled again after the next
	maxCarry     = 8 << 20 // bytes
)

// errNewer is returned for a file of newer firmware, which is not replaced.
var errNewer = errors.New("newer firmware wrote it")

// carries are what days hand on, by network and day (2026-11-27).
type carries struct {
	Version  int                                          `json:"version"`
	Networks map[txn.NetworkID]map[string]reconcile.Carry `json:"networks"`
}

// loadCarries reads the file; one that is not there is empty.
func loadCarries(path string) (carries, error) {
	c := carries{Version: carryVersion, Networks: map[txn.NetworkID]map[string]reconcile.Carry{}}
	text, err := readFile(path, maxCarry)
	if errors.Is(err, fs.ErrNotExist) || path == "" {
		return c, nil
	}
	if err == nil {
		var read carries
		err = json.Unmarshal(text, &read)
		switch {
		case read.Version > carryVersion:
			err = fmt.Errorf("%w: version %d, this reads %d", errNewer, read.Version, carryVersion)
		case err != nil:
		case read.Version < carryVersion || read.Networks == nil:
			err = errors.New("it holds no carries")
		default:
			return read, nil
		}
	}
	return c, fmt.Errorf("%s can't be read (%w): what waited since the day before stands among the differences", path, err)
}

// before returns what the day before handed on.
func (c carries) before(id txn.NetworkID, day time.Time) reconcile.Carry {
	return c.Networks[id][date(day.AddDate(0, 0, -1))]
}

// set keeps what a day hands on, and forgets days long past.
func (c carries) set(id txn.NetworkID, day time.Time, carry reconcile.Carry) {
	days := c.Networks[id]
	if days == nil {
		days = map[string]reconcile.Carry{}
		c.Networks[id] = days
	}
	days[date(day)] = carry
	for _, old := range slices.Sorted(maps.Keys(days))[:max(0, len(days)-carryDays)] {
		delete(days, old)
	}
}

// save replaces the file whole or not at all, also when the power goes.
func (c carries) save(path string) error {
	if path == "" {
		return nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
