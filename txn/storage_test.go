package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// The ready screen says early that room gets short, and insists when it is nearly gone.
func TestRoomGetsShort(t *testing.T) {
	r := newRig(t)
	r.step(txn.Storage{Sales: 501})
	if r.screen.Status != "" {
		t.Errorf("with room: %q", r.screen.Status)
	}
	r.step(txn.Storage{Sales: 499})
	if r.sees("存储约剩499笔"); r.screen.Alarm {
		t.Error("it insists already")
	}
	r.step(txn.Storage{Sales: 49})
	if r.sees("存储约剩49笔"); !r.screen.Alarm {
		t.Error("it does not insist")
	}
}

// Without room no new sale begins, however it would be paid; the screen says what to do, and goes away by itself.
func TestNoRoomNoSale(t *testing.T) {
	for _, keys := range []string{"5 OK", "5 SCAN", "5 MENU 0 OK"} {
		r := newRig(t)
		r.step(txn.Storage{})
		r.sees("存储已满")
		r.keys("5 OK")
		r.sees("第一步：菜单 9 结算")
		if len(r.requests) > 0 {
			t.Fatalf("%s: asked for %v", keys, r.requests)
		}
		r.keys("CANCEL")
		r.step(txn.Storage{Sales: 1000})
		r.keys("CANCEL 5 OK")
		if r.asked(txn.OpShow); r.screen.Title == "存储已满" {
			t.Errorf("%s: still full", keys)
		}
	}
	r := newRig(t)
	r.step(txn.Storage{})
	r.keys("5 OK")
	r.sees("第一步")
	r.step(txn.Storage{Sales: 9999})
	r.sees("收款")
}

// The journal itself refuses a new order: nothing was asked for, and what has begun goes on to its receipt.
func TestJournalKeepsItsReserve(t *testing.T) {
	r, _ := shown(t)
	r.journal.FailNext(nil, txn.ErrJournalReserve) // the first code is being closed, and that is written down
	r.keys("2")                                    // another network's code
	if r.sees("存储已满"); strings.Contains(r.screen.Title, "停止收款") {
		t.Fatalf("it stopped selling: %+v", r.screen)
	}
	r = newRig(t)
	r.journal.FailNext(txn.ErrJournalReserve)
	r.keys("5 OK")
	r.sees("第二步：插U盘，菜单 . 备份")
	if len(r.requests) > 0 {
		t.Errorf("asked for %v", r.requests)
	}
}

// A refund finds no room either: the screen says that, and what makes some.
func TestNoRoomNoRefund(t *testing.T) {
	r, o := refundRig(t)
	r.keys("MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	r.journal.FailNext(nil, nil, txn.ErrJournalReserve) // the try, that it was right, the refund
	r.keys("OK " + pinKeys)
	r.sees("存储已满", "第一步：菜单 9 结算")
	r.step(txn.Storage{Sales: 1000})
	r.sees("请输入金额")
	if o = r.read(o.No); len(o.Refunds) != 0 || len(r.refunds) != 0 {
		t.Errorf("order %+v", o)
	}
}

// A code that a customer may be scanning is not given up for another way to pay that there is no room for.
func TestNoRoomKeepsTheCode(t *testing.T) {
	for _, key := range []string{"0", "2", "SCAN"} {
		r, _ := shown(t)
		r.step(txn.Storage{})
		r.keys(key)
		r.sees("存储已满", "收款码", "weixin://")
		if o := r.order(txn.Open); o.Method != txn.Show {
			t.Errorf("%s: order %+v", key, o)
		}
	}
}

// What is being sold when room runs out, or damage is found, is finished as ever.
func TestSaleGoesOnBesideTrouble(t *testing.T) {
	r, _ := shown(t)
	before := r.screen.Title
	r.step(txn.Storage{Damaged: true})
	if r.screen.Title != before {
		t.Errorf("the sale was interrupted: %q", r.screen.Title)
	}
	r.pass(3*time.Second, nil)
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("收款成功")
	r.keys("OK")
	r.sees("账本检查发现损坏")
}

func TestIdle(t *testing.T) {
	r := newRig(t)
	if !r.m.Idle() {
		t.Error("a terminal that waits for a customer is not idle")
	}
	for _, keys := range []string{"5", "OK"} {
		if r.keys(keys); r.m.Idle() {
			t.Errorf("idle after %s", keys)
		}
	}
}

// A full medium serves nobody: what makes room must find it idle, whatever stands on the screen meanwhile.
func TestIdleWithoutRoom(t *testing.T) {
	r := newRig(t)
	r.step(txn.Storage{})
	r.keys("5 OK")
	if r.sees("存储已满"); !r.m.Idle() {
		t.Error("the screen that waits for room keeps it from being made")
	}
	r.keys("CANCEL")
	if r.sees("¥5"); !r.m.Idle() {
		t.Error("an amount that can't be charged keeps room from being made")
	}
	r.keys("MENU")
	if r.m.Idle() {
		t.Error("idle while somebody reads the menu")
	}
}
