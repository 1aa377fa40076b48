package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"smartpos/store"
	"smartpos/store/storetest"
)

// The head on a settlement slip tells a whole journal from one whose end was cut off, and from another.
func TestJournalBatches(t *testing.T) {
	d := newDesk(t)
	d.sell("data")
	d.pos(exitOK, "backup -o ~/early.age")
	if err := os.CopyFS(d.path("cut"), os.DirFS(d.path("data"))); err != nil { // as somebody who hides a day would put it back
		t.Fatal(err)
	}
	d.says(exitOK, "list -batches")
	slip := d.settle("data", 1)
	d.says(exitOK, "list -batches", "batch 1", "records 1-5", "by 9001", slip, "sales 1 ¥5.00", "wechat show", "open 1 ¥7.00")
	d.says(exitOK, "verify -head "+slip, "everything holds", "and the head "+slip)
	d.settle("data", 2)
	d.says(exitOK, "verify -head "+strings.ToLower(slip), "and the head")
	d.says(exitDamaged, "verify -data ~/cut -head "+slip, "it ends with record 5", "cut off")
	d.says(exitOK, "verify -data ~/cut")
	d.says(exitDamaged, "verify -head 1"+strings.TrimLeft(slip, "0123456789"), "its record 1 is")
	d.says(exitUsage, "verify -head "+strings.TrimLeft(slip, "0123456789-"))
	d.says(exitUsage, "list -batches -state paid", "without -day")

	d.pos(exitOK, "backup -o ~/late.age")
	d.says(exitRefused, "restore ~/early.age -data ~/new -identity ~/recovery.key -head "+slip, "older")
	d.says(exitOK, "restore ~/late.age -data ~/new -identity ~/recovery.key -head "+slip, "restored")
	d.says(exitOK, "verify -data ~/new -head "+slip)
	out, _ := d.pos(exitOK, "list -batches -json -n 1 -data ~/new")
	var last settled
	if err := json.Unmarshal([]byte(out), &last); err != nil || last.No != 2 || last.Head == slip || lines(out) != 1 {
		t.Errorf("the latest is %+v, %v", last, err)
	}
}

// settle closes a batch in the journal of a folder, and returns the head that its slip shows.
func (d *desk) settle(data string, no int) string {
	d.t.Helper()
	j, err := store.Open(d.path(data), store.Config{Terminal: "T1"})
	if err != nil {
		d.t.Fatal(err)
	}
	defer j.Close()
	if _, err := j.Commit(storetest.BatchClosed(no, "9001")); err != nil {
		d.t.Fatal(err)
	}
	report, err := j.Batch()
	if err != nil || report.Last == nil {
		d.t.Fatalf("%+v, %v", report, err)
	}
	return report.Last.Head
}
