package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"path/filepath"
)

// Inspection is what can still be read of a journal.
type Inspection struct {
	Report
	Found uint64 // records anywhere whose MAC holds
	Head  Head   // the latest of those that hold from the first on; of the identity if there is none

	latest  uint64 // the highest sequence of which anything is known: a record that was found, or what the state says
	counted bool   // the state can be read, which says how many records there are
}

// Inspect says how much of a journal is intact, also of one that Open refuses. It goes around bbolt, reads
// page by page what can be read, and never writes. The error is the first thing that doesn't hold, or nil.
// Unlike [Journal.Verify] it doesn't hold orders and indexes against the records.
func Inspect(dir string, cfg Config) (in Inspection, err error) {
	device, err := deviceKey(dir, cfg.Key, false)
	if err != nil {
		return in, err
	}
	path := filepath.Join(dir, FileName)
	err = withPages(path, cfg.withDefaults().LockTimeout, func(p *pages) error {
		if err := p.format(); err != nil {
			return err
		}
		return p.inspect(device, &in)
	})
	if err != nil {
		err = fmt.Errorf("store: inspecting %s: %w", path, err)
	}
	return in, err
}

func (p *pages) inspect(device []byte, in *Inspection) error {
	first := p.check(true)
	note := func(err error) error {
		if first == nil {
			first = err
		}
		return nil // go on behind it
	}
	values := p.values(note)
	id, _, k, err := openIdentity(values[keyIdentity], values[keyWrapped], device)
	if err != nil {
		return err
	}
	var st state
	if body, ok := k.unseal(bucketMeta, []byte(keyState), values[keyState]); !ok {
		_ = note(damagedf("the state's seal doesn't hold"))
	} else if st, err = decodeState(body); err != nil {
		_ = note(err)
	} else {
		next, err := p.behind(st, k)
		if err != nil {
			_ = note(err)
		}
		in.latest, in.counted = max(st.records, next), true
	}
	a := anchor{hash: id.hash()}
	if sealed := values[keyAnchor]; sealed != nil {
		if found, err := decodeAnchor(sealed, k); err == nil {
			a = found
		} else {
			_ = note(err)
		}
	}
	if a.records != st.gone || a.orders != st.goneOrders {
		_ = note(damagedf("the anchor is of record %d, should be of %d", a.records, st.gone))
	}
	p.inspectRecords(a, k, in, note)
	if in.Records != st.records {
		_ = note(damagedf("%d records hold from the first on, of %d", in.Records, st.records))
	}
	p.inspectOrders(k, in, note)
	if in.Orders != st.orders {
		_ = note(damagedf("%d orders hold from the first on, of %d", in.Orders, st.orders))
	}
	for _, bucket := range []string{bucketSales, bucketPending, bucketExceptions, bucketCodes, bucketTill} {
		_ = p.each(bucket, note, func(key, value []byte) error {
			if _, ok := k.unseal(bucket, key, value); !ok {
				return note(damagedf("%s %x: its seal doesn't hold", bucket, key))
			}
			return nil
		})
	}
	return first
}

// values returns what can be read of the bucket meta.
func (p *pages) values(bad func(error) error) map[string][]byte {
	values := map[string][]byte{}
	_ = p.each(bucketMeta, bad, func(key, value []byte) error {
		values[string(key)] = bytes.Clone(value)
		return nil
	})
	return values
}

// inspectRecords counts the records that hold, from where the journal begins on. What was not swept yet lies before it.
func (p *pages) inspectRecords(a anchor, k keys, in *Inspection, note func(error) error) {
	in.Report = Report{Records: a.records, Orders: a.orders, Gone: a.records, GoneOrders: a.orders}
	in.Head = a.hash
	_ = p.each(bucketRecords, note, func(key, value []byte) error {
		e, err := decodeEnvelope(value, k.record)
		if err != nil || len(key) != 8 || binary.BigEndian.Uint64(key) != e.sequence {
			return note(damagedf("record %x doesn't hold", key))
		}
		in.Found++
		in.latest = max(in.latest, e.sequence)
		if e.sequence == in.Records+1 && e.previous == in.Head {
			in.Records++
			in.Head = sha256.Sum256(value)
		}
		return nil
	})
}

func (p *pages) inspectOrders(k keys, in *Inspection, note func(error) error) {
	_ = p.each(bucketOrders, note, func(key, value []byte) error {
		body, ok := k.unseal(bucketOrders, key, value)
		if ok && len(key) == 8 {
			_, err := k.decodeOrder(binary.BigEndian.Uint64(key), body)
			ok = err == nil
		}
		if !ok {
			return note(damagedf("order %x: its seal doesn't hold", key))
		}
		if bytes.Equal(key, u64(in.Orders+1)) {
			in.Orders++
		}
		return nil
	})
}
