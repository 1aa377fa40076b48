package txn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// batches returns what the journal says of its batches, having held all of them against a walk over its records.
func (r *rig) batches() txn.BatchReport {
	r.t.Helper()
	report, err := r.journal.Batch()
	if err != nil {
		r.t.Fatal(err)
	}
	want := storetest.WalkBatches(r.t, r.journal.Records())
	if !slices.Equal(report.Running.Rows, want[len(want)-1]) {
		r.t.Fatalf("the batch is %+v, a walk makes it %+v", report.Running.Rows, want[len(want)-1])
	}
	for _, rec := range r.journal.Records() {
		if c, ok := rec.(*txn.BatchClosed); ok && !slices.Equal(c.Rows, want[c.No-1]) {
			r.t.Fatalf("batch %d is %+v, a walk makes it %+v", c.No, c.Rows, want[c.No-1])
		}
	}
	return report
}

func rowsOf(s txn.Slip) string {
	var text strings.Builder
	for _, row := range append(slices.Clone(s.Rows), s.Total...) {
		fmt.Fprintf(&text, "%s=%s\n", strings.TrimSpace(row.Label), row.Value)
	}
	return text.String()
}

func wantRows(t *testing.T, s txn.Slip, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(rowsOf(s), w+"\n") {
			t.Errorf("the slip does not say %q:\n%s", w, rowsOf(s))
		}
	}
}

// A day: sales, cash, a refund, and an order whose outcome nobody knows. The supervisor settles it, and the slip says all
// of it, and the chain's head.
func TestSettle(t *testing.T) {
	r, o := refundRig(t)
	r.keys("8 " + takeCash)
	r.print("", 0)
	r.print("", 0)
	r.keys("OK")
	r.refund(o)
	r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), txn.RefundAnswer{Status: txn.StatusAccepted})
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 10*time.Second), txn.RefundAnswer{Status: txn.StatusRefunded, RefundID: "5001"})
	r.print("", 0)
	r.print("", 0)
	r.keys("OK 7 OK") // and nobody answers
	r.fault(r.askedNow(txn.OpShow), txn.FaultNoAnswer)
	r.keys("CANCEL CANCEL")

	before := len(r.journal.Records())
	r.keys("MENU 9")
	r.sees("结算", "批次 1", "收款 2笔 ¥20.50", "退款 1笔 ¥12.50", "净额 ¥8.00", "未决结转 1笔 ¥7.00", "1 明细")
	r.keys("1")
	r.sees("现金 1笔 ¥8.00", "微信 收款码 1笔 ¥12.50", "退1 未决1")
	r.keys("MENU")
	x := r.print("", 0)
	wantRows(t, x, "收款合计=2笔 ¥20.50", "净额=¥8.00")
	if !slices.Contains(x.Notes, "未结算 NOT SETTLED") || strings.Contains(rowsOf(x), "账本校验") {
		t.Errorf("a look prints %+v", x)
	}
	if n := len(r.journal.Records()); n != before {
		t.Fatalf("a look has written %d records", n-before)
	}
	r.keys("OK")
	r.sees("主管PIN", "收款 2笔")
	r.keys("CANCEL OK " + pinKeys)
	r.sees("结算完成", "批次 1", "净额 ¥8.00", "正在打印")
	report := r.batches()
	last := report.Last
	if report.No != 2 || last.No != 1 || last.By != "S01" || last.Operator != "01" || last.Printed {
		t.Fatalf("settled as %+v", last)
	}
	s := r.print("", 0)
	wantRows(t, s, "批次号=000001", "终端号=T01", "收款码 收款=1笔 ¥12.50", "收款码 退款=1笔 ¥12.50", "收款码 未决结转=1笔 ¥7.00", "打印时未决=1 笔", "000003 关闭中=¥7.00",
		"收款合计=2笔 ¥20.50", "退款合计=1笔 ¥12.50", "未决结转合计=1笔 ¥7.00", "净额=¥8.00", "账本="+storetest.Incarnation, "账本校验="+last.Head)
	if s.Mark != "结算单" || s.Copy != "" || s.QR != "T01-TEST0001-1-"+last.Head || !strings.Contains(strings.Join(s.Notes, " "), "转入下批") {
		t.Errorf("the slip is %+v", s)
	}
	if !r.batches().Last.Printed || len(r.prints) != 0 {
		t.Error("the slip is still owed")
	}

	// The lost one is found paid: it counts in the batch in which that was learnt.
	r.keys("OK")
	r.pass(90*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return paid(700), "" })
	rows := r.batches().Running.Rows
	if len(rows) != 1 || rows[0].Sales != (txn.Sum{N: 1, Fen: 700}) || rows[0].Open != (txn.Sum{}) {
		t.Errorf("the next batch is %+v", rows)
	}
}

// Without a supervisor the cashier settles. An empty batch has to be asked for twice, and the last slip can be had again.
func TestSettleEmpty(t *testing.T) {
	r := newRig(t)
	r.keys("MENU 9")
	r.sees("本批没有交易")
	r.keys("OK")
	r.sees("再按 确认")
	if r.batches().No != 1 {
		t.Fatal("an empty batch is settled by one key")
	}
	r.keys("1 OK")
	if r.batches().No != 1 {
		t.Fatal("another key in between is no second time")
	}
	r.keys("OK")
	r.sees("结算完成", "批次 1")
	r.print("", 0)
	r.keys("OK MENU 9 2")
	if s := r.print("", 0); s.Mark != "** 结算单 重打印 **" {
		t.Errorf("printed again it is %+v", s)
	}
	if report := r.batches(); report.No != 2 || !report.Last.Printed || len(r.prints) != 0 {
		t.Errorf("after that, %+v", report)
	}
	r.keys("CANCEL CANCEL")
	r.sees("请输入金额")
}

// Goods at the till and records on their way come first.
func TestSettleRefused(t *testing.T) {
	r := newRig(t)
	r.step(txn.Scanned{Text: "6901234567892"})
	r.keys("MENU 9 OK")
	r.sees("先完成或取消眼前这一单")
	r.keys("CANCEL CANCEL CANCEL")
	r.sold("5")
	r.hold = true
	r.keys("6 OK")
	r.release(1)
	r.answer(r.askedNow(txn.OpShow), ready("weixin://1"))
	r.keys("CANCEL MENU 9 OK") // its closing is on its way to the disk
	r.sees("正在记账")
	r.release(-1)
	r.keys("OK")
	r.sees("请稍候", "正在结算")
	r.keys("1 OK CANCEL")
	r.pass(6*time.Second, nil)
	r.sees("存储没有应答")
	if r.batches().No != 1 || len(r.prints) != 0 {
		t.Fatal("it is settled, and not on disk")
	}
	r.release(-1)
	r.sees("结算完成", "批次 1", "收款 1笔 ¥5.00")
}

// A power cut leaves the batch open, or closed with its slip owed: that then prints as a reprint, with the same head.
func TestSettlePowerCut(t *testing.T) {
	for _, unkept := range []bool{true, false} {
		r := newRig(t)
		r.sold("5")
		r.cutAt, r.unkept = r.commits+1, unkept
		r.keys("MENU 9 OK")
		if !r.off {
			t.Fatal("the power is still on")
		}
		r = r.restart(time.Minute)
		report := r.batches()
		if unkept {
			if report.No != 1 || report.Last != nil || strings.Contains(r.screen.Status, "批次") {
				t.Errorf("a cut before the record leaves %+v", report)
			}
			continue
		}
		r.cfg.Operator = "02" // who comes the next morning has not settled it
		r = r.restart(time.Minute)
		r.sees("批次1结算单未打完")
		r.keys("OK")
		slip := r.print("", 0)
		if slip.Mark != "** 结算单 重打印 **" {
			t.Errorf("after the cut it prints %+v", slip)
		}
		wantRows(t, slip, "账本校验="+report.Last.Head, "操作员=01")
		if report = r.batches(); report.No != 2 || !report.Last.Printed {
			t.Errorf("after the slip, %+v", report)
		}
		if r = r.restart(time.Minute); strings.Contains(r.screen.Status, "批次") {
			t.Errorf("it is still owed: %s", r.screen.Status)
		}
	}
}

// A dead printer holds no settlement up: the slip waits, and the next settlement's takes its place.
func TestSettleDeadPrinter(t *testing.T) {
	r := newRig(t)
	r.sold("5")
	r.keys("MENU 9 OK")
	r.print(txn.PrintPaperOut, txn.PrintedPart)
	r.sees("可能只打了一半", "确认 重打印")
	r.keys("OK")
	r.print(txn.PrintPaperOut, txn.PrintedNothing)
	r.keys("5 " + takeCash)
	r.print("", 0)
	r.print("", 0)
	r.keys("OK")
	r.sees("批次1结算单未打完")
	r.keys("OK") // on its way to the paper while the next one is settled
	r.keys("MENU 9 OK")
	r.sees("结算完成", "批次 2")
	first, second := r.prints[0], ""
	r.prints = nil
	r.step(txn.PrintEnded{Job: first.Job})
	second = rowsOf(r.print("", 0))
	if !strings.Contains(rowsOf(first.Slip), "批次号=000001") || !strings.Contains(second, "批次号=000002") {
		t.Errorf("printed\n%s\nand\n%s", rowsOf(first.Slip), second)
	}
	report := r.batches()
	if report.No != 3 || !report.Last.Printed {
		t.Errorf("the journal says %+v", report)
	}
	r.keys("OK MENU 9 OK OK")
	r.print(txn.PrintGone, txn.PrintedNothing)
	r.keys("CANCEL") // does without
	r.sees("请输入金额")
	if !r.batches().Last.Printed || strings.Contains(r.screen.Status, "批次") {
		t.Error("a slip that nobody wants is still owed")
	}
}

// A slip may come out just while the next batch is being closed: then the journal waits for another one's.
func TestSettleWhilePrinting(t *testing.T) {
	r := newRig(t)
	r.sold("5")
	r.keys("MENU 9 OK")
	r.keys("OK 5 " + takeCash)
	r.keys("OK")
	slip := r.prints[0]
	r.hold = true
	r.keys("MENU 9 OK")
	r.step(txn.PrintEnded{Job: slip.Job})
	if len(r.held) != 1 {
		t.Fatalf("%d records are on their way, want the settlement alone", len(r.held))
	}
	r.release(-1)
	r.sees("结算完成", "批次 2")
	if report := r.batches(); report.No != 3 || report.Last.Printed {
		t.Errorf("the journal says %+v", report)
	}
}

// What can't be written down is not settled; and a journal that can't be read says so.
func TestSettleFails(t *testing.T) {
	r := newRig(t)
	r.sold("5")
	r.journal.FailNext(txn.ErrTransition)
	r.keys("MENU 9 OK")
	r.sees("未能结算", "请输入金额")
	r.journal.FailNext(txn.ErrJournalFull)
	r.keys("MENU 9 OK")
	r.sees("停止收款")
	if r.batches().No != 1 || len(r.prints) != 0 {
		t.Error("it is settled")
	}
}

// A settlement is closed by the terminal that prints it: on a successor its slip is no reprint, unless it is one.
func TestSettleOnSuccessor(t *testing.T) {
	r := newRig(t)
	start, err := r.journal.Start()
	if err != nil {
		t.Fatal(err)
	}
	start.Till.Incarnation = storetest.Incarnation
	r.m = txn.New(r.cfg, start, r.now)
	r.sold("5")
	r.keys("MENU 9 OK")
	if s := r.print(txn.PrintPaperOut, txn.PrintedPart); s.Mark != "结算单" {
		t.Errorf("the first slip is marked %q", s.Mark)
	}
	r.keys("OK")
	if s := r.print("", 0); s.Mark != "** 结算单 重打印 **" {
		t.Errorf("the second slip is marked %q", s.Mark)
	}
}

// The journal fails to say what a settlement came to that it has on disk: as soon as it can be read again, that is the one
// whose slip is owed, and printed.
func TestSettleUnread(t *testing.T) {
	r := newRig(t)
	r.sold("5")
	r.keys("MENU 9 OK")
	r.print("", 0)
	r.keys("OK")
	r.sold("6")
	r.unread = true
	r.keys("MENU 9")
	r.sees("交易记录读不出")
	r.unread = false
	r.keys("MENU 9")
	r.unread = true
	r.keys("OK")
	r.sees("交易记录读不出", "请输入金额")
	r.unread = false
	r.keys("MENU 9")
	r.sees("批次 3", "2 重打印批次2结算单")
	r.keys("2")
	if s := r.print("", 0); s.Mark != "** 结算单 重打印 **" || !strings.Contains(rowsOf(s), "批次号=000002") {
		t.Errorf("it prints %+v", s)
	}
	if !r.batches().Last.Printed {
		t.Error("the slip is still owed")
	}
}
