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
	if errors.Is(err, store.ErrKey) {
		cfg.Key = old.Reveal()
	}
	if err == nil {
		err = j.Close()
	} else {
		err = nil // whoever uses the configuration meets it again
	}
	return cfg, err
}
