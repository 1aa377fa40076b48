package store

import (
	"errors"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// patrol takes all steps.
func patrol(j *Journal) (p Patrol, steps int, err error) {
	for more := true; more; steps++ {
		if more, err = j.Patrol(&p); err != nil {
			return p, steps, err
		}
	}
	return p, steps, nil
}

// A patrol finds what damages a record or an order, and does not stop the selling.
func TestPatrol(t *testing.T) {
	journal := func(t *testing.T) (dir string) { dir = worn(t); return dir }
	for name, damage := range map[string]func(t *testing.T, dir string){
		"a bit in a record": func(t *testing.T, dir string) {
			f := load(t, dir)
			f.flip(bucketRecords, u64(50), 80)
			write(t, filepath.Join(dir, FileName), f.b)
		},
		"a bit in an order": func(t *testing.T, dir string) {
			f := load(t, dir)
			f.flip(bucketOrders, u64(7), 40)
			write(t, filepath.Join(dir, FileName), f.b)
		},
		"records changed places": func(t *testing.T, dir string) { edit(t, dir, swap(bucketRecords, u64(5), u64(6))) },
		"an order is gone":       func(t *testing.T, dir string) { edit(t, dir, remove(bucketOrders, u64(5))) },
		"a sale is gone":         func(t *testing.T, dir string) { edit(t, dir, remove(bucketSales, u64(5))) },
		"a pending sale is forgotten": func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketPending)).Delete(u64(wornOrders)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := journal(t)
			damage(t, dir)
			j := must(Open(dir, Config{Terminal: "T0000001"}))
			defer func() { _ = j.Close() }()
			if p, _, err := patrol(j); !errors.Is(err, txn.ErrJournalDamaged) {
				t.Errorf("after %+v: %v, want ErrJournalDamaged", p, err)
			}
			if _, err := j.Commit(storetest.Intent(1, "")); err != nil {
				t.Errorf("it stopped the selling: %v", err)
			}
		})
	}
}

// Nor does a reconciliation, which reads every order once a day beside the selling: it has no result, and no more.
func TestListFindsDamage(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	f.flip(bucketOrders, u64(7), 40)
	write(t, filepath.Join(dir, FileName), f.b)
	j := must(Open(dir, Config{Terminal: "T0000001"}))
	defer func() { _ = j.Close() }()
	if err := j.List(func(txn.Order) error { return nil }); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("%v, want ErrJournalDamaged", err)
	}
	if _, err := j.Commit(storetest.Intent(1, "")); err != nil {
		t.Errorf("it stopped the selling: %v", err)
	}
}

// It goes on while records are added, and while others are pruned under it, and each step is bounded.
func TestPatrolBesideTheRest(t *testing.T) {
	a := grow(t, t.TempDir())
	sell(t, a, 100)
	a.close(t)
	var p Patrol
	for range 2 {
		before := a.visits
		if more, err := a.Patrol(&p); !more || err != nil {
			t.Fatal(more, err)
		}
		if n := a.visits - before; n > 2*patrolBatch {
			t.Errorf("%d keys read in one step", n)
		}
	}
	sell(t, a, 5)
	a.prune(t, old)
	steps := 0
	for more := true; more; steps++ {
		var err error
		if more, err = a.Patrol(&p); err != nil {
			t.Fatal(err)
		}
	}
	if info := must(a.Info()); p.Records != info.Records || p.Orders != info.Orders || info.Gone <= 2*patrolBatch {
		t.Errorf("%+v of %+v after %d steps", p, info, steps)
	}
	if p, steps, err := patrol(open(t, pruned(t))); err != nil || p.Records != wornRecords || steps < 2 {
		t.Errorf("of a pruned journal: %+v in %d steps, %v", p, steps, err)
	}
}
