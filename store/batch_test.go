package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Somebody who can write the disk and has no key would like a sale to be in no batch.
func TestBatchIsNotTurnedBack(t *testing.T) {
	dir := worn(t)
	batch := func(do func(*bbolt.Bucket) error) {
		edit(t, dir, func(tx *bbolt.Tx) error { return do(tx.Bucket([]byte(bucketTill))) })
	}
	var older, newer []byte
	batch(func(b *bbolt.Bucket) error { older = bytes.Clone(b.Get([]byte(keyBatch))); return nil })
	j := must(Open(dir, Config{Terminal: "T0000001"}))
	sell(t, j, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	batch(func(b *bbolt.Bucket) error { newer = bytes.Clone(b.Get([]byte(keyBatch))); return nil })
	for name, do := range map[string]func(*bbolt.Bucket) error{
		"an older one":   func(b *bbolt.Bucket) error { return b.Put([]byte(keyBatch), older) },
		"none":           func(b *bbolt.Bucket) error { return b.Delete([]byte(keyBatch)) },
		"one bit":        func(b *bbolt.Bucket) error { newer[20] ^= 1; return b.Put([]byte(keyBatch), newer) },
		"one of no seal": func(b *bbolt.Bucket) error { return b.Put([]byte(keyBatch), []byte("{}")) },
	} {
		t.Run(name, func(t *testing.T) {
			batch(do)
			j := must(Open(dir, Config{Terminal: "T0000001"}))
			defer func() { _ = j.Close() }()
			if _, err := j.Start(); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("Start: %v, want ErrJournalDamaged", err)
			}
			if _, err := j.Batch(); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("Batch: %v, want ErrJournalDamaged", err)
			}
			if _, err := j.Commit(storetest.Intent(100, "")); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("Commit: %v, want ErrJournalDamaged", err)
			}
			if _, err := j.Verify(); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("Verify: %v, want ErrJournalDamaged", err)
			}
		})
	}
}

// A settlement whose sums are not those of its records can only have been written with the key; it is found all the same.
func TestForgedSettlement(t *testing.T) {
	for name, forge := range map[string]func(*txn.BatchClosed){
		"a sale less":      func(r *txn.BatchClosed) { r.Rows[0].Sales.N-- },
		"a fen more":       func(r *txn.BatchClosed) { r.Rows[0].Sales.Fen++ },
		"no rows":          func(r *txn.BatchClosed) { r.Rows = nil },
		"a gap before it":  func(r *txn.BatchClosed) { r.From++ },
		"not to the end":   func(r *txn.BatchClosed) { r.Through-- },
		"an order less":    func(r *txn.BatchClosed) { r.Orders-- },
		"the batch before": func(r *txn.BatchClosed) { r.No-- },
		"a batch skipped":  func(r *txn.BatchClosed) { r.No++ },
		"by nobody":        func(r *txn.BatchClosed) { r.By = "S02" },
		"of another chain": func(r *txn.BatchClosed) { r.Journal = "TEST0002" },
	} {
		t.Run(name, func(t *testing.T) {
			j := open(t, worn(t))
			_, err := j.transact(storetest.Day, func(w *writer) (txn.Order, error) {
				r := w.batch.Close(*storetest.BatchClosed(1, ""), w.st.records+1)
				r.Journal = j.id.incarnation
				forge(r)
				payload := []byte(storetest.Text(r))
				if _, err := w.keep(r, payload); err != nil {
					return txn.Order{}, err
				}
				_, err := follow(j.id.incarnation, r)
				return txn.Order{}, err
			})
			if !errors.Is(err, txn.ErrTransition) {
				t.Errorf("%v, want ErrTransition", err)
			}
		})
	}
}

// A journal of format 3 knows of no batches: all of it is the first, the settlement of which holds, also after a restore,
// which counts every record again.
func TestFormat3(t *testing.T) {
	for seed := range uint64(4) {
		dir := t.TempDir()
		m := &modelled{t: t, rng: rand.New(rand.NewPCG(seed, 3)), dir: dir, real: open(t, dir), model: storetest.NewMemory("T0000001")}
		for range 120 {
			rec := m.record()
			switch rec.(type) {
			case *txn.BatchClosed, *txn.BatchPrinted:
				continue // there were none
			}
			if want, err := m.model.Commit(rec); err == nil {
				got := commit(t, m.real, m.translate(rec))
				m.took(rec, want, got)
			}
		}
		// Undone first, and found paid after that: what it is now does not say that it was undone.
		o := commit(t, m.real, storetest.Scan(77, ""))
		commit(t, m.real, storetest.Move(o, txn.Reversing))
		commit(t, m.real, storetest.Outcome(o, txn.Reversed))
		late := storetest.Outcome(o, txn.Paid)
		late.Late, late.Exception = true, txn.LateSuccess
		commit(t, m.real, late)
		want := must(m.real.Batch())
		if err := m.real.Close(); err != nil {
			t.Fatal(err)
		}
		edit(t, dir, func(tx *bbolt.Tx) error {
			return errors.Join(tx.Bucket([]byte(bucketTill)).Delete([]byte(keyBatch)), tx.Bucket([]byte(bucketMeta)).Put([]byte(keyFormat), u32(3)))
		})
		recheck(t, dir)
		j := open(t, dir)
		if got := must(j.Batch()); storetest.Text(got) != storetest.Text(want) {
			t.Fatalf("seed %d: in format 3 the batch is\n%s\nin format 4 it was\n%s", seed, storetest.Text(got), storetest.Text(want))
		}
		closed := storetest.BatchClosed(1, "")
		if all := must(j.Start()).Till.Operators; len(all) > 0 {
			closed.By = all[0].ID
		}
		commit(t, j, closed)
		if last := must(j.Batch()).Last; storetest.Text(last.Rows) != storetest.Text(want.Running.Rows) || must(j.Info()).Format != Format {
			t.Errorf("settled %s", storetest.Text(last))
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		again, _ := mustRestore(t, t.TempDir(), backup(t, dir))
		if last := must(again.Batch()).Last; last == nil || storetest.Text(last.Rows) != storetest.Text(want.Running.Rows) {
			t.Errorf("restored, it is %s", storetest.Text(last))
		}
	}
}

// What a look at the batch costs does not grow with what is in it.
func TestBatchCost(t *testing.T) {
	j := open(t, t.TempDir())
	look := func() int {
		before := j.visits
		must(j.Batch())
		return j.visits - before
	}
	sell(t, j, 3)
	few := look()
	sell(t, j, 300)
	if many := look(); many != few {
		t.Errorf("%d keys read after 303 sales, %d after 3", many, few)
	}
	commit(t, j, storetest.BatchClosed(1, ""))
	sell(t, j, 1)
	if after := look(); after > few+2 { // the settlement itself
		t.Errorf("%d keys read after a settlement, %d before", after, few)
	}
}

// A head on a slip names a place in the chain: what it says of a journal is whether that holds it.
func TestHolds(t *testing.T) {
	j := open(t, t.TempDir())
	sell(t, j, 2)
	commit(t, j, storetest.BatchClosed(1, ""))
	slip := must(j.Batch()).Last.Head
	sell(t, j, 1)
	var w Witness
	if _, err := fmt.Sscanf(slip, "%d-%s", &w.Record, &w.Head); err != nil || w.String() != slip || w.Record != 7 {
		t.Fatalf("%s reads as %+v, %v", slip, w, err)
	}
	if err := j.Holds(w); err != nil {
		t.Error(err)
	}
	for _, bad := range []Witness{{w.Record + 1, w.Head}, {w.Record, "0000-0000-0000-0000"}, {11, w.Head}, {0, w.Head}, {1 << 63, w.Head}} {
		if err := j.Holds(bad); !errors.Is(err, ErrWitness) {
			t.Errorf("%s: %v, want ErrWitness", bad, err)
		}
	}
}
