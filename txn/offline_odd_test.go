package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

func TestOfflineKeyMissing(t *testing.T) {
	r := offlineRig(t)
	r.step(txn.OfflineOut{})
	r.keys("5 MENU 8")
	r.sees("离线收款无法使用")
}

func TestOfflineCodeCannotBeMade(t *testing.T) {
	r := offlineRig(t)
	r.dark("5")
	r.mute = true
	r.keys("8 OK")
	r.step(txn.OfflineCodeMade{Order: r.order(txn.Open).No})
	r.sees("未收款", "离线码无法生成")
	r.modeIs(txn.OfflineState{})
}

// A clock that was set back would let a code live too long.
func TestOfflineWithAWrongClock(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys("CANCEL")
	r = r.restart(-time.Hour)
	r.keys("5 OK")
	r.pass(time.Second, silence)
	r.keys("CANCEL 5 MENU 8")
	r.sees("时钟不对")
}

// The network says that nobody paid just when the slip of the unconfirmed sale comes out, or before it does: nothing stops,
// and no slip of it is owed or printed again.
func TestDisprovedWhileItsSlipPrints(t *testing.T) {
	for _, printed := range []txn.PrintFault{txn.PrintOK, txn.PrintPaperOut} {
		r := offlineRig(t)
		r.coded("5")
		r.keys(rightAnswer + " OK")
		r.sees("离线待确认")
		r.print(printed, txn.PrintedPart) // the first copy
		if printed == txn.PrintOK {
			r.pass(time.Minute, says(txn.StatusClosed, ""))
			r.print("", 0) // the second was under way
		} else {
			r.keys("CANCEL")
			r.pass(time.Minute, says(txn.StatusClosed, ""))
		}
		r.keys("CANCEL CANCEL OK")
		if len(r.prints) > 0 {
			t.Errorf("%s: a slip of a sale that nobody paid: %+v", printed, r.prints)
		}
		r.keys("MENU 1")
		if len(r.prints) > 0 || strings.Contains(r.screen.Title, "停止收款") {
			t.Errorf("%s: %q, %+v", printed, r.screen.Title, r.prints)
		}
		r.keys("MENU 3")
		r.sees("离线未付")
	}
}

// The network says "paid" while the cashier's giving up is being written down: both take the order out of the limits, and
// only the first may.
func TestPaidWhileGivenUp(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.pass(5*time.Second, nil) // the network is asked
	req := r.asked(txn.OpQuery)
	r.hold = true
	r.keys("CANCEL")
	if len(r.held) != 1 {
		t.Fatalf("%d commits wait, want the order's move", len(r.held))
	}
	a, _ := says(txn.StatusPaid, "PAID")(req)
	r.answer(req, a)
	r.hold = false
	r.release(-1)
	if strings.Contains(r.screen.Title, "停止收款") {
		t.Fatalf("stopped: %q", r.notes)
	}
	r.pass(time.Minute, says(txn.StatusPaid, "PAID"))
	r.order(txn.Paid)
	r.modeIs(txn.OfflineState{})
}

// A code that was never shown is known not to be paid; in a journal that was restored nobody knows what the lost terminal
// showed after the backup was taken.
func TestNeverShownByWhom(t *testing.T) {
	for incarnation, want := range map[string]string{"": "never-shown", "9ZZZZZZ9": ""} {
		r := offlineRig(t)
		r.dark("5")
		r.keys("8")
		r.hold = true
		r.keys("OK")
		r.release(1) // the intent, and the power goes before the code's digest is on disk
		start, err := r.journal.Start()
		if err != nil {
			t.Fatal(err)
		}
		start.Till.Incarnation = incarnation
		m := txn.New(r.cfg, start, r.now)
		said := ""
		for _, e := range m.Step(r.now, txn.Tick{}) {
			if c, ok := e.(txn.Commit); ok {
				if out, ok := c.Record.(*txn.Outcome); ok {
					said = out.Reason
				}
			}
		}
		if said != want {
			t.Errorf("incarnation %q: %q, want %q", incarnation, said, want)
		}
	}
}

// Somebody turns out to have had an answer without paying, just as the answer to another code is keyed in: the mode has
// ended, that answer is not taken, and the terminal sells on.
func TestAnswerJustAsTheModeEnds(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.keys(rightAnswer + " OK")
	r.print(txn.PrintOK, 0)
	r.print(txn.PrintOK, 0)
	first := r.order(txn.Unconfirmed)
	r.keys("OK")
	r.coded("6")
	r.pass(time.Minute, func(req txn.Request) (txn.Answer, txn.Fault) { return silence(req) })
	r.hold = true
	for ask := true; ask; {
		r.pass(100*time.Millisecond, nil)
		for _, req := range r.requests {
			if req.Order.No == first.No {
				ask = false
				r.answer(req, is(txn.StatusClosed))
				continue
			}
			r.fault(req, txn.FaultNotSent)
		}
		r.requests = nil
	}
	r.keys(rightAnswer + " OK")
	r.hold = false
	r.release(-1)
	r.sees("结果未知", "给出了答案却没有付款", "看顾客手机")
	if s := r.mode(); !s.Unpaid || s.Tries != 0 {
		t.Errorf("the mode is %+v", s)
	}
	r.keys("CANCEL 5 MENU 0 OK")
	r.sees("收款成功")
}
