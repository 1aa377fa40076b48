package sim

import (
	"crypto/sha256"
	"fmt"
	"time"

	"smartpos/txn"
)

// The acquirer's side of codes that are made without a network, by the rules of docs/offline-qr.md.
const (
	acquirerAhead = 15 * time.Minute // an expiry further ahead is refused
	acquirerGrace = time.Minute      // its last word comes so much after the expiry
	schemeAhead   = time.Minute      // how far a scheme's code may be from the future
)

// limits are those of the shop. A code may be tried three times and the mode ten, whatever a profile says.
var limits = txn.OfflineLimits{Count: 3, Fen: 60000, Each: 40000, CodeTries: 3, ModeTries: 10}

// offlineConfig has both kinds of codes.
func offlineConfig() txn.OfflineConfig {
	return txn.OfflineConfig{
		Limits: limits, Network: txn.Aggregator, Digits: 6, Expiry: 5 * time.Minute,
		Scheme: txn.SchemeConfig{Name: "云闪付", Network: txn.UnionPay, Expiry: 4 * time.Minute},
	}
}

// acquirer opens such codes, is paid, and says the answer.
type acquirer struct {
	w     *world
	rng   *dice
	codes map[string]sealed // by what the QR says
}

// sealed is what a code carries. A scheme's has no answer.
type sealed struct {
	order  txn.Order
	answer string
}

func newAcquirer(w *world) *acquirer {
	return &acquirer{w: w, rng: w.newDice("acquirer"), codes: map[string]sealed{}}
}

func answerDigest(no txn.OrderNo, answer string) txn.AnswerDigest {
	return txn.AnswerDigest(fmt.Sprintf("%x", sha256.Sum256([]byte(string(no)+answer))))
}

// makeOffline is the terminal's sealer: it draws an answer, or writes a scheme's code.
func (t *terminal) makeOffline(e txn.MakeOffline) {
	q := t.w.acquirer
	t.w.after(between(q.rng, 20*time.Millisecond, time.Second), func() {
		ev := txn.OfflineCodeMade{Order: e.Order.No}
		code := sealed{order: e.Order}
		if e.Order.Offline.Scheme != "" {
			ev.Code = "00020101" + string(e.Order.No)
		} else {
			code.answer = fmt.Sprintf("%06d", q.rng.IntN(1e6))
			ev.Code, ev.Digest = "HTTPS://PAY.EXAMPLE/O/"+string(e.Order.No), answerDigest(e.Order.No, code.answer)
		}
		q.codes[ev.Code] = code
		t.w.bank.byURL[ev.Code] = e.Order.No
		t.step(ev)
	})
}

// checkAnswer compares what was keyed in.
func (t *terminal) checkAnswer(e txn.CheckAnswer) {
	right := answerDigest(e.Order.No, e.Answer.Reveal()) == e.Order.Offline.Digest
	t.w.oracle.compares(e.Order.No, right)
	t.w.after(50*time.Millisecond, func() { t.step(txn.AnswerChecked{Order: e.Order.No, Right: right}) })
}

// opens reports whether a code can be paid now, by the acquirer's clock and books. The first to open it makes it known.
func (q *acquirer) opens(url string) *account {
	c, now := q.codes[url], q.w.wall()
	end, ahead := c.order.Expires, acquirerAhead
	if c.answer == "" { // such a code has no expiry of its own, only its time
		end, ahead = c.order.Created.Add(offlineConfig().Scheme.Expiry), offlineConfig().Scheme.Expiry+schemeAhead
	}
	if !now.Before(end) || end.Sub(now) > ahead {
		return nil
	}
	a := q.w.bank.accounts[c.order.No]
	if a == nil {
		a = &account{order: c.order, state: "waiting", url: url}
		if c.answer == "" {
			a.state = "unborn" // UnionPay knows nothing of it before it is paid
		}
		q.w.bank.accounts[c.order.No] = a
	}
	if a.state != "waiting" && a.state != "unborn" {
		return nil
	}
	return a
}

// pay is a customer's phone, online, that pays such a code. It shows the answer, or that it was paid.
func (q *acquirer) pay(url string) bool {
	a := q.opens(url)
	if a == nil {
		return false
	}
	q.w.bank.charge(a)
	q.w.cashier.hear(a.order.No, q.codes[url].answer)
	return true
}

// say is what the acquirer answers about a code of its own kind: its last word when its time is over.
func (q *acquirer) say(o txn.Order) txn.Answer {
	a := q.w.bank.accounts[o.No]
	over := !q.w.wall().Before(o.Expires.Add(acquirerGrace))
	switch {
	case a != nil && a.state != "waiting":
		return q.w.bank.say(a)
	case !over:
		return txn.Answer{Status: txn.StatusWaiting}
	case a == nil:
		a = &account{order: o}
		q.w.bank.accounts[o.No] = a
	}
	a.state = "closed" // no code of it is opened from here on, whatever the clocks do
	return q.w.bank.say(a)
}
