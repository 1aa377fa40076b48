package terminal

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/scanner"
	"smartpos/store"
	"smartpos/store/pin"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

var shifts = flag.Uint64("shifts", 8, "shifts of a terminal as it runs")

// TestShift has whole terminals sell as they run, with their loop, their lanes and their workers, on the real journal: the
// networks lose what is asked and answered or let it take too long, the printer and the scan engine have their moods, the
// cashier presses whatever comes to mind, and the terminal is switched off in the middle of it. When all have calmed down
// everything gets its outcome without anybody's help, and that is what the customers were charged.
//
// Each shift lives in a bubble, where hours take no time. What its goroutines do at the same moment no seed decides.
func TestShift(t *testing.T) {
	n := *shifts
	if testing.Short() {
		n = min(n, 2)
	}
	var paid, refunded int
	for seed := range n {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newShift(t, seed)
				d.play(400)
				paid, refunded = paid+d.paid, refunded+d.refunded
			})
		})
	}
	t.Logf("%d orders paid, %d refunded", paid, refunded)
	if !t.Failed() && (paid < 5*int(n) || refunded == 0) {
		t.Error("too little was paid, or given back, for this to prove anything")
	}
}

// shift is one of them.
type shift struct {
	*testing.T
	rng     *rand.Rand // the cashier's and the customers'
	mood    *mood
	dir     string
	cfg     txn.Config
	nets    map[txn.NetworkID]*paytest.Fake
	hash    txn.PINHash
	journal *store.Journal
	keys    *keys
	glass   *glass
	engine  *moodyEngine
	stop    func()

	paid, refunded int
}

func newShift(t *testing.T, seed uint64) *shift {
	d := &shift{
		T: t, rng: rand.New(rand.NewPCG(seed, 1)), mood: &mood{rng: rand.New(rand.NewPCG(seed, 2))}, dir: t.TempDir(),
		cfg: txn.Config{
			Terminal: "T0000001", Operator: "01", Language: txn.Chinese, Printer: true, Scanner: true, Drawer: true, Continuous: seed%4 == 0,
			Networks: []txn.NetworkConfig{{ID: txn.WeChat, Name: "微信支付", Short: "微信"}, {ID: txn.Alipay, Name: "支付宝", Short: "支付宝"}},
			Default:  txn.WeChat, MaxAmount: txn.Yuan(5000000), Copies: 2,
			ShowExpiry: time.Minute, Margin: time.Minute, ScanWindow: 20 * time.Second,
			Timing:     txn.Timing{PollShow: 3 * time.Second, PollScan: 5 * time.Second, ScanLimit: 45 * time.Second, Reverse: 15 * time.Second},
			MaxBackoff: time.Minute, Linger: 5 * time.Second, RefundSettle: 10 * time.Second, AskLimit: time.Minute,
			Reaction: time.Duration(seed%2) * 300 * time.Millisecond,
		},
		nets: map[txn.NetworkID]*paytest.Fake{}, hash: pin.Hash(txn.NewPIN("739105")),
	}
	for _, n := range d.cfg.Networks {
		d.nets[n.ID] = paytest.NewFake(n.ID)
		d.nets[n.ID].SetFare(d.mood.fare)
	}
	d.start()
	if _, err := d.journal.Commit(&txn.Enrolled{Operator: "S01", Role: txn.Supervisor, PIN: d.hash, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	d.restart()
	return d
}

// start switches the terminal on.
func (d *shift) start() {
	d.Helper()
	var err error
	if d.journal, err = store.Open(d.dir, store.Config{Terminal: d.cfg.Terminal}); err != nil {
		d.Fatal(err)
	}
	begin, err := d.journal.Start()
	if err != nil {
		d.Fatal(err)
	}
	table, err := scanner.NewTable(scanner.DefaultRules())
	if err != nil {
		d.Fatal(err)
	}
	d.keys, d.glass = newKeys(), newGlass()
	d.engine = &moodyEngine{mood: d.mood, codes: make(chan string), closed: make(chan struct{})}
	term := New(d.cfg, begin, Ports{
		Journal: moodyJournal{d.journal, d.mood}, Keys: d.keys, Screen: d.glass, Printer: moodyPrinter{d.mood}, Log: slog.New(slog.DiscardHandler),
		Scanner: d.engine, Continuous: d.cfg.Continuous, Codes: table, RequestTimeout: 10 * time.Second,
		Networks: func() Networks {
			return Networks{Open: []pay.Network{d.nets[txn.WeChat], d.nets[txn.Alipay]}}
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- term.Run(ctx) }()
	d.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			d.Error(err)
		}
		if err := d.journal.Close(); err != nil {
			d.Error(err)
		}
	}
}

func (d *shift) restart() {
	d.Helper()
	d.stop()
	d.start()
}

// press presses keys as a cashier does who knows them by heart.
func (d *shift) press(names string) {
	for name := range strings.FieldsSeq(names) {
		d.keys.press(d.T, name)
		time.Sleep(time.Duration(100+d.rng.IntN(500)) * time.Millisecond)
	}
}

// play has so many things happen, and then waits for the end of all of it.
func (d *shift) play(steps int) {
	d.Helper()
	for range steps {
		d.happen()
		time.Sleep(time.Duration(d.rng.IntN(4000)) * time.Millisecond)
	}
	d.mood.calmDown()
	for range 60 {
		if d.open() == 0 {
			break
		}
		time.Sleep(time.Minute)
		d.press("CANCEL CANCEL CANCEL OK") // prints what is missing
		if slices.Contains([]string{"停止收款", "Out of service"}, d.glass.latest().Title) {
			d.restart() // all that helps
		}
	}
	d.audit()
	d.stop()
}

// happen is what anybody there does next.
func (d *shift) happen() {
	screen := d.glass.latest()
	switch luck := d.rng.IntN(100); {
	case luck < 2:
		d.restart()
	case screen.QR != "" && luck < 45:
		for _, n := range d.nets {
			_ = n.Pay(screen.QR) // it may have expired
		}
	case luck < 15:
		d.hold()
	case luck < 18:
		d.press("CANCEL CANCEL CANCEL MENU 5 OK 1 OK 7 3 9 1 0 5 OK")
	case luck < 40:
		d.press("CANCEL CANCEL 8 " + pickOf(d.rng, "OK", "OK", "SCAN", "SCAN", "MENU"))
	case luck < 45:
		d.press("OK")
	default:
		d.press(pickOf(d.rng, "8", "1", "0", ".", "OK", "SCAN", "CANCEL", "CLEAR", "MENU", "1", "2", "3", "4"))
	}
}

// hold holds a customer's code before the engine, the same one twice now and then.
func (d *shift) hold() {
	code, err := d.nets[txn.WeChat].Code()
	if err != nil {
		d.Fatal(err)
	}
	for range 1 + d.rng.IntN(2) {
		select {
		case d.engine.codes <- code.Reveal():
		case <-time.After(time.Second):
		}
	}
}

func pickOf(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

// open counts what still has no outcome, or no receipt.
func (d *shift) open() (n int) {
	d.Helper()
	begin, err := d.journal.Start()
	if err != nil {
		d.Fatal(err)
	}
	for _, o := range begin.Pending {
		if unresolved(o) || owed(o) {
			n++
		}
	}
	return n
}

// unresolved reports whether something about an order is still to be found out.
func unresolved(o txn.Order) bool {
	return !o.State.Final() || slices.ContainsFunc(o.Refunds, func(r txn.Refund) bool { return !r.State.Final() })
}

// owed reports whether a receipt is still to come out.
func owed(o txn.Order) bool {
	return o.State == txn.Paid && !o.Printed ||
		slices.ContainsFunc(o.Refunds, func(r txn.Refund) bool { return r.State == txn.RefundDone && !r.Printed })
}

// audit holds the journal against what customers were charged.
func (d *shift) audit() {
	d.Helper()
	if _, err := d.journal.Verify(); err != nil {
		d.Error(err)
	}
	accounts := map[txn.OrderNo]paytest.Account{}
	for _, n := range d.nets {
		for no, a := range n.Accounts() {
			accounts[no] = a
		}
	}
	err := d.journal.List(func(o txn.Order) error {
		if d.nets[o.Network] == nil { // cash
			return nil
		}
		a := accounts[o.No]
		delete(accounts, o.No)
		due := int64(0)
		if o.State == txn.Paid {
			d.paid++
			due = o.Amount.Fen
		}
		for _, r := range o.Refunds {
			if r.State == txn.RefundDone {
				d.refunded++
				due -= r.Amount.Fen
			}
		}
		switch {
		case unresolved(o):
			d.Errorf("%s is %s, its refunds %+v; the customer's account %+v", o.No, o.State, o.Refunds, a)
		case owed(o):
			d.Errorf("%s: a receipt has not come out, of it or of %+v", o.No, o.Refunds)
		case o.State == txn.Disputed:
			d.Errorf("%s is disputed: %s; the customer's account %+v", o.No, o.Reason, a)
		case a.Charges > 1 || a.Charged-a.GivenBack != due:
			d.Errorf("%s is %s with %d fen; the customer's account %+v", o.No, o.State, due, a)
		}
		return nil
	})
	if err != nil {
		d.Error(err)
	}
	for no, a := range accounts {
		d.Errorf("the journal knows nothing of %s: %+v", no, a)
	}
}
