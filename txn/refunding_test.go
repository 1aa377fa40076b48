package txn_test

import (
	"strings"
	"testing"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// The supervisor's PIN in these tests, as keys, and how it is enrolled.
const (
	pinKeys  = "7 3 9 1 0 5 OK"
	enrolled = "MENU 7 2 0 2 6 0 3 0 1 OK " + pinKeys + " " + pinKeys
)

// refundRig is a till with a supervisor and an order of 12.50 that WeChat Pay was paid, its receipts printed.
func refundRig(t *testing.T) (*rig, txn.Order) {
	r := newRig(t)
	r.cfg.Drawer = true
	r = r.restart(0)
	r.keys(enrolled)
	r.sees("主管PIN已设好")
	return r, r.sold("1 2 . 5")
}

// sold brings a sale to its end, by keying in its amount.
func (r *rig) sold(amount string) txn.Order {
	r.t.Helper()
	r.keys(amount + " OK")
	r.answer(r.askedNow(txn.OpShow), ready("weixin://1"))
	r.pass(3*time.Second, nil)
	q := r.asked(txn.OpQuery)
	r.answer(q, paid(q.Order.Amount.Fen))
	r.print("", 0)
	r.print("", 0)
	r.keys("OK")
	return r.read(q.Order.No)
}

// read returns an order as the journal has it.
func (r *rig) read(no txn.OrderNo) txn.Order {
	r.t.Helper()
	o, err := r.journal.Order(no)
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

// asksRefund takes the one request about a refund that must be waiting or become due within d.
func (r *rig) asksRefund(op txn.Op, d time.Duration) txn.RefundRequest {
	r.t.Helper()
	for end := r.now.Mono + d; len(r.refunds) == 0 && r.now.Mono < end; {
		r.pass(100*time.Millisecond, nil)
	}
	if len(r.refunds) != 1 || r.refunds[0].Op != op {
		r.t.Fatalf("requests about refunds: %+v, want one %s", r.refunds, op)
	}
	q := r.refunds[0]
	r.refunds = nil
	return q
}

func (r *rig) saysRefund(q txn.RefundRequest, a txn.RefundAnswer) {
	r.t.Helper()
	r.step(txn.RefundAnswered{Refund: q.Refund.No, Op: q.Op, Answer: a})
}

func (r *rig) failsRefund(q txn.RefundRequest, f txn.Fault) {
	r.t.Helper()
	r.step(txn.RefundAnswered{Refund: q.Refund.No, Op: q.Op, Fault: f})
}

func refunded(fen int64) txn.RefundAnswer {
	return txn.RefundAnswer{Status: txn.StatusRefunded, Refunded: txn.Yuan(fen), RefundID: "50300001"}
}

func isRefund(s txn.Status) txn.RefundAnswer { return txn.RefundAnswer{Status: s} }

// A refund of a whole order, by its receipt: nothing is written before the PIN is right, nothing asked before the
// intent is on disk, nothing said or printed before the outcome is.
func TestRefundByReceipt(t *testing.T) {
	r, o := refundRig(t)
	r.keys("MENU 5")
	r.sees("退款", "请扫小票上的二维码")
	if !r.trigger {
		t.Error("the scan engine does not look")
	}
	r.step(txn.Scanned{Text: string(o.No)})
	r.sees("¥12.50", o.No.Short(), "微信支付", "收款 ¥12.50")
	if r.trigger {
		t.Error("the scan engine still looks")
	}
	r.keys("OK 7 3 9")
	r.sees("确认退款", "¥12.50", "●●●")
	if len(r.read(o.No).Refunds) != 0 {
		t.Fatal("written down before the PIN")
	}
	r.hold = true
	r.keys("1 0 5 OK")
	r.release(1) // the try, counted
	r.release(1) // that it was right
	if len(r.refunds) != 0 {
		t.Fatalf("asked before the intent is on disk: %+v", r.refunds)
	}
	r.release(-1)
	q := r.asksRefund(txn.OpRefund, time.Second)
	if q.Refund.No != txn.RefundNo(string(o.No)+"R01") || q.Refund.Amount != o.Amount || q.Refund.Supervisor != "S01" {
		t.Errorf("asked for %+v", q.Refund)
	}
	r.saysRefund(q, isRefund(txn.StatusAccepted))
	r.sees("正在退款", "平台已受理")
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 5*time.Second), isRefund(txn.StatusWaiting))
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 5*time.Second), refunded(1250))
	r.sees("正在退款")
	if len(r.prints) != 0 {
		t.Fatal("printed before the outcome is on disk")
	}
	r.release(-1)
	r.hold = false
	r.sees("退款成功", "¥12.50")
	s := r.print("", 0)
	if s.Mark != "" || !hasRow(s.Rows, "交易类型", "退款 REFUND") || !hasRow(s.Rows, "原商户单号", string(o.No)) ||
		!hasRow(s.Rows, "退款单号", string(o.No)+"R01") || !hasRow(s.Rows, "平台退款单号", "50300001") || !hasRow(s.Rows, "授权", "S01") {
		t.Errorf("slip %+v", s)
	}
	if s := r.print("", 0); !strings.Contains(s.Copy, "顾客存根") {
		t.Errorf("second copy %q", s.Copy)
	}
	if o = r.read(o.No); o.Pending() || o.Refundable().Fen != 0 || o.GivenBack() != o.Amount || !o.Refunds[0].Printed {
		t.Errorf("order %+v", o)
	}
	r.keys("OK MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	r.sees("此单已全部退款")
}

// Parts of an order go back until nothing is left, by the digits on the receipt and from the list.
func TestRefundParts(t *testing.T) {
	r, o := refundRig(t)
	last := string(o.No[len(o.No)-1:])
	r.keys("MENU 5 " + last + " OK 9 . 9 9 OK")
	r.sees("¥9.99", "确认退款")
	r.keys("CANCEL CLEAR CLEAR CLEAR CLEAR 1 3")
	r.sees("最多还能退 ¥12.50", "¥1")
	r.keys("0 OK " + pinKeys)
	r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), isRefund(txn.StatusAccepted))
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 5*time.Second), refunded(1000))
	r.print("", 0)
	r.print("", 0)
	r.keys("OK MENU 5 OK")
	r.sees("退哪一单", "1 "+o.No.Short())
	r.keys("1")
	r.sees("¥2.50", "已退或在退 ¥10.00")
	r.keys("OK " + pinKeys)
	q := r.asksRefund(txn.OpRefund, time.Second)
	if q.Refund.No != txn.NewRefundNo(o.No, 2) || q.Refund.Before.Fen != 1000 || q.Refund.Amount.Fen != 250 {
		t.Errorf("asked for %+v", q.Refund)
	}
}

// Whatever is lost on the way, the same refund is asked about, and asked for under the same number.
func TestRefundLostReply(t *testing.T) {
	r, o := refundRig(t)
	r.refund(o)
	r.failsRefund(r.asksRefund(txn.OpRefund, time.Second), txn.FaultNoAnswer)
	r.sees("网络没有明确答复")
	q := r.asksRefund(txn.OpQueryRefund, 5*time.Second)
	r.saysRefund(q, isRefund(txn.StatusNotFound)) // it may still arrive
	for range 20 {
		r.pass(time.Second, nil)
		if len(r.refunds) > 0 && r.refunds[0].Op == txn.OpRefund {
			t.Fatal("asked for again while the first may arrive")
		} else if len(r.refunds) > 0 {
			r.saysRefund(r.asksRefund(txn.OpQueryRefund, 0), isRefund(txn.StatusNotFound))
		}
	}
	for len(r.refunds) == 0 || r.refunds[0].Op == txn.OpQueryRefund {
		r.pass(time.Second, nil)
		if len(r.refunds) > 0 && r.refunds[0].Op == txn.OpQueryRefund {
			r.saysRefund(r.asksRefund(txn.OpQueryRefund, 0), isRefund(txn.StatusNotFound))
		}
	}
	again := r.asksRefund(txn.OpRefund, 0)
	if again.Refund.No != q.Refund.No || again.Refund.Created != q.Refund.Created {
		t.Errorf("asked again as %+v, first as %+v", again.Refund, q.Refund)
	}
}

// refund brings an order to where its refund is on disk.
func (r *rig) refund(o txn.Order) {
	r.t.Helper()
	r.keys("MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	r.keys("OK " + pinKeys)
	if len(r.read(o.No).Refunds) == 0 {
		r.sees("a refund on disk")
	}
}

// A refusal is believed when a query, long enough after the last request, has found nothing.
func TestRefundRefused(t *testing.T) {
	r, o := refundRig(t)
	r.refund(o)
	r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), txn.RefundAnswer{Status: txn.StatusRefused, Code: "NOT_ENOUGH"})
	r.sees("平台没有接受")
	r.pass(9*time.Second, nil)
	if len(r.refunds) != 0 {
		t.Fatal("a query too soon")
	}
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 3*time.Second), isRefund(txn.StatusNotFound))
	r.sees("退款未成", "余额不足")
	if o = r.read(o.No); o.Refunds[0].State != txn.RefundRefused || o.Refundable() != o.Amount || len(r.prints) != 0 {
		t.Errorf("order %+v, %d prints", o, len(r.prints))
	}
	r.keys("OK")
	r.refund(o)
	if q := r.asksRefund(txn.OpRefund, time.Second); q.Refund.No != txn.NewRefundNo(o.No, 2) {
		t.Errorf("a new refund has number %s", q.Refund.No)
	}
}

// A power cut at any point takes nothing back and asks for nothing twice: the refund is asked about first.
func TestRefundAcrossRestart(t *testing.T) {
	r, o := refundRig(t)
	r.refund(o)
	no := r.asksRefund(txn.OpRefund, time.Second).Refund.No
	r = r.restart(time.Minute)
	r.keys("MENU 2")
	r.sees("正在退款", o.No.Short())
	q := r.asksRefund(txn.OpQueryRefund, time.Second)
	if q.Refund.No != no {
		t.Errorf("asked about %s", q.Refund.No)
	}
	r.saysRefund(q, refunded(1250))
	r.sees("已退款 ¥12.50")
	r.print("", 0)
	r = r.restart(time.Minute) // the second copy was in the printer
	r.sees("已退¥12.50", "小票未打完")
	r.keys("OK")
	if s := r.print("", 0); !strings.Contains(s.Mark, "重打印") || !hasRow(s.Rows, "退款单号", string(no)) {
		t.Errorf("slip %+v", s)
	}
	r.print("", 0)
	if r.read(o.No).Pending() {
		t.Error("still pending")
	}
}

// A refund that can't be delivered, and one that its network contradicts, are for people.
func TestRefundStuck(t *testing.T) {
	for name, says := range map[string]txn.Status{"abnormal": txn.StatusAbnormal, "mismatch": txn.StatusMismatch} {
		t.Run(name, func(t *testing.T) {
			r, o := refundRig(t)
			r.refund(o)
			r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), isRefund(txn.StatusAccepted))
			for r.read(o.No).Refunds[0].State == txn.RefundAsked {
				r.saysRefund(r.asksRefund(txn.OpQueryRefund, time.Minute), isRefund(says))
			}
			if o = r.read(o.No); o.Refunds[0].State != txn.RefundDisputed || o.Exception != txn.RefundStuck || o.Refundable().Fen != 0 {
				t.Fatalf("order %+v", o)
			}
			r.sees("订单异常")
			r.keys("OK MENU 3 1")
			r.sees("退款送不到顾客", "清除 了结")
			r.keys("CLEAR " + pinKeys)
			if o = r.read(o.No); o.Settled != "S01" {
				t.Errorf("order %+v", o)
			}
			r.sees("异常订单", "没有")
		})
	}
}

// Cash goes back out of the drawer: one record, one pulse, no network.
func TestRefundCash(t *testing.T) {
	r, _ := refundRig(t)
	r.keys("8 " + takeCash)
	r.print("", 0)
	r.print("", 0)
	r.keys("OK")
	kicks := len(r.kicks)
	r.keys("MENU 5 2 OK 3 OK")
	r.sees("确认退款", "¥3.00")
	r.hold = true
	r.keys(pinKeys)
	r.release(1)
	r.release(1)
	if len(r.kicks) != kicks {
		t.Fatal("the drawer opens before the refund is on disk")
	}
	r.release(-1)
	r.hold = false
	r.sees("退款成功", "¥3.00", "请把现金交给顾客")
	if len(r.kicks) != kicks+1 || len(r.refunds) != 0 {
		t.Errorf("%d kicks, requests %v", len(r.kicks)-kicks, r.refunds)
	}
	if s := r.print("", 0); !hasRow(s.Rows, "原支付方式", "现金 CASH") || hasLabel(s.Rows, "平台退款单号") {
		t.Errorf("slip %+v", s)
	}
	r.print(txn.PrintGone, txn.PrintedPart)
	r.sees("可能只打了一半")
	r.keys("OK")
	if s := r.print("", 0); s.Mark == "" || len(r.kicks) != kicks+1 {
		t.Errorf("reprint %q, %d kicks", s.Mark, len(r.kicks)-kicks)
	}
}

// Wrong ways to a refund each say what is wrong.
func TestRefundMistakes(t *testing.T) {
	r, o := refundRig(t)
	other := txn.OrderNo("T02TEST000100000001")
	for text, want := range map[string]string{
		string(other): "别的终端", "6901234567892": "本机没有此单", "https://example.com/?a=1": "这不是小票", "": "这不是小票",
		strings.Repeat("9", 300): "这不是小票", string(o.No) + "R01": "本机没有此单", "T01TEST000100000009": "本机没有此单",
	} {
		if text == "6901234567892" {
			want = "别的终端"
		}
		r.keys("MENU 5")
		r.step(txn.Scanned{Text: text})
		r.sees(want)
		r.keys("CANCEL CANCEL")
	}
	r.keys("MENU 5")
	r.scanned(txn.WeChat, "134567890123456789")
	r.sees("这不是小票")
	r.keys("9 9 9 OK")
	r.sees("本机没有此单")
	r.keys("CANCEL CANCEL 5 OK")
	open := r.askedNow(txn.OpShow).Order
	r.keys("CANCEL MENU 5")
	r.step(txn.Scanned{Text: string(open.No)})
	r.sees("此单没有收到款")
	r.keys("CANCEL CANCEL")
	r.now.Wall = r.now.Wall.Add(366 * 24 * time.Hour)
	r.keys("MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	r.sees("超过一年")
	r.now.Wall = r.now.Wall.Add(-366 * 24 * time.Hour)
	r.step(txn.NetworkOut{Network: txn.WeChat})
	r.step(txn.Scanned{Text: string(o.No)})
	r.sees("微信支付现在不能退款")
}

// Two refunds of an order that were begun side by side: the journal takes one.
func TestRefundTwice(t *testing.T) {
	r, o := refundRig(t)
	r.keys("MENU 5")
	r.step(txn.Scanned{Text: string(o.No)})
	if _, err := r.journal.Commit(storetest.RefundIntent(o, 1)); err != nil {
		t.Fatal(err)
	}
	r.keys("OK " + pinKeys)
	r.sees("退款未能记账")
	if n := len(r.read(o.No).Refunds); n != 1 {
		t.Errorf("%d refunds", n)
	}
}

// A late success goes to the exception list, from there back to the customer, and off the list.
func TestRefundOfLateSuccess(t *testing.T) {
	r, no := lateRig(t)
	r.keys("MENU 3")
	r.sees("1 "+no.Short(), "放弃后到账")
	r.keys("1")
	r.sees("放弃以后顾客才付款", "确认 退款")
	r.keys("OK OK " + pinKeys)
	r.saysRefund(r.asksRefund(txn.OpRefund, time.Second), isRefund(txn.StatusAccepted))
	r.saysRefund(r.asksRefund(txn.OpQueryRefund, 5*time.Second), refunded(2000))
	r.print("", 0)
	r.print("", 0)
	if start, _ := r.journal.Start(); len(start.Exceptions) != 0 {
		t.Errorf("still listed: %+v", start.Exceptions)
	}
	r.keys("OK MENU 3")
	r.sees("没有")
}
