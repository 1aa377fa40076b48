package powercut

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

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

	orders  map[txn.OrderNo]txn.Order
	records uint64
}

func newBooks() *books {
	return &books{
		shown: map[string]int64{}, receipts: map[txn.OrderNo]bool{}, originals: map[string]int{},
		orders: map[txn.OrderNo]txn.Order{},
	}
}

var (
	displayAmount = regexp.MustCompile(`[¥￥](\d+)\.(\d\d)`)
	displayOrder  = regexp.MustCompile(`单号 *(\d{6})`)
	paperOrder    = regexp.MustCompile(`商户单号\s+([0-9A-Z]{9,32})\s`)
)

// look takes down what the display says.
func (k *books) look(text string) {
	if !strings.Contains(text, saysPaid) {
		return
	}
	amount, order := displayAmount.FindStringSubmatch(text), displayOrder.FindStringSubmatch(text)
	if amount == nil || order == nil {
		return
	}
	fen, err := strconv.ParseInt(amount[1]+amount[2], 10, 64)
	if err == nil {
		k.shown[order[1]] = fen
	}
}

// slips takes down what one run printed. A slip that the power cut short of its order number proves nothing.
func (k *books) slips(paper string) {
	for slip := range strings.SplitSeq(paper, "✂") {
		order := paperOrder.FindStringSubmatch(slip)
		for _, copy := range []string{"商户存根", "顾客存根"} {
			if order == nil || !strings.Contains(slip, copy) {
				continue
			}
			k.receipts[txn.OrderNo(order[1])] = true
			if !strings.Contains(slip, "重打印") && !strings.Contains(slip, "补打") {
				k.originals[order[1]+" "+copy]++
			}
		}
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
	if report.Records < k.records {
		return fmt.Errorf("%d records, and there were %d", report.Records, k.records)
	}
	for no, before := range k.orders {
		if err := follows(before, now[no]); err != nil {
			return fmt.Errorf("order %s: %w", no, err)
		}
	}
	if err := k.told(now, ledger); err != nil {
		return err
	}
	k.orders, k.records = now, report.Records
	return scenario.Compare(orders, ledger)
}

// told holds what the world was told against the journal.
func (k *books) told(now map[txn.OrderNo]txn.Order, ledger paynet.Ledger) error {
	for _, a := range ledger.Orders {
		if _, ok := now[txn.OrderNo(a.Order)]; !ok {
			return fmt.Errorf("order %s was sent to its network and is not in the journal", a.Order)
		}
	}
	short, cashed := map[string]txn.Order{}, 0
	for no, o := range now {
		short[no.Short()] = o
		if o.Method == txn.Cash {
			cashed++
		}
	}
	for order, fen := range k.shown {
		if o := short[order]; o.State != txn.Paid || o.Amount.Fen != fen {
			return fmt.Errorf("the display called %s paid with %s; the journal says %q, %s", order, yuan(fen), o.State, o.Amount)
		}
	}
	for no := range k.receipts {
		if o := now[no]; o.State != txn.Paid {
			return fmt.Errorf("order %s has a receipt; the journal says %q", no, o.State)
		}
	}
	for slip, n := range k.originals {
		if n > 1 {
			return fmt.Errorf("%d originals of %s", n, slip)
		}
	}
	if k.kicks > cashed {
		return fmt.Errorf("the drawer opened %d times for %d payments in cash", k.kicks, cashed)
	}
	return nil
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
