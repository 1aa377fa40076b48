package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"smartpos/store"
	"smartpos/txn"
)

// A terminal dies, and its successor takes over from a backup: the open order is there to be found out, and new numbers
// never meet the old ones.
func ExampleRestore() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	safe, _ := age.GenerateX25519Identity() // in the shop's safe; the terminal knows safe.Recipient() alone
	cfg := store.Config{Terminal: "T0000001"}

	journal, err := store.Open(filepath.Join(dir, "dead"), cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	sale := txn.Intent{Network: txn.WeChat, Method: txn.Show, Amount: txn.Yuan(350), Operator: "01", Created: time.Now()}
	before, _ := journal.Commit(&sale)
	var stick bytes.Buffer
	_, err = journal.Backup(context.Background(), &stick, safe.Recipient())
	_ = journal.Close()
	if err != nil {
		fmt.Println(err)
		return
	}

	successor := filepath.Join(dir, "successor")
	done, err := store.Restore(successor, cfg, &stick, store.RestoreOptions{Identities: []age.Identity{safe}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if journal, err = store.Open(successor, cfg); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = journal.Close() }()
	start, err := journal.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	after, _ := journal.Commit(&sale)
	fmt.Println(done.Orders, "order,", start.Pending[0].State)
	fmt.Println(before.No[16:], after.No[16:], before.No[8:16] == after.No[8:16])
	// Output:
	// 1 order, open
	// 00000001 00000002 false
}

// A sale that a power cut interrupts: the next start knows that its receipt is owed.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cfg := store.Config{Terminal: "T0000001"}

	journal, err := store.Open(filepath.Join(dir, "data"), cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	order, err := journal.Commit(&txn.Intent{
		Network: txn.WeChat, Method: txn.Show, Amount: txn.Yuan(350), Operator: "01", Created: time.Now(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(order.No), order.No[:8], order.No[16:], order.State)
	_, err = journal.Commit(&txn.Outcome{Order: order.No, State: txn.Paid, Payer: txn.Yuan(350), At: time.Now()})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = journal.Close()

	if journal, err = store.Open(filepath.Join(dir, "data"), cfg); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = journal.Close() }()
	start, err := journal.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range start.Pending {
		fmt.Println(o.Amount, o.State, "printed:", o.Printed)
	}
	report, err := journal.Verify()
	fmt.Println(report.Records, "records hold,", err)
	// Output:
	// 24 T0000001 00000001 open
	// ¥3.50 paid printed: false
	// 2 records hold, <nil>
}
