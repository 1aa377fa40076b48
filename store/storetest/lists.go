package storetest

import (
	"fmt"
	"slices"
	"testing"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// What a journal tells at a start and in lists: what is pending, odd, used up, latest.

func testPending(t *testing.T, j txn.Journal) {
	done := commit(t, j, Intent(1, ""))
	a := commit(t, j, Intent(2, ""))
	other := commit(t, j, Intent(3, ""))
	commit(t, j, Outcome(done, txn.Closed))
	commit(t, j, Move(a, txn.Closing))
	b := commit(t, j, Intent(2, a.No))
	wantNumbers(t, "pending", start(t, j).Pending, a, other, b)
	commit(t, j, Outcome(b, txn.Paid))
	commit(t, j, Printed(b))
	wantNumbers(t, "pending", start(t, j).Pending, a, other, b) // a may still be paid, and b says it mustn't
	commit(t, j, Outcome(a, txn.Closed))
	wantNumbers(t, "pending", start(t, j).Pending, other)
	commit(t, j, Outcome(other, txn.Failed))
	wantNumbers(t, "pending", start(t, j).Pending)
}

func testExceptions(t *testing.T, j txn.Journal) {
	var orders []txn.Order
	for range 3 {
		orders = append(orders, commit(t, j, Intent(100, "")))
	}
	for _, i := range []int{2, 0} {
		r := Outcome(orders[i], txn.Disputed)
		r.Exception = txn.AlreadyExists
		commit(t, j, r)
	}
	r := Outcome(orders[1], txn.Failed)
	r.Exception = txn.Mismatch
	commit(t, j, r)
	wantNumbers(t, "exceptions", start(t, j).Exceptions, orders[2], orders[0], orders[1])
	late := Outcome(orders[1], txn.Paid)
	late.Late = true
	commit(t, j, late) // what was odd about it is explained
	wantNumbers(t, "exceptions", start(t, j).Exceptions, orders[2], orders[0])
}

func testCodes(t *testing.T, j txn.Journal) {
	var want []txn.CodeDigest
	for i := range rules.MaxCodes + 6 {
		code := j.Digest(txn.NewPaymentCode(fmt.Sprintf("1300000000000000%02d", i)))
		o := commit(t, j, Scan(100, code))
		commit(t, j, Outcome(o, txn.Failed))
		want = append(want, code)
	}
	commit(t, j, Intent(100, "")) // has none
	if got := start(t, j).Codes; !slices.Equal(got, want[6:]) {
		t.Fatalf("codes %v, want %v", got, want[6:])
	}
}

func testLast(t *testing.T, j txn.Journal) {
	a := commit(t, j, Intent(100, ""))
	b := commit(t, j, Intent(200, ""))
	commit(t, j, Outcome(b, txn.Paid))
	a = commit(t, j, Outcome(a, txn.Paid))
	b = commit(t, j, Printed(b)) // prints later, was not paid later
	commit(t, j, Intent(300, ""))
	if last := start(t, j).Last; last == nil || Text(*last) != Text(a) {
		t.Fatalf("last %+v, want %s", last, a.No)
	}
	if got := order(t, j, b.No); !got.Printed {
		t.Fatalf("order %+v", got)
	}
}

func testRecent(t *testing.T, j txn.Journal) {
	var all []txn.Order
	for i := range 5 {
		all = append([]txn.Order{commit(t, j, Intent(int64(100+i), ""))}, all...)
	}
	for _, n := range []int{0, 1, 3, 5, 6, 1 << 30} {
		got, err := j.Recent(n)
		if err != nil {
			t.Fatal(err)
		}
		wantNumbers(t, fmt.Sprintf("Recent(%d)", n), got, all[:min(n, len(all))]...)
	}
}
