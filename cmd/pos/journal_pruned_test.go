package main

import (
	"testing"
	"time"

	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// prune makes a journal of ten sales in folder data, settles it, saves it and prunes it.
func (d *desk) prune(data string) {
	d.t.Helper()
	now := storetest.Day
	j, err := store.Open(d.path(data), store.Config{Terminal: "T1", Now: func() time.Time { now = now.Add(time.Minute); return now }})
	if err != nil {
		d.t.Fatal(err)
	}
	defer j.Close()
	must := func(rec txn.Record) txn.Order {
		d.t.Helper()
		o, err := j.Commit(rec)
		if err != nil {
			d.t.Fatal(err)
		}
		return o
	}
	for range 10 {
		must(storetest.Printed(must(storetest.Cash(500, 500, ""))))
	}
	must(storetest.BatchClosed(1, ""))
	if _, err := j.BackupTo(d.t.Context(), d.path("before.age"), d.safe.Recipient()); err != nil {
		d.t.Fatal(err)
	}
	for more := true; more; {
		if more, err = j.Prune(store.Retention{Keep: time.Second}); err != nil {
			d.t.Fatal(err)
		}
	}
}

// A journal that was pruned is read, checked, saved and restored like any other, and says that it was.
func TestJournalPruned(t *testing.T) {
	d := newDesk(t)
	d.prune("data")
	d.says(exitOK, "verify", "everything holds: 3 records, 1 orders", "pruned before that: records to 18, orders to 9", "head: 21-")
	d.says(exitOK, "verify -json", `"gone":18`, `"records":21`)
	for args, want := range map[string]int{"list": 1, "export": 3, "list -batches": 2} {
		if out, _ := d.pos(exitOK, args); lines(out) != want {
			t.Errorf("%s: %q, want %d lines", args, out, want)
		}
	}
	d.says(exitOK, "backup -o ~", d.path("smartpos-T1-"), "-00000019-00000021.age", "records 19 to 21, up to order 10", "an older backup")
	d.says(exitOK, "backup -o ~/b.age")
	d.says(exitOK, "backup -check ~/before.age -identity ~/recovery.key", "21 records, 10 orders")
	d.says(exitRefused, "restore ~/b.age -data ~/new -identity ~/recovery.key -head 5-0123-4567-89AB-CDEF", "begins behind record 5")
	d.says(exitOK, "restore ~/b.age -data ~/new -identity ~/recovery.key", "restored")
	d.says(exitOK, "verify -data ~/new", "everything holds: 4 records, 1 orders", "records to 18")
	d.says(exitOK, "backup -salvage -o ~/saved.age", "records 19 to 21")
}
