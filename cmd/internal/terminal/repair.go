package terminal

import (
	"context"
	"errors"
	"log/slog"

	"smartpos/device"
	"smartpos/store"
	"smartpos/txn"
)

// repairable reports whether a journal that can't be opened may be made again from what holds of it.
func repairable(halt error) bool {
	return errors.Is(halt, txn.ErrJournalDamaged) && !errors.Is(halt, txn.ErrJournalKey)
}

// Repairer makes a damaged journal again, by the word of whoever allows that records are lost, or of nobody. It calls progress
// now and then, with how many records are written again, of those that hold.
type Repairer func(ctx context.Context, by string, progress func(records, of uint64)) error

// repairer makes a profile's damaged journal again, see [store.Repair]. The event log says what it did.
func repairer(p *device.Profile, log *slog.Logger) Repairer {
	return func(ctx context.Context, by string, progress func(records, of uint64)) error {
		dir := p.Path(p.Data)
		cfg, err := JournalConfig(p, dir)
		if err != nil {
			return err
		}
		done, err := store.Repair(ctx, dir, cfg, store.RepairOptions{By: by, Progress: progress})
		if err != nil {
			return err
		}
		log.Warn("journal repaired", "records", done.Records, "orders", done.Orders, "incarnation", done.Now, "kept", done.Kept, "by", by)
		return nil
	}
}

// repair has the journal made again, beside the loop.
func (t *Terminal) repair(ctx context.Context, by string) {
	err := t.ports.Repair(ctx, by, func(records, of uint64) { t.tell(ctx, txn.RepairedSoFar{Records: records, Of: of}) })
	t.tell(ctx, txn.Repaired{Err: err})
}
