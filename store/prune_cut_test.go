package store

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"smartpos/store/storetest"
)

// leavings are what a power cut during a commit leaves of the file: bbolt writes data, flushes, writes one meta page, and
// flushes again, and between two flushes a disk keeps no order.
var leavings = map[string]func(rng *rand.Rand, before, after []byte) []byte{
	"before": func(_ *rand.Rand, before, _ []byte) []byte { return before },
	"some of the data": func(rng *rand.Rand, before, after []byte) []byte {
		image := append(bytes.Clone(before), make([]byte, max(0, len(after)-len(before)))...)
		for at := 2 * os.Getpagesize(); at+512 <= len(after); at += 512 {
			if rng.IntN(2) == 0 {
				copy(image[at:], after[at:at+512])
			}
		}
		return image
	},
	"data without meta": func(_ *rand.Rand, before, after []byte) []byte {
		return append(bytes.Clone(before[:2*os.Getpagesize()]), after[2*os.Getpagesize():]...)
	},
	"a torn meta page": func(_ *rand.Rand, before, after []byte) []byte {
		image, at := bytes.Clone(after), 0
		if bytes.Equal(before[:os.Getpagesize()], after[:os.Getpagesize()]) {
			at = os.Getpagesize()
		}
		copy(image[at:at+40], before[at:at+40])
		return image
	},
	"after": func(_ *rand.Rand, _, after []byte) []byte { return after },
}

// The power is cut at every step of pruning, in every way. The journal is as before the step or as after it, and pruning
// goes on to the same end.
func TestCutDuringPruning(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 70)
	a.close(t)
	path, rng := filepath.Join(a.dir, FileName), rand.New(rand.NewPCG(1, 1))
	type step struct{ before, after []byte }
	var steps []step
	for more := true; more; {
		before := read(t, path)
		var err error
		if more, err = a.Prune(old); err != nil {
			t.Fatal(err)
		}
		if after := read(t, path); !bytes.Equal(before, after) {
			steps = append(steps, step{before, after})
		}
	}
	want := must(a.Info())
	if len(steps) < 4 || want.Gone != 207 {
		t.Fatalf("%d commits, %+v", len(steps), want)
	}
	for n, s := range steps {
		was, is := states(t, a.dir, s.before), states(t, a.dir, s.after)
		for name, leave := range leavings {
			dir := t.TempDir()
			write(t, filepath.Join(dir, KeyName), read(t, filepath.Join(a.dir, KeyName)))
			write(t, filepath.Join(dir, FileName), leave(rng, s.before, s.after))
			j := openWith(t, dir, Config{Terminal: "T0000001", Now: func() time.Time { return a.now }})
			if got := stateOf(t, j); got != was && got != is {
				t.Errorf("commit %d, %s: a third state: %+v", n, name, got)
			}
			if _, err := j.Verify(); err != nil {
				t.Errorf("commit %d, %s: %v", n, name, err)
			}
			for more := true; more; {
				var err error
				if more, err = j.Prune(old); err != nil {
					t.Fatalf("commit %d, %s: %v", n, name, err)
				}
			}
			if info := must(j.Info()); info.Gone != want.Gone {
				t.Errorf("commit %d, %s: pruned to record %d, should be %d", n, name, info.Gone, want.Gone)
			}
			if st := stateOf(t, j); st.swept != st.gone {
				t.Errorf("commit %d, %s: swept to record %d of %d", n, name, st.swept, st.gone)
			}
			sell(t, j, 1)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// states returns the state in a file's bytes.
func states(t *testing.T, of string, b []byte) state {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, KeyName), read(t, filepath.Join(of, KeyName)))
	write(t, filepath.Join(dir, FileName), b)
	j, err := Open(dir, Config{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	return stateOf(t, j)
}

func stateOf(t *testing.T, j *Journal) (st state) {
	t.Helper()
	err := j.read("test", func(v *view) (err error) { st, err = v.state(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// Months of trade go through a small file: it stops growing, and nothing that is owed is ever lost.
func TestAgeing(t *testing.T) {
	if testing.Short() {
		t.Skip("months of trade, one record after the other")
	}
	const days, sales, keep = 120, 8, 20 // the journal holds keep days and what came since the last pruning
	a, sticks := grow(t, t.TempDir()), t.TempDir()
	var first, size int64
	for day := range days {
		a.now = storetest.Day.AddDate(0, 0, day)
		sell(t, a, sales)
		a.settle(t)
		if _, err := a.BackupTo(t.Context(), sticks, safe().Recipient()); err != nil {
			t.Fatal(err)
		}
		r := Retention{Keep: keep * 24 * time.Hour}
		for more := true; more; {
			var err error
			if more, err = a.Prune(r); err != nil {
				t.Fatal(err)
			}
		}
		size = must(a.Info()).Bytes
		if day == 2*keep {
			first = size
		}
	}
	info := must(a.Info())
	if info.Orders != days*sales || info.GoneOrders < (days-keep-2)*sales {
		t.Errorf("%+v", info)
	}
	if size > first*5/4 {
		t.Errorf("the file grew from %d bytes after %d days to %d after %d", first, 2*keep, size, days)
	}
	if limit := fileLimit((keep + 1) * sales); size > limit {
		t.Errorf("the file has %d bytes, should have at most %d", size, limit)
	}
	t.Logf("%d days: %d bytes, %d for each order kept", days, size, size/int64(info.Orders-info.GoneOrders))
}

// fileLimit is docs/journal.md's bound of a file that keeps a number of sales of one order.
func fileLimit(sales int64) int64 { return 128<<10 + sales*4<<10 }
