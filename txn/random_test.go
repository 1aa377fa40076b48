package txn_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

var (
	randomSeed  = flag.Uint64("seed", 0, "run the random day of trade of this seed alone")
	randomSeeds = flag.Int("seeds", 150, "random days of trade to run")
)

// bank is a payment network with books of its own: what it has charged is the truth of the test. It may
// lose a request, lose a reply after acting, or act late. As Alipay it has Alipay's habits: a shown order exists
// only when its code was scanned, which is possible until it expires, and a cancel does not wait for a password.
type bank struct {
	rng    *rand.Rand
	faulty bool
	orders map[txn.OrderNo]*account
	late   []lateRequest
}

type account struct {
	network txn.NetworkID
	expires time.Time
	state   string // "", unborn, waiting, paying, paid, closed, reversed, failed
	charged int
	scanned int
	shown   bool // somebody can have seen its code
}

type lateRequest struct {
	at  time.Time
	req txn.Request
}

func (b *bank) account(no txn.OrderNo) *account {
	if b.orders[no] == nil {
		b.orders[no] = &account{}
	}
	return b.orders[no]
}

// ask carries a request out, or not, and answers, or not.
func (b *bank) ask(now time.Time, q txn.Request) (txn.Answer, txn.Fault) {
	if b.faulty {
		switch b.rng.IntN(12) {
		case 0:
			return txn.Answer{}, txn.FaultNotSent
		case 1:
			return txn.Answer{}, txn.FaultNoAnswer // lost on the way there
		case 2:
			b.do(q)
			return txn.Answer{}, txn.FaultNoAnswer // lost on the way back
		case 3:
			b.do(q)
			return txn.Answer{}, txn.FaultUnverified
		case 4:
			b.late = append(b.late, lateRequest{now.Add(time.Duration(b.rng.IntN(20)) * time.Second), q})
			return txn.Answer{}, txn.FaultNoAnswer
		case 5:
			return txn.Answer{}, txn.FaultSystem
		case 6:
			return txn.Answer{}, txn.FaultNotSetUp
		}
	}
	a := b.do(q)
	b.account(q.Order.No).shown = b.account(q.Order.No).shown || a.Status == txn.StatusReady
	return a, ""
}

func (b *bank) do(q txn.Request) txn.Answer {
	a := b.account(q.Order.No)
	a.network, a.expires = q.Order.Network, q.Order.Expires
	switch q.Op {
	case txn.OpShow:
		switch {
		case a.state == "" && a.network == txn.Alipay:
			a.state = "unborn"
		case a.state == "":
			a.state = "waiting"
		}
		if a.state != "waiting" && a.state != "unborn" {
			return is(txn.StatusFailed)
		}
		return ready("weixin://" + string(q.Order.No))
	case txn.OpScan:
		a.scanned++
		if a.state == "" {
			a.state = []string{"paying", "paid", "failed"}[b.rng.IntN(3)]
			if a.state == "paid" {
				a.charged++
			}
		}
	case txn.OpClose:
		switch a.state {
		case "", "unborn":
			return is(txn.StatusNotFound)
		case "waiting":
			a.state = "closed"
		case "paid":
			return is(txn.StatusRefused)
		}
		return is(txn.StatusAccepted)
	case txn.OpReverse:
		switch a.state {
		case "":
			return is(txn.StatusNotFound)
		case "paying":
			if b.faulty && a.network != txn.Alipay && b.rng.IntN(3) == 0 {
				return is(txn.StatusRefused)
			}
			a.state = "reversed"
		case "paid":
			a.state = "reversed"
			a.charged--
		}
		return is(txn.StatusAccepted)
	}
	return b.say(a, q.Order)
}

func (b *bank) say(a *account, o txn.Order) txn.Answer {
	switch a.state {
	case "", "unborn":
		return is(txn.StatusNotFound)
	case "paid":
		return paid(o.Amount.Fen)
	case "closed":
		return is(txn.StatusClosed)
	case "reversed":
		return is(txn.StatusReversed)
	case "failed":
		return txn.Answer{Status: txn.StatusFailed, Code: "NOTENOUGH"}
	}
	return is(txn.StatusWaiting)
}

// live lets customers act and late requests arrive.
func (b *bank) live(now time.Time) {
	kept := b.late[:0]
	for _, l := range b.late {
		if !l.at.After(now) {
			b.do(l.req)
		} else {
			kept = append(kept, l)
		}
	}
	b.late = kept
	for _, no := range slices.Sorted(maps.Keys(b.orders)) { // a seed must bring the same day again
		a := b.orders[no]
		if a.state == "unborn" && a.shown && now.Before(a.expires) && b.rng.IntN(80) == 0 {
			a.state = "waiting"
		}
		if (a.state == "waiting" && a.shown || a.state == "paying") && b.rng.IntN(80) == 0 {
			a.state = "paid"
			a.charged++
		}
	}
}

// day is one random day: a cashier who mashes keys, customers, faults, restarts.
type day struct {
	*rig
	rng       *rand.Rand
	bank      *bank
	originals map[string]int
	kicked    map[txn.OrderNo]int
	code      int
}

func (d *day) act() {
	keys := strings.Fields("1 2 5 0 0 . OK OK OK SCAN SCAN SCAN+ CANCEL CLEAR MENU MENU 2 9")
	switch d.rng.IntN(8) {
	case 0, 1, 2:
		d.keys(keys[d.rng.IntN(len(keys))])
	case 3:
		d.code++
		if d.rng.IntN(6) == 0 && d.code > 1 {
			d.code-- // the same code again
		}
		d.scanned([]txn.NetworkID{txn.WeChat, txn.Alipay, txn.UnionPay, ""}[d.rng.IntN(4)], fmt.Sprintf("13%016d", d.code))
	case 4:
		d.print1()
	case 5:
		if d.rng.IntN(40) == 0 {
			d.rig = d.restart(time.Duration(d.rng.IntN(300)) * time.Second)
		}
		if d.rng.IntN(20) == 0 {
			d.keys("CANCEL MENU 9 OK OK")
		}
	default:
		d.pass(time.Duration(d.rng.IntN(40))*100*time.Millisecond, d.answerAll)
	}
	d.check()
}

func (d *day) answerAll(q txn.Request) (txn.Answer, txn.Fault) {
	d.bank.live(d.now.Wall)
	return d.bank.ask(d.now.Wall, q)
}

func (d *day) print1() {
	if len(d.prints) == 0 {
		return
	}
	s := d.prints[0].Slip
	if s.Mark == "结算单" || s.Copy != "" && s.Mark == "" {
		d.originals[s.Copy+s.QR]++
	}
	faults := []txn.PrintFault{"", "", "", txn.PrintPaperOut, txn.PrintGone}
	d.print(faults[d.rng.IntN(len(faults))], txn.PrintedPart)
}

// check holds the rules that can be seen at every moment.
func (d *day) check() {
	d.t.Helper()
	if d.screen.Title == "停止收款" {
		d.t.Fatalf("halted: %v, %v", d.screen.Lines, d.notes[max(0, len(d.notes)-5):])
	}
	for _, q := range d.requests {
		if o, err := d.journal.Order(q.Order.No); err != nil || o.State.Final() {
			d.t.Fatalf("%s of an order that is %q, %v", q.Op, o.State, err)
		}
	}
	for _, p := range d.prints {
		if o, _ := d.journal.Order(txn.OrderNo(p.Slip.QR)); p.Slip.Copy != "" && o.State != txn.Paid {
			d.t.Fatalf("a receipt of an order that is %q", o.State)
		}
	}
	for ; len(d.kicks) > 0; d.kicks = d.kicks[1:] {
		o, err := d.journal.Order(d.kicks[0])
		if d.kicked[o.No]++; err != nil || o.State != txn.Paid || o.Method != txn.Cash || d.kicked[o.No] > 1 {
			d.t.Fatalf("kick %d for a %s order that is %q, %v", d.kicked[o.No], o.Method, o.State, err)
		}
	}
	for k, n := range d.originals {
		if n > 1 {
			d.t.Fatalf("%d originals of %s", n, k)
		}
	}
}

// audit holds the journal against the bank's books when everything has been given time to settle.
func (d *day) audit() {
	d.t.Helper()
	all, err := d.journal.Recent(1000)
	if err != nil {
		d.t.Fatal(err)
	}
	d.batches()
	captured := map[txn.OrderNo]int{}
	for _, o := range all {
		a := d.bank.account(o.No)
		if !o.State.Final() {
			d.t.Fatalf("order %s is still %s (bank: %+v)", o.No.Short(), o.State, *a)
		}
		if o.Method == txn.Cash {
			if o.State != txn.Paid || a.state != "" || d.kicked[o.No] != 1 {
				d.t.Fatalf("cash order %s is %s, with %d kicks (bank: %+v)", o.No.Short(), o.State, d.kicked[o.No], *a)
			}
		} else if (o.State == txn.Paid) != (a.charged == 1) || a.charged < 0 || a.charged > 1 || a.scanned > 1 {
			d.t.Fatalf("order %s is %s (%s), the bank's books say %+v", o.No.Short(), o.State, o.Reason, *a)
		}
		if o.State == txn.Paid && o.Exception != txn.OverTotal {
			captured[o.Sale]++
		}
	}
	for sale, n := range captured {
		if n > 1 {
			d.t.Fatalf("sale %s was captured %d times without an exception", sale, n)
		}
	}
}

// Random days of trade over a network that fails half of its calls: the journal and the bank agree to the
// fen, no order is charged twice, nothing stays open. A failing day is run again by -seed.
func TestRandomDays(t *testing.T) {
	first, n := uint64(1), uint64(*randomSeeds)
	if *randomSeed != 0 {
		first, n = *randomSeed, 1
	}
	if testing.Short() {
		n = min(n, 20)
	}
	for seed := first; seed < first+n; seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			d := &day{rng: rng, originals: map[string]int{}, kicked: map[txn.OrderNo]int{}, bank: &bank{rng: rng, faulty: true, orders: map[txn.OrderNo]*account{}}}
			cfg := config()
			cfg.Drawer = true
			d.rig = startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC))
			for range 400 {
				d.act()
			}
			d.bank.faulty = false
			for range 60 {
				d.pass(10*time.Second, d.answerAll)
				for len(d.prints) > 0 {
					d.print1()
				}
			}
			d.audit()
		})
	}
}
