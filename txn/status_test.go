package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// Alarm hides why a key does not work
func TestAlarmHidesMistake(t *testing.T) {
	r, _ := shown(t)
	r.keys("CANCEL")
	r.answer(r.asked(txn.OpClose), is(txn.StatusRefused))
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("弃单到账")
	r.keys("8 SCAN")
	r.scanned(txn.UnionPay, "6220835931895481436")
	r.sees("未开通")
}

// two unresolved orders turn out paid in one moment: both are said
func TestTwoLatePaymentsAreBothSaid(t *testing.T) {
	r, a := shown(t)
	r.keys("CANCEL 7 OK")
	r.requests = nil
	r2 := r.restart(10 * time.Second)
	qs := r2.requests
	r2.requests = nil
	if len(qs) != 2 {
		t.Fatal(len(qs))
	}
	said := map[string]bool{}
	for _, q := range qs {
		r2.answer(q, paid(q.Order.Amount.Fen))
	}
	for range 3000 {
		r2.pass(100*time.Millisecond, nil)
		for _, q := range qs {
			if n := q.Order.No.Short(); len(r2.screen.Status) > 0 && strings.Contains(r2.screen.Status, n) {
				said[n] = true
			}
		}
	}
	_ = a
	if len(said) != 2 {
		t.Fatalf("said: %v", said)
	}
}

// the success is on disk, the power fails before the screen says so
func TestRestartTellsOfMoney(t *testing.T) {
	r, _ := shown(t)
	r.pass(3*time.Second, nil)
	q := r.asked(txn.OpQuery)
	r.hold = true
	r.answer(q, paid(1250))
	if _, err := r.journal.Commit(r.held[0].Record); err != nil {
		t.Fatal(err)
	}
	r2 := r.restart(10 * time.Second)
	r2.sees("¥12.50")
}

// False alarm while the receipt prints
func TestFalseAlarmWhilePrinting(t *testing.T) {
	r, _ := shown(t)
	r.pass(4*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(1250), "" })
	r.keys("OK")
	if strings.Contains(r.screen.Status, "未打完") {
		t.Errorf("%q, while it is being printed as it should", r.screen.Status)
	}
	n := len(r.notes)
	r.keys("OK")
	t.Logf("status %q, notes %q prints %d", r.screen.Status, r.notes[n:], len(r.prints))
}

// Cause hidden by the unprinted line
func TestPrinterCauseHidden(t *testing.T) {
	r, _ := shown(t)
	r.pass(4*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(1250), "" })
	r.print(txn.PrintPaperOut, txn.PrintedPart)
	r.keys("7 CANCEL OK")
	r.print(txn.PrintPaperOut, txn.PrintedNothing)
	r.pass(3500*time.Millisecond, nil)
	r.sees("缺纸")
}

// Unclassified codes on the screen
func TestUnknownCodeOnScreen(t *testing.T) {
	r := newRig(t)
	r.step(txn.Scanned{Text: "0112345678901234567"})
	if strings.Contains(r.screen.Status, "0112345678901234567") {
		t.Fatal(r.screen.Status)
	}
}

// Wall clock back while shown: countdown
func TestCountdown(t *testing.T) {
	r, _ := shown(t)
	r.now.Wall = r.now.Wall.Add(-time.Hour)
	r.step(txn.Tick{})
	if r.screen.Left > 120 {
		t.Fatal(r.screen.Left)
	}
}

// Config
func TestConfigWhileCollecting(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultConfig)
	t.Logf("%q %q %q", r.screen.Title, r.screen.Lines, r.screen.Status)
	r.sees("技术员")
}

// QR code slips
func TestQueuedCodeAfterCancel(t *testing.T) {
	r, _ := shown(t)
	r.keys("MENU MENU CANCEL")
	r.print(txn.PrintOK, 0)
	if len(r.prints) > 0 && r.prints[0].Slip.Copy == "" {
		t.Fatal("printed a code to pay for an order that was given up")
	}
}

func TestCodesFillTheQueue(t *testing.T) {
	r, _ := shown(t)
	for range 20 {
		r.keys("MENU")
	}
	r.pass(4*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(1250), "" })
	n := 0
	for len(r.prints) > 0 {
		if s := r.print(txn.PrintOK, 0); s.Copy != "" {
			n++
		}
	}
	if n == 0 {
		t.Fatalf("no receipt; the screen says %q", r.screen.Lines)
	}
}

// A keypad that is unplugged is said, since nothing else on the screen is of use without it; the next key shows that it is
// back. One that is not there yet at the start is on its way.
func TestKeypadUnplugged(t *testing.T) {
	r, _ := shown(t)
	r.step(txn.KeypadGone{})
	if strings.Contains(r.screen.Status, "键盘") {
		t.Error("a keypad that may be on its way")
	}
	r.pass(9*time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return is(txn.StatusWaiting), "" })
	r.step(txn.KeypadGone{})
	if r.sees("键盘未连接", "检查插头", "再按任意键", "weixin://"); !r.screen.Alarm {
		t.Error("it can be overlooked")
	}
	r.keys("OK")
	if strings.Contains(r.screen.Status, "键盘") {
		t.Errorf("the screen still says %q", r.screen.Status)
	}
}
