package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// A slip says what has gone back before it, and not what is still under way: that may yet be refused.
func TestRefundSlipBesidePending(t *testing.T) {
	r, o := refundRig(t)
	part := func(amount string, says ...txn.RefundAnswer) (slip string) {
		r.keys("MENU 5")
		r.step(txn.Scanned{Text: string(o.No)})
		r.keys(amount + " OK " + pinKeys)
		r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), isRefund(txn.StatusAccepted))
		for _, a := range says {
			r.saysRefund(r.asksRefund(txn.OpQueryRefund, 10*time.Second), a)
			slip = rowsOf(r.print("", 0))
			r.print("", 0)
		}
		r.keys("OK")
		return slip
	}
	if slip := part("2", refunded(200)); strings.Contains(slip, "此前已退") {
		t.Errorf("the first slip says\n%s", slip)
	}
	part("5")
	first := r.asksRefund(txn.OpQueryRefund, 10*time.Second) // whose answer is slow
	if slip := part("3", refunded(300)); !strings.Contains(slip, "此前已退=¥2.00\n") {
		t.Errorf("beside one that is under way the slip says\n%s", slip)
	}
	r.saysRefund(first, refunded(500))
	if slip := rowsOf(r.print("", 0)); !strings.Contains(slip, "此前已退=¥2.00\n") {
		t.Errorf("the slip of the second, which is done last, says\n%s", slip)
	}
}
