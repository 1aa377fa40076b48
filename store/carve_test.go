package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"smartpos/txn"
)

// Two records claim to be the next, where a commit failed and was made again otherwise: the one that others follow on is
// it, and at the end the one that the state names, or else the later. Where none of that tells, nobody can.
func TestCarveTellsClaimantsApart(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	id, k, err := decodeIdentity(f.value(bucketMeta, []byte(keyIdentity)), made.key)
	if err != nil {
		t.Fatal(err)
	}
	middle := must(decodeEnvelope(f.value(bucketRecords, u64(40)), k.record))
	latest := must(decodeEnvelope(f.value(bucketRecords, u64(wornRecords)), k.record))
	head := hashOf(f.value(bucketRecords, u64(wornRecords)))
	of := func(e envelope, after time.Duration, flags uint16) envelope {
		e.at, e.flags = e.at.Add(after), flags
		return e
	}
	for _, test := range []struct {
		about    string
		claimant envelope
		head     Head
		last     uint64
		at       time.Time
	}{
		{"others follow on the other", of(middle, time.Second, 0), Head{}, wornRecords, latest.at},
		{"the other is older", of(latest, -time.Second, 0), Head{}, wornRecords, latest.at},
		{"the other is later", of(latest, time.Second, 0), Head{}, wornRecords, latest.at.Add(time.Second)},
		{"of one time", of(latest, 0, flagEnciphered), Head{}, wornRecords - 1, time.Time{}},
		{"the other is later, and the state names one", of(latest, time.Second, 0), head, wornRecords, latest.at},
		{"of one time, and the state names one", of(latest, 0, flagEnciphered), head, wornRecords, latest.at},
	} {
		b := append(bytes.Clone(f.b), test.claimant.encode(k.record)...)
		c, err := carve(bytes.NewReader(b), int64(len(b)), made.key)
		if err != nil {
			t.Fatal(err)
		}
		c.head = test.head
		var last envelope
		if err := c.each(c.start(), func(e envelope, _ []byte) error { last = e; return nil }); err != nil || last.sequence != test.last || c.id != id {
			t.Errorf("%s: %d records, %v, want %d", test.about, last.sequence, err, test.last)
		}
		if !test.at.IsZero() && !last.at.Equal(test.at) {
			t.Errorf("%s: the last is of %v, want %v", test.about, last.at, test.at)
		}
	}
}

// A sector that can't be read costs the records in it, and no others.
func TestCarveAroundABadSector(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	at := int64(bytes.Index(f.b, f.value(bucketRecords, u64(50))))
	c, err := carve(&badSector{bytes.NewReader(f.b), at}, int64(len(f.b)), made.key)
	if err != nil {
		t.Fatal(err)
	}
	if _, there := c.records[50]; there || len(c.records) < wornRecords-3 {
		t.Errorf("%d records, that in the bad sector: %t", len(c.records), there)
	}
}

// badSector can't be read around one offset.
type badSector struct {
	io.ReaderAt
	at int64
}

func (b *badSector) ReadAt(p []byte, off int64) (int, error) {
	if off <= b.at && b.at < off+int64(len(p)) {
		return 0, fmt.Errorf("bad sector")
	}
	return b.ReaderAt.ReadAt(p, off)
}

// The key of a restored journal is found beside its identity, also where nothing leads there any more.
func TestCarveRestored(t *testing.T) {
	dir := t.TempDir()
	if _, err := restore(dir, backup(t, worn(t)), RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	b := read(t, filepath.Join(dir, FileName))
	clear(b[:2*4096])
	write(t, filepath.Join(dir, FileName), b)
	saved, err := Salvage(t.Context(), dir, Config{Terminal: "T0000001"}, t.TempDir(), safe().Recipient())
	if err != nil || saved.Records != wornRecords+1 {
		t.Errorf("%+v, %v", saved, err)
	}
	if _, err := Salvage(t.Context(), dir, Config{Terminal: "T0000001", Key: make([]byte, keySize)}, t.TempDir(), safe().Recipient()); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v, want ErrKey", err)
	}
}

// anchorOf returns an anchor behind the fourth record of the journal in dir, as it would lie in it.
func anchorOf(t testing.TB, dir string) []byte {
	t.Helper()
	j := must(Open(dir, Config{ReadOnly: true}))
	defer func() { _ = j.Close() }()
	var sealed []byte
	err := j.read("test", func(v *view) error {
		_, hash, err := v.record(4)
		if err != nil {
			return err
		}
		body, err := anchor{records: 4, hash: hash, orders: 2, settled: 6, backup: mark{records: 6}}.encode(v.keys, known{})
		sealed = v.keys.seal(bucketMeta, []byte(keyAnchor), body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// Whatever the file holds, what comes out is a chain of records of this journal.
func FuzzCarve(f *testing.F) {
	dir := f.TempDir()
	j := must(Open(dir, Config{Terminal: "T0000001"})) // a small one: every byte is looked at
	sell(f, j, 2)
	if err := j.Close(); err != nil {
		f.Fatal(err)
	}
	whole, key := read(f, filepath.Join(dir, FileName)), read(f, filepath.Join(dir, KeyName))
	f.Add(uint32(0), []byte{})
	f.Add(uint32(len(whole)/3), append([]byte(keyAnchor), anchorOf(f, dir)...))
	f.Add(uint32(len(whole)/2), bytes.Repeat([]byte{1, 1, 0, 0, 0, 0, 0, 0}, 8))
	f.Fuzz(func(t *testing.T, at uint32, b []byte) {
		file := bytes.Clone(whole)
		copy(file[int(at)%len(file):], b)
		c, err := carve(bytes.NewReader(file), int64(len(file)), key)
		if err != nil {
			if !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("%v, want ErrJournalDamaged", err)
			}
			return
		}
		if s, err := c.source(Config{Terminal: "T1"}.withDefaults()); err != nil || s.manifest.Records > 6 {
			t.Errorf("%+v, %v", s.manifest, err)
		}
	})
}
