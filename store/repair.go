package store

import (
	"context"
	"fmt"
	"io"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// RepairOptions says what a person has allowed.
type RepairOptions struct {
	// By is the supervisor who goes on without the records that are lost; empty: nothing may be lost.
	By string
	// Progress, if not nil, is called now and then with how many records have been written again, of those that hold.
	Progress func(records, of uint64)
}

// Repair makes a damaged journal again from what holds of it, in its own place, as [Restore] makes one from a backup: the
// same records in the same chain, then a new incarnation, and the damaged file is kept under another name. Records are
// taken wherever they lie, see [Salvage].
//
// Without [RepairOptions.By] it does so only if nothing is lost: the journal's own state says how many records there
// were, and all of them hold. Otherwise it changes nothing and returns a [*txn.LossError]. It returns [ErrHoldsMore] for a
// journal that is whole, and else what Restore returns.
func Repair(ctx context.Context, dir string, cfg Config, opt RepairOptions) (done Restoration, err error) {
	r, err := newRestorer(dir, cfg, RestoreOptions{Older: opt.By != ""})
	if err != nil {
		return done, err
	}
	r.progress = opt.Progress
	unlock, err := enter(dir, r.cfg.LockTimeout)
	if err != nil {
		return done, noRoom(err)
	}
	defer unlock()
	err = carveIn(dir, r.cfg, func(c *carver) error {
		s, err := c.source(r.cfg)
		if err != nil {
			return err
		}
		return s.read(ctx, func(a *archive) error {
			r.a, r.repairs = a, &repair{by: opt.By, latest: c.latest(), till: s.till}
			return r.run(r.steps())
		})
	})
	if err != nil {
		return Restoration{}, fmt.Errorf("repairing %s: %w", dir, noRoom(err))
	}
	return r.done, nil
}

// repair is what a restorer must know besides, when what it restores is the damaged journal itself.
type repair struct {
	by     string
	latest uint64   // the highest sequence of any record that holds
	till   txn.Till // after the last that can be saved
}

// judge refuses to lose what the journal is known to have had.
func (p *repair) judge(was standing, m Manifest) error {
	if was.whole {
		return fmt.Errorf("%w: it is not damaged", ErrHoldsMore)
	}
	loss := &txn.LossError{Records: m.Records, Orders: m.Orders, Till: p.till}
	if was.counted {
		loss.Known = max(was.latest, p.latest)
	}
	if p.by == "" && (!was.counted || loss.Known != m.Records) {
		return loss
	}
	return nil
}

// record is what a repair writes behind the last record that holds.
func (p *repair) record(cfg Config) *txn.Restored {
	now := cfg.Now().UTC()
	rec := &txn.Restored{Terminal: cfg.Terminal, Taken: now, At: now, Repaired: true, By: p.by}
	if p.by != "" {
		rec.Forced = []string{"lost"}
	}
	return rec
}

// latest returns the highest sequence of all records found.
func (c *carver) latest() (seq uint64) {
	for s := range c.records {
		seq = max(seq, s)
	}
	return seq
}

// read calls fn with the source as a backup that is being read, in clear.
func (s source) read(ctx context.Context, fn func(*archive) error) error {
	if err := rules.CheckTerminal(s.manifest.Terminal); err != nil {
		return err
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(s.clear(ctx, w)) }()
	defer func() { _ = r.Close() }() // ends the writer
	a, err := openArchive(r)
	if err != nil {
		return err
	}
	return fn(a)
}
