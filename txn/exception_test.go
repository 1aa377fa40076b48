package txn_test

import (
	"testing"
	"time"

	"smartpos/txn"
)

// lateRig is a till with a supervisor and a late success of 20.00 on the exception list, its receipts printed.
func lateRig(t *testing.T) (*rig, txn.OrderNo) {
	r, _ := refundRig(t)
	r.keys("2 0 OK")
	shown := r.askedNow(txn.OpShow)
	r.answer(shown, ready("weixin://2"))
	r.keys("CANCEL")
	r.answer(r.askedNow(txn.OpClose), is(txn.StatusPaid))
	r.print("", 0)
	r.print("", 0)
	return r, shown.Order.No
}

// The money of an order on the exception list is back, and that is on its way to the disk, when a supervisor's PIN takes it
// off the list: it has left the list by then, and nothing is wrong.
func TestSettledByItsRefund(t *testing.T) {
	r, no := lateRig(t)
	r.keys("MENU 3 1 OK OK " + pinKeys + " CANCEL")
	r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), isRefund(txn.StatusAccepted))
	r.keys("MENU 3 1 CLEAR 7 3 9 1 0 5")
	q := r.asksRefund(txn.OpQueryRefund, 5*time.Second)
	r.hold = true
	r.keys("OK")
	r.saysRefund(q, refunded(2000))
	r.release(-1) // the try, and what follows from the refund and from the PIN
	r.hold = false
	r.sees("异常订单", "没有")
	if o := r.read(no); o.Listed() || o.Settled != "S01" {
		t.Errorf("the order is %+v", o)
	}
	r.keys("CANCEL CANCEL CANCEL 5 OK")
	r.askedNow(txn.OpShow)
}

// The refund of a late success can't be delivered: that is what the list says now, and what to do about that.
func TestRefundOfLateSuccessStuck(t *testing.T) {
	r, no := lateRig(t)
	r.keys("MENU 3 1 OK OK " + pinKeys)
	r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), isRefund(txn.StatusAccepted))
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 5*time.Second), isRefund(txn.StatusAbnormal))
	r.sees("平台退款异常")
	if o := r.read(no); o.Exception != txn.LateSuccess || !o.Listed() {
		t.Fatalf("the order is %+v", o)
	}
	r.keys("OK MENU 3")
	r.sees("退款异常")
	r.keys("1")
	r.sees("请联系支付平台，办好后了结", "清除 了结")
}
