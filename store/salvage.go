package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Salvage writes a backup of what holds of a damaged journal: the records from the first on, up to the first that is
// lost. It takes them wherever they lie, also from pages that nothing leads to any more, goes around bbolt as [Inspect]
// does, never writes to the journal, and works as long as its identity is somewhere in the file and its key is whole. A
// restore of it needs [RestoreOptions.Older] where the damaged journal lies: what comes after the damage is not in it, see
// [Found].
func Salvage(ctx context.Context, dir string, cfg Config, path string, to age.Recipient) (b BackupFile, err error) {
	if err := rules.CheckTerminal(cfg.Terminal); err != nil {
		return b, err
	}
	cfg = cfg.withDefaults()
	err = carveIn(dir, cfg, func(c *carver) error {
		s, err := c.source(cfg)
		if err != nil {
			return err
		}
		b, err = s.writeTo(ctx, path, to)
		return err
	})
	return b, err
}

// Found calls fn for every record of a damaged journal whose MAC holds, wherever it lies, also behind the damage, in the
// order of their sequences, until it returns an error, and returns that. Of a sequence there can be two, where a commit
// failed and was made again otherwise.
func Found(dir string, cfg Config, fn func(Entry) error) error {
	return carveIn(dir, cfg.withDefaults(), func(c *carver) error {
		for _, seq := range slices.Sorted(maps.Keys(c.records)) {
			for _, o := range c.records[seq] {
				e, err := decodeEnvelope(readRecord(c.r, o.at), c.keys.record)
				if err != nil {
					return damagedf("record %d: %v", seq, err)
				}
				rec, err := e.record(c.keys)
				if err != nil {
					return damagedf("record %d: %v", seq, err)
				}
				if err := fn(Entry{Sequence: seq, At: e.at, Previous: e.previous, Hash: o.hash, Record: rec}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// carveIn looks through the journal in dir, if no terminal is running on it and it is not newer firmware's.
func carveIn(dir string, cfg Config, fn func(*carver) error) error {
	device, err := deviceKey(dir, cfg.Key, false)
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := lock(f, unix.LOCK_SH, cfg.LockTimeout); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	p, broken := openPages(f, info.Size())
	if errors.Is(broken, txn.ErrJournalNewer) {
		return broken
	}
	if broken == nil {
		if err := p.format(); errors.Is(err, txn.ErrJournalNewer) {
			return err
		}
	}
	c, err := carve(f, info.Size(), device)
	if err != nil {
		return err
	}
	if broken == nil {
		c.head = p.head(c.keys)
	}
	return fn(c)
}

// head returns the latest record's hash, as the state has it, or none.
func (p *pages) head(k keys) Head {
	ignore := func(error) error { return nil }
	body, _ := k.unseal(bucketMeta, []byte(keyState), p.values(ignore)[keyState])
	st, err := decodeState(body)
	if err != nil {
		return Head{}
	}
	return st.head
}

// source is what was found of the journal.
func (c *carver) source(cfg Config) (source, error) {
	start := c.start()
	t, err := start.tally(c.keys, c.id)
	if err != nil {
		return source{}, err
	}
	a := archive{read: start.records, orders: start.orders, head: start.hash, incarnation: t.incarnation, till: t.till, keys: c.keys}
	err = c.each(start, func(e envelope, b []byte) error {
		a.read, a.head = e.sequence, hashOf(b)
		return a.follow(e)
	})
	if err != nil {
		return source{}, err
	}
	m := Manifest{
		Version: archiveVersion(start), Terminal: cfg.Terminal, Incarnation: a.incarnation, Format: Format,
		Created: c.id.created, Taken: cfg.Now().UTC(), Records: a.read, Orders: a.orders, Head: a.head, Gone: start.records,
	}
	return source{m, c.id, c.key, start, a.till, func(ctx context.Context, w io.Writer) error {
		var one bytes.Buffer
		return c.each(start, func(_ envelope, b []byte) error {
			one.Reset()
			putSized(&one, b)
			if _, err := w.Write(one.Bytes()); err != nil {
				return err
			}
			return ctx.Err()
		})
	}}, nil
}
