package txn_test

import (
	"slices"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// Basket changed after a failed show
func TestBasketChangedAfterClosing(t *testing.T) {
	r := newRig(t)
	cola := txn.Scanned{Text: "6901234567892"}
	r.step(cola, cola)
	r.keys("OK")
	show := r.asked(txn.OpShow)
	r.answer(show, ready("weixin://x"))
	for r.screen.Title != "未收款" { // until it has expired
		r.pass(time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
			if q.Op == txn.OpClose {
				return is(txn.StatusRefused), "" // the customer is typing
			}
			return is(txn.StatusWaiting), ""
		})
	}
	r.keys("SCAN CANCEL CLEAR")
	r.sees("¥3.50")
	r.pass(10*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpClose {
			return is(txn.StatusRefused), ""
		}
		return paid(700), ""
	})
	o := r.order(txn.Paid)
	t.Logf("%s %q late=%v exc=%q screen=%q %q", o.Amount, o.State, o.Late, o.Exception, r.screen.Title, r.screen.Amount)
	if o.Exception == "" {
		t.Fatal("the sale at the till was ¥3.50, ¥7.00 was captured, and nobody is told")
	}
}

// The same by the choice "3 more items"
func TestMoreItemsAfterClosing(t *testing.T) {
	r := newRig(t)
	r.keys("SCAN")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.keys("OK")
	r.answer(r.asked(txn.OpShow), ready("weixin://x"))
	for r.screen.Title == "收款码" {
		r.pass(time.Second, func(q txn.Request) (txn.Answer, txn.Fault) { return is(txn.StatusWaiting), "" })
	}
	r.keys("SCAN+ 3")
	r.step(txn.Scanned{Text: "6901234567892"})
	r.sees("¥7.00")
	r.pass(30*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpClose {
			return is(txn.StatusRefused), ""
		}
		return paid(350), ""
	})
	if o := r.order(txn.Paid); o.Exception == "" {
		t.Fatalf("¥3.50 came for a sale of ¥7.00, and the screen says %q", r.screen.Title)
	}
}

// Several items by an engine that reads only when it is asked
func TestTwoItemsByTrigger(t *testing.T) {
	r := newRig(t)
	r.keys("SCAN")
	for range 2 {
		if !r.trigger {
			t.Fatal("the engine is off before the next item")
		}
		r.step(txn.Scanned{Text: "6901234567892"})
	}
	r.sees("¥7.00", "共2件")
	r.keys("SCAN")
	r.sees("请顾客出示付款码")
}

// A digit by mistake while goods are scanned says why it does nothing, and the scanner goes on reading.
func TestDigitWhileGoodsAreScanned(t *testing.T) {
	r := newRig(t)
	r.keys("SCAN")
	r.step(txn.Scanned{Text: "6901234567892"})
	for _, key := range []string{"5", "."} {
		r.keys(key)
		r.sees("已有商品", "请扫商品条码", "¥3.50")
		if !r.trigger {
			t.Fatalf("%s: the scanner was switched off", key)
		}
	}
	r.step(txn.Scanned{Text: "6901234567892"})
	r.sees("¥7.00")
}

// Waiting for goods in front of a scanner that is gone: the screen must not ask for what can't be read.
func TestGoodsWithoutScanner(t *testing.T) {
	for fault, says := range map[txn.ScanFault]string{txn.ScanGone: "请检查插头", txn.ScanSilent: "请重新插拔"} {
		r := newRig(t)
		r.keys("SCAN")
		r.step(txn.ScannerState{}, txn.ScannerState{Fault: fault})
		r.sees(says)
		r.step(txn.ScannerState{})
		r.sees("请扫商品条码")
		r.step(txn.Scanned{Text: "6901234567892"}, txn.ScannerState{Fault: fault})
		r.sees(says, "¥3.50")
	}
}

// With names as long as the profile allows, the newest line and what to do about it stay in sight: the display cuts
// off what comes last.
func TestNewestItemComesFirst(t *testing.T) {
	cfg := config()
	cfg.Items = map[string]txn.Item{"1": {Name: "一", Barcode: "1", Price: txn.Yuan(100)}, "2": {Name: "二", Barcode: "2", Price: txn.Yuan(200)}}
	r := startRig(t, cfg, storetest.NewMemory("T01"), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	r.keys("SCAN")
	r.step(txn.Scanned{Text: "1"}, txn.Scanned{Text: "2"})
	want := []string{"请扫商品条码", "共2件", "二  2.00 × 1", "一  1.00 × 1"}
	if !slices.Equal(r.screen.Lines, want) {
		t.Errorf("%q, want %q", r.screen.Lines, want)
	}
	r.keys("CANCEL")
	if !slices.Equal(r.screen.Lines, want[1:]) {
		t.Errorf("%q, want %q", r.screen.Lines, want[1:])
	}
}
