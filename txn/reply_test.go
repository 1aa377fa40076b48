package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// "Cancelled, the order is being closed" must not stand beside the next customer's code, nor beside "paid".
func TestReplyGoesWithTheNextKey(t *testing.T) {
	r, _ := shown(t)
	r.keys("CANCEL")
	r.sees("已取消")
	r.requests = nil
	r.keys("7")
	if strings.Contains(r.screen.Status, "已取消") {
		t.Fatalf("beside the next sale: %q", r.screen.Status)
	}
}

// As above, with an engine that reads all the time: the next thing is a code, not a key.
func TestReplyGoesWithTheNextCode(t *testing.T) {
	r, _ := shown(t)
	r.keys("CANCEL")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.sees("商品")
	if strings.Contains(r.screen.Status, "已取消") {
		t.Fatalf("beside the next sale: %q", r.screen.Status)
	}
}

// News of the background is no reply: the cashier may be typing when it comes.
func TestNewsOutlivesKeys(t *testing.T) {
	r, q := charged(t)
	r.keys("CANCEL")
	r.keys("CANCEL")
	r.answer(q, txn.Answer{Status: txn.StatusFailed, Code: "NOTENOUGH"})
	r.keys("7")
	r.sees("未收款")
}

// A hint is about the last key; one about a digit that was not taken stays, for the amount is not what was typed.
func TestHintGoesWithTheNextKey(t *testing.T) {
	r := newRig(t)
	r.keys("OK")
	r.sees("请先输入金额")
	r.keys("5")
	if r.screen.Status != "" {
		t.Errorf("after a digit: %q", r.screen.Status)
	}
	r.keys("CANCEL 5 0 0 0 1 OK")
	r.sees("超过单笔限额")
	r.pass(4*time.Second, nil)
	if strings.Contains(r.screen.Status, "限额") {
		t.Error("a hint stays for ever")
	}
}

// The paper is back: nothing on the screen may still ask for it.
func TestMendedPrinterIsNotAccused(t *testing.T) {
	r, _ := shown(t)
	r.keys("MENU")
	r.print(txn.PrintPaperOut, txn.PrintedNothing)
	r.sees("缺纸")
	r.step(txn.PrinterState{})
	if strings.Contains(r.screen.Status, "缺纸") {
		t.Errorf("on the code's screen: %q", r.screen.Status)
	}
	r.pass(3*time.Second, func(txn.Request) (txn.Answer, txn.Fault) { return paid(1250), "" })
	r.print(txn.PrintCover, txn.PrintedPart)
	r.sees("打了一半", "盖未关", "确认 重打印")
	r.step(txn.PrinterState{})
	r.sees("打了一半", "打印机已恢复", "确认 重打印")
	if strings.Contains(strings.Join(r.screen.Lines, ""), "盖未关") {
		t.Errorf("%q", r.screen.Lines)
	}
	r.keys("OK")
	r.print(txn.PrintOK, 0)
	r.print(txn.PrintOK, 0)
	if r.sees("小票已打印"); strings.Contains(r.screen.Status, "正在打印") {
		t.Errorf("printed, and printing: %q", r.screen.Status)
	}
}
