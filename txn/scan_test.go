package txn_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

const wechatCode = "134567890123456789"

// charged brings a rig to where a customer's code has been sent.
func charged(t *testing.T) (*rig, txn.Request) {
	t.Helper()
	r := newRig(t)
	r.keys("8 SCAN")
	if !r.trigger {
		t.Fatal("the scan engine was not switched on")
	}
	r.scanned(txn.WeChat, wechatCode)
	if r.trigger {
		t.Fatal("the scan engine was left on")
	}
	return r, r.asked(txn.OpScan)
}

func TestScanPaid(t *testing.T) {
	r, req := charged(t)
	if req.Code.Reveal() != wechatCode {
		t.Fatal("another code was sent")
	}
	a := paid(600)
	r.answer(req, a)
	r.sees("收款成功", "¥8", "优惠 ¥2.00", "实付 ¥6.00")
	s := r.print(txn.PrintOK, 0)
	var rows []string
	for _, row := range append(s.Rows, s.Total...) {
		rows = append(rows, row.Label+" "+row.Value)
	}
	for _, want := range []string{"商户号 M1", "终端号 T01", "操作员 01", "平台交易号 4200001", "金额 ¥8.00", "优惠 -¥2.00", "实付 ¥6.00", "商户单号 " + string(req.Order.No)} {
		if !strings.Contains(strings.Join(rows, "\n"), want) {
			t.Errorf("the receipt lacks %q:\n%s", want, strings.Join(rows, "\n"))
		}
	}
}

func TestScanNeedsPassword(t *testing.T) {
	r, req := charged(t)
	r.answer(req, is(txn.StatusWaiting))
	r.sees("输入密码")
	r.pass(4900*time.Millisecond, nil)
	if len(r.requests) != 0 {
		t.Fatal("queried before five seconds had passed")
	}
	r.pass(200*time.Millisecond, nil)
	r.answer(r.asked(txn.OpQuery), paid(800))
	r.sees("收款成功")
}

// No answer is never a fresh charge: query, reverse after its time, query again, and only then not paid.
func TestScanUnknownIsReversed(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	r.sees("结果未知")
	r.order(txn.Unknown)
	var asked []txn.Op
	r.pass(90*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		asked = append(asked, q.Op)
		switch {
		case q.Op == txn.OpScan:
			t.Fatal("charged again")
		case q.Op == txn.OpReverse:
			if r.now.Mono < 15*time.Second {
				t.Fatal("reversed too early")
			}
			return is(txn.StatusAccepted), ""
		case len(asked) > 1 && asked[len(asked)-2] == txn.OpReverse:
			return is(txn.StatusReversed), ""
		}
		return is(txn.StatusWaiting), ""
	})
	o := r.order(txn.Reversed)
	if o.Reason == "" {
		t.Fatal("no reason in the journal")
	}
	r.sees("未收款", "已撤销")
}

// A reverse that nobody answered may still arrive: "paid" is believed only after its margin.
func TestPaidAfterAnUnansweredReverse(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNoAnswer)
	reverses, last := 0, time.Duration(0)
	answer := func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpReverse {
			reverses++
			last = r.now.Mono
			return txn.Answer{}, txn.FaultNoAnswer
		}
		if reverses > 0 {
			return paid(800), ""
		}
		return is(txn.StatusWaiting), ""
	}
	r.pass(100*time.Second, answer)
	r.order(txn.Reversing)
	r.pass(120*time.Second, answer)
	if reverses != 1 {
		t.Fatalf("%d reverses, though a query had said paid", reverses)
	}
	o := r.order(txn.Paid)
	if got := o.Updated.Sub(req.Order.Created); got < last-time.Second+60*time.Second {
		t.Fatalf("believed after %v, the reverse went out at %v", got, last)
	}
}

func TestScanRefused(t *testing.T) {
	for code, want := range map[string]string{
		"NOTENOUGH": "余额不足", "AUTH_CODE_EXPIRED": "已过期", "SOMETHING_NEW": "SOMETHING_NEW",
	} {
		r, req := charged(t)
		r.answer(req, txn.Answer{Status: txn.StatusFailed, Code: code})
		r.sees("未收款", want)
		r.keys("SCAN")
		r.scanned(txn.WeChat, "130000000000000001")
		if q := r.asked(txn.OpScan); q.Order.No == req.Order.No || q.Order.Sale != req.Order.No {
			t.Fatalf("a new code needs a new order of the same sale: %+v", q.Order)
		}
	}
}

func TestScanNotSent(t *testing.T) {
	r, req := charged(t)
	r.fault(req, txn.FaultNotSent)
	r.sees("未收款", "网络不通")
	r.order(txn.Failed)
}

// A code is used up when its intent is on disk, whatever became of it, and across a restart too.
func TestCodeIsNeverUsedTwice(t *testing.T) {
	r, req := charged(t)
	r.answer(req, txn.Answer{Status: txn.StatusFailed, Code: "NOTENOUGH"})
	r.keys("SCAN")
	r.scanned(txn.WeChat, wechatCode)
	r.sees("已用过")
	if len(r.requests) != 0 {
		t.Fatal("charged a used code")
	}
	r2 := r.restart(5 * time.Second)
	r2.keys("8 SCAN")
	r2.scanned(txn.WeChat, wechatCode)
	r2.sees("已用过")
}

func TestWrongCodes(t *testing.T) {
	r := newRig(t)
	r.keys("8 SCAN")
	r.scanned(txn.UnionPay, "6220835931895481436")
	r.sees("云闪付", "未开通")
	r.scanned("", "9999999999999999")
	r.sees("无法识别")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.sees("不是付款码")
	r.step(txn.ScanFailed{Reason: txn.ScanTooLong})
	r.sees("太长")
	r.step(txn.ScannerState{Fault: txn.ScanGone})
	r.sees("扫码器未连接")
	if !r.trigger || len(r.requests) != 0 {
		t.Fatal("a wrong code must leave the terminal waiting for a right one")
	}
	r.keys("OK")
	r.asked(txn.OpShow)
}

// After a restart nothing is undone or sent again before a verified query has answered.
func TestRestartWhileScanning(t *testing.T) {
	r, req := charged(t)
	r2 := r.restart(2 * time.Minute)
	q := r2.asked(txn.OpQuery)
	if !q.Code.IsZero() {
		t.Fatal("a code came back after a restart")
	}
	r2.fault(q, txn.FaultNoAnswer)
	r2.pass(30*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op != txn.OpQuery {
			t.Fatalf("%s before a verified query", q.Op)
		}
		return txn.Answer{}, txn.FaultUnverified
	})
	asked := map[txn.Op]int{}
	r2.pass(3*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
		asked[q.Op]++
		switch {
		case q.Op == txn.OpReverse:
			return is(txn.StatusAccepted), ""
		case asked[txn.OpReverse] > 0:
			return is(txn.StatusReversed), ""
		}
		return is(txn.StatusWaiting), ""
	})
	if o, _ := r2.journal.Order(req.Order.No); o.State != txn.Reversed || asked[txn.OpScan] != 0 {
		t.Fatalf("%+v, asked %v", o, asked)
	}
}

func TestCancelWhileThePasswordIsTyped(t *testing.T) {
	r, req := charged(t)
	r.answer(req, is(txn.StatusWaiting))
	r.keys("CANCEL")
	r.sees("正在撤销")
	r.keys("CANCEL")
	r.sees("请输入金额", "后台")
	r.pass(14*time.Second, nil)
	if len(r.requests) != 0 {
		t.Fatal("reversed before fifteen seconds had passed")
	}
	r.pass(2*time.Second, nil)
	r.answer(r.asked(txn.OpReverse), is(txn.StatusRefused))
	r.pass(10*time.Second, nil)
	r.answer(r.asked(txn.OpQuery), paid(800))
	o := r.order(txn.Paid)
	if o.Exception != txn.LateSuccess {
		t.Fatalf("%+v", o)
	}
}

// A signed answer with somebody else's facts proves nothing and is not a success.
func TestMismatchedAnswer(t *testing.T) {
	r, req := charged(t)
	r.answer(req, is(txn.StatusMismatch))
	r.sees("结果未知")
	r.pass(5*time.Second, nil)
	r.answer(r.asked(txn.OpQuery), paid(800))
	r.sees("收款成功")
}

func TestItems(t *testing.T) {
	r := newRig(t)
	bottle := txn.Scanned{Text: "6901234567892"}
	r.keys("SCAN")
	r.sees("请扫商品条码")
	r.step(bottle)
	r.step(bottle) // two identical bottles are two
	r.sees("¥7.00", "共2件", "可乐")
	if !r.trigger {
		t.Fatal("the scanner was switched off between two bottles")
	}
	r.keys("CLEAR")
	r.sees("¥3.50", "请扫商品条码")
	r.step(txn.Scanned{Text: "0000"})
	r.sees("没有此商品")
	r.keys("OK")
	if q := r.asked(txn.OpShow); q.Order.Amount != txn.Yuan(350) || len(q.Order.Items) != 1 {
		t.Fatalf("%+v", q.Order)
	}
}

func TestItemsThenTheCustomersCode(t *testing.T) {
	r := newRig(t)
	r.keys("SCAN")
	r.scanned(txn.WeChat, wechatCode)
	r.sees("请先输入金额")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.keys("SCAN CANCEL SCAN+ 3") // to the payment, back, and on to more goods
	r.sees("请扫商品条码", "¥3.50")
	r.scanned(txn.WeChat, wechatCode)
	if q := r.asked(txn.OpScan); q.Order.Amount != txn.Yuan(350) {
		t.Fatalf("%+v", q.Order)
	}
}

// Keys while goods are scanned, and no goods yet: a digit begins an amount, nothing sticks.
func TestKeysWhileScanningItems(t *testing.T) {
	r := newRig(t)
	r.keys("SCAN SCAN SCAN+ 5")
	r.sees("¥5")
	r.keys("CANCEL SCAN")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.keys("CLEAR")
	r.sees("¥0.00")
	r.keys("CANCEL")
	r.sees("请输入金额")
	if r.trigger {
		t.Fatal("the scanner was left on")
	}
}

// A terminal without a scanner offers none.
func TestNoScanner(t *testing.T) {
	cfg := config()
	cfg.Scanner = false
	r := startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	r.keys("5 SCAN")
	r.sees("没有扫码器", "¥5")
	if r.trigger || strings.Contains(strings.Join(r.screen.Keys, " "), "扫码") {
		t.Fatalf("keys %q", r.screen.Keys)
	}
	r.keys("SCAN+")
	if slices.ContainsFunc(r.screen.Lines, func(l string) bool { return strings.Contains(l, "付款码") }) {
		t.Fatalf("a choice that can't be made: %q", r.screen.Lines)
	}
}

// The customer shows a payment code instead: 扫码 on the QR screen closes that order and scans, in one sale.
func TestScanInsteadOfShow(t *testing.T) {
	r, first := shown(t)
	r.keys("SCAN")
	r.sees("请顾客出示付款码")
	r.scanned(txn.WeChat, wechatCode)
	if len(r.requests) != 2 || r.requests[1].Op != txn.OpScan || r.requests[1].Order.Sale != first {
		t.Fatalf("requests: %v", ops(r.requests))
	}
}

// On USB the scanner comes after the first screen: that is no fault, and what was asked of it meanwhile it does when it is
// there. One that does not come is one.
func TestScannerComesAfterTheScreen(t *testing.T) {
	r := newRig(t)
	r.step(txn.ScannerState{Fault: txn.ScanGone})
	if strings.Contains(r.screen.Status, "扫码器") || r.screen.Alarm {
		t.Errorf("the standing line says %q", r.screen.Status)
	}
	r.keys("8 SCAN")
	r.sees("请顾客出示付款码")
	r.trigger = false // nobody heard it
	r.step(txn.ScannerState{})
	if !r.trigger {
		t.Error("a scanner that came late was not asked to read")
	}
	r = newRig(t)
	r.step(txn.ScannerState{Fault: txn.ScanGone})
	r.pass(9*time.Second, nil)
	if !strings.Contains(r.screen.Status, "扫码器") || !r.screen.Alarm {
		t.Errorf("the standing line says %q", r.screen.Status)
	}
}
