package terminal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"smartpos/device"
	"smartpos/device/secret"
	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/wechat"
)

// JournalKeyName is the name under which the sealed file can hold a journal's device key: that of a journal which was
// made before the board had a secret, and whose key lay in clear beside it.
const JournalKeyName = "journal.device_key"

// SecretStore returns where the board of a profile keeps its secret; nil if the profile names nothing.
func SecretStore(p *device.Profile) secret.Store {
	if p.Secrets.Store == "" {
		return nil
	}
	return secret.File(p.Path(p.Secrets.Store))
}

// sameMedium reports whether two paths lie on one file system. A path that is not there yet lies where its folder does.
func sameMedium(a, b string) bool {
	da, okA := deviceOf(a)
	db, okB := deviceOf(b)
	return okA && okB && da == db
}

// inMemory reports whether a folder lies on no medium at all.
func inMemory(folder string) bool {
	var s unix.Statfs_t
	return unix.Statfs(folder, &s) == nil && (uint32(s.Type) == unix.TMPFS_MAGIC || uint32(s.Type) == unix.RAMFS_MAGIC) // its type differs from board to board
}

func deviceOf(path string) (uint64, bool) {
	for {
		info, err := os.Stat(path)
		if err == nil {
			if s, ok := info.Sys().(*syscall.Stat_t); ok {
				return s.Dev, true
			}
			return 0, false
		}
		up := filepath.Dir(path)
		if !errors.Is(err, os.ErrNotExist) || up == path {
			return 0, false
		}
		path = up
	}
}

// vault is what the board keeps secret, opened.
type vault struct {
	profile *device.Profile
	sealed  secret.Bundle
	err     error // why the sealed file is shut
}

// openVault opens the sealed file, if the profile names one.
func openVault(p *device.Profile) vault {
	v := vault{profile: p}
	if p.Secrets.Sealed == "" {
		return v
	}
	var err error
	if v.sealed, err = secret.Load(p.Path(p.Secrets.Sealed), SecretStore(p)); err != nil {
		v.err = fmt.Errorf("sealed keys: %w", err)
	}
	return v
}

// source returns where a setting's key comes from: the sealed file, if there is one, or the file that the profile
// names.
func (v vault) source(name, file string) wechat.Source {
	if v.profile.Secrets.Sealed == "" {
		return wechat.File(v.profile.Path(file)) // an empty path is no source
	}
	return wechat.Sealed(v.sealed[name].Reveal())
}

// lacks returns why a table's keys can't be had from the sealed file; nil if they can, or needn't.
func (v vault) lacks(table string) error {
	p := v.profile
	if p.Secrets.Sealed == "" || v.err != nil {
		return v.err
	}
	for _, f := range p.SecretFiles() {
		setting, ours := strings.CutPrefix(f.Name, table+".")
		if ours && v.sealed[f.Name].IsZero() {
			return &pay.KeyError{Setting: setting, Err: fmt.Errorf("%s is not in %s: name its file in the profile, then pos seal", f.Name, p.Path(p.Secrets.Sealed))}
		}
	}
	return nil
}

// OpenJournal opens a profile's journal under the key of the board's secret, where it has one; cfg's own key is not
// used. In production a secret on the medium of the data is refused: who takes that medium would have both.
func OpenJournal(p *device.Profile, cfg store.Config) (*store.Journal, error) {
	dir := p.Path(p.Data)
	s := SecretStore(p)
	if s == nil {
		return store.Open(dir, cfg)
	}
	if path := p.Path(p.Secrets.Store); p.Environment == device.Production && sameMedium(path, dir) {
		return nil, fmt.Errorf("%w: %s lies on the medium of the data: put it on another, which the terminal only reads", txn.ErrJournalKey, path)
	}
	key, err := s.Key(secret.Journal)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", txn.ErrJournalKey, err)
	}
	cfg.Key = key.Reveal()
	j, err := store.Open(dir, cfg)
	if !errors.Is(err, store.ErrKey) {
		return j, err
	}
	// A journal from before the board had a secret: its own key has been sealed, or still lies beside it.
	if old := openVault(p).sealed[JournalKeyName]; !old.IsZero() {
		cfg.Key = old.Reveal()
		return store.Open(dir, cfg)
	}
	if _, there := os.Stat(filepath.Join(dir, store.KeyName)); there == nil {
		err = fmt.Errorf("%w; %s lies beside it, from before the board had a secret: seal it with pos seal", err, store.KeyName)
	}
	return nil, err
}
