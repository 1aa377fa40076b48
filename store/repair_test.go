package store

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

func repairIn(t testing.TB, dir string, by string) (Restoration, error) {
	t.Helper()
	cfg := Config{Terminal: "T0000001", Now: func() time.Time { return storetest.Day }}
	return Repair(t.Context(), dir, cfg, RepairOptions{By: by})
}

// repaired says what a terminal makes of its damaged journal: by itself what loses nothing, by a supervisor's word what holds.
func repaired(t *testing.T, dir string) string {
	t.Helper()
	whole := read(t, filepath.Join(dir, FileName))
	done, err := repairIn(t, dir, "")
	says := "repairs it"
	var loss *txn.LossError
	if errors.As(err, &loss) {
		if !bytes.Equal(read(t, filepath.Join(dir, FileName)), whole) {
			t.Error("changed, and nobody had said so")
		}
		says = "asks a supervisor"
		done, err = repairIn(t, dir, "S01")
	}
	if err != nil {
		if !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("%v, want ErrJournalDamaged", err)
		}
		return "stays shut"
	}
	if loss == nil && (done.Records != wornRecords || done.Orders != wornOrders) {
		t.Errorf("repaired by itself, with %d of %d records and %d of %d orders", done.Records, wornRecords, done.Orders, wornOrders)
	}
	if loss != nil && loss.Known != 0 && (loss.Records != done.Records || loss.Known <= loss.Records || loss.Known > wornRecords) {
		t.Errorf("a loss of %+v, and %d records are there", loss, done.Records)
	}
	if !bytes.Equal(read(t, done.Kept), whole) {
		t.Error("the damaged journal is not kept as it was")
	}
	j := open(t, dir)
	defer j.Close()
	if _, err := j.Verify(); err != nil {
		t.Error(err)
	}
	if r := must(j.Start()).Restored; r == nil || !r.Repaired || (r.By != "") != (loss != nil) || r.Incarnation != done.Now {
		t.Errorf("the latest record: %+v", r)
	}
	sell(t, j, 1)
	if r := must(j.Start()).Restored; r != nil {
		t.Errorf("is told for ever: %+v", r)
	}
	return says
}

// Whoever waits for a repair hears how far it is, from when the file has been searched to the last record that holds.
func TestRepairTellsHowFar(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	sell(t, j, rebuildBatch/2)
	if err := errors.Join(j.db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketPending)) }), j.Close()); err != nil {
		t.Fatal(err)
	}
	var heard []uint64
	cfg := Config{Terminal: "T0000001"}
	done, err := Repair(t.Context(), dir, cfg, RepairOptions{Progress: func(n, of uint64) {
		if of != rebuildBatch*3/2 {
			t.Errorf("%d of %d", n, of)
		}
		heard = append(heard, n)
	}})
	if want := []uint64{0, rebuildBatch, rebuildBatch * 3 / 2}; err != nil || done.Records != want[2] || !slices.Equal(heard, want) {
		t.Errorf("%d records, %v, heard %v, want %v", done.Records, err, heard, want)
	}
}

// What is whole is not repaired, and is not touched by the attempt.
func TestRepairOfWhole(t *testing.T) {
	dir := worn(t)
	before := read(t, filepath.Join(dir, FileName))
	if _, err := repairIn(t, dir, "S01"); !errors.Is(err, ErrHoldsMore) {
		t.Errorf("%v, want ErrHoldsMore", err)
	}
	if !bytes.Equal(read(t, filepath.Join(dir, FileName)), before) {
		t.Error("changed")
	}
}

// A medium that fails again and again does not fill up with what was repaired without a loss: the latest stays. What a repair
// with losses has set aside stays beside it.
func TestRepairedIsKeptOnce(t *testing.T) {
	dir := worn(t)
	damaged := func(b []byte) []byte {
		edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketPending)).Put(u64(1), b) })
		return read(t, filepath.Join(dir, FileName))
	}
	var latest []byte
	for i := range 3 {
		latest = damaged([]byte{byte(i)})
		if _, err := repairIn(t, dir, ""); err != nil {
			t.Fatal(err)
		}
	}
	f := load(t, dir)
	f.flip(bucketRecords, u64(wornRecords), 80)
	write(t, filepath.Join(dir, FileName), f.b)
	lossy, err := repairIn(t, dir, "S01")
	if err != nil {
		t.Fatal(err)
	}
	kept := must(filepath.Glob(filepath.Join(dir, FileName+".*")))
	if want := []string{lossy.Kept, filepath.Join(dir, FileName+repairedSuffix)}; !slices.Equal(kept, want) {
		t.Errorf("kept are %v, want %v", kept, want)
	}
	if !bytes.Equal(read(t, filepath.Join(dir, FileName+repairedSuffix)), latest) {
		t.Error("another one than the latest")
	}
}

// Where nothing says how many records there were, and none can be found, an empty journal is no repair.
func TestNothingFoundIsALoss(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	keep := uint64(bytes.Index(f.b, []byte(keyIdentity))) / uint64(f.size) // or nothing would be known of it at all
	for id := range uint64(len(f.b)) / uint64(f.size) {
		if id != keep {
			clear(f.page(id))
		}
	}
	write(t, filepath.Join(dir, FileName), f.b)
	done, err := repairIn(t, dir, "")
	if loss := (*txn.LossError)(nil); !errors.As(err, &loss) || loss.Records != 0 {
		t.Errorf("%+v, %v, want a LossError", done, err)
	}
	if !bytes.Equal(read(t, filepath.Join(dir, FileName)), f.b) {
		t.Error("changed, and nobody had said so")
	}
	if done, err := repairIn(t, dir, "S01"); err != nil || done.Kept == "" {
		t.Errorf("%+v, %v", done, err)
	}
}

// What a commit that was made again has left behind doesn't make a repair lose the latest record.
func TestRepairBesideAClaimant(t *testing.T) {
	for _, off := range []time.Duration{-time.Minute, time.Minute} {
		dir := worn(t)
		edit(t, dir, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketPending)) })
		f := load(t, dir)
		_, k, err := decodeIdentity(f.value(bucketMeta, []byte(keyIdentity)), made.key)
		if err != nil {
			t.Fatal(err)
		}
		latest := f.value(bucketRecords, u64(wornRecords))
		claimant := must(decodeEnvelope(latest, k.record))
		claimant.at = claimant.at.Add(off)
		write(t, filepath.Join(dir, FileName), append(f.b, claimant.encode(k.record)...))
		if done, err := repairIn(t, dir, ""); err != nil || done.Head != hashOf(latest) {
			t.Errorf("with one of %v: %+v, %v", off, done.Manifest, err)
		}
	}
}

// The PIN that allows a loss still stands in what holds.
func TestLossKnowsSupervisor(t *testing.T) {
	dir := worn(t)
	j := open(t, dir)
	commit(t, j, storetest.Enrolled("9001"))
	sell(t, j, 2)
	records := must(j.Info()).Records
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	f := load(t, dir)
	f.flip(bucketRecords, u64(records), 80)
	write(t, filepath.Join(dir, FileName), f.b)
	_, err := repairIn(t, dir, "")
	var loss *txn.LossError
	if !errors.As(err, &loss) || loss.Known != records || loss.Records != records-1 {
		t.Fatalf("%v", err)
	}
	if o, ok := loss.Till.Operator("9001"); !ok || o.PIN == "" {
		t.Errorf("till: %+v", loss.Till)
	}
	if done, err := repairIn(t, dir, "9001"); err != nil || done.Records != records-1 {
		t.Errorf("by a supervisor's word: %+v, %v", done, err)
	}
}

// A repair that is cut leaves the damaged journal, and can be begun again.
func TestCutDuringRepair(t *testing.T) {
	for cut := 1; ; cut++ {
		dir := worn(t)
		edit(t, dir, forgeries[0].forge)
		whole := read(t, filepath.Join(dir, FileName))
		done := repairUntil(t, dir, cut)
		if done {
			if cut < 4 {
				t.Fatalf("only %d steps", cut)
			}
			return
		}
		if !bytes.Equal(read(t, filepath.Join(dir, FileName)), whole) {
			t.Fatalf("after %d steps it is neither the old one nor the new one", cut)
		}
		if _, err := repairIn(t, dir, ""); err != nil {
			t.Fatalf("after %d steps: %v", cut, err)
		}
	}
}

// repairUntil does the first n steps of a repair, and reports whether those were all.
func repairUntil(t *testing.T, dir string, n int) bool {
	t.Helper()
	r, err := newRestorer(dir, Config{Terminal: "T0000001"}, RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := false
	err = carveIn(dir, r.cfg, func(c *carver) error {
		s, err := c.source(r.cfg)
		if err != nil {
			return err
		}
		return s.read(t.Context(), func(a *archive) error {
			r.a, r.repairs = a, &repair{latest: c.latest()}
			steps := r.steps()
			all = n >= len(steps)
			for _, step := range steps[:min(n, len(steps))] {
				if err := step(); err != nil {
					return err
				}
			}
			return r.was.release()
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.j != nil {
		_ = r.j.Close()
	}
	return all
}
