package txn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// schemeRig is a shop that has a scheme's code, confirmed by a network, beside those with an answer.
func schemeRig(t *testing.T, by txn.NetworkID) *rig {
	cfg := offlineConfig()
	cfg.Networks = append(cfg.Networks, txn.NetworkConfig{ID: txn.UnionPay, Name: "云闪付", Short: "云闪付"})
	cfg.Offline.Scheme = txn.SchemeConfig{Name: "云闪付", Network: by, Expiry: 10 * time.Minute}
	return startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

// schemed shows a scheme's code for so many yuan.
func (r *rig) schemed(yuan string) {
	r.t.Helper()
	r.dark(yuan)
	r.keys("8")
	r.sees("离线收款", "0 云闪付", "没有答案")
	r.keys("0")
	r.sees("离线码", "000201", "云闪付 扫码", "确认 顾客已付")
}

func TestSchemeCodeIsUnconfirmedByTheCashiersWord(t *testing.T) {
	r := schemeRig(t, txn.UnionPay)
	r.schemed("5")
	r.modeIs(txn.OfflineState{Count: 1, Fen: 500})
	o := r.order(txn.Open)
	if o.Network != txn.UnionPay || o.Offline.Digest != "" || o.Offline.Digits != 0 || !o.Expires.Equal(o.Created.Add(10*time.Minute)) {
		t.Errorf("%+v, %+v", o, o.Offline)
	}
	r.keys("1 2 3 CLEAR") // there is nothing to key in
	r.keys("OK")
	r.sees("您亲眼看到", "¥5.00", "确认 看到了")
	r.order(txn.Open) // one key is not a cashier's word
	r.keys("CANCEL")
	r.sees("000201")
	r.keys("OK OK")
	r.sees("离线待确认", "¥5.00", "只凭收银员所见", "网络恢复后自动确认")
	r.modeIs(txn.OfflineState{Count: 1, Fen: 500})
	for range 2 {
		slip := r.print(txn.PrintOK, 0)
		if slip.Mark != "** 离线待确认 **" || !strings.Contains(strings.Join(slip.Notes, ""), "收银员见顾客手机显示已付") || slip.Total[0].Label != "待确认" {
			t.Errorf("the slip is %+v", slip)
		}
	}
	r.pass(time.Minute, says(txn.StatusNotFound, "UP34"))
	if o := r.order(txn.Unconfirmed); !o.Printed {
		t.Errorf("%+v", o)
	}
	r.pass(2*time.Minute, says(txn.StatusPaid, "UP00"))
	if o := r.order(txn.Paid); o.Late || o.Exception != "" || len(r.prints) > 0 {
		t.Errorf("confirmed: %+v, %d prints", o, len(r.prints))
	}
	r.modeIs(txn.OfflineState{})
	if r.keys("MENU 1"); !strings.Contains(fmt.Sprint(r.print(txn.PrintOK, 0).Rows), "云闪付 离线码") {
		t.Error("printed again, the slip does not say how it was paid")
	}
}

// What the network does not know while the code could still be paid is nothing; afterwards it is its last word.
func TestSchemeCodeNobodyPaid(t *testing.T) {
	unseen := says(txn.StatusNotFound, "UP34")
	r := schemeRig(t, txn.UnionPay)
	r.schemed("5")
	r.keys("OK OK")
	r.print(txn.PrintOK, 0)
	r.print(txn.PrintOK, 0)
	r.keys("OK")
	r.pass(5*time.Minute, silence)
	r.pass(5*time.Minute+59*time.Second, unseen)
	r.order(txn.Unconfirmed)
	r.pass(2*time.Minute, unseen)
	if o := r.order(txn.Disputed); o.Exception != txn.Unbacked {
		t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{}) // nobody had an answer, so the mode goes on
	r.keys("MENU 3")
	r.sees("离线未付")
	r.keys("1")
	r.sees("收银员见顾客手机显示已付")

	r = schemeRig(t, txn.UnionPay)
	r.schemed("5")
	r.keys("CANCEL")
	r.modeIs(txn.OfflineState{})
	r.pass(10*time.Minute, unseen)
	r.order(txn.Closing)
	r.pass(3*time.Minute, unseen)
	if o := r.order(txn.Closed); o.Exception != "" {
		t.Errorf("%+v", o)
	}
}

// A code that nobody confirmed leaves the display when its time is over, and what is then found paid is late.
func TestSchemeCodeExpires(t *testing.T) {
	r := schemeRig(t, txn.UnionPay)
	r.schemed("5")
	r.pass(10*time.Minute, silence)
	r.sees("已过期", "确认 顾客已付")
	if r.screen.QR != "" {
		t.Error("the code is still there")
	}
	r.pass(time.Minute+time.Second, silence)
	r.sees("离线码已过期")
	r.order(txn.Closing)
	r.keys("CANCEL")
	r.pass(2*time.Minute, says(txn.StatusPaid, "UP00"))
	if o := r.order(txn.Paid); o.Exception != txn.LateSuccess {
		t.Errorf("%+v", o)
	}
}

// A scheme's codes share their limits with the others, and a sale whose code could still be paid has no other.
func TestSchemeCodeCountsAgainstTheLimits(t *testing.T) {
	r := schemeRig(t, txn.UnionPay)
	for i := range 3 {
		if i == 1 {
			r.coded("5")
			r.keys(rightAnswer + " OK")
		} else {
			r.schemed("5")
			r.keys("OK OK")
		}
		r.print(txn.PrintOK, 0)
		r.print(txn.PrintOK, 0)
		r.keys("OK")
	}
	r.modeIs(txn.OfflineState{Count: 3, Fen: 1500})
	r.keys("5 OK")
	for _, req := range r.requests {
		r.fault(req, txn.FaultNotSent)
	}
	r.requests = nil
	r.keys("8 0 OK")
	r.modeIs(txn.OfflineState{Count: 3, Fen: 1500})
}

// Nobody can be asked about some schemes: the order waits for a supervisor, and says so.
func TestSchemeThatNobodyCanBeAskedAbout(t *testing.T) {
	r := schemeRig(t, txn.Scheme)
	r.keys(enrolled)
	r.schemed("5")
	r.keys("OK OK")
	r.sees("离线待确认", "由主管对账后判定")
	r.print(txn.PrintOK, 0)
	r.print(txn.PrintOK, 0)
	r.keys("OK")
	r.pass(time.Hour, func(req txn.Request) (txn.Answer, txn.Fault) {
		if req.Order.Network == txn.Scheme {
			t.Errorf("%s is asked of nobody", req.Op)
		}
		return txn.Answer{}, txn.FaultNotSent
	})
	r.order(txn.Unconfirmed)
	r.keys("MENU 2 1")
	r.sees("云闪付", "等主管判定", "1 已付 2 未付")
	r.keys("1 " + pinKeys)
	if o := r.order(txn.Paid); o.Verdict != "S01" {
		t.Errorf("%+v", o)
	}
	r.modeIs(txn.OfflineState{})
}

// A supervisor rules on it no sooner than nobody can pay its code any more.
func TestSchemeCodeIsNotRuledOnWhileItCanBePaid(t *testing.T) {
	r := schemeRig(t, txn.Scheme)
	r.schemed("5")
	r.keys("CANCEL")
	r.pass(10*time.Minute+59*time.Second, silence)
	r.keys("MENU 2 1 2")
	r.order(txn.Closing)
	if s := strings.Join(r.screen.Lines, ""); strings.Contains(s, "1 已付") {
		t.Errorf("a verdict is offered:\n%s", s)
	}
	r.keys("CANCEL CANCEL CANCEL")
	r.pass(2*time.Second, silence)
	r.keys("MENU 2 1")
	r.sees("云闪付", "1 已付 2 未付")
}

// A code that was shown while the clock was years ahead is over when its time is, and then somebody may rule on it.
func TestSchemeCodeIsRuledOnAfterClockWasAhead(t *testing.T) {
	r := schemeRig(t, txn.Scheme)
	right := r.now.Wall
	r.now.Wall = right.AddDate(10, 0, 0)
	r.schemed("5")
	r.keys("OK OK OK")
	r.now.Wall = right
	r.pass(11*time.Minute+time.Second, silence)
	r.keys("CANCEL CANCEL MENU 2 1")
	r.sees("云闪付", "1 已付 2 未付")
}

// Its network's last word comes while the right answer is being written down: the order is found unpaid as one that was
// answered, not forgotten as one that was not.
func TestOfflineLastWordWhileTheAnswerIsWrittenDown(t *testing.T) {
	r := offlineRig(t)
	r.coded("5")
	r.pass(10*time.Second, nil)
	req := r.asked(txn.OpQuery)
	r.keys(rightAnswer)
	r.hold = true
	r.keys("OK")
	r.release(1) // the try, and the answer is right
	r.answer(req, txn.Answer{Status: txn.StatusClosed, Code: "EXPIRED"})
	r.hold = false
	r.release(-1)
	r.order(txn.Unconfirmed)
	r.pass(time.Minute, says(txn.StatusClosed, "EXPIRED"))
	if o := r.order(txn.Disputed); o.Exception != txn.Unpaid {
		t.Errorf("%+v", o)
	}
}

// A shop may have a scheme's code alone.
func TestSchemeCodeAlone(t *testing.T) {
	r := schemeRig(t, txn.UnionPay)
	r.cfg.Offline.Digits = 0
	r = r.restart(time.Second)
	r.dark("5")
	r.keys("8 OK")
	r.modeIs(txn.OfflineState{})
	r.keys("0")
	r.sees("000201")
	r.modeIs(txn.OfflineState{Count: 1, Fen: 500})
}

func TestSchemeCodeThatCannotBeMade(t *testing.T) {
	r := schemeRig(t, txn.UnionPay)
	r.mute = true
	r.dark("5")
	r.keys("8 0")
	o := r.order(txn.Open)
	r.keys("OK OK CANCEL") // nothing is there to be seen
	r.order(txn.Open)
	r.step(txn.OfflineCodeMade{Order: o.No})
	r.modeIs(txn.OfflineState{})
	r.sees("离线码无法生成")
}

// sellScheme does everything of a sale by a scheme's code, as far as the power lasts.
func (r *rig) sellScheme() {
	r.keys("5 OK")
	for _, req := range r.requests {
		r.fault(req, txn.FaultNotSent)
	}
	r.requests = nil
	r.keys("8 0 OK OK")
	for range 2 {
		if len(r.prints) > 0 && !r.off {
			p := r.prints[0]
			r.prints = r.prints[1:]
			r.step(txn.PrintEnded{Job: p.Job})
		}
	}
	r.keys("OK")
	r.pass(time.Minute, says(txn.StatusPaid, "UP00"))
}

// The power goes at every commit of a sale by a scheme's code, before it is on disk and after.
func TestSchemePowerCutAtEveryCommit(t *testing.T) {
	whole := schemeRig(t, txn.UnionPay)
	whole.sellScheme()
	var kinds []string
	for _, rec := range whole.journal.Records() {
		kinds = append(kinds, strings.TrimPrefix(fmt.Sprintf("%T", rec), "*txn."))
	}
	if got, want := strings.Join(kinds, " "), "Intent Outcome Intent OfflineSeen Printed Outcome"; got != want {
		t.Fatalf("the records of a sale are %s, want %s", got, want)
	}
	for at := 2; at < len(kinds); at++ {
		for _, unkept := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d %s unkept=%t", at+1, kinds[at], unkept), func(t *testing.T) {
				r := schemeRig(t, txn.UnionPay)
				r.cutAt, r.unkept = at+1, unkept
				r.sellScheme()
				last := kinds[at]
				if unkept {
					last = kinds[at-1]
				}
				r = r.restart(10 * time.Second)
				if last == "Outcome" { // nothing of it, or all of it
					r.modeIs(txn.OfflineState{})
					return
				}
				r.modeIs(txn.OfflineState{Count: 1, Fen: 500})
				switch last {
				case "Intent": // the code may have been on the display
					r.sees("有离线码待看手机")
					r.pass(time.Second, silence)
					r.keys("MENU 8")
					r.sees("付了吗")
					r.keys("1")
					r.sees("不再显示")
					if r.screen.QR != "" {
						t.Error("the code is drawn again")
					}
					r.keys("OK OK")
					r.sees("离线待确认")
				case "OfflineSeen":
					r.sees("小票未打完")
					r.keys("OK")
					if slip := r.print(txn.PrintOK, 0); slip.Mark != "** 离线待确认 **" || !strings.Contains(slip.Copy, "重打印") {
						t.Errorf("the slip is %+v", slip)
					}
				}
				r.order(txn.Unconfirmed)
				r.pass(2*time.Minute, says(txn.StatusPaid, "UP00"))
				if o := r.order(txn.Paid); o.Exception != "" || o.Late {
					t.Errorf("%+v", o)
				}
				r.modeIs(txn.OfflineState{})
			})
		}
	}
}

// After a restart in between, "not found" counts from the restart on: too long, never too short.
func TestSchemeCodeAfterARestart(t *testing.T) {
	r := schemeRig(t, txn.UnionPay)
	r.schemed("5")
	r.keys("OK OK")
	r = r.restart(time.Hour)
	r.pass(10*time.Minute, says(txn.StatusNotFound, "UP34"))
	r.order(txn.Unconfirmed)
	r.pass(3*time.Minute, says(txn.StatusNotFound, "UP34"))
	r.order(txn.Disputed)
}

// Orders that only a bill decides don't go away with a mended network: the cashier hears who can end them, wherever they
// stand in the way.
func TestTooManyThatOnlyABillDecides(t *testing.T) {
	r := schemeRig(t, txn.Scheme)
	for range 200 {
		in := &txn.Intent{
			Network: txn.Scheme, Method: txn.Show, Amount: txn.Yuan(1), Operator: "01", Created: r.now.Wall,
			Expires: r.now.Wall.Add(10 * time.Minute), Offline: &txn.OfflineTerms{Scheme: "云闪付"},
		}
		o, err := r.journal.Commit(in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.journal.Commit(&txn.OfflineSeen{Order: o.No, At: r.now.Wall}); err != nil {
			t.Fatal(err)
		}
	}
	r = r.restart(time.Hour)
	r.keys("5 OK")
	r.sees("未决太多", "收现金", "菜单 2 主管判定")
	if len(r.requests) > 0 {
		t.Errorf("asked for %v", ops(r.requests))
	}
	r.keys("MENU 2 1")
	r.sees("1 已付 2 未付")
}

func TestLimitThatOnlyABillLifts(t *testing.T) {
	r := schemeRig(t, txn.Scheme)
	for range 3 {
		r.schemed("5")
		r.keys("OK OK")
		r.print(txn.PrintOK, 0)
		r.print(txn.PrintOK, 0)
		r.keys("OK")
	}
	r.pass(20*time.Minute, silence)
	r.keys("5 OK")
	r.fault(r.asked(txn.OpShow), txn.FaultNotSent)
	r.keys("CANCEL 5 MENU 8")
	r.sees("待确认已达上限", "收现金", "主管在 菜单 2 判定")
}
