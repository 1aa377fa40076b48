package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"path/filepath"

	"filippo.io/age"

	"smartpos/store/internal/rules"
)

// Salvage writes a backup of what holds of a damaged journal: the records from the first on, up to the first that is
// lost. It goes around bbolt, as [Inspect] does, never writes to the journal, and works as long as the journal's
// identity and its key are whole. A restore of it needs [RestoreOptions.Older] where the damaged journal lies: what
// comes after the damage is not in it, see [Found].
func Salvage(ctx context.Context, dir string, cfg Config, path string, to age.Recipient) (b BackupFile, err error) {
	if err := rules.CheckTerminal(cfg.Terminal); err != nil {
		return b, err
	}
	cfg = cfg.withDefaults()
	device, err := deviceKey(dir, cfg.Key, false)
	if err != nil {
		return b, err
	}
	err = withPages(filepath.Join(dir, FileName), cfg.LockTimeout, func(p *pages) error {
		s, err := p.source(device, cfg)
		if err != nil {
			return err
		}
		b, err = s.writeTo(ctx, path, to)
		return err
	})
	return b, err
}

// pass goes on behind what can't be read.
func pass(error) error { return nil }

// source is what can be read of the journal.
func (p *pages) source(device []byte, cfg Config) (s source, err error) {
	values := p.values(pass)
	format, err := decodeFormat(values[keyFormat])
	if err != nil {
		return s, err
	}
	id, key, k, err := openIdentity(values[keyIdentity], values[keyWrapped], device)
	if err != nil {
		return s, err
	}
	a := archive{id: id, head: id.hash(), incarnation: id.incarnation, keys: k}
	err = p.chain(k, id, func(e envelope, b []byte) error {
		a.read, a.head = e.sequence, hashOf(b)
		return a.follow(e)
	})
	if err != nil {
		return s, err
	}
	m := Manifest{
		Version: archiveVersion, Terminal: cfg.Terminal, Incarnation: a.incarnation, Format: format,
		Created: id.created, Taken: cfg.Now().UTC(), Records: a.read, Orders: a.orders, Head: a.head,
	}
	return source{m, id, key, func(ctx context.Context, w io.Writer) error {
		var one bytes.Buffer
		return p.chain(k, id, func(_ envelope, b []byte) error {
			one.Reset()
			putSized(&one, b)
			if _, err := w.Write(one.Bytes()); err != nil {
				return err
			}
			return ctx.Err()
		})
	}}, nil
}

// chain calls fn for the records that hold from the first on, up to the first that is lost.
func (p *pages) chain(k keys, id identity, fn func(envelope, []byte) error) error {
	next, head := uint64(1), Head(id.hash())
	err := p.records(k, func(e envelope, b []byte) error {
		if e.sequence != next || e.previous != head {
			return errStop
		}
		next, head = next+1, hashOf(b)
		return fn(e, b)
	})
	return err
}

// records calls fn for every record that holds, in the order of their keys.
func (p *pages) records(k keys, fn func(envelope, []byte) error) error {
	return p.each(bucketRecords, pass, func(key, value []byte) error {
		e, err := decodeEnvelope(value, k.record)
		if err != nil || len(key) != 8 || binary.BigEndian.Uint64(key) != e.sequence {
			return nil
		}
		return fn(e, value)
	})
}

// Found calls fn for every record of a damaged journal whose MAC holds, also behind the damage, until it returns an
// error, and returns that. Whether one is missing between two shows by their sequences alone.
func Found(dir string, cfg Config, fn func(Entry) error) error {
	cfg = cfg.withDefaults()
	device, err := deviceKey(dir, cfg.Key, false)
	if err != nil {
		return err
	}
	return withPages(filepath.Join(dir, FileName), cfg.LockTimeout, func(p *pages) error {
		values := p.values(pass)
		_, _, k, err := openIdentity(values[keyIdentity], values[keyWrapped], device)
		if err != nil {
			return err
		}
		return p.records(k, func(e envelope, b []byte) error {
			rec, err := e.record(k)
			if err != nil {
				return damagedf("record %d: %v", e.sequence, err)
			}
			return fn(Entry{Sequence: e.sequence, At: e.at, Previous: e.previous, Hash: hashOf(b), Record: rec})
		})
	})
}
