package txn_test

import (
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// The customer's code comes just as the cashier has given up scanning it, or as the time for it is over: an engine that
// reads when it is asked to was asked for nothing any more, so the code is not charged.
func TestCodeAfterScanningWasGivenUp(t *testing.T) {
	for name, leave := range map[string]func(*rig){
		"cancelled": func(r *rig) { r.keys("CANCEL") },
		"too late":  func(r *rig) { r.pass(31*time.Second, nil) },
	} {
		r := newRig(t)
		r.keys("8 SCAN")
		leave(r)
		r.sees("收款", "¥8")
		r.scanned(txn.WeChat, wechatCode)
		if len(r.requests) > 0 {
			t.Fatalf("%s: %v", name, ops(r.requests))
		}
		r.sees("请先按 扫码，再扫付款码", "¥8")
		r.keys("SCAN")
		r.scanned(txn.WeChat, wechatCode) // it was not used up
		r.asked(txn.OpScan)
	}
}

// continuousRig has an engine that reads all the time.
func continuousRig(t *testing.T) *rig {
	cfg := config()
	cfg.Continuous = true
	return startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

func TestCodeThatIsReadUnasked(t *testing.T) {
	r := continuousRig(t)
	r.scanned(txn.WeChat, wechatCode)
	r.sees("请先输入金额")
	r.keys("8 . 5")
	r.pass(time.Second, nil)
	r.scanned(txn.WeChat, wechatCode)
	if q := r.asked(txn.OpScan); q.Order.Amount != txn.Yuan(850) {
		t.Errorf("charged %v", q.Order.Amount)
	}
}

// The customer holds the code there while the amount is being keyed in: what stands there so far is not what is due.
func TestCodeWhileTheAmountIsKeyedIn(t *testing.T) {
	r := continuousRig(t)
	for _, key := range []string{"8", ".", "5"} {
		r.keys(key)
		r.pass(300*time.Millisecond, nil)
		r.scanned(txn.WeChat, wechatCode)
		if len(r.requests) > 0 {
			t.Fatalf("charged %v", r.requests[0].Order.Amount)
		}
		r.sees("金额还在输入")
	}
	r.pass(time.Second, nil)
	r.scanned(txn.WeChat, wechatCode) // read again
	r.asked(txn.OpScan)
}

// An engine that reads all the time reads the code of the customer who has just paid once more: that takes no outcome away.
func TestPaidCodeIsReadAgain(t *testing.T) {
	r := continuousRig(t)
	r.keys("8 SCAN")
	r.scanned(txn.WeChat, wechatCode)
	r.answer(r.asked(txn.OpScan), paid(800))
	r.sees("收款成功")
	r.scanned(txn.WeChat, wechatCode)
	r.sees("收款成功", "¥8.00")
	r.scanned(txn.WeChat, "134567890123456780")
	r.sees("收款成功", "请先输入金额")
	r.step(txn.Scanned{Text: "6901234567892"}) // the next customer's goods
	r.sees("¥3.50", "共1件")
}

// Goods that are scanned when they can't be added are not taken, and the cashier, who has heard the scanner's own beep, is
// told so. A customer's code that is read once more is nothing to tell of.
func TestGoodsScannedTooLate(t *testing.T) {
	r, _ := shown(t)
	r.step(txn.Scanned{Text: "6901234567892"})
	r.sees("此码没有用上", "weixin://", "¥12.50")
	r, _ = charged(t)
	r.scanned(txn.WeChat, wechatCode)
	if r.screen.Status != "" {
		t.Errorf("it says %q", r.screen.Status)
	}
}
