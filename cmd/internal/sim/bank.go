package sim

import (
	"fmt"
	"time"

	"smartpos/txn"
)

// bank is every payment network, with the truth about who was charged. As Alipay it has Alipay's habits: a shown order
// exists only when its code was scanned, and a cancel does not wait for a password. As UnionPay it has those of
// UnionPay: a shown order exists only when it was paid, and nothing closes it but its time.
type bank struct {
	w        *world
	rng      *dice
	accounts map[txn.OrderNo]*account
	byURL    map[string]txn.OrderNo
	codes    map[string]txn.OrderNo // used payment codes
	serial   int

	chargeAgain bool // broken: a request that comes twice charges twice
	lie         bool // broken: what waits is said to be paid
}

// account is what the bank knows of one order.
type account struct {
	order   txn.Order // as first asked for
	state   string    // "", unborn, waiting, paying, paid, closed, reversed, failed
	expires time.Time // by the true clock
	url     string
	charges int
	back    int  // given back
	refused bool // a reverse of it
	number  string
	coupon  int64
	paidAt  time.Time
}

func (a *account) net() int { return a.charges - a.back }

func newBank(w *world) *bank {
	b := &bank{
		w: w, rng: w.newDice("bank"), accounts: map[txn.OrderNo]*account{}, byURL: map[string]txn.OrderNo{},
		codes: map[string]txn.OrderNo{},
	}
	if w.opt.broken.bank != nil {
		w.opt.broken.bank(b)
	}
	return b
}

// account returns what the bank knows, which may be nothing.
func (b *bank) account(no txn.OrderNo) *account {
	if a := b.accounts[no]; a != nil {
		return a
	}
	return &account{}
}

// arrive carries out a request that has reached the bank, and returns its true answer.
func (b *bank) arrive(q txn.Request) txn.Answer {
	no := q.Order.No
	if q.Order.Offline != nil && q.Order.Offline.Scheme == "" {
		return b.w.acquirer.say(q.Order)
	}
	a := b.accounts[no]
	if a == nil {
		if q.Op != txn.OpShow && q.Op != txn.OpScan {
			return txn.Answer{Status: txn.StatusNotFound, Code: "ORDER_NOT_EXIST"}
		}
		a = &account{order: q.Order}
		b.accounts[no] = a
	}
	if a.order.Amount != q.Order.Amount || a.order.Sale != q.Order.Sale || a.order.Method != q.Order.Method {
		b.w.fail(5, no, "the number stood for %s before, and stands for %s now", a.order.Amount, q.Order.Amount)
	}
	switch q.Op {
	case txn.OpShow:
		return b.show(a, q.Order)
	case txn.OpScan:
		b.scan(a, q.Code)
	case txn.OpClose:
		if a.order.Network == txn.UnionPay {
			return b.closeUnionPay(a)
		}
		switch a.state {
		case "unborn":
			return txn.Answer{Status: txn.StatusNotFound}
		case "paid":
			return txn.Answer{Status: txn.StatusRefused}
		case "waiting":
			a.state = "closed"
		}
		return txn.Answer{Status: txn.StatusAccepted}
	case txn.OpReverse:
		return b.reverse(a)
	}
	return b.say(a)
}

func (b *bank) show(a *account, o txn.Order) txn.Answer {
	if a.state == "" {
		a.state, a.expires = "waiting", o.Expires
		a.url = fmt.Sprintf("weixin://wxpay/bizpayurl?pr=%s", o.No)
		if o.Network == txn.Alipay {
			a.state, a.url = "unborn", fmt.Sprintf("https://qr.alipay.com/%s", o.No)
			// Its relative limit counts whole minutes by the bank's clock; the absolute one may come sooner.
			life := (o.Expires.Sub(o.Created) + time.Minute - 1).Truncate(time.Minute)
			if end := b.w.wall().Add(life); end.Before(a.expires) {
				a.expires = end
			}
		}
		if o.Network == txn.UnionPay {
			a.state, a.url = "unborn", fmt.Sprintf("https://qr.95516.com/%s", o.No)
		}
		b.byURL[a.url] = o.No
	}
	if a.state != "waiting" && a.state != "unborn" {
		return b.say(a)
	}
	return txn.Answer{Status: txn.StatusReady, CodeURL: a.url}
}

// scan charges a customer's code, once.
func (b *bank) scan(a *account, code txn.PaymentCode) {
	if a.state == "paid" && b.chargeAgain {
		b.charge(a)
	}
	if a.state != "" {
		return
	}
	secret := code.Reveal()
	if _, used := b.codes[secret]; used || secret == "" {
		a.state = "failed"
		return
	}
	b.codes[secret] = a.order.No
	switch b.w.customers.plan(secret) {
	case payAtOnce:
		b.charge(a)
	case poor:
		a.state = "failed"
	default:
		a.state = "paying"
		b.w.customers.typePassword(a, secret)
	}
}

// closeUnionPay changes nothing: it is a query.
func (b *bank) closeUnionPay(a *account) txn.Answer {
	switch is := b.say(a); is.Status {
	case txn.StatusPaid, txn.StatusNotFound:
		return is
	case txn.StatusWaiting:
		return txn.Answer{Status: txn.StatusRefused}
	}
	return txn.Answer{Status: txn.StatusAccepted}
}

func (b *bank) reverse(a *account) txn.Answer {
	switch a.state {
	case "paying":
		if a.order.Network != txn.Alipay && !b.w.fair && chance(b.rng, 3) {
			a.refused = true
			return txn.Answer{Status: txn.StatusRefused, Code: "USERPAYING"}
		}
	case "paid":
		a.back++
		b.w.log(a.order.No, "the bank gives the money back")
	case "failed", "closed":
		return txn.Answer{Status: txn.StatusAccepted}
	}
	a.state = "reversed"
	return txn.Answer{Status: txn.StatusAccepted}
}

// charge takes the money.
func (b *bank) charge(a *account) {
	b.serial++
	a.charges++
	a.state, a.number, a.paidAt = "paid", fmt.Sprintf("42000%08d", b.serial), b.w.wall()
	if chance(b.rng, 5) {
		a.coupon = b.rng.Int64N(a.order.Amount.Fen)
	}
	b.w.log(a.order.No, "the bank charges %d fen", a.order.Amount.Fen)
	b.w.oracle.charged(a.order.No, a.charges)
}

// say is where an order stands.
func (b *bank) say(a *account) txn.Answer {
	switch a.state {
	case "", "unborn":
		return txn.Answer{Status: txn.StatusNotFound}
	case "paid":
		payer := a.order.Amount
		payer.Fen -= a.coupon
		return txn.Answer{Status: txn.StatusPaid, TransactionID: a.number, Payer: payer, PaidAt: a.paidAt, Code: "SUCCESS"}
	case "closed":
		return txn.Answer{Status: txn.StatusClosed}
	case "reversed":
		return txn.Answer{Status: txn.StatusReversed}
	case "failed":
		return txn.Answer{Status: txn.StatusFailed, Code: "NOTENOUGH"}
	}
	if b.lie {
		return txn.Answer{Status: txn.StatusPaid, TransactionID: "1", Payer: a.order.Amount}
	}
	return txn.Answer{Status: txn.StatusWaiting}
}

// look is a customer's phone that scans a code; it says whether the code can be paid.
func (b *bank) look(url string) bool {
	if _, offline := b.w.acquirer.codes[url]; offline {
		return b.w.acquirer.opens(url) != nil
	}
	a := b.account(b.byURL[url])
	if a.state == "unborn" && a.order.Network == txn.Alipay && b.w.wall().Before(a.expires) {
		a.state = "waiting"
	}
	return (a.state == "waiting" || a.state == "unborn") && b.w.wall().Before(a.expires)
}

// pay is a customer who scans a code and pays it.
func (b *bank) pay(url string) bool {
	if _, offline := b.w.acquirer.codes[url]; offline {
		return b.w.acquirer.pay(url)
	}
	if !b.look(url) {
		return false
	}
	b.charge(b.account(b.byURL[url]))
	return true
}
