package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"smartpos/store"
	"smartpos/txn"
)

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
