package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// A person needs a quarter of a second to press another key than was meant: a key that comes sooner after an outcome has
// come up by itself was meant for the screen before it.
const reaction = 300 * time.Millisecond

func reactionRig(t *testing.T) *rig {
	cfg := config()
	cfg.Drawer, cfg.Reaction = true, reaction
	r := startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	r.pass(reaction, nil)
	return r
}

// paysUnderTheFinger has the code of a sale of ¥12.50 paid in the moment in which the keys are pressed.
func paysUnderTheFinger(t *testing.T, before, keys string) *rig {
	t.Helper()
	r := reactionRig(t)
	r.keys("1 2 . 5 OK")
	show := r.asked(txn.OpShow).Order
	r.step(txn.NetworkAnswered{Order: show.No, Op: txn.OpShow, Answer: ready("weixin://x")})
	r.keys(before)
	for len(r.requests) == 0 || r.requests[0].Op != txn.OpQuery {
		asked := r.requests
		r.requests = nil
		for _, req := range asked {
			r.answer(req, is(txn.StatusWaiting))
		}
		r.pass(100*time.Millisecond, nil)
	}
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.pass(100*time.Millisecond, nil)
	r.keys(keys)
	return r
}

// "Received", "cancel", "cash instead" or the money that was handed over: pressed just as the customer's phone has paid, they
// take nothing away. A cashier who believed to have taken cash would have charged twice.
func TestKeyJustAsTheMoneyComes(t *testing.T) {
	for name, k := range map[string]struct{ before, keys string }{
		"cash received": {"0", "OK"}, "cash handed over": {"0", "5 0 OK"}, "cancel": {"", "CANCEL"}, "cash instead": {"", "0"},
		"another wallet": {"", "2"}, "scan instead": {"", "SCAN"}, "print the code": {"", "MENU"},
	} {
		r := paysUnderTheFinger(t, k.before, k.keys)
		if r.screen.Title != "收款成功" || r.screen.Amount != "¥12.50" {
			t.Errorf("%s: the screen says %q %s", name, r.screen.Title, r.screen.Amount)
			continue
		}
		r.sees("屏幕刚变")
		if r.order(txn.Paid); len(r.kicks) > 0 {
			t.Errorf("%s: the drawer opened", name)
		}
		r.pass(reaction, nil)
		r.keys("7")
		if r.sees("¥7"); r.screen.Title != "收款" {
			t.Errorf("%s: the next sale does not begin: %+v", name, r.screen)
		}
	}
}

// Who types on has not looked: an amount does not lose its first digits.
func TestTypingOnOverAnOutcome(t *testing.T) {
	r := paysUnderTheFinger(t, "0", "1")
	for range 3 {
		r.pass(200*time.Millisecond, nil)
		r.keys("0")
	}
	r.sees("收款成功", "¥12.50", "屏幕刚变")
}

// A receipt fails just as the cashier goes on: it is not written off by a key that was pressed before that could be seen.
func TestSlipIsNotWrittenOffUnseen(t *testing.T) {
	r := paysUnderTheFinger(t, "", "")
	r.pass(time.Second, nil)
	r.print(txn.PrintPaperOut, txn.PrintedPart)
	r.keys("CANCEL")
	r.sees("收款成功", "确认 重打印")
	if o := r.order(txn.Paid); o.Printed {
		t.Error("the receipt was done without")
	}
	r.pass(reaction, nil)
	r.keys("CANCEL")
	if o := r.order(txn.Paid); !o.Printed {
		t.Error("the receipt can't be done without")
	}
}

// The change stays in sight of a cashier who presses the last key twice.
func TestChangeIsSeen(t *testing.T) {
	r := reactionRig(t)
	r.keys("3 5 MENU 0 1 0 0 OK OK")
	r.sees("收款成功 找零", "¥65.00")
}

// What a key of the cashier's own brings up at once is what was meant, and screens that are no outcome take every key.
func TestKeysOfTheCashiersOwn(t *testing.T) {
	r := reactionRig(t)
	r.keys("1 2 . 5 OK")
	r.answer(r.asked(txn.OpShow), ready("weixin://x"))
	r.keys("CANCEL 7 CLEAR MENU 2 CANCEL CANCEL 9")
	r.sees("¥9")
}

// The time for a PIN runs out as a supervisor begins to key it in: its digits do not stand on the next screen in clear.
func TestPINDoesNotLandOnTheNextScreen(t *testing.T) {
	r := reactionRig(t)
	r.keys(enrolled)
	r.pass(time.Second, nil)
	r.keys("MENU 7")
	r.sees("主管PIN")
	for r.screen.Title == "主管" {
		r.pass(100*time.Millisecond, nil)
	}
	for _, k := range strings.Fields(pinKeys) {
		r.keys(k)
		r.pass(200*time.Millisecond, nil)
	}
	r.sees("¥0.00", "屏幕刚变")
}

// What was pressed while the terminal started was meant for no screen, and takes no notice away.
func TestKeysBeforeTheFirstScreen(t *testing.T) {
	cfg := config()
	cfg.Reaction = reaction
	m := txn.New(cfg, txn.Start{Restored: &txn.Restored{Repaired: true, By: "S01"}}, txn.Time{})
	r := &rig{t: t, cfg: cfg, m: m, journal: storetest.NewMemory("T01")}
	r.step(txn.Tick{})
	for range 5 {
		r.keys("OK")
		r.now.Mono += 10 * time.Millisecond
	}
	r.sees("交易记录已修复")
	r.pass(reaction, nil)
	r.keys("OK")
	r.sees("请输入金额")
}

// A key that is stuck, or a cashier who does not let go, does not keep the till for ever.
func TestTypingOnEnds(t *testing.T) {
	r := paysUnderTheFinger(t, "", "7")
	for range 28 { // and the first came after 100 ms
		r.now.Mono += 100 * time.Millisecond
		r.keys("7")
	}
	r.sees("收款成功", "屏幕刚变")
	r.now.Mono += 100 * time.Millisecond
	r.keys("7")
	r.sees("收款", "¥7")
}
