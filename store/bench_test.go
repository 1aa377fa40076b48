package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// BenchmarkCommit sets a commit against the least that durability costs on the same disk in the same minute: 4 KiB
// appended to a file and fdatasync. The two take turns, so that both meet the same disk.
func BenchmarkCommit(b *testing.B) {
	dir := b.TempDir()
	j, err := Open(dir, Config{Terminal: "T0000001"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	raw, err := os.OpenFile(filepath.Join(dir, "raw"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, fileMode)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	block := make([]byte, 4096)
	var committing, appending time.Duration
	var o txn.Order
	for i := 0; b.Loop(); i++ {
		t0 := time.Now()
		switch i % 3 {
		case 0:
			o = commit(b, j, storetest.Intent(350, ""))
		case 1:
			commit(b, j, storetest.Outcome(o, txn.Paid))
		case 2:
			commit(b, j, storetest.Printed(o))
		}
		t1 := time.Now()
		if _, err := raw.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(raw.Fd())); err != nil {
			b.Fatal(err)
		}
		committing += t1.Sub(t0)
		appending += time.Since(t1)
	}
	b.ReportMetric(float64(committing.Microseconds())/float64(b.N), "µs/commit")
	b.ReportMetric(float64(committing)/float64(appending), "×raw")
}

// past returns the folder of a journal with n sales and three pending orders behind it, made without syncing.
func past(b *testing.B, n int) string {
	dir := b.TempDir()
	j := open(b, dir)
	j.db.NoSync = true
	sell(b, j, n)
	for range 3 {
		commit(b, j, storetest.Intent(350, ""))
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkStart compares a journal with ten orders behind it with one of 50,000, both with three pending; so does
// opening them.
func BenchmarkStart(b *testing.B) {
	dirs := map[int]string{10: past(b, 10), 50_000: past(b, 50_000)}
	start := func(n int) time.Duration {
		j, err := Open(dirs[n], Config{Terminal: "T0000001"})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = j.Close() }()
		t0 := time.Now()
		for range 100 {
			if _, err := j.Start(); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(t0) / 100
	}
	open := func(n int) time.Duration {
		t0 := time.Now()
		j, err := Open(dirs[n], Config{Terminal: "T0000001"})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = j.Close() }()
		return time.Since(t0)
	}
	var few, many, openFew, openMany time.Duration
	for b.Loop() {
		few, many = few+start(10), many+start(50_000)
		openFew, openMany = openFew+open(10), openMany+open(50_000)
	}
	n := float64(b.N)
	b.ReportMetric(float64(many.Microseconds())/n, "µs/start-after-50000")
	b.ReportMetric(float64(many)/float64(few), "×start-after-10")
	b.ReportMetric(float64(openMany.Microseconds())/n, "µs/open-after-50000")
	b.ReportMetric(float64(openMany)/float64(openFew), "×open-after-10")
	if info, err := os.Stat(filepath.Join(dirs[50_000], FileName)); err == nil {
		b.ReportMetric(float64(info.Size())/50_000, "B/order")
	}
}

// BenchmarkRepair sets a repair of a journal with 50,000 orders, one of its buckets gone, against verifying the same journal
// once: what it adds is a second reading and one writing.
func BenchmarkRepair(b *testing.B) {
	whole := past(b, 50_000)
	var repairing, verifying time.Duration
	for b.Loop() {
		dir := b.TempDir()
		if err := errors.Join(os.CopyFS(dir, os.DirFS(whole)), os.Chmod(filepath.Join(dir, KeyName), fileMode)); err != nil {
			b.Fatal(err)
		}
		j := open(b, dir)
		t0 := time.Now()
		if _, err := j.Verify(); err != nil {
			b.Fatal(err)
		}
		verifying += time.Since(t0)
		if err := errors.Join(j.db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketPending)) }), j.Close()); err != nil {
			b.Fatal(err)
		}
		t0 = time.Now()
		if _, err := repairIn(b, dir, ""); err != nil {
			b.Fatal(err)
		}
		repairing += time.Since(t0)
	}
	b.ReportMetric(repairing.Seconds()/float64(b.N), "s/repair")
	b.ReportMetric(float64(repairing)/float64(verifying), "×verify")
}
