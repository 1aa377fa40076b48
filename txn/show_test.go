package txn_test

import (
	"testing"
	"time"

	"smartpos/txn"
)

// shown brings a rig to where a code is on the display.
func shown(t *testing.T) (*rig, txn.OrderNo) {
	t.Helper()
	r := newRig(t)
	r.keys("1 2 . 5 OK")
	req := r.asked(txn.OpShow)
	r.answer(req, ready("weixin://wxpay/bizpayurl?pr=abc"))
	r.sees("weixin://wxpay/bizpayurl?pr=abc", "¥12.50", "2 支付宝")
	return r, req.Order.No
}

func TestShowPaid(t *testing.T) {
	r, no := shown(t)
	r.pass(3*time.Second, nil)
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("收款成功", "¥12.50", "正在打印")
	if o, _ := r.journal.Order(no); o.State != txn.Paid || o.Printed {
		t.Fatalf("journal: %+v", o)
	}
	if s := r.print(txn.PrintOK, 0); s.Mark != "" || s.Copy == "" {
		t.Fatalf("first copy: %+v", s)
	}
	r.print(txn.PrintOK, 0)
	r.sees("小票已打印")
	if o, _ := r.journal.Order(no); !o.Printed {
		t.Fatal("the journal does not know that the receipt is whole")
	}
	r.keys("7")
	r.sees("¥7")
}

// The intent is on disk before anything is asked: a failed commit asks nothing and sells nothing more.
func TestShowNeedsIntent(t *testing.T) {
	r := newRig(t)
	r.journal.FailNext(txn.ErrJournalFull)
	r.keys("5 OK")
	if len(r.requests) != 0 {
		t.Fatal("asked a network for an order that is not in the journal")
	}
	r.sees("停止收款", "存储已满")
	r.keys("CANCEL 5 OK")
	r.sees("停止收款")
}

// "Paid" needs the outcome on disk: when that commit fails, nothing says paid and nothing is printed.
func TestPaidNeedsOutcome(t *testing.T) {
	r, _ := shown(t)
	r.pass(3*time.Second, nil)
	r.journal.FailNext(txn.ErrJournalDamaged)
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("停止收款")
	if len(r.prints) != 0 {
		t.Fatal("printed a receipt that the journal does not know")
	}
	// After a restart the network is asked again, and the receipt says that it is late.
	r2 := r.restart(time.Minute)
	r2.answer(r2.asked(txn.OpQuery), paid(1250))
	if s := r2.print(txn.PrintOK, 0); s.Mark == "" {
		t.Fatalf("an original receipt after a restart: %+v", s)
	}
}

func TestShowExpires(t *testing.T) {
	r, _ := shown(t)
	r.pass(121*time.Second, func(q txn.Request) (txn.Answer, txn.Fault) {
		if q.Op == txn.OpClose {
			return is(txn.StatusAccepted), ""
		}
		if q.Order.State == txn.Closing {
			return is(txn.StatusClosed), ""
		}
		return is(txn.StatusWaiting), ""
	})
	r.sees("未收款", "已过期")
	r.order(txn.Closed)
	r.keys("OK") // the same sale, another order
	if q := r.asked(txn.OpShow); q.Order.Sale == q.Order.No {
		t.Fatal("a second try started a second sale")
	}
}

func TestShowCancelledThenPaidLate(t *testing.T) {
	r, no := shown(t)
	r.keys("CANCEL")
	r.sees("请输入金额", "已取消")
	close := r.asked(txn.OpClose)
	r.answer(close, is(txn.StatusRefused)) // the customer was just paying
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("弃单到账 ¥12.50")
	o, _ := r.journal.Order(no)
	if o.State != txn.Paid || !o.Late || o.Exception != txn.LateSuccess {
		t.Fatalf("journal: %+v", o)
	}
	if s := r.print(txn.PrintOK, 0); s.Mark != "** 补打 LATE RECEIPT **" {
		t.Fatalf("mark %q", s.Mark)
	}
}

func TestSwitchWalletClosesTheFirst(t *testing.T) {
	r, first := shown(t)
	r.keys("2")
	if len(r.requests) != 2 {
		t.Fatalf("requests: %v", ops(r.requests))
	}
	for _, q := range r.requests {
		switch q.Order.No {
		case first:
			if q.Op != txn.OpClose {
				t.Fatalf("first order: %s", q.Op)
			}
		default:
			if q.Op != txn.OpShow || q.Order.Network != txn.Alipay || q.Order.Sale != first {
				t.Fatalf("second order: %+v", q)
			}
		}
	}
}

// Two customers' phones, one sale: the second success is beyond the total and a person must see it.
func TestBothOrdersOfASalePaid(t *testing.T) {
	r, first := shown(t)
	r.keys("2")
	show := r.requests[0]
	closing := r.requests[1]
	if show.Op != txn.OpShow {
		show, closing = closing, show
	}
	r.requests = nil
	r.answer(show, ready("https://qr.alipay.com/x"))
	r.answer(closing, is(txn.StatusRefused))
	r.answer(r.asked(txn.OpQuery), paid(1250))
	r.sees("收款成功") // by the first order; the second must be closed now
	r.pass(4*time.Second, nil)
	second := r.asked(txn.OpClose)
	r.answer(second, is(txn.StatusRefused))
	r.answer(r.asked(txn.OpQuery), paid(1250))
	a, _ := r.journal.Order(first)
	b, _ := r.journal.Order(second.Order.No)
	if a.Exception != "" || b.Exception != txn.OverTotal {
		t.Fatalf("exceptions %q and %q", a.Exception, b.Exception)
	}
}

func TestShowFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault txn.Fault
		tries int
		state txn.State
		sees  string
	}{
		{"the request never left", txn.FaultNotSent, 1, txn.Failed, "网络不通"},
		{"refused for our keys", txn.FaultConfig, 1, txn.Failed, "微信支付 拒绝本商户"},
		{"no answer", txn.FaultNoAnswer, 3, txn.Closing, "网络没有答复"},
		{"answers that can't be trusted", txn.FaultUnverified, 3, txn.Closing, "不可信"},
		{"the network is in trouble", txn.FaultSystem, 3, txn.Closing, "支付平台忙"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.keys("5 OK")
			var no txn.OrderNo
			for i := range tt.tries {
				q := r.asked(txn.OpShow)
				if i > 0 && q.Order.No != no {
					t.Fatal("a retry took another order number")
				}
				no = q.Order.No
				r.fault(q, tt.fault)
				if i < tt.tries-1 {
					r.pass(3*time.Second, nil)
				}
			}
			r.sees("未收款", tt.sees)
			r.order(tt.state)
		})
	}
}

// While a code is shown the cashier must know that payments can't be seen at the moment, and why.
func TestFaultsWhileShown(t *testing.T) {
	r, _ := shown(t)
	for fault, want := range map[txn.Fault]string{
		txn.FaultNotSent: "网络不通", txn.FaultNoAnswer: "没有答复", txn.FaultUnverified: "不可信",
		txn.FaultSystem: "平台忙", txn.FaultConfig: "拒绝本商户",
		txn.FaultNotSetUp: "支付渠道未就绪",
	} {
		for len(r.requests) == 0 {
			r.pass(100*time.Millisecond, nil)
		}
		r.fault(r.asked(txn.OpQuery), fault)
		r.sees(want, "weixin://")
		if !r.screen.Alarm {
			t.Errorf("%s is easily overlooked", fault)
		}
	}
}

func TestFirstRequestAlreadyExists(t *testing.T) {
	r := newRig(t)
	r.keys("5 OK")
	r.answer(r.asked(txn.OpShow), is(txn.StatusExists))
	r.sees("订单异常")
	if o := r.order(txn.Disputed); o.Exception != txn.AlreadyExists {
		t.Fatalf("%+v", o)
	}
}

func TestPrintTheCode(t *testing.T) {
	r, _ := shown(t)
	r.keys("MENU")
	s := r.print(txn.PrintOK, 0)
	if s.QR != "weixin://wxpay/bizpayurl?pr=abc" || len(s.Notes) == 0 {
		t.Fatalf("%+v", s)
	}
	if o := r.order(txn.Open); o.Printed {
		t.Fatal("a printed code is no receipt")
	}
}

// A restart while a code is on the display: the order is worked on in the background and the terminal sells.
func TestRestartWhileShown(t *testing.T) {
	r, no := shown(t)
	r2 := r.restart(10 * time.Second)
	r2.sees("请输入金额", "后台1单")
	r2.answer(r2.asked(txn.OpQuery), is(txn.StatusWaiting))
	r2.pass(5*time.Second, nil)
	r2.answer(r2.asked(txn.OpClose), is(txn.StatusAccepted))
	r2.answer(r2.asked(txn.OpQuery), is(txn.StatusClosed))
	if o, _ := r2.journal.Order(no); o.State != txn.Closed {
		t.Fatalf("%+v", o)
	}
	r2.keys("5 OK")
	r2.asked(txn.OpShow)
}
