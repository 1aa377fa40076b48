package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"smartpos/txn"
)

// Where the pages' tree is broken, records still lie in the file: in pages that nothing leads to any more, and as older
// copies in pages that are free. Each proves by its MAC that it is a record of this journal, and by what it follows where
// it belongs. This file looks for them byte by byte.

// carved is where a record lies in the file.
type carved struct {
	at             int64
	when           time.Time // by the device's clock
	hash, previous Head
	chain          int // records that follow on this one, with it
}

// carver is what was found of a journal.
type carver struct {
	r       io.ReaderAt
	id      identity
	key     []byte
	keys    keys
	anchors []anchor
	records map[uint64][]carved // by sequence; more than one where a commit failed and was made again otherwise
	head    Head                // the latest record, where the state can still be read
}

// carve looks through a whole file. It returns [txn.ErrJournalDamaged] where nothing says which journal it was.
func carve(r io.ReaderAt, size int64, device []byte) (*carver, error) {
	c := &carver{r: r, records: map[uint64][]carved{}}
	if err := c.identify(size, device); err != nil {
		return nil, err
	}
	windows(r, size, headerSize, func(at int64, b []byte) {
		if plausible(b) {
			c.take(at)
		}
		if bytes.HasPrefix(b, []byte(keyAnchor)) {
			c.takeAnchor(at + int64(len(keyAnchor)))
		}
	})
	c.link()
	return c, nil
}

// identify looks for the identity. bbolt puts a value right behind its key, and the next key right behind that.
func (c *carver) identify(size int64, device []byte) error {
	found := damagedf("its identity is nowhere in the file")
	windows(c.r, size, len(keyIdentity)+identitySize, func(at int64, b []byte) {
		if c.key != nil || !bytes.HasPrefix(b, []byte(keyIdentity)) {
			return
		}
		b = bytes.Clone(b[len(keyIdentity):])
		behind := make([]byte, len(keyWrapped)+wrappedSize)
		var wrapped []byte
		if _, err := c.r.ReadAt(behind, at+int64(len(keyIdentity)+identitySize)); err == nil {
			wrapped, _ = bytes.CutPrefix(behind, []byte(keyWrapped))
			if len(wrapped) == len(behind) {
				wrapped = nil
			}
		}
		id, key, k, err := openIdentity(b, wrapped, device)
		if err != nil {
			if errors.Is(err, ErrKey) {
				found = err
			}
			return
		}
		c.id, c.key, c.keys = id, key, k
	})
	if c.key == nil {
		return found
	}
	return nil
}

// plausible reports whether a record could begin with b. It spares most of the file the reckoning of a MAC.
func plausible(b []byte) bool {
	return b[0] == envelopeVersion && b[2] == 0 && b[3]&^flagEnciphered == 0 && b[4] == 0 && b[5] == 0 && b[6] == 0 &&
		txn.NewRecord(txn.RecordType(b[1])) != nil && binary.BigEndian.Uint32(b[lengthAt:]) <= maxStored
}

// take notes the record at an offset, if one is there.
func (c *carver) take(at int64) {
	b := readRecord(c.r, at)
	e, err := decodeEnvelope(b, c.keys.record)
	if err != nil {
		return
	}
	hash := hashOf(b)
	known := func(o carved) bool { return o.hash == hash }
	if of := c.records[e.sequence]; !slices.ContainsFunc(of, known) {
		c.records[e.sequence] = append(of, carved{at: at, when: e.at, hash: hash, previous: e.previous})
	}
}

// takeAnchor notes the anchor at an offset, if one is there.
func (c *carver) takeAnchor(at int64) {
	b := make([]byte, anchorTextAt)
	if _, err := c.r.ReadAt(b, at); err != nil {
		return
	}
	n := binary.BigEndian.Uint32(b[anchorTextAt-4:])
	if n > maxValue {
		return
	}
	b = make([]byte, anchorTextAt+int(n)+macSize)
	if _, err := c.r.ReadAt(b, at); err != nil {
		return
	}
	if a, err := decodeAnchor(b, c.keys); err == nil {
		c.anchors = append(c.anchors, a)
	}
}

// start returns where the journal begins: the latest anchor of those from which most can be had, or the identity. What an
// older one leads to was pruned, and is no worse for still lying there.
func (c *carver) start() anchor {
	best, most := anchor{}, uint64(0)
	for i, a := range append([]anchor{{hash: c.id.hash()}}, c.anchors...) {
		reach := a.records
		for _, o := range c.records[a.records+1] {
			if o.previous == Head(a.hash) {
				reach = max(reach, a.records+uint64(o.chain))
			}
		}
		if i == 0 || reach > most || reach == most && a.records > best.records {
			best, most = a, reach
		}
	}
	return best
}

// link counts what follows on each record, from the last one back.
func (c *carver) link() {
	for _, seq := range slices.Backward(slices.Sorted(maps.Keys(c.records))) {
		for i := range c.records[seq] {
			o := &c.records[seq][i]
			o.chain = 1
			for _, next := range c.records[seq+1] {
				if next.previous == o.hash {
					o.chain = max(o.chain, 1+next.chain)
				}
			}
		}
	}
}

// each calls fn for the records from a start on, up to the first that is nowhere. Of two that could be next it takes
// the one that more follow on, or else the one that the state names, or else the later, as opening does; where that doesn't
// decide either, nobody can, and it stops.
func (c *carver) each(from anchor, fn func(envelope, []byte) error) error {
	head := Head(from.hash)
	for seq := from.records + 1; ; seq++ {
		var best carved
		tie := false
		for _, o := range c.records[seq] {
			switch {
			case o.previous != head:
			case c.before(best, o):
				best, tie = o, false
			case !c.before(o, best):
				tie = true
			}
		}
		if best.chain == 0 || tie {
			return nil
		}
		b := readRecord(c.r, best.at)
		e, err := decodeEnvelope(b, c.keys.record)
		if err != nil {
			return damagedf("record %d: %v", seq, err) // it was whole a moment ago
		}
		if err := fn(e, b); err != nil {
			return err
		}
		head = best.hash
	}
}

// before reports whether b is to be taken before a, of two that follow on the same.
func (c *carver) before(a, b carved) bool {
	switch {
	case a.chain != b.chain:
		return a.chain < b.chain
	case a.hash == c.head || b.hash == c.head:
		return b.hash == c.head
	}
	return a.when.Before(b.when)
}

// windows calls fn with every offset in r and the n bytes from there on. What can't be read is passed over.
func windows(r io.ReaderAt, size int64, n int, fn func(at int64, b []byte)) {
	const chunk = 1 << 20
	buf := make([]byte, chunk+n-1)
	for base := int64(0); base < size; base += chunk {
		b := buf[:min(int64(len(buf)), size-base)]
		if _, err := r.ReadAt(b, base); err != nil && !errors.Is(err, io.EOF) {
			readAround(r, b, base)
		}
		for i := range max(0, min(chunk, len(b)-n+1)) {
			fn(base+int64(i), b[i:i+n])
		}
	}
}

// readAround reads sector by sector, with zeros for those that can't be read.
func readAround(r io.ReaderAt, b []byte, base int64) {
	const sector = 512
	for i := 0; i < len(b); i += sector {
		part := b[i:min(i+sector, len(b))]
		if n, err := r.ReadAt(part, base+int64(i)); err != nil {
			clear(part[n:])
		}
	}
}
