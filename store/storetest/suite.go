package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Run holds a journal to the contract of [txn.Journal] and to the rules of the sale. Open returns an empty one
// that gives numbers to terminal T0000001; it is called once for each test.
func Run(t *testing.T, open func(t *testing.T) txn.Journal) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, txn.Journal)
	}{
		{"an empty journal knows nothing", testEmpty},
		{"numbers have no gap and are never reused", testNumbers},
		{"an intent that can't be kept is refused", testBadIntents},
		{"a record that doesn't fit leaves no trace", testTransitions},
		{"at most one order of a sale is payable", testSaleBusy},
		{"a second capture goes to the exception list", testOverTotal},
		{"cash is paid at once", testCash},
		{"a late success corrects a final state", testLateSuccess},
		{"pending orders come with their sale", testPending},
		{"the exception list keeps its order", testExceptions},
		{"the latest 64 codes are kept", testCodes},
		{"the latest paid order is the one paid last", testLast},
		{"recent orders come newest first", testRecent},
		{"orders are copies", testCopies},
		{"no more is given back than was paid", testRefunds},
		{"cash is given back at once", testCashRefund},
		{"what is settled leaves the exception list", testSettled},
		{"the till is the sum of its records", testTill},
		{"a batch is the sum of its records", testBatches},
		{"an offline code changes its order and the till at once", testOffline},
		{"a scheme's code is unconfirmed by the cashier's word alone", testOfflineScheme},
		{"digests tell codes apart and hide them", testDigest},
		{"many goroutines", testConcurrent},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func commit(t *testing.T, j txn.Journal, rec txn.Record) txn.Order {
	t.Helper()
	o, err := j.Commit(rec)
	if err != nil {
		t.Fatalf("Commit(%T): %v", rec, err)
	}
	if read := order(t, j, o.No); Text(read) != Text(o) {
		t.Fatalf("Commit returned\n%s\nOrder returns\n%s", Text(o), Text(read))
	}
	return o
}

// refuse commits a record that must be refused with want, and leave no trace.
func refuse(t *testing.T, j txn.Journal, rec txn.Record, want error) {
	t.Helper()
	before := everything(t, j)
	if o, err := j.Commit(rec); !errors.Is(err, want) {
		t.Fatalf("Commit(%T) = %+v, %v, want %v", rec, o, err, want)
	}
	if after := everything(t, j); after != before {
		t.Fatalf("a refused %T left a trace:\n%s\nbefore:\n%s", rec, after, before)
	}
}

func order(t *testing.T, j txn.Journal, no txn.OrderNo) txn.Order {
	t.Helper()
	o, err := j.Order(no)
	if err != nil {
		t.Fatalf("Order(%s): %v", no, err)
	}
	return o
}

func start(t *testing.T, j txn.Journal) txn.Start {
	t.Helper()
	s, err := j.Start()
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	return s
}

func everything(t *testing.T, j txn.Journal) string {
	t.Helper()
	recent, err := j.Recent(rules.MaxRecent)
	if err != nil {
		t.Fatalf("Recent: %v", err)
	}
	return Text(start(t, j)) + Text(recent)
}

func numbers(orders []txn.Order) (out []txn.OrderNo) {
	for _, o := range orders {
		out = append(out, o.No)
	}
	return out
}

func wantNumbers(t *testing.T, what string, got []txn.Order, want ...txn.Order) {
	t.Helper()
	if !slices.Equal(numbers(got), numbers(want)) {
		t.Fatalf("%s: %v, want %v", what, numbers(got), numbers(want))
	}
}

func testEmpty(t *testing.T, j txn.Journal) {
	s := start(t, j)
	if len(s.Pending) != 0 || len(s.Exceptions) != 0 || len(s.Codes) != 0 || s.Last != nil {
		t.Errorf("Start = %+v", s)
	}
	for _, no := range []txn.OrderNo{
		"", "T0000001TEST000100000001", "T0000001TEST000100000000", "00000001", "支付宝支付宝支付宝支付宝",
		"T0000001TEST0001-0000001", "T0000001TEST0001+0000001", txn.OrderNo(strings.Repeat("9", 4096)),
	} {
		if _, err := j.Order(no); !errors.Is(err, txn.ErrNoOrder) {
			t.Errorf("Order(%.40q) = %v, want ErrNoOrder", no, err)
		}
		if _, err := j.Commit(&txn.Move{Order: no, To: txn.Unknown}); !errors.Is(err, txn.ErrNoOrder) {
			t.Errorf("Commit of a move of %.40q = %v, want ErrNoOrder", no, err)
		}
	}
	for _, n := range []int{-1, 0, 1, 1 << 30} {
		if got, err := j.Recent(n); len(got) != 0 || err != nil {
			t.Errorf("Recent(%d) = %v, %v", n, got, err)
		}
	}
}

func testNumbers(t *testing.T, j txn.Journal) {
	var middle string
	for i := 1; i <= 12; i++ {
		in := Intent(int64(i), "")
		o := commit(t, j, in)
		if in.No != "" || in.Sale != "" {
			t.Fatal("Commit wrote into the caller's intent")
		}
		if !o.No.Valid() || o.Sale != o.No || o.State != txn.Open || !strings.HasPrefix(string(o.No), "T0000001") {
			t.Fatalf("order %+v", o)
		}
		if want := fmt.Sprintf("%08d", i); !strings.HasSuffix(string(o.No), want) {
			t.Fatalf("number %s, want …%s", o.No, want)
		}
		if m := string(o.No[8 : len(o.No)-8]); middle == "" {
			middle = m
		} else if m != middle {
			t.Fatalf("incarnation %s, then %s", middle, m)
		}
		refuse(t, j, Intent(0, ""), txn.ErrTransition) // takes no number
	}
	if len(middle) < 8 { // 40 bits at 5 a character
		t.Errorf("incarnation %q is too short", middle)
	}
}

func testBadIntents(t *testing.T, j txn.Journal) {
	first := commit(t, j, Intent(100, ""))
	commit(t, j, Move(first, txn.Closing))
	for name, change := range map[string]func(*txn.Intent){
		"no amount":          func(r *txn.Intent) { r.Amount.Fen = 0 },
		"a negative amount":  func(r *txn.Intent) { r.Amount.Fen = -1 },
		"no currency":        func(r *txn.Intent) { r.Amount.Currency = "" },
		"tendered by phone":  func(r *txn.Intent) { r.Tendered = r.Amount },
		"cash short":         func(r *txn.Intent) { *r = *Cash(500, 499, "") },
		"cash not tendered":  func(r *txn.Intent) { *r = *Cash(500, 500, ""); r.Tendered = txn.Money{} },
		"cash by a network":  func(r *txn.Intent) { *r = *Cash(500, 500, ""); r.Network = txn.WeChat },
		"cash that expires":  func(r *txn.Intent) { *r = *Cash(500, 500, ""); r.Expires = Day },
		"no method":          func(r *txn.Intent) { r.Method = "" },
		"a number":           func(r *txn.Intent) { r.No = first.No },
		"another currency":   func(r *txn.Intent) { r.Sale, r.Amount.Currency = first.No, "USD" },
		"more than a record": func(r *txn.Intent) { r.Operator = strings.Repeat("0", rules.MaxPayload) },
	} {
		t.Run(name, func(t *testing.T) {
			in := Intent(100, "")
			change(in)
			refuse(t, j, in, rules.ErrRecord)
			refuse(t, j, in, txn.ErrTransition)
		})
	}
	in := Intent(100, "T0000001TEST000199999999")
	refuse(t, j, in, txn.ErrNoOrder)
	second := commit(t, j, Intent(100, first.No))
	commit(t, j, Move(second, txn.Closing))
	refuse(t, j, Intent(100, second.No), txn.ErrNoOrder) // a sale has its first order's number
	for _, rec := range []txn.Record{nil, (*txn.Intent)(nil), (*txn.Move)(nil), (*txn.Outcome)(nil), (*txn.Printed)(nil), &txn.Restored{Incarnation: "TEST0002"}} {
		refuse(t, j, rec, rules.ErrRecord)
	}
}

func testTransitions(t *testing.T, j txn.Journal) {
	o := commit(t, j, Intent(100, ""))
	refuse(t, j, Printed(o), txn.ErrTransition)
	refuse(t, j, Move(o, txn.Open), txn.ErrTransition)
	refuse(t, j, Move(o, txn.Reversing), txn.ErrTransition) // a shown order has no reverse
	refuse(t, j, Outcome(o, txn.Unknown), txn.ErrTransition)
	commit(t, j, Move(o, txn.Unknown))
	o = commit(t, j, Outcome(o, txn.Paid))
	if o.State != txn.Paid || o.TransactionID == "" || o.Wallet == "" || o.WalletID == "" || o.Payer != o.Amount || !o.Pending() {
		t.Fatalf("order %+v", o)
	}
	for _, s := range []txn.State{txn.Paid, txn.Failed, txn.Closed, txn.Reversed, txn.Disputed} {
		refuse(t, j, Outcome(o, s), txn.ErrTransition)
	}
	refuse(t, j, Move(o, txn.Closing), txn.ErrTransition)
	if o = commit(t, j, Printed(o)); o.Pending() || !o.Printed {
		t.Fatalf("order %+v", o)
	}
}

func testSaleBusy(t *testing.T, j txn.Journal) {
	a := commit(t, j, Intent(100, ""))
	refuse(t, j, Intent(100, a.No), rules.ErrSaleBusy) // open
	commit(t, j, Move(a, txn.Unknown))
	refuse(t, j, Intent(100, a.No), rules.ErrSaleBusy)
	commit(t, j, Move(a, txn.Closing))
	b := commit(t, j, Intent(100, a.No)) // switching to another network
	if b.Sale != a.No || b.No == a.No {
		t.Fatalf("second order %+v of sale %s", b, a.No)
	}
	refuse(t, j, Intent(100, a.No), rules.ErrSaleBusy)
	commit(t, j, Outcome(b, txn.Failed))
	commit(t, j, Outcome(a, txn.Paid))
	refuse(t, j, Intent(100, a.No), rules.ErrSaleBusy) // it is paid
	refuse(t, j, Intent(100, a.No), txn.ErrTransition)

	s := commit(t, j, Scan(100, "c0de"))
	commit(t, j, Move(s, txn.Reversing))
	refuse(t, j, Intent(100, s.No), rules.ErrSaleBusy)
	commit(t, j, Outcome(s, txn.Reversed))
	commit(t, j, Intent(100, s.No))
}

func testOverTotal(t *testing.T, j txn.Journal) {
	a := commit(t, j, Intent(100, ""))
	commit(t, j, Move(a, txn.Closing))
	b := commit(t, j, Intent(100, a.No))
	commit(t, j, Outcome(b, txn.Paid))
	late := Outcome(a, txn.Paid)
	late.Late = true
	refuse(t, j, late, rules.ErrSaleBusy)
	late.Exception = txn.LateSuccess
	refuse(t, j, late, rules.ErrSaleBusy)
	late.Exception = txn.OverTotal
	a = commit(t, j, late)
	if a.State != txn.Paid || a.Exception != txn.OverTotal {
		t.Fatalf("order %+v", a)
	}
	wantNumbers(t, "exceptions", start(t, j).Exceptions, a)
}

func testLateSuccess(t *testing.T, j txn.Journal) {
	o := commit(t, j, Intent(100, ""))
	commit(t, j, Move(o, txn.Closing))
	commit(t, j, Outcome(o, txn.Closed))
	if s := start(t, j); len(s.Pending) != 0 {
		t.Fatalf("pending %v", numbers(s.Pending))
	}
	r := Outcome(o, txn.Paid)
	refuse(t, j, r, txn.ErrTransition) // not without saying that it is late
	r.Late, r.Exception = true, txn.LateSuccess
	o = commit(t, j, r)
	s := start(t, j)
	wantNumbers(t, "pending", s.Pending, o) // its receipt is owed
	wantNumbers(t, "exceptions", s.Exceptions, o)
	commit(t, j, Printed(o))
	wantNumbers(t, "pending", start(t, j).Pending)
}

func testCopies(t *testing.T, j txn.Journal) {
	in := Intent(100, "")
	o := commit(t, j, in)
	want := Text(o)
	in.Items[0].Name = "changed"
	o.Items[0].Name = "changed"
	read := order(t, j, o.No)
	read.Items[0].Name = "changed"
	if got := Text(order(t, j, o.No)); got != want {
		t.Fatalf("a caller changed the journal:\n%s\n%s", got, want)
	}
}

func testDigest(t *testing.T, j txn.Journal) {
	const code = "134567890123456789"
	a, b := j.Digest(txn.NewPaymentCode(code)), j.Digest(txn.NewPaymentCode("134567890123456788"))
	if a == b || a != j.Digest(txn.NewPaymentCode(code)) {
		t.Errorf("digests %s, %s", a, b)
	}
	if len(a) != 32 || strings.Contains(string(a), code) {
		t.Errorf("digest %s, want 128 bits in hex", a)
	}
}

func testConcurrent(t *testing.T, j txn.Journal) {
	const sellers, sales = 4, 8
	var wg sync.WaitGroup
	for range sellers {
		wg.Go(func() {
			for range sales {
				o, err := j.Commit(Intent(100, ""))
				if err == nil {
					_, err = j.Commit(Outcome(o, txn.Paid))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range sales {
				if _, err := j.Start(); err != nil {
					t.Error(err)
				}
				if _, err := j.Recent(3); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, _ := j.Recent(100); len(got) != sellers*sales {
		t.Errorf("%d orders, want %d", len(got), sellers*sales)
	}
	if got := start(t, j).Pending; len(got) != sellers*sales {
		t.Errorf("%d pending, want %d: their receipts are owed", len(got), sellers*sales)
	}
}

// Cash is one record: paid as soon as it is there, to be printed, and the sale takes no other payment but as an exception.
func testCash(t *testing.T, j txn.Journal) {
	shown := commit(t, j, Intent(500, ""))
	refuse(t, j, Cash(500, 500, shown.Sale), rules.ErrSaleBusy)
	shown = commit(t, j, Move(shown, txn.Closing))
	o := commit(t, j, Cash(500, 2000, shown.Sale))
	if o.State != txn.Paid || o.Payer != txn.Yuan(500) || o.Change() != txn.Yuan(1500) || !o.PaidAt.Equal(o.Created) || !o.Pending() {
		t.Errorf("cash is %s", Text(o))
	}
	if s := start(t, j); s.Last == nil || s.Last.No != o.No || len(s.Pending) != 2 {
		t.Errorf("start: %s", Text(s))
	}
	refuse(t, j, Cash(500, 500, shown.Sale), rules.ErrSaleBusy)
	refuse(t, j, Outcome(shown, txn.Paid), rules.ErrSaleBusy)
	late := Outcome(shown, txn.Paid)
	late.Late, late.Exception = true, txn.OverTotal
	commit(t, j, late)
	if o = commit(t, j, Printed(o)); o.Pending() {
		t.Error("cash is pending after its receipt")
	}
}
