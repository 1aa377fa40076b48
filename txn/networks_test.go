package txn_test

import (
	"testing"
	"time"

	"smartpos/txn"
)

// A network that can't be set up is not offered, and the others are.
func TestNetworkOut(t *testing.T) {
	r := newRig(t)
	r.step(txn.NetworkOut{Network: txn.WeChat}, txn.NetworkOut{Network: txn.WeChat})
	r.sees("微信无法使用", "请叫技术员")
	r.keys("8 OK")
	req := r.asked(txn.OpShow)
	if req.Order.Network != txn.Alipay {
		t.Fatalf("确认 asked %s", req.Order.Network)
	}
	r.answer(req, txn.Answer{Status: txn.StatusReady, CodeURL: "https://qr.alipay.com/x"})
	for _, c := range r.screen.Choice {
		if c != "0 现金" {
			t.Errorf("the QR screen offers %q", c)
		}
	}
	r.keys("1 2")
	if n := len(r.requests); n != 0 {
		t.Errorf("a digit of no network asked: %v", ops(r.requests))
	}
	r.keys("SCAN")
	r.scanned(txn.WeChat, wechatCode)
	r.sees("未开通微信，请换支付宝")
}

// Where no network is left, cash is.
func TestNoNetworkLeft(t *testing.T) {
	r := cashRig(t)
	r.step(txn.NetworkOut{Network: txn.WeChat}, txn.NetworkOut{Network: txn.Alipay})
	r.sees("可收现金，叫技术员")
	for _, keys := range []string{"8 OK", "SCAN", "SCAN+", "OK"} {
		r.keys(keys)
		r.sees("无可用支付渠道")
	}
	r.scanned(txn.WeChat, wechatCode)
	if len(r.requests) != 0 {
		t.Fatalf("asked %v", ops(r.requests))
	}
	r.keys("CANCEL 8 MENU 0 OK")
	if o := r.order(txn.Paid); o.Method != txn.Cash {
		t.Errorf("order %+v", o)
	}
}

// Orders of a network that is out stay, and those that were being shown when it went are given up as any other.
func TestNetworkOutUnderWay(t *testing.T) {
	r := newRig(t)
	r.keys("8 OK")
	req := r.asked(txn.OpShow)
	r.step(txn.NetworkOut{Network: txn.WeChat})
	r.fault(req, txn.FaultConfig)
	r.order(txn.Failed)
	r.keys("OK")
	if req := r.asked(txn.OpShow); req.Order.Network != txn.Alipay {
		t.Errorf("确认 asked %s", req.Order.Network)
	}
}

// Where the terminal has no client of a network yet, nothing was sent: a scanned code has failed, and not an unknown end.
func TestNetworkNotSetUp(t *testing.T) {
	r := newRig(t)
	r.keys("5 SCAN")
	r.scanned(txn.WeChat, wechatCode)
	r.fault(r.asked(txn.OpScan), txn.FaultNotSetUp)
	r.sees("未收款", "支付渠道未就绪，没有扣款", "叫技术员")
	r.order(txn.Failed)

	r = newRig(t)
	r.keys("5 OK")
	r.fault(r.asked(txn.OpShow), txn.FaultNotSetUp)
	r.sees("未收款", "支付渠道未就绪，没有扣款")
	r.order(txn.Failed)

	r, o := refundRig(t)
	r.refund(o)
	q := r.asksRefund(txn.OpRefund, time.Second)
	r.step(txn.RefundAnswered{Refund: q.Refund.No, Op: q.Op, Fault: txn.FaultNotSetUp})
	r.sees("支付渠道未就绪：就绪后自动退款")
	r.asksRefund(txn.OpRefund, time.Minute) // the same again, and no query of what never left
}

// An order whose request had left before stays what it is, whatever can't be asked now.
func TestNetworkNotSetUpLater(t *testing.T) {
	r := newRig(t)
	r.keys("5 SCAN")
	r.scanned(txn.WeChat, wechatCode)
	r.fault(r.asked(txn.OpScan), txn.FaultNoAnswer)
	for len(r.requests) == 0 {
		r.pass(100*time.Millisecond, nil)
	}
	r.fault(r.asked(txn.OpQuery), txn.FaultNotSetUp)
	r.sees("结果未知", "支付渠道未就绪")
	r.order(txn.Unknown)
}

// A code whose first request may have arrived is no failure because a later one never left.
func TestUnsentAfterNoAnswer(t *testing.T) {
	for _, fault := range []txn.Fault{txn.FaultNotSent, txn.FaultNotSetUp} {
		r := newRig(t)
		r.keys("5 OK")
		r.fault(r.asked(txn.OpShow), txn.FaultNoAnswer)
		for len(r.requests) == 0 {
			r.pass(100*time.Millisecond, nil)
		}
		r.fault(r.asked(txn.OpShow), fault)
		r.order(txn.Open)
	}
}
