package txn_test

import (
	"testing"
	"time"

	"smartpos/txn"
)

// takeCash is cash for an amount that has been keyed in.
const takeCash = "MENU 0 OK"

func cashRig(t *testing.T) *rig {
	r := newRig(t)
	r.cfg.Drawer = true
	return r.restart(0)
}

func TestCashExact(t *testing.T) {
	r := cashRig(t)
	r.hold = true
	r.keys("1 2 . 5 MENU")
	r.sees("0 收现金", "¥12.50")
	r.keys("0")
	r.sees("收现金", "¥12.50", "正好收到此数")
	if len(r.held) != 0 {
		t.Fatal("written down before 确认")
	}
	r.keys("OK OK CANCEL")
	if len(r.kicks) != 0 || len(r.prints) != 0 || len(r.held) != 1 {
		t.Fatalf("before the commit: %d kicks, %d prints, %d commits", len(r.kicks), len(r.prints), len(r.held))
	}
	r.hold = false
	r.release(-1)
	o := r.order(txn.Paid)
	if o.Method != txn.Cash || o.Network != "" || o.Amount != txn.Yuan(1250) || o.Tendered != o.Amount || o.Payer != o.Amount {
		t.Errorf("order %+v", o)
	}
	r.sees("收款成功", "¥12.50", "现金")
	if len(r.kicks) != 1 || r.kicks[0] != o.No || len(r.requests) != 0 {
		t.Errorf("kicks %v, requests %v", r.kicks, ops(r.requests))
	}
	if s := r.print("", 0); s.Mark != "" || !hasRow(s.Rows, "支付方式", "现金 CASH") || hasLabel(s.Rows, "平台交易号") {
		t.Errorf("receipt %+v", s)
	}
	r.print("", 0)
	r.keys("OK MENU 1")
	if s := r.print("", 0); s.Mark == "" || len(r.kicks) != 1 {
		t.Errorf("reprint %q, %d kicks", s.Mark, len(r.kicks))
	}
}

func TestCashChange(t *testing.T) {
	r := cashRig(t)
	r.keys("1 2 SCAN+ 0 1 0 OK")
	r.sees("收现金", "¥10", "应收 ¥12.00", "还差 ¥2.00", "实收不足")
	r.keys("CLEAR 5")
	r.sees("¥15", "找零 ¥3.00")
	r.keys("0 0") // 1500 is beyond any change
	r.sees("¥150", "找零不能超过")
	r.keys("CLEAR OK")
	r.sees("收款成功 找零", "¥3.00", "应收 ¥12.00  实收 ¥15.00")
	s := r.print("", 0)
	if !hasRow(s.Total, "金额", "¥12.00") || !hasRow(s.Total, "实收", "¥15.00") || !hasRow(s.Total, "找零", "¥3.00") {
		t.Errorf("receipt %+v", s.Total)
	}
}

// Whoever changes his mind is where he was, and nothing is on disk.
func TestCashCancelled(t *testing.T) {
	r := cashRig(t)
	r.keys("1 2 MENU 0 5 0 CANCEL")
	r.sees("收款", "¥12.00")
	r.keys("MENU 0")
	r.pass(4*time.Minute, nil)
	r.sees("收款", "¥12.00")
	if n := len(r.journal.Records()); n != 0 || len(r.kicks) != 0 {
		t.Errorf("%d records, %d kicks", n, len(r.kicks))
	}
	r.keys("CANCEL MENU 0") // nothing is due
	r.sees("请先输入金额")
}

// Mis-hitting 菜单 for 确认 costs nothing: the next 确认 takes no cash.
func TestCashNotByAccident(t *testing.T) {
	r := cashRig(t)
	r.keys("5 MENU OK")
	if n := len(r.journal.Records()); n != 0 {
		t.Errorf("%d records", n)
	}
	r.keys("CANCEL OK")
	r.fault(r.asked(txn.OpShow), txn.FaultNotSent)
	r.sees("未收款", "菜单 收现金")
	r.keys("MENU OK")
	r.asked(txn.OpShow)
}

// shownThenCash shows a code, drops the network and takes cash up to 确认.
func shownThenCash(t *testing.T) (*rig, txn.OrderNo) {
	r := cashRig(t)
	r.keys("2 0 OK")
	show := r.asked(txn.OpShow)
	r.answer(show, ready("weixin://x"))
	r.sees("0 现金")
	r.keys("0")
	r.sees("收现金", "¥20.00")
	r.order(txn.Closing)
	r.fault(r.askedNow(txn.OpClose), txn.FaultNoAnswer)
	r.sees("此前的收款码不知是否已付")
	return r, show.Order.No
}

func TestCashThenLatePayment(t *testing.T) {
	r, shown := shownThenCash(t)
	r.keys("OK")
	r.sees("收款成功", "现金")
	if o := r.order(txn.Paid); o.Method != txn.Cash || o.Sale != shown {
		t.Errorf("order %+v", o)
	}
	r.print("", 0)
	r.print("", 0)
	r = r.restart(time.Minute) // it is known after a restart as well
	r.pass(5*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(2000), "" })
	late, err := r.journal.Order(shown)
	if err != nil || late.State != txn.Paid || late.Exception != txn.OverTotal || !late.Late {
		t.Errorf("late order %+v, %v", late, err)
	}
	if len(r.kicks) != 0 {
		t.Error("a late payment opened the drawer")
	}
}

// The customer did pay by phone, and it shows before the cash is taken: that is the payment.
func TestPaidBeforeCash(t *testing.T) {
	r, shown := shownThenCash(t)
	r.pass(10*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(2000), "" })
	r.sees("收款成功", "微信支付")
	if o := r.order(txn.Paid); o.No != shown || o.Exception != "" || len(r.kicks) != 0 {
		t.Errorf("order %+v, %d kicks", o, len(r.kicks))
	}
}

// The answer "paid" comes while cash is on its way to the disk: cash has paid, and the other is the exception.
func TestPaidWhileCashIsWrittenDown(t *testing.T) {
	r, shown := shownThenCash(t)
	r.pass(10*time.Second, nil)
	query := r.askedNow(txn.OpQuery)
	r.hold = true
	r.keys("OK")
	r.answer(query, paid(2000))
	r.hold = false
	r.release(-1)
	r.sees("收款成功", "现金")
	r.pass(2*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(2000), "" })
	if late, _ := r.journal.Order(shown); late.Exception != txn.OverTotal {
		t.Errorf("late order %+v", late)
	}
}

// A dead printer, no printer and a restart: the sale stands, the drawer gets one pulse at most.
func TestCashPrinterTrouble(t *testing.T) {
	r := cashRig(t)
	r.keys("5 " + takeCash)
	r.step(txn.KickEnded{Order: r.kicks[0], Fault: txn.PrintGone})
	r.sees("收款成功", "钱箱没有打开")
	r.print(txn.PrintGone, txn.PrintedNothing)
	r = r.restart(time.Second)
	r.sees("¥5.00", "小票未打完")
	r.keys("OK")
	if s := r.print("", 0); s.Mark == "" || len(r.kicks) != 0 {
		t.Errorf("after a restart: mark %q, %d kicks", s.Mark, len(r.kicks))
	}

	cfg := r.cfg
	cfg.Printer = false
	r = startRig(t, cfg, r.journal, r.now.Wall)
	r.keys("6 " + takeCash)
	r.sees("收款成功", "¥6.00", "未装打印机")
	if len(r.kicks) != 0 {
		t.Error("a drawer without a printer was kicked")
	}
}

// Whoever can't write cash down doesn't take it.
func TestCashNotWritten(t *testing.T) {
	r := cashRig(t)
	r.journal.FailNext(txn.ErrJournalFull)
	r.keys("5 " + takeCash)
	r.sees("停止收款")
	if len(r.kicks)+len(r.prints) != 0 {
		t.Errorf("%d kicks, %d prints", len(r.kicks), len(r.prints))
	}
}

func hasLabel(rows []txn.Row, label string) bool {
	for _, r := range rows {
		if r.Label == label {
			return true
		}
	}
	return false
}

func hasRow(rows []txn.Row, label, value string) bool {
	for _, r := range rows {
		if r.Label == label && r.Value == value {
			return true
		}
	}
	return false
}
