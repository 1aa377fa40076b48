package store

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// A meta page that rots takes the latest commit with it: bbolt falls back to the one before without a word. The
// terminal may have said "paid" on the strength of that commit.
func TestLostMetaPage(t *testing.T) {
	dir := worn(t)
	j := open(t, dir)
	o := commit(t, j, storetest.Outcome(must(j.Order(pendingShow(t, j))), txn.Paid))
	want, err := j.Info()
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole := load(t, dir)
	for newest, name := range map[bool]string{true: "the newest", false: "the one before"} {
		t.Run(name, func(t *testing.T) {
			f := load(t, dir)
			slot := f.meta.transaction % 2
			if !newest {
				slot = 1 - slot
			}
			clear(f.page(slot)[pageHeader+8 : pageHeader+16])
			write(t, filepath.Join(dir, FileName), f.b)
			defer write(t, filepath.Join(dir, FileName), whole.b)

			if newest {
				r, err := Open(dir, Config{ReadOnly: true})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Verify(); !errors.Is(err, txn.ErrJournalDamaged) {
					t.Errorf("verify without writing: %v, want ErrJournalDamaged", err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
			j := open(t, dir)
			got, err := j.Info()
			if err != nil || got.Head != want.Head || got.Records != want.Records {
				t.Errorf("%+v, %v\nwant %+v", got, err, want)
			}
			if again, err := j.Order(o.No); err != nil || again.State != txn.Paid {
				t.Errorf("order: %s, %v, want paid", again.State, err)
			}
			sell(t, j, 1)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			recheck(t, dir)
		})
	}
}

// A cut keeps a record back, and a later one tears the meta page of a transaction that adds none, as pruning: then the
// record comes back. It is the next one still, since nothing has been decided in between.
func TestKeptBackComesBack(t *testing.T) {
	dir := worn(t)
	path := filepath.Join(dir, FileName)
	before := read(t, path)
	j := open(t, dir)
	o := commit(t, j, storetest.Outcome(must(j.Order(pendingShow(t, j))), txn.Paid))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, leavings["data without meta"](nil, before, read(t, path)))
	if got := states(t, dir, read(t, path)); got.records != wornRecords {
		t.Fatalf("%d records after the first cut, want %d", got.records, wornRecords)
	}

	f := load(t, dir)
	clear(f.page(1 - f.meta.transaction%2)[pageHeader+8 : pageHeader+16])
	write(t, path, f.b)
	j = open(t, dir)
	if got := must(j.Order(o.No)); got.State != txn.Paid || must(j.Info()).Records != wornRecords+1 {
		t.Errorf("after the second cut: %s, %d records; want paid, %d", got.State, must(j.Info()).Records, wornRecords+1)
	}
	sell(t, j, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	recheck(t, dir)
}

// What lies behind a lost meta page is known of before anything takes the journal's place: a backup that lacks it is an
// older one, and one that would lack it is none. A repair and a salvage have it.
func TestBehindALostMetaPage(t *testing.T) {
	dir := worn(t)
	older := outgrow(t, dir)
	f := load(t, dir)
	clear(f.page(f.meta.transaction % 2)[pageHeader+8 : pageHeader+16])
	write(t, filepath.Join(dir, FileName), f.b)

	if _, err := Inspect(dir, Config{}); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("inspect: %v, want ErrJournalDamaged", err)
	}
	if _, err := restore(dir, older, RestoreOptions{}); !errors.Is(err, ErrOlder) {
		t.Errorf("restore of a backup of before it: %v, want ErrOlder", err)
	}
	r, err := Open(dir, Config{Terminal: "T0000001", ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Backup(t.Context(), io.Discard, safe().Recipient()); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("backup without writing: %v, want ErrJournalDamaged", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	b, err := Salvage(t.Context(), dir, Config{Terminal: "T0000001"}, t.TempDir(), safe().Recipient())
	if err != nil || b.Records != wornRecords+1 {
		t.Errorf("salvage: %d records, %v, want %d", b.Records, err, wornRecords+1)
	}
	if done, err := repairIn(t, dir, ""); err != nil || done.Records != wornRecords+1 {
		t.Errorf("repair: %+v, %v, want %d records", done, err, wornRecords+1)
	}
}

// Two records that both claim to be the next one can't both be: a person must look.
func TestTwoSuccessors(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	device := read(t, filepath.Join(dir, KeyName))
	_, k, err := decodeIdentity(f.value(bucketMeta, []byte(keyIdentity)), device)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := k.unseal(bucketMeta, []byte(keyState), f.value(bucketMeta, []byte(keyState)))
	st, err := decodeState(body)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		e := envelope{kind: txn.TypePrinted, sequence: st.records + 1, previous: st.head,
			at: storetest.Day.Add(time.Duration(i) * time.Second), payload: []byte(`{"order":"X"}`)}
		f.b = append(f.b, e.encode(k.record)...)
	}
	clear(f.page(1 - f.meta.transaction%2)[pageHeader:])
	write(t, filepath.Join(dir, FileName), f.b)
	if _, err := Open(dir, Config{}); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("open: %v, want ErrJournalDamaged", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// outgrow backs a journal up, and has its shown order paid after that.
func outgrow(t testing.TB, dir string) (older []byte) {
	older = backup(t, dir)
	j := open(t, dir)
	commit(t, j, storetest.Outcome(must(j.Order(pendingShow(t, j))), txn.Paid))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return older
}

// pendingShow returns the number of the shown order that is pending.
func pendingShow(t testing.TB, j *Journal) txn.OrderNo {
	t.Helper()
	s, err := j.Start()
	i := slices.IndexFunc(s.Pending, func(o txn.Order) bool { return o.Method == txn.Show })
	if err != nil || i < 0 {
		t.Fatalf("pending %v, %v", s.Pending, err)
	}
	return s.Pending[i].No
}

// Two cuts in a row while a record of one number is written can leave two of it, and no meta page that tells which. Only
// the later can have been acknowledged.
func TestLostMetaPageOfTwo(t *testing.T) {
	for _, off := range []time.Duration{-time.Minute, time.Minute} {
		dir := worn(t)
		f := load(t, dir)
		_, k, err := decodeIdentity(f.value(bucketMeta, []byte(keyIdentity)), made.key)
		if err != nil {
			t.Fatal(err)
		}
		latest := must(decodeEnvelope(f.value(bucketRecords, u64(wornRecords)), k.record))
		other := latest
		other.at = latest.at.Add(off)
		want := latest.at
		if off > 0 {
			want = other.at
		}
		clear(f.page(f.meta.transaction % 2)[pageHeader+8 : pageHeader+16])
		write(t, filepath.Join(dir, FileName), append(f.b, other.encode(k.record)...))
		j := open(t, dir)
		var got Entry
		if err := j.Walk(func(e Entry) error { got = e; return nil }); err != nil {
			t.Fatal(err)
		}
		if got.Sequence != wornRecords || !got.At.Equal(want) {
			t.Errorf("record %d of %v, want %d of %v", got.Sequence, got.At, wornRecords, want)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
