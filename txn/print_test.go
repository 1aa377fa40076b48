package txn_test

import (
	"testing"
	"time"

	"smartpos/txn"
)

// sold brings a rig to where a paid order's first copy is with the printer.
func sold(t *testing.T) (*rig, txn.OrderNo) {
	t.Helper()
	r, no := shown(t)
	r.pass(3*time.Second, nil)
	r.answer(r.asked(txn.OpQuery), paid(1250))
	return r, no
}

func TestPaperOutAndMended(t *testing.T) {
	r, no := sold(t)
	r.print(txn.PrintPaperOut, txn.PrintedPart)
	r.sees("收款成功", "打了一半", "请装纸", "确认 重打印")
	if len(r.prints) != 0 {
		t.Fatal("the second copy went to a printer without paper")
	}
	r.step(txn.PrinterState{})
	r.keys("OK")
	if s := r.print(txn.PrintOK, 0); s.Mark != "** 重打印 REPRINT **" {
		t.Fatalf("mark %q", s.Mark)
	}
	r.print(txn.PrintOK, 0)
	if o, _ := r.journal.Order(no); !o.Printed {
		t.Fatal("not noted as printed")
	}
}

// A dead printer never blocks a payment, and a receipt that is owed is not forgotten.
func TestNextSaleBeforeTheReceipt(t *testing.T) {
	r, no := sold(t)
	r.print(txn.PrintGone, txn.PrintedNothing)
	r.keys("3 OK")
	r.answer(r.asked(txn.OpShow), ready("weixin://2"))
	r.sees("weixin://2", "打印机未连接")
	r.keys("CANCEL")
	r.step(txn.PrinterState{})
	r.requests = nil
	r.pass(21*time.Second, nil)
	r.sees("小票未打完", "确认 重打印")
	r.keys("OK")
	if s := r.print(txn.PrintOK, 0); s.Mark == "" {
		t.Fatal("an original after a fault")
	}
	r.print(txn.PrintOK, 0)
	if o, _ := r.journal.Order(no); !o.Printed {
		t.Fatal("not noted as printed")
	}
}

func TestRestartWhilePrinting(t *testing.T) {
	r, _ := sold(t)
	r2 := r.restart(3 * time.Second)
	r2.sees("已收¥12.50 单号000001 小票未打完", "确认 重打印")
	r2.keys("OK")
	if s := r2.print(txn.PrintOK, 0); s.Mark != "** 重打印 REPRINT **" {
		t.Fatalf("mark %q", s.Mark)
	}
}

func TestReceiptSkipped(t *testing.T) {
	r, no := sold(t)
	r.print(txn.PrintCover, txn.PrintedNothing)
	r.sees("盖未关")
	r.keys("CANCEL")
	r.sees("请输入金额")
	if o, _ := r.journal.Order(no); !o.Printed {
		t.Fatal("a skipped receipt is owed for ever")
	}
}

func TestReprintFromTheMenu(t *testing.T) {
	r, _ := sold(t)
	r.print(txn.PrintOK, 0)
	r.print(txn.PrintOK, 0)
	r.keys("OK MENU 1")
	if s := r.print(txn.PrintOK, 0); s.Mark != "** 重打印 REPRINT **" {
		t.Fatalf("mark %q", s.Mark)
	}
}

// Days of a dead printer fill no memory and no index: the oldest receipts are done without, and said so.
func TestUnprintedIsBounded(t *testing.T) {
	r := newRig(t)
	for range 60 {
		r.keys("1 OK")
		r.answer(r.asked(txn.OpShow), ready("weixin://x"))
		r.pass(3*time.Second, nil)
		r.answer(r.asked(txn.OpQuery), paid(100))
		r.print(txn.PrintGone, txn.PrintedNothing)
		r.keys("CLEAR 0 CLEAR") // on to the next sale
	}
	start, err := r.journal.Start()
	if err != nil {
		t.Fatal(err)
	}
	if len(start.Pending) != 50 {
		t.Fatalf("%d receipts are owed", len(start.Pending))
	}
}

// A cashier who asks for another copy while it is being written down that the receipt came out gets one.
func TestReprintBeforeItIsWrittenDown(t *testing.T) {
	r := newRig(t)
	r.keys("5 OK")
	r.answer(r.askedNow(txn.OpShow), ready("weixin://1"))
	r.pass(3*time.Second, nil)
	q := r.asked(txn.OpQuery)
	r.answer(q, paid(500))
	r.print("", 0)
	r.hold = true
	r.print("", 0)
	r.sees("小票已打印")
	r.keys("OK MENU 1")
	if slip := r.print("", 0); slip.Mark != "** 重打印 REPRINT **" {
		t.Errorf("the slip is %+v", slip)
	}
	r.hold = false
	r.release(-1)
	r.print("", 0)
}

// A terminal that was lost may have printed what its successor learns: there a late success is a reprint, elsewhere a late
// receipt.
func TestSuccessorReprints(t *testing.T) {
	for incarnation, want := range map[string]string{"": "** 补打 LATE RECEIPT **", "9ZZZZZZ9": "** 重打印 REPRINT **"} {
		r := newRig(t)
		r.keys("5 OK")
		r.answer(r.asked(txn.OpShow), ready("weixin://1"))
		start, err := r.journal.Start()
		if err != nil {
			t.Fatal(err)
		}
		start.Till.Incarnation, r.requests = incarnation, nil
		r.m = txn.New(r.cfg, start, r.now)
		r.pass(time.Minute, says(txn.StatusPaid, "SUCCESS"))
		if len(r.prints) == 0 || r.prints[0].Slip.Mark != want {
			t.Errorf("incarnation %q: %+v, want %s", incarnation, r.prints, want)
		}
	}
}
