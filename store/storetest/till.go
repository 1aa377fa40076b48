package storetest

import (
	"fmt"
	"testing"

	"smartpos/txn"
)

func testTill(t *testing.T, j txn.Journal) {
	keep := func(rec txn.Record) {
		t.Helper()
		if o, err := j.Commit(rec); err != nil || o.No != "" {
			t.Fatalf("Commit(%T) = %q, %v, want no order", rec, o.No, err)
		}
	}
	refuse(t, j, PINTried("9001", false), txn.ErrTransition) // nobody is known yet
	for _, bad := range []string{"", "123456789", "a", "零"} {
		refuse(t, j, Enrolled(bad), txn.ErrTransition)
	}
	keep(Enrolled("9002"))
	keep(Enrolled("9001"))
	refuse(t, j, PINTried("9001", true), txn.ErrTransition) // no try was counted
	keep(PINTried("9001", false))
	keep(PINTried("9001", false))
	commit(t, j, Intent(100, ""))
	want := func(tries int) {
		t.Helper()
		till := start(t, j).Till
		o, ok := till.Operator("9001")
		if !ok || len(till.Operators) != 2 || o.Tries != tries || o.Role != txn.Supervisor {
			t.Errorf("the till is %+v, want 2 operators, %d tries", till, tries)
		}
	}
	want(2)
	keep(PINTried("9001", true))
	want(0)
	keep(PINTried("9001", false))
	keep(Enrolled("9001")) // a new PIN
	want(0)
	for i := range txn.MaxOperators - 2 {
		keep(Enrolled(fmt.Sprintf("A%d", i)))
	}
	refuse(t, j, Enrolled("B"), txn.ErrTransition)
	if n := len(start(t, j).Pending); n != 1 {
		t.Errorf("%d pending orders, want 1", n)
	}
}
