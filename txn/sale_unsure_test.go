package txn_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// never answers as a network that nobody can reach.
func never(txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNotSent }

// The customer paid the code on the screen while the line was down, the code expired, and the cashier pressed 确认:
// the second order provably failed. "Not paid" would have the cashier take cash for goods that are paid.
func TestSecondTryDoesNotHideTheFirst(t *testing.T) {
	r, _ := shown(t)
	r.pass(125*time.Second, never)
	r.sees("结果未知", "不知是否已付")
	for _, keys := range []string{"OK", "OK", "SCAN"} {
		r.keys(keys)
		if keys == "SCAN" {
			r.scanned(txn.WeChat, "130000000000000001")
		}
		r.pass(3*time.Second, never)
		r.sees("结果未知", "此前的收款码不知是否已付", "请检查网线")
	}
	// The network comes back and says that nothing was paid: then the screen may say so.
	r.pass(3*time.Minute-10*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpClose {
			return is(txn.StatusAccepted), ""
		}
		return is(txn.StatusClosed), ""
	})
	r.sees("未收款", "请检查网线")
	r.order(txn.Closed)
}

// The line broke between the last query and the close of an expired code.
func TestExpiredAndThenDark(t *testing.T) {
	r, _ := shown(t)
	for r.screen.Title == "收款码" {
		r.pass(time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return is(txn.StatusWaiting), "" })
	}
	r.sees("未收款", "收款码已过期")
	r.pass(5*time.Second, never)
	r.sees("结果未知", "不知是否已付")
}

// An answer that takes its time is no certainty either.
func TestExpiredAndNoAnswerYet(t *testing.T) {
	r, _ := shown(t)
	for r.screen.Title == "收款码" {
		r.pass(100*time.Millisecond, nil)
		if len(r.requests) > 0 && r.requests[0].Op == txn.OpQuery {
			r.answer(r.asked(txn.OpQuery), is(txn.StatusWaiting))
		}
	}
	r.sees("未收款", "收款码已过期")
	r.asked(txn.OpClose) // its answer is on its way
	r.pass(3*time.Second, nil)
	r.sees("结果未知", "不知是否已付")
}

// A code that nobody has seen can't have been paid.
func TestUnseenCodeIsNoDoubt(t *testing.T) {
	r := newRig(t)
	r.keys("5 OK")
	r.pass(20*time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNoAnswer })
	r.sees("未收款")
}

// The disk fills up while a code is shown: the terminal stops, and the customer may be paying.
func TestHaltNamesTheSaleAtTheTill(t *testing.T) {
	r, no := shown(t)
	r.pass(3*time.Second, nil)
	r.journal.FailNext(txn.ErrJournalFull, txn.ErrJournalFull)
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("停止收款", "存储已满", "本单 ¥12.50（单号 "+no.Short()+"）可能已付")
	if slices.ContainsFunc(r.screen.Lines, func(l string) bool { return strings.Contains(l, "收款成功") }) {
		t.Fatal("paid, before it is on disk")
	}
}

// Nobody stands at the till: a background order that can't be written down accuses no customer.
func TestHaltWithoutACustomer(t *testing.T) {
	r, _ := shown(t)
	r.keys("CANCEL")
	r.answer(r.asked(txn.OpClose), is(txn.StatusAccepted))
	r.journal.FailNext(txn.ErrJournalFull)
	r.answer(r.asked(txn.OpQuery), is(txn.StatusClosed))
	r.sees("停止收款")
	if len(r.screen.Lines) != 1 {
		t.Fatalf("%q", r.screen.Lines)
	}
}

// The customer's phone says paid and the network signs another amount: the code's screen must not stay silent.
func TestMismatchIsSaidWhileShown(t *testing.T) {
	r, _ := shown(t)
	for r.screen.Title == "收款码" {
		r.pass(time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return is(txn.StatusMismatch), "" })
		if r.now.Mono > 5*time.Second && r.screen.Title == "收款码" {
			r.sees("答复与本单不符")
		}
	}
	r.sees("结果未知", "不知是否已付")
}

// News of another order must not cover that the network says nothing of this one.
func TestDoubtBeforeNews(t *testing.T) {
	r, q := charged(t)
	r.keys("CANCEL")
	r.keys("CANCEL 5 OK")
	var show txn.Request
	for _, w := range r.requests {
		if w.Op == txn.OpShow {
			show = w
		}
	}
	r.requests = nil
	r.answer(show, ready("weixin://x"))
	r.answer(q, txn.Answer{Status: txn.StatusFailed, Code: "NOTENOUGH"})
	r.sees("后台 ¥8.00", "未收款")
	r.pass(3*time.Second, nil)
	for _, w := range r.requests {
		if w.Order.No == show.Order.No {
			r.fault(w, txn.FaultUnverified)
		}
	}
	r.sees("答复不可信")
}
