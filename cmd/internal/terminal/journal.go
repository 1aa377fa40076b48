package terminal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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

// repairable reports whether a journal that can't be opened may be made again from what holds of it.
func repairable(halt error) bool {
	return errors.Is(halt, txn.ErrJournalDamaged) && !errors.Is(halt, txn.ErrJournalKey)
}

// repairer makes a profile's damaged journal again, see [store.Repair]. The event log says what it did.
func repairer(p *device.Profile, log *slog.Logger) func(ctx context.Context, by string) error {
	return func(ctx context.Context, by string) error {
		dir := p.Path(p.Data)
		cfg, err := JournalConfig(p, dir)
		if err != nil {
			return err
		}
		done, err := store.Repair(ctx, dir, cfg, store.RepairOptions{By: by})
		if err != nil {
			return err
		}
		log.Warn("journal repaired", "records", done.Records, "orders", done.Orders, "incarnation", done.Now, "kept", done.Kept, "by", by)
		return nil
	}
}
