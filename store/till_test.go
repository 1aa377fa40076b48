package store

import (
	"bytes"
	"errors"
	"testing"

	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// supervised returns the folder of a closed journal whose supervisor has tried a PIN once.
func supervised(t *testing.T) string {
	t.Helper()
	dir := worn(t)
	j, err := Open(dir, Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, j, storetest.Enrolled("9001"))
	commit(t, j, storetest.PINTried("9001", false))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Somebody who can write the disk and has no key would like to have tries back.
func TestTillIsNotTurnedBack(t *testing.T) {
	dir := supervised(t)
	till := func(do func(*bbolt.Bucket) error) {
		edit(t, dir, func(tx *bbolt.Tx) error { return do(tx.Bucket([]byte(bucketTill))) })
	}
	var older, newer []byte
	till(func(b *bbolt.Bucket) error { older = bytes.Clone(b.Get([]byte(keyNow))); return nil })
	j, err := Open(dir, Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, j, storetest.PINTried("9001", false))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	till(func(b *bbolt.Bucket) error { newer = bytes.Clone(b.Get([]byte(keyNow))); return nil })
	for name, do := range map[string]func(*bbolt.Bucket) error{
		"an older one":   func(b *bbolt.Bucket) error { return b.Put([]byte(keyNow), older) },
		"none":           func(b *bbolt.Bucket) error { return b.Delete([]byte(keyNow)) },
		"one bit":        func(b *bbolt.Bucket) error { newer[20] ^= 1; return b.Put([]byte(keyNow), newer) },
		"one of no seal": func(b *bbolt.Bucket) error { return b.Put([]byte(keyNow), []byte("{}")) },
	} {
		t.Run(name, func(t *testing.T) {
			till(do)
			if _, err := use(dir); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("use: %v, want ErrJournalDamaged", err)
			}
		})
	}
}

// A journal of format 1 is read as it is, and becomes one of this format with its next record.
func TestFormat1(t *testing.T) {
	dir := worn(t)
	edit(t, dir, func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(bucketMeta))
		_, k, err := decodeIdentity(meta.Get([]byte(keyIdentity)), made.key)
		if err != nil {
			return err
		}
		body, _ := k.unseal(bucketMeta, []byte(keyState), meta.Get([]byte(keyState)))
		return errors.Join(
			tx.DeleteBucket([]byte(bucketTill)), meta.Put([]byte(keyFormat), u32(1)),
			meta.Put([]byte(keyState), k.seal(bucketMeta, []byte(keyState), body[:stateSize1])))
	})
	format := func(cfg Config, want int, do func(*Journal)) {
		t.Helper()
		j, err := Open(dir, cfg)
		if err != nil {
			t.Fatal(err)
		}
		info, err := j.Info()
		if err != nil || info.Format != want {
			t.Errorf("format %d, %v, want %d", info.Format, err, want)
		}
		if s, err := j.Start(); err != nil || len(s.Pending) != 2 {
			t.Errorf("Start: %+v, %v", s, err)
		}
		if _, err := j.Verify(); err != nil {
			t.Error(err)
		}
		do(j)
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
	format(Config{ReadOnly: true}, 1, func(*Journal) {})
	format(Config{Terminal: "T0000001"}, 1, func(j *Journal) { commit(t, j, storetest.Enrolled("9001")) })
	format(Config{Terminal: "T0000001"}, Format, func(j *Journal) { commit(t, j, storetest.PINTried("9001", false)) })
	recheck(t, dir)
}

// A journal of format 3 has nothing that was pruned, and a state that says nothing of it.
func TestFormat3State(t *testing.T) {
	dir := worn(t)
	edit(t, dir, func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(bucketMeta))
		_, k, err := decodeIdentity(meta.Get([]byte(keyIdentity)), made.key)
		if err != nil {
			return err
		}
		body, _ := k.unseal(bucketMeta, []byte(keyState), meta.Get([]byte(keyState)))
		return errors.Join(
			meta.Put([]byte(keyFormat), u32(3)), tx.Bucket([]byte(bucketTill)).Delete([]byte(keyBatch)),
			meta.Put([]byte(keyState), k.seal(bucketMeta, []byte(keyState), body[:stateSize3])))
	})
	recheck(t, dir)
	if before := must(Inspect(dir, Config{})); before.Records != wornRecords || before.Gone != 0 {
		t.Errorf("%+v", before)
	}
	j := open(t, dir)
	if info := must(j.Info()); info.Format != 3 || info.Gone != 0 {
		t.Errorf("%+v", info)
	}
	sell(t, j, 1)
	if info := must(j.Info()); info.Format != Format || info.Records != wornRecords+3 {
		t.Errorf("%+v", info)
	}
}
