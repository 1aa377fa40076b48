package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// The journal that the tests below damage: 25 paid sales, two exceptions, a scanned and a shown order pending.
const (
	wornOrders  = 29
	wornRecords = 3*25 + 2*2 + 2
)

// worn returns a folder with that journal, closed. It is made once and copied.
func worn(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	made.Do(func() {
		makeWorn(t, dir)
		made.journal, made.key = read(t, filepath.Join(dir, FileName)), read(t, filepath.Join(dir, KeyName))
	})
	write(t, filepath.Join(dir, FileName), made.journal)
	write(t, filepath.Join(dir, KeyName), made.key)
	return dir
}

var made struct {
	sync.Once
	journal, key []byte
}

// wornGone is how many of its records [pruned] leaves out, and wornGoneOrders how many orders.
const (
	wornGone       = 60
	wornGoneOrders = 20
)

// pruned returns a folder with the same journal, of which an anchor stands for the first records. It was pruned twice.
func pruned(t testing.TB) string {
	t.Helper()
	dir := worn(t)
	cut.Do(func() {
		j, err := Open(dir, Config{Terminal: "T0000001", Now: func() time.Time { return storetest.Day }})
		if err != nil {
			t.Fatal(err)
		}
		j.db.NoSync = true
		if _, err := j.BackupTo(t.Context(), t.TempDir(), safe().Recipient()); err != nil {
			t.Fatal(err)
		}
		for _, through := range []uint64{wornGone / 2, wornGone} {
			pruneTo(t, j, through)
			if cut.older == nil {
				_ = j.read("test", func(v *view) error { cut.older, err = v.get(bucketMeta, []byte(keyAnchor)); return err })
			}
		}
		if info := must(j.Info()); info.Gone != wornGone || info.GoneOrders != wornGoneOrders {
			t.Fatalf("%+v", info)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		recheck(t, dir)
		cut.journal = read(t, filepath.Join(dir, FileName))
	})
	write(t, filepath.Join(dir, FileName), cut.journal)
	return dir
}

// pruneTo prunes a journal to a record, whether or not it is settled.
func pruneTo(t testing.TB, j *Journal, through uint64) {
	t.Helper()
	var p *plan
	err := j.read("test", func(v *view) error {
		st, a, err := v.bounds()
		if err != nil {
			return err
		}
		p = &plan{
			from: a.records, limit: through, settled: through, backup: mark{st.records, st.head}, before: storetest.Day.AddDate(1, 0, 0),
			open: map[txn.OrderNo]passing{}, next: a.records + 1, head: a.hash, orders: a.orders, codes: a.codes,
		}
		p.till, err = a.tally(v.keys, v.id)
		for p.batch = p.till.batches.from; err == nil && !p.done; {
			err = v.look(p, st)
		}
		return err
	})
	if err == nil {
		err = j.write(func(w *writer) error { return w.moveAnchor(p) })
	}
	for more := true; more && err == nil; {
		more, err = j.Prune(Retention{Keep: 1000 * time.Hour})
	}
	if info := must(j.Info()); err != nil || info.Gone != through {
		t.Fatalf("pruned to record %d, %v, want %d", info.Gone, err, through)
	}
}

var cut struct {
	sync.Once
	journal []byte
	older   []byte // the anchor before
}

func makeWorn(t testing.TB, dir string) {
	t.Helper()
	j, err := Open(dir, Config{Terminal: "T0000001", Now: func() time.Time { return storetest.Day }})
	if err != nil {
		t.Fatal(err)
	}
	j.db.NoSync = true
	sell(t, j, 25)
	for range 2 {
		o := commit(t, j, storetest.Intent(100, ""))
		r := storetest.Outcome(o, txn.Disputed)
		r.Exception = txn.AlreadyExists
		commit(t, j, r)
	}
	commit(t, j, storetest.Scan(200, j.Digest(txn.NewPaymentCode("130000000000000001"))))
	commit(t, j, storetest.Intent(300, ""))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	recheck(t, dir)
}

// file is a journal's bytes, to be damaged.
type file struct {
	t testing.TB
	b []byte
	*pages
}

func load(t testing.TB, dir string) *file {
	t.Helper()
	b := read(t, filepath.Join(dir, FileName))
	p, err := openPages(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return &file{t, b, p}
}

// value returns what a bucket holds under a key.
func (f *file) value(bucket string, key []byte) (v []byte) {
	f.t.Helper()
	err := f.each(bucket, strict, func(k, value []byte) error {
		if bytes.Equal(k, key) {
			v = bytes.Clone(value)
		}
		return nil
	})
	if err != nil || v == nil {
		f.t.Fatalf("no %s %x: %v", bucket, key, err)
	}
	return v
}

// flip flips a bit of a value, in every copy of it that lies in the file.
func (f *file) flip(bucket string, key []byte, at int) {
	f.t.Helper()
	v := f.value(bucket, key)
	for i := 0; ; i++ {
		n := bytes.Index(f.b[i:], v)
		if n < 0 {
			return
		}
		i += n
		f.b[i+(at+len(v))%len(v)] ^= 0x10
	}
}

// page returns the bytes of a page.
func (f *file) page(id uint64) []byte { return f.b[int64(id)*f.size:][:f.size] }

// bucketRoot returns the root page of a bucket that is not inline.
func (f *file) bucketRoot(name string) (id uint64) {
	f.t.Helper()
	err := f.leaves(f.meta.root, 0, strict, func(e element) error {
		if string(e.key) == name {
			id, _, _ = e.root()
		}
		return nil
	})
	if err != nil || id == 0 {
		f.t.Fatalf("bucket %s: page %d, %v", name, id, err)
	}
	return id
}

// edit changes a closed journal through bbolt, as only a fault of the program or an attacker could.
func edit(t testing.TB, dir string, fn func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, FileName), fileMode, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// use does with a journal what a terminal and its technician do. It returns the first error, and everything
// that the journal said.
func use(dir string) (said string, err error) {
	j, err := Open(dir, Config{Terminal: "T0000001"})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	j.db.NoSync = true
	s, err := j.Start()
	if err != nil {
		return "", err
	}
	if _, err := j.Verify(); err != nil {
		return "", err
	}
	recent, err := j.Recent(1000)
	if err != nil {
		return "", err
	}
	said = storetest.Text(s) + storetest.Text(recent)
	o, err := j.Commit(storetest.Intent(1, ""))
	if err == nil {
		_, err = j.Commit(storetest.Outcome(o, txn.Failed))
	}
	return said, err
}

func TestDamage(t *testing.T) {
	for _, test := range damages {
		t.Run(test.name, func(t *testing.T) {
			dir := test.base.of(t)
			f := load(t, dir)
			test.damage(f)
			write(t, filepath.Join(dir, FileName), f.b)

			in, err := Inspect(dir, Config{})
			if !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("Inspect: %v, want ErrJournalDamaged", err)
			}
			if test.records == 1 { // as many as stood on the page before
				if in.Records < 2 || in.Records > wornRecords-2 || in.Found <= in.Records {
					t.Errorf("intact: %+v, want those on both sides of the page", in)
				}
			} else if in.Records != test.records {
				t.Errorf("%d records intact, want %d", in.Records, test.records)
			}
			if _, err := use(dir); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("use: %v, want ErrJournalDamaged", err)
			}
		})
	}
}

// Whatever happens to one page, or to one bit: the journal says so, or it has lost nothing.
func TestAnyPageAnyBit(t *testing.T) {
	if testing.Short() {
		t.Skip("opens hundreds of journals, one after the other")
	}
	dir := worn(t)
	whole := read(t, filepath.Join(dir, FileName))
	want, err := use(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := load(t, dir)
	rng := rand.New(rand.NewPCG(1, 2))
	try := func(what string, b []byte) {
		t.Helper()
		write(t, filepath.Join(dir, FileName), b)
		said, err := use(dir)
		switch {
		case err == nil && said != want:
			t.Errorf("%s: unnoticed, and it lost something", what)
		case err != nil && !errors.Is(err, txn.ErrJournalDamaged) && !errors.Is(err, txn.ErrJournalNewer):
			t.Errorf("%s: %v, want ErrJournalDamaged", what, err)
		}
	}
	for id := range int64(len(whole)) / f.size {
		b := bytes.Clone(whole)
		clear(b[id*f.size:][:f.size])
		try(fmt.Sprintf("page %d zeroed", id), b)
		for range 2 {
			b := bytes.Clone(whole)
			at := id*f.size + rng.Int64N(f.size)
			if rng.IntN(2) == 0 { // headers and element tables are where it hurts
				at = id*f.size + rng.Int64N(128)
			}
			b[at] ^= 1 << rng.IntN(8)
			try(fmt.Sprintf("a bit of byte %d of page %d", at%f.size, id), b)
		}
	}
}

// A bit of one page's length doesn't make half of a large file to be read at once: a board may not have the memory.
func TestPageThatRunsOn(t *testing.T) {
	const size, id = 4096, 2
	b := make([]byte, (id+1)*size)
	order.PutUint64(b[id*size:], id)
	order.PutUint16(b[id*size+8:], flagLeaf)
	p := &pages{r: bytes.NewReader(b), size: size, count: defaultMaxBytes / size}
	for extra, holds := range map[uint32]bool{0: true, 2 * maxValue / size: true, 1 << 16: false} {
		order.PutUint32(b[id*size+12:], extra)
		if _, err := p.header(id); (err == nil) != holds || err != nil && !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("a page of %d more: %v", extra, err)
		}
	}
}

// The file shrinks under the memory map, as a failing medium's would: touching it is a SIGBUS.
func TestFaultUnderTheMap(t *testing.T) {
	for _, left := range []int64{0, 4096, 3 * 4096, 6 * 4096} {
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			dir := worn(t)
			j, err := Open(dir, Config{Terminal: "T0000001"})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(j.path, left); err != nil {
				t.Fatal(err)
			}
			for name, call := range map[string]func() error{
				"commit": func() error { _, err := j.Commit(storetest.Intent(1, "")); return err },
				"start":  func() error { _, err := j.Start(); return err },
				"verify": func() error { _, err := j.Verify(); return err },
				"walk":   func() error { return j.Walk(func(Entry) error { return nil }) },
			} {
				if err := call(); !errors.Is(err, txn.ErrJournalDamaged) {
					t.Errorf("%s: %v, want ErrJournalDamaged", name, err)
				}
			}
			j.Digest(txn.NewPaymentCode("1")) // needs no disk, and must go on
			if err := j.Close(); err != nil {
				t.Logf("close: %v", err)
			}
			// What is left of the file is free for whoever comes next.
			if _, err := Open(dir, Config{LockTimeout: time.Nanosecond}); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("open: %v, want ErrJournalDamaged", err)
			}
		})
	}
}

// Damage found in passing stops the writing: selling on top of it would only bury it.
func TestDamageStopsWriting(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	f.flip(bucketOrders, u64(7), 40)
	write(t, filepath.Join(dir, FileName), f.b)
	j, err := Open(dir, Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	commit(t, j, storetest.Intent(1, ""))
	if _, err := j.Recent(1000); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Fatalf("Recent: %v, want ErrJournalDamaged", err)
	}
	if _, err := j.Commit(storetest.Intent(1, "")); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("commit: %v, want ErrJournalDamaged", err)
	}
	if got, err := j.Recent(1); len(got) != 1 || err != nil {
		t.Errorf("what is whole can still be read: %v, %v", got, err)
	}
}

// Whatever reading the pages comes upon, a start ends in damage, which the terminal repairs, and not in a panic.
func TestPanicAmongPagesIsDamage(t *testing.T) {
	err := withPages(filepath.Join(worn(t), FileName), time.Second, func(*pages) error { panic("of its own") })
	if !errors.Is(err, txn.ErrJournalDamaged) || !strings.Contains(err.Error(), "of its own") {
		t.Error(err)
	}
}
