package txn_test

import (
	"slices"
	"testing"
	"time"

	"smartpos/txn"
)

const alipayCode = "287654321098765432"

// shownAtAlipay brings a rig to where Alipay's code is on the display, in place of the default network's.
func shownAtAlipay(t *testing.T) (*rig, txn.OrderNo) {
	t.Helper()
	r := newRig(t)
	r.keys("8 OK")
	r.answer(r.asked(txn.OpShow), ready("weixin://1"))
	r.sees("2 支付宝")
	r.keys("2")
	var no txn.OrderNo
	for _, q := range r.requests {
		if q.Op == txn.OpShow {
			no = q.Order.No
			r.answer(q, ready("https://qr.alipay.com/1"))
		} else {
			r.answer(q, is(txn.StatusAccepted)) // the first order's close
		}
	}
	r.requests = nil
	r.sees("请用支付宝", "1 微信", "https://qr.alipay.com/1")
	return r, no
}

// unscanned answers as Alipay does while nobody has scanned the code; other networks' orders are closed.
func unscanned(q txn.Request) (txn.Answer, txn.Fault) {
	if q.Order.Network == txn.Alipay {
		return is(txn.StatusNotFound), ""
	}
	return is(txn.StatusClosed), ""
}

// A code that nobody scanned can't be proven closed: "does not exist" is the last word only after its expiry and the
// margin. Until then the order is closing, whatever a close says.
func TestUnscannedCodeStaysClosing(t *testing.T) {
	r, no := shownAtAlipay(t)
	r.pass(10*time.Second, unscanned)
	r.sees("https://qr.alipay.com/1") // not found is no reason to take the code away
	r.keys("CANCEL")
	r.sees("请输入金额")
	began := r.now.Mono
	for r.now.Mono-began < 4*time.Minute {
		r.pass(time.Second, unscanned)
		o, _ := r.journal.Order(no)
		if since := r.now.Wall.Sub(o.Expires); o.State == txn.Closed && since < 55*time.Second {
			t.Fatalf("closed %v after its expiry", since) // the order expires a little after the first request
		}
	}
	if o, _ := r.journal.Order(no); o.State != txn.Closed || o.Reason != "not-found" {
		t.Fatalf("%+v", o)
	}
}

// The customer scans after the cashier has given up: the trade that comes of it is found and closed, or, where the
// customer was quicker, the money is told.
func TestScannedAfterGivingUp(t *testing.T) {
	for _, pays := range []bool{false, true} {
		r, no := shownAtAlipay(t)
		r.keys("CANCEL")
		r.pass(20*time.Second, unscanned)
		closed := 0
		r.pass(3*time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
			switch {
			case q.Order.No != no:
				return is(txn.StatusClosed), ""
			case pays:
				return paid(800), ""
			case q.Op == txn.OpClose:
				closed++
				return is(txn.StatusAccepted), ""
			case closed > 0:
				return is(txn.StatusClosed), ""
			}
			return is(txn.StatusWaiting), ""
		})
		o, _ := r.journal.Order(no)
		switch {
		case pays && (o.State != txn.Paid || o.Exception != txn.LateSuccess):
			t.Errorf("paid late: %+v", o)
		case !pays && (o.State != txn.Closed || closed != 1):
			t.Errorf("scanned late, %d closes: %+v", closed, o)
		}
	}
}

// Official timing: the first query 5 s after the code was sent, then every 3 s, and after 45 s a cancel that directly
// follows one more query.
func TestAlipayTiming(t *testing.T) {
	r := newRig(t)
	r.keys("8 SCAN")
	r.scanned(txn.Alipay, alipayCode)
	req := r.asked(txn.OpScan)
	if life := req.Order.Expires.Sub(req.Order.Created); life != 45*time.Second {
		t.Errorf("the order lives %v", life)
	}
	sent := r.now.Mono
	r.answer(req, is(txn.StatusWaiting))
	var queries []time.Duration
	var last txn.Request
	var lastAt time.Duration
	reversed := time.Duration(0)
	r.pass(time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
		switch {
		case q.Op == txn.OpReverse:
			if last.Op != txn.OpQuery || lastAt != r.now.Mono {
				t.Fatalf("cancelled at %v, the request before was %s at %v", r.now.Mono, last.Op, lastAt)
			}
			reversed = r.now.Mono - sent
			last = q
			return is(txn.StatusAccepted), ""
		case reversed > 0:
			return is(txn.StatusClosed), ""
		}
		queries = append(queries, r.now.Mono-sent)
		last, lastAt = q, r.now.Mono
		return is(txn.StatusWaiting), ""
	})
	want := []time.Duration{5 * time.Second}
	for at := 8 * time.Second; at < 45*time.Second; at += 3 * time.Second {
		want = append(want, at)
	}
	for i, at := range want {
		if off := queries[i] - at; off < 0 || off > time.Duration(i+1)*100*time.Millisecond {
			t.Fatalf("queried at %v", queries)
		}
	}
	if reversed < 45*time.Second || reversed > 49*time.Second {
		t.Errorf("cancelled after %v", reversed)
	}
	r.order(txn.Closed)
}

// The cashier's cancel does not wait, asks first, and does not hammer a network that says yes and means no.
func TestAlipayCancelAsksFirst(t *testing.T) {
	r := newRig(t)
	r.keys("8 SCAN")
	r.scanned(txn.Alipay, alipayCode)
	r.answer(r.asked(txn.OpScan), is(txn.StatusWaiting))
	r.pass(time.Second, nil)
	r.keys("CANCEL")
	r.answer(r.asked(txn.OpQuery), is(txn.StatusWaiting))
	r.answer(r.asked(txn.OpReverse), is(txn.StatusAccepted))
	var asked []txn.Op
	r.pass(time.Minute, func(q txn.Request) (txn.Answer, txn.Fault) {
		asked = append(asked, q.Op)
		if q.Op == txn.OpReverse {
			return is(txn.StatusAccepted), ""
		}
		return is(txn.StatusWaiting), ""
	})
	for i, op := range asked {
		if op == txn.OpReverse && (i < 2 || asked[i-1] != txn.OpQuery || asked[i-2] == txn.OpReverse) {
			t.Fatalf("asked %v", asked)
		}
	}
	if n := len(asked); n > 30 || !slices.Contains(asked, txn.OpReverse) {
		t.Fatalf("%d requests in a minute: %v", n, asked)
	}
}

// What the query before a cancel says, counts: paid is paid.
func TestAlipayPaidBeforeTheCancel(t *testing.T) {
	r := newRig(t)
	r.keys("8 SCAN")
	r.scanned(txn.Alipay, alipayCode)
	r.answer(r.asked(txn.OpScan), is(txn.StatusWaiting))
	r.keys("CANCEL")
	r.answer(r.asked(txn.OpQuery), paid(800))
	r.sees("收款成功")
	if len(r.requests) != 0 {
		t.Fatalf("asked on: %v", ops(r.requests))
	}
}

// An outcome that nobody knows is asked for after five seconds too.
func TestAlipayUnknownIsQueriedInTime(t *testing.T) {
	r := newRig(t)
	r.keys("8 SCAN")
	r.scanned(txn.Alipay, alipayCode)
	r.fault(r.asked(txn.OpScan), txn.FaultSystem)
	r.pass(4900*time.Millisecond, nil)
	if len(r.requests) != 0 {
		t.Fatal("queried before five seconds had passed")
	}
	r.pass(200*time.Millisecond, nil)
	r.answer(r.asked(txn.OpQuery), paid(800))
	r.sees("收款成功")
}
