package conformance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paytest"
)

// day is a number of random payments, one after the other, while a part of the calls fails and the terminal restarts. A
// seed decides everything in it.
type day struct {
	*till
	shop  *shop
	rng   *rand.Rand
	store *store.Journal
	dir   string

	broken   int // calls in a hundred that fail
	heldTill time.Duration
	people   []appointment
	seen     map[string]bool // codes that a customer has had before him
	customer *customer       // at the till

	result result
}

// result is what came of a day, or of many.
type result struct {
	Payments, Orders, Paid, OverTotal, Calls, Failed, Restarts int

	Fen int64 // paid by the journal, and kept by the customers' accounts
}

func (r *result) add(o result) {
	r.Payments += o.Payments
	r.Orders += o.Orders
	r.Paid += o.Paid
	r.OverTotal += o.OverTotal
	r.Calls += o.Calls
	r.Failed += o.Failed
	r.Restarts += o.Restarts
	r.Fen += o.Fen
}

// appointment is what a customer is going to do.
type appointment struct {
	at time.Duration
	do func()
}

// customer is one person with one purchase: who has paid does not pay again.
type customer struct{ paid bool }

// rich is a balance that pays every sale, in fen.
const rich = 10_000_000

// failing is how many calls in a hundred fail.
const failing = 30

// newDay opens a shop on a real journal: with all networks, or with the aggregator alone, so that it is shown every
// wallet's code.
func newDay(t testing.TB, seed uint64) *day {
	t.Helper()
	d := &day{
		shop: openShop(t), rng: rand.New(rand.NewPCG(seed, 0)), dir: folder(t), broken: failing,
		seen: map[string]bool{}, customer: &customer{},
	}
	with := slices.Clone(networks)
	if seed%5 == 0 {
		with = with[3:]
	}
	d.till = &till{
		TB: t, clock: d.shop.clock, cfg: config(with...), ask: d.asked, told: func(txn.NetworkAnswered) {},
		account: d.shop.account, sent: map[txn.OrderNo]int{},
	}
	d.cfg.Default = with[d.rng.IntN(len(with))].ID
	for _, wallet := range wallets {
		d.shop.phone(wallet).SetBalance(rich)
	}
	d.powerOn()
	t.Cleanup(func() { _ = d.store.Close() })
	return d
}

// folder is in memory where that is possible: whether a disk keeps what it says is tried elsewhere.
func folder(t testing.TB) string {
	for _, parent := range []string{"/dev/shm", ""} {
		if dir, err := os.MkdirTemp(parent, "conformance"); err == nil {
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			return dir
		}
	}
	return t.TempDir()
}

func (d *day) powerOn() {
	d.Helper()
	j, err := store.Open(d.dir, store.Config{Terminal: "T01", Key: make([]byte, 32), Now: d.clock.now})
	if err != nil {
		d.Fatal(err)
	}
	d.store, d.journal = j, j
	d.start()
}

// powerCut ends the terminal at any moment; requests go on without it.
func (d *day) powerCut() {
	d.Helper()
	d.result.Restarts++
	if err := d.store.Close(); err != nil {
		d.Fatal(err)
	}
	d.clock.pass(between(d.rng, time.Second, 90*time.Second))
	d.live()
	d.powerOn()
}

// straggle is how late a request may be carried out after it was sent: less than the margin of a code's end.
const straggle = 45 * time.Second

// asked is a call, which may fail.
func (d *day) asked(q txn.Request) (txn.Answer, error) {
	var f paytest.Failure
	d.result.Calls++
	if d.rng.IntN(100) < d.broken {
		var can []paytest.Failure
		for _, f := range failures() {
			if inapplicable(q.Order.Network, q.Op, f) == "" {
				can = append(can, f)
			}
		}
		f = can[d.rng.IntN(len(can))]
		d.result.Failed++
		d.heldTill = d.clock.since() + between(d.rng, 0, straggle)
	}
	return d.shop.ask(q, f)
}

// live is one second of everybody's life.
func (d *day) live() {
	d.Helper()
	if d.shop.held != nil && d.clock.since() >= d.heldTill {
		d.shop.mend()
	}
	due := slices.DeleteFunc(slices.Clone(d.people), func(a appointment) bool { return a.at > d.clock.since() })
	d.people = slices.DeleteFunc(d.people, func(a appointment) bool { return a.at <= d.clock.since() })
	for _, a := range due {
		a.do()
	}
}

func (d *day) second() {
	d.Helper()
	for range 2 {
		d.tick(500 * time.Millisecond)
	}
	d.live()
	if url := d.screen.QR; url != "" && !d.seen[url] {
		d.seen[url] = true
		d.present(url)
	}
}

func (d *day) later(low, high time.Duration, do func()) {
	d.people = append(d.people, appointment{d.clock.since() + between(d.rng, low, high), do})
}

// present is a customer before a shown code.
func (d *day) present(url string) {
	c, wallet := d.customer, d.rng.Perm(len(wallets))
	scan := func() *paynet.Phone {
		for _, i := range wallet { // whoever has another app is told so
			if ph := d.shop.phone(wallets[i]); !c.paid {
				if _, err := ph.Scan(url); err == nil {
					return ph
				}
			}
		}
		return nil
	}
	pay := func() {
		if ph := scan(); ph != nil {
			c.paid = ph.Confirm() == nil
		}
	}
	switch d.rng.IntN(10) {
	case 0: // walks away
	case 1: // looks only
		d.later(time.Second, 20*time.Second, func() { scan() })
	case 2: // pays when the code's time is nearly over, or is
		d.later(50*time.Second, 70*time.Second, pay)
	case 3: // has looked, and pays when the sale may be given up
		d.later(time.Second, 5*time.Second, func() { scan() })
		d.later(15*time.Second, 60*time.Second, pay)
	default:
		d.later(time.Second, 15*time.Second, pay)
	}
}

var wallets = []string{paynet.WeChat, paynet.Alipay, paynet.UnionPay}

// hold has a customer hold a payment code before the scanner.
func (d *day) hold() {
	d.Helper()
	wallet, c := wallets[d.rng.IntN(len(wallets))], d.customer
	ph := d.shop.phone(wallet)
	ph.SetBalance(rich)
	policy := paynet.PasswordNever
	switch d.rng.IntN(10) {
	case 0:
		ph.SetBalance(0)
	case 1: // leaves the question on the phone
		policy = paynet.PasswordAlways
	case 2:
		policy = paynet.PasswordAlways
		d.later(3*time.Second, 20*time.Second, func() { _ = ph.Decline() })
	case 3, 4, 5:
		policy = paynet.PasswordAlways
		d.later(3*time.Second, 60*time.Second, func() { c.paid = ph.Confirm() == nil || c.paid })
	}
	code, err := ph.Code()
	if err == nil {
		err = ph.SetPassword(policy, 0)
	}
	if err != nil {
		d.Fatal(err)
	}
	d.scan(txn.NetworkID(wallet), code)
}

// sell is a customer at the till, until the cashier turns to the next.
func (d *day) sell() {
	d.Helper()
	d.result.Payments++
	d.customer = &customer{}
	for _, k := range fmt.Sprintf("%d.%02d", d.rng.IntN(300), 1+d.rng.IntN(99)) {
		d.keys(string(k))
	}
	d.keys(pick(d.rng, "OK", "SCAN"))
	for range 100 {
		d.second()
		if d.rng.IntN(300) == 0 {
			d.powerCut()
		}
		switch d.screen.Title {
		case "请输入金额": // after a restart, or the cashier gave up
			return
		case "收款成功":
			d.keys("OK")
			return
		case "收款码":
			if d.rng.IntN(25) == 0 {
				d.keys(pick(d.rng, "1", "2", "3", "4", "SCAN", "CANCEL"))
			}
		case "付款码":
			if d.rng.IntN(3) > 0 {
				d.hold()
			}
		case "未收款":
			d.keys(pick(d.rng, "OK", "SCAN", "CANCEL"))
		case "结果未知", "正在撤销":
			if d.rng.IntN(20) == 0 {
				d.keys("CANCEL")
			}
		}
	}
	for range 5 {
		d.keys("CANCEL")
		d.second()
	}
}

// play makes payments, and then lets everything come to rest without faults.
func (d *day) play(payments int) {
	d.Helper()
	for range payments {
		d.sell()
	}
	d.broken = 0
	d.shop.mend()
	for end := d.clock.since() + 20*time.Minute; d.clock.since() < end && d.open() > 0; {
		for range 30 {
			d.second()
		}
	}
	d.audit()
}

// open counts the orders whose outcome is not known.
func (d *day) open() (n int) {
	for _, o := range d.orders() {
		if !o.State.Final() {
			n++
		}
	}
	return n
}

func between(rng *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(rng.Int64N(int64(high-low)))
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }
