package terminal

import (
	"errors"
	"fmt"

	"smartpos/device"
	"smartpos/device/secret"
	"smartpos/store"
	"smartpos/txn"
)

// JournalConfig is how the journal in dir is opened by a profile's terminal, for commands that also take one that is
// damaged, or not there yet. Its key is the one that [OpenJournal] would find to fit.
func JournalConfig(p *device.Profile, dir string) (store.Config, error) {
	cfg := store.Config{Terminal: p.Terminal.ID}
	s := SecretStore(p)
	if s == nil {
		return cfg, nil
	}
	key, err := s.Key(secret.Journal)
	if err != nil {
		return cfg, fmt.Errorf("%w: %w", txn.ErrJournalKey, err)
	}
	cfg.Key = key.Reveal()
	old := openVault(p).sealed[JournalKeyName]
	if old.IsZero() {
		return cfg, nil
	}
	look := cfg
	look.ReadOnly = true
	j, err := store.Open(dir, look)
	if err == nil {
		return cfg, j.Close()
	}
	if errors.Is(err, txn.ErrJournalDamaged) && !errors.Is(err, store.ErrKey) { // perhaps before its key was of any interest
		err = store.Found(dir, look, func(store.Entry) error { return errFits })
	}
	if errors.Is(err, store.ErrKey) {
		cfg.Key = old.Reveal()
	}
	return cfg, nil // whoever uses the configuration meets what else is wrong
}

// errFits ends the look through a damaged journal: its records open.
var errFits = errors.New("the key fits")
