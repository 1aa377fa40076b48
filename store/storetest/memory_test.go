package storetest_test

import (
	"errors"
	"fmt"
	"testing"

	"smartpos/store/storetest"
	"smartpos/txn"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) txn.Journal { return storetest.NewMemory("T0000001") })
}

func TestFailNext(t *testing.T) {
	m := storetest.NewMemory("T0000001")
	m.FailNext(nil, txn.ErrJournalFull)
	if _, err := m.Commit(storetest.Intent(100, "")); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Commit(storetest.Intent(100, "")); !errors.Is(err, txn.ErrJournalFull) {
		t.Fatalf("error %v, want the one asked for", err)
	}
	if len(m.Records()) != 1 {
		t.Fatalf("%d records, want 1: a failed commit leaves no trace", len(m.Records()))
	}
	m.SetTerminal("T2")
	o, err := m.Commit(storetest.Intent(100, ""))
	if err != nil || o.No != "T2TEST000100000002" {
		t.Fatalf("order %s, %v: a failed commit must leave no gap", o.No, err)
	}
}

func ExampleMemory() {
	journal := storetest.NewMemory("T0000001")
	o, err := journal.Commit(storetest.Intent(350, ""))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o.No, o.State)

	journal.FailNext(txn.ErrJournalFull)
	_, err = journal.Commit(storetest.Outcome(o, txn.Paid))
	fmt.Println(err)
	// Output:
	// T0000001TEST000100000001 open
	// journal: no room left
}
