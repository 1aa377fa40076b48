package powercut

import (
	"fmt"

	"smartpos/cmd/internal/board/scenario"
	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// Loss is something that a power cut must never do.
type Loss struct {
	Cut    int // its number, counted from 1
	What   string
	OnDisk bool // found on the disk, with the power off, and not by what the terminal does
}

func (l *Loss) Error() string { return fmt.Sprintf("power cut %d: %s", l.Cut, l.What) }

// books are what the world outside of the terminal was told, and what the journal said after the last cut.
type books struct {
	shown     map[string]int64 // the display called an order paid: the end of its number → fen
	receipts  map[txn.OrderNo]bool
	originals map[string]int // order number and copy → slips without a mark
	kicks     int            // of the drawer, until now

	refunded     map[string]int64 // the display called a refund done: the end of its order's number → fen
	refundSlips  map[txn.RefundNo]bool
	unconfirmed  map[string]int64 // the display called an offline code answered: the end of its order's number → fen
	offlineSlips map[txn.OrderNo]bool
	enrolled     bool // the display said that a supervisor's PIN is set
	wrongPINs    int  // that the display called counted, since the last right one was keyed in
	wrongAnswers int  // to offline codes that it called wrong
	rightPIN     bool // one was keyed in since the last cut

	safe    safe
	backups int // on the disk, at least

	orders  map[txn.OrderNo]txn.Order
	records uint64
	till    txn.Till
}

func newBooks() *books {
	return &books{
		shown: map[string]int64{}, receipts: map[txn.OrderNo]bool{}, originals: map[string]int{},
		refunded: map[string]int64{}, refundSlips: map[txn.RefundNo]bool{}, unconfirmed: map[string]int64{},
		offlineSlips: map[txn.OrderNo]bool{}, orders: map[txn.OrderNo]txn.Order{},
	}
}

// audit holds the journal in dir, as a cut left it, against the books and the networks' ledger. It enters what it
// finds. key is the board's, or nil for one that lies beside the journal.
func (k *books) audit(dir string, key []byte, ledger paynet.Ledger) error {
	j, err := store.Open(dir, store.Config{Terminal: "T0000001", Key: key})
	if err != nil {
		return err
	}
	defer j.Close()
	report, err := j.Verify()
	if err != nil {
		return err
	}
	orders, err := j.Recent(int(report.Orders) + 1)
	if err != nil {
		return err
	}
	now := make(map[txn.OrderNo]txn.Order, len(orders))
	for _, o := range orders {
		now[o.No] = o
	}
	if err := k.backedUp(dir); err != nil {
		return err
	}
	if report.Records < k.records {
		return fmt.Errorf("%d records, and there were %d", report.Records, k.records)
	}
	for no, before := range k.orders {
		if err := follows(before, now[no]); err != nil {
			return fmt.Errorf("order %s: %w", no, err)
		}
	}
	start, err := j.Start()
	if err != nil {
		return err
	}
	if err := k.told(now, ledger); err != nil {
		return err
	}
	if err := k.counted(start.Till); err != nil {
		return err
	}
	k.orders, k.records, k.till = now, report.Records, start.Till
	return scenario.Compare(orders, ledger)
}

// follows holds that an order is what it was, or what more records make of it.
func follows(before, now txn.Order) error {
	switch {
	case now.No == "":
		return fmt.Errorf("it was %s, and is gone", before.State)
	case now.Sale != before.Sale || now.Network != before.Network || now.Method != before.Method || now.Amount != before.Amount:
		return fmt.Errorf("its intent has changed: %+v, then %+v", before, now)
	case before.State == txn.Paid && (now.State != txn.Paid || now.TransactionID != before.TransactionID):
		return fmt.Errorf("it was paid as %s, and is %s as %s", before.TransactionID, now.State, now.TransactionID)
	case before.State.Final() && !now.State.Final(), now.State == txn.Open && before.State != txn.Open:
		return fmt.Errorf("it was %s, and is %s", before.State, now.State)
	case before.Printed && !now.Printed:
		return fmt.Errorf("its receipt was printed, and is owed again")
	case before.Offline != nil && (now.Offline == nil || now.Offline.Tries < before.Offline.Tries || before.Offline.Answered && !now.Offline.Answered):
		return fmt.Errorf("its offline code was %+v, and is %+v", before.Offline, now.Offline)
	}
	for _, r := range before.Refunds {
		if n, ok := now.Refund(r.No); !ok || n.Amount != r.Amount || r.State.Final() && n.State != r.State || r.Printed && !n.Printed {
			return fmt.Errorf("its refund was %+v, and is %+v", r, n)
		}
	}
	return nil
}

// unresolved are the orders without an outcome.
func (k *books) unresolved() (list []string) {
	for no, o := range k.orders {
		if !o.State.Final() {
			list = append(list, fmt.Sprintf("%s, %s %s: %s", no, o.Method, o.Amount, o.State))
		}
	}
	return list
}
