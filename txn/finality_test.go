package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// Restart right after a reverse went out late in Reversing.
func TestReverseJustBeforeRestart(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	lastReverse := time.Time{}
	for r.now.Mono < 5*time.Minute {
		r.pass(100*time.Millisecond, func(q txn.Request) (txn.Answer, txn.Fault) {
			if q.Op == txn.OpReverse {
				lastReverse = r.now.Wall
				return txn.Answer{}, txn.FaultNoAnswer
			}
			return is(txn.StatusWaiting), ""
		})
		if r.now.Mono > 3*time.Minute && r.now.Wall.Sub(lastReverse) < time.Second {
			break
		}
	}
	t.Log("reverse went out", r.now.Wall.Sub(lastReverse), "before the restart; order", r.order(txn.Reversing).Updated)
	r2 := r.restart(2 * time.Second)
	r2.answer(r2.asked(txn.OpQuery), paid(800))
	if o, _ := r2.journal.Order(req.Order.No); o.State == txn.Paid {
		t.Fatalf("paid is believed %v after a reverse that may still arrive", r2.now.Wall.Sub(lastReverse))
	}
}

// Refused second reverse forgets the first one
func TestRefusedReverseForgetsTheUnanswered(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	reverses, first := 0, time.Duration(0)
	for r.now.Mono < 4*time.Minute {
		r.pass(100*time.Millisecond, func(q txn.Request) (txn.Answer, txn.Fault) {
			switch {
			case q.Op == txn.OpReverse:
				if reverses++; reverses == 1 {
					first = r.now.Mono
					return txn.Answer{}, txn.FaultNoAnswer // delayed on its way
				}
				return is(txn.StatusRefused), ""
			case reverses >= 2:
				return paid(800), ""
			}
			return is(txn.StatusWaiting), ""
		})
		if o, _ := r.journal.Order(req.Order.No); o.State == txn.Paid {
			if r.now.Mono-first < 60*time.Second {
				t.Fatalf("believed %v after the unanswered reverse", r.now.Mono-first)
			}
			return
		}
	}
}

// Reverse after a verified paid
func TestReverseAfterPaid(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	seenPaid, reverses := false, 0
	r.pass(3*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpReverse {
			if seenPaid {
				t.Fatal("reversed after a verified paid")
			}
			reverses++
			return txn.Answer{}, txn.FaultNoAnswer
		}
		if reverses > 0 && !seenPaid {
			seenPaid = true
			return paid(800), ""
		}
		return is(txn.StatusWaiting), "" // a replica that lags behind
	})
}

// Clock ahead after a restart
func TestClockAheadAfterRestart(t *testing.T) {
	r, req := charged(t)
	r2 := startRig(t, r.cfg, r.journal, r.now.Wall.Add(24*time.Hour)) // two seconds later, by a clock a day ahead
	r2.answer(r2.asked(txn.OpQuery), is(txn.StatusNotFound))
	if o, _ := r2.journal.Order(req.Order.No); o.State.Final() {
		t.Fatalf("%s: its request may still be on the way", o.State)
	}
}

func TestClockAheadAfterRestartShow(t *testing.T) {
	r, no := shown(t)
	r2 := startRig(t, r.cfg, r.journal, r.now.Wall.Add(24*time.Hour))
	r2.answer(r2.asked(txn.OpQuery), is(txn.StatusNotFound))
	if o, _ := r2.journal.Order(no); o.State.Final() {
		t.Fatalf("%s: a printed code can still be paid", o.State)
	}
}

func TestClockAheadReverseTooEarly(t *testing.T) {
	r, _ := charged(t)
	r2 := startRig(t, r.cfg, r.journal, r.now.Wall.Add(24*time.Hour))
	r2.answer(r2.asked(txn.OpQuery), is(txn.StatusWaiting))
	r2.pass(6*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpReverse {
			t.Fatal("reversed a few seconds after paying")
		}
		return is(txn.StatusWaiting), ""
	})
}

// An answer is as old as its question: the process stood still for an hour between the two.
func TestStaleNotFound(t *testing.T) {
	r, no := shown(t)
	r.pass(3*time.Second, nil)
	q := r.asked(txn.OpQuery) // asked three seconds after the code appeared: nobody had scanned it yet
	r.now.Mono += time.Hour
	r.now.Wall = r.now.Wall.Add(time.Hour)
	r.answer(q, is(txn.StatusNotFound))
	if o, _ := r.journal.Order(no); o.State.Final() {
		t.Fatalf("%s by an answer from before the customer could pay", o.State)
	}
}

func TestStalePaid(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	var q txn.Request
	for reversed := false; q.Op != txn.OpQuery || !reversed; {
		r.pass(100*time.Millisecond, nil)
		for _, q = range r.requests {
			switch {
			case q.Op == txn.OpReverse:
				reversed = true
				r.fault(q, txn.FaultNoAnswer)
			case !reversed:
				r.answer(q, is(txn.StatusWaiting))
			}
		}
		r.requests = nil
	}
	r.now.Mono += time.Hour // answered before the reverse arrived, heard of after
	r.answer(q, paid(800))
	if o, _ := r.journal.Order(req.Order.No); o.State == txn.Paid {
		t.Fatal("believed a success that is older than the reverse")
	}
}

// A reverse that met nothing may arrive once more, after the charge that it was ahead of: "paid" is not yet the last word.
func TestPaidAfterReverseMetNothing(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	met := func(said txn.Answer) func(txn.Request) (txn.Answer, txn.Fault) {
		return func(q txn.Request) (txn.Answer, txn.Fault) {
			if q.Op == txn.OpReverse {
				said = paid(800)
				return is(txn.StatusNotFound), ""
			}
			return said, ""
		}
	}(is(txn.StatusNotFound))
	r.pass(80*time.Second, met) // reversed after 45 s
	if o, _ := r.journal.Order(req.Order.No); o.State != txn.Reversing {
		t.Fatalf("%s while the reverse may still arrive", o.State)
	}
	r.pass(2*time.Minute, met)
	r.order(txn.Paid)
}

// Mismatch then reverse
func TestReverseOnMismatch(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	r.pass(4*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpReverse {
			t.Fatal("reversed what may be somebody else's payment")
		}
		return is(txn.StatusMismatch), ""
	})
	r.order(txn.Disputed)
}

// One wrong answer after the last word, and then the truth: the order was paid, and is no case for people.
func TestOneMismatchIsAnAccident(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	r.pass(3*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNoAnswer })
	wrong := 0
	r.pass(4*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
		if wrong++; wrong <= 2 {
			return is(txn.StatusMismatch), ""
		}
		return paid(800), ""
	})
	if wrong < 3 {
		t.Fatalf("asked %d times after the last word", wrong)
	}
	r.order(txn.Paid)
}

func TestRestartMismatchIsNoProof(t *testing.T) {
	r, _ := charged(t)
	r2 := r.restart(time.Minute)
	r2.pass(20*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpReverse {
			t.Fatal("reversed before a verified query about our order")
		}
		return is(txn.StatusMismatch), ""
	})
}

// Refunded = "nothing was charged"
func TestRefunded(t *testing.T) {
	r, no := shown(t)
	r2 := r.restart(time.Hour)
	r2.answer(r2.asked(txn.OpQuery), txn.Answer{Status: txn.StatusRefunded, Code: "REFUND"})
	o, _ := r2.journal.Order(no)
	if o.Exception == "" {
		t.Fatalf("%s %q: money came and went, and nobody is told", o.State, o.Reason)
	}
}

// Payer in another or no currency
func TestPayerCurrency(t *testing.T) {
	r, req := charged(t)
	defer func() {
		if e := recover(); e != nil {
			t.Fatal("panic:", e)
		}
	}()
	r.answer(req, txn.Answer{Status: txn.StatusPaid, TransactionID: "1"})
	r.sees("收款成功")
}

// Expired while the network was down says "not paid"
func TestExpiredInTheDark(t *testing.T) {
	r, _ := shown(t)
	r.pass(125*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNotSent })
	t.Logf("%q %q %q", r.screen.Title, r.screen.Lines, r.screen.Keys)
	if strings.Contains(strings.Join(r.screen.Lines, ""), "未收到付款") || r.screen.Title == "未收款" {
		t.Fatalf("says not paid, though nobody could ask since it was shown")
	}
}
