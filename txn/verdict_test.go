package txn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// What no network answers any more, a supervisor rules; who did is on disk and on the slip.
func TestVerdict(t *testing.T) {
	for name, came := range map[string]bool{"paid": true, "not paid": false} {
		t.Run(name, func(t *testing.T) {
			r, _ := refundRig(t)
			r.scannedFor("3 0", "134567890123456789")
			no := r.askedNow(txn.OpScan).Order.No
			cfg := r.cfg
			cfg.Networks, cfg.Default = cfg.Networks[1:], txn.Alipay // the contract has ended
			r = startRig(t, cfg, r.journal, r.now.Wall.Add(time.Minute))
			r.fault(r.askedNow(txn.OpQuery), txn.FaultConfig)
			r.keys("MENU 2 1")
			r.sees("1 已付 2 未付")
			key := "2 "
			if came {
				key = "1 "
			}
			r.keys(key + pinKeys)
			o := r.read(no)
			if came != (o.State == txn.Paid) || o.Verdict != "S01" || came == o.Listed() {
				t.Fatalf("order %+v", o)
			}
			if came {
				if s := r.print("", 0); !strings.Contains(fmt.Sprint(s.Notes), "S01") {
					t.Errorf("slip %+v", s)
				}
			}
		})
	}
}

// Before its network's limit nobody rules on an order.
func TestVerdictTooSoon(t *testing.T) {
	r, _ := refundRig(t)
	r.scannedFor("3 0", "134567890123456789")
	r.fault(r.askedNow(txn.OpScan), txn.FaultNoAnswer)
	r.keys("CANCEL CANCEL MENU 2 1")
	r.keys("1")
	r.sees("未决订单")
	for _, l := range r.screen.Lines {
		if strings.Contains(l, "判定") {
			t.Errorf("offered: %q", l)
		}
	}
	for r.now.Wall = r.now.Wall.Add(25 * time.Hour); r.now.Mono < 10*time.Minute; {
		r.pass(time.Minute, func(txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNoAnswer })
		r.keys("CANCEL MENU 2 1")
		for _, l := range r.screen.Lines {
			if strings.Contains(l, "判定") && r.now.Mono < 10*time.Minute {
				t.Fatalf("the clock jumped, and it is offered: %q", l)
			}
		}
	}
	r.pass(30*time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNoAnswer })
	r.sees("1 已付 2 未付", "25小时前")
}

// An order that was begun while the clock was years ahead is not young for all those years: what its network has not said in
// a day by the clock that does not jump, a supervisor rules.
func TestVerdictAfterClockWasAhead(t *testing.T) {
	silent := func(txn.Request) (txn.Answer, txn.Fault) { return txn.Answer{}, txn.FaultNoAnswer }
	r, _ := refundRig(t)
	right := r.now.Wall
	r.now.Wall = right.AddDate(10, 0, 0)
	r.scannedFor("3 0", "134567890123456789")
	r.fault(r.askedNow(txn.OpScan), txn.FaultNoAnswer)
	r.keys("CANCEL CANCEL")
	r.now.Wall = right
	r.pass(23*time.Hour, silent)
	r.keys("MENU 2 1")
	if strings.Contains(strings.Join(r.screen.Lines, ""), "判定") {
		t.Errorf("too soon: %q", r.screen.Lines)
	}
	r.pass(2*time.Hour, silent)
	r.keys("MENU 2 1")
	r.sees("1 已付 2 未付")
}

// scannedFor keys in an amount and scans a customer's code for it.
func (r *rig) scannedFor(amount, code string) {
	r.t.Helper()
	r.keys(amount + " SCAN")
	r.scanned(txn.WeChat, code)
}

// A list that becomes shorter while its last page is looked at shows its last page.
func TestListBecomesShorter(t *testing.T) {
	r := newRig(t)
	var all []txn.Request
	for range 4 {
		r.keys("5 OK")
		all = append(all, r.asked(txn.OpShow))
		r.keys("CANCEL")
	}
	r.keys("MENU 2 OK")
	r.sees("1 " + all[3].Order.No.Short())
	r.answer(all[3], is(txn.StatusFailed))
	r.sees("1 "+all[0].Order.No.Short(), "3 "+all[2].Order.No.Short())
	r.keys("3")
	r.sees("未决订单", all[2].Order.No.Short())
	r.keys("CANCEL OK")
	r.sees("1 " + all[0].Order.No.Short())
}
