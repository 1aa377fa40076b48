package aggregator_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/offlineqr"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
)

// acquirer is a sandbox on a clock that can be set, and a terminal that makes codes for it.
type acquirer struct {
	*testing.T
	net    *paynet.Paynet
	client *aggregator.Client
	sealer *offlineqr.Sealer
	ahead  atomic.Int64
}

func offline(t *testing.T) *acquirer {
	t.Helper()
	a := &acquirer{T: t}
	clock := func() time.Time { return time.Now().Add(time.Duration(a.ahead.Load())) }
	a.net, a.client = sandbox(t, paynet.Options{Clock: clock}, nil)
	m := a.net.AggregatorMerchant()
	s, err := offlineqr.New(offlineqr.Config{
		Terminal: m.OfflineTerminal, KeyNumber: m.OfflineKeyNumber, Key: offlineqr.File(m.OfflineKey), Page: m.OfflinePage,
	})
	if err != nil {
		t.Fatal(err)
	}
	a.sealer = s
	return a
}

func offlineOrder(no string, expires time.Time) txn.Order {
	o := order(no, txn.Show, 1234)
	o.Expires, o.Offline = expires, &txn.OfflineCode{Digits: 6}
	return o
}

func (a *acquirer) issue(o txn.Order) (code string, digest txn.AnswerDigest) {
	a.Helper()
	code, digest, err := a.sealer.Issue(o.No, o.Amount, o.Expires, 6)
	if err != nil {
		a.Fatal(err)
	}
	return code, digest
}

// stands asks where an order stands.
func (a *acquirer) stands(o txn.Order, want txn.Status) txn.Answer {
	a.Helper()
	got, err := a.client.Query(context.Background(), o)
	if err != nil || got.Status != want {
		a.Fatalf("%+v, %v; want %s", got, err, want)
	}
	return got
}

// refused has a phone scan a code that must not be opened.
func (a *acquirer) refused(code, why string) {
	a.Helper()
	page, err := paynettest.Phone(a.T, a.net, paynet.WeChat).Scan(code)
	if err == nil || !strings.Contains(page.Text, why) || page.Answer != "" {
		a.Errorf("%+v, %v; want %q", page, err, why)
	}
}

// The customer pays once, whichever phone opens the code how often, and the answer is on the page of whoever opens it
// afterwards.
func TestOfflineCodePaidOnce(t *testing.T) {
	a := offline(t)
	o := offlineOrder("T0000001A0001", time.Now().Add(5*time.Minute))
	a.stands(o, txn.StatusWaiting)
	code, digest := a.issue(o)
	ph := paynettest.Phone(t, a.net, paynet.Alipay)
	page, err := ph.Scan(code)
	if err != nil || page.State != paynet.PageConfirm || page.Fen != 1234 || page.Answer != "" {
		t.Fatalf("%+v, %v", page, err)
	}
	a.stands(o, txn.StatusWaiting)
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	answer := ph.Page().Answer
	if !a.sealer.Matches(o.No, digest, answer) {
		t.Errorf("the answer %q is not that of the code", answer)
	}
	for _, wallet := range wallets {
		again, err := paynettest.Phone(t, a.net, wallet).Scan(strings.ToLower(code[:8]) + code[8:])
		if err != nil || again.State != paynet.PagePaid || again.Answer != answer {
			t.Errorf("%s opens it again: %+v, %v", wallet, again, err)
		}
	}
	if paid := a.stands(o, txn.StatusPaid); paid.Wallet != txn.Alipay || paid.Payer != txn.Yuan(1234) || paid.TransactionID == "" {
		t.Errorf("%+v", paid)
	}
	if account, _ := a.net.Ledger().Order(string(o.No)); account.Charges != 1 || account.Charged != 1234 {
		t.Errorf("%+v", account)
	}
	// Another code of the same order is the same payment, whose answer is not its own; with other facts it is refused.
	second, secondDigest := a.issue(o)
	page, err = ph.Scan(second)
	if err != nil || page.Answer != answer || a.sealer.Matches(o.No, secondDigest, page.Answer) {
		t.Errorf("a second code: %+v, %v", page, err)
	}
	o.Amount = txn.Yuan(1)
	other, _ := a.issue(o)
	a.refused(other, "不符")
	a.net.RevokeOfflineKey()
	a.refused(code, "无法识别")
	o.Amount = txn.Yuan(1234)
	a.stands(o, txn.StatusPaid) // what was paid under the key stays
}

func TestOfflineCodesThatAreNotOpened(t *testing.T) {
	a := offline(t)
	late := offlineOrder("T0000001A0001", time.Now().Add(-time.Second))
	code, _ := a.issue(late)
	a.refused(code, "已过期")
	code, _ = a.issue(offlineOrder("T0000001A0002", time.Now().Add(16*time.Minute)))
	a.refused(code, "时间不对")
	good, _ := a.issue(offlineOrder("T0000001A0003", time.Now().Add(time.Minute)))
	at := strings.LastIndexByte(good, '/') + 1
	for i := at; i < len(good); i++ {
		for _, c := range "A7" {
			if changed := good[:i] + string(c) + good[i+1:]; changed != good {
				a.refused(changed, "无法识别")
			}
		}
	}
	m := a.net.AggregatorMerchant()
	stranger, err := offlineqr.New(offlineqr.Config{
		Terminal: "T0000002", KeyNumber: 1, Key: offlineqr.File(m.OfflineKey), Page: m.OfflinePage,
	})
	if err != nil {
		t.Fatal(err)
	}
	code, _, err = stranger.Issue("T0000002A0001", txn.Yuan(1), time.Now().Add(time.Minute), 6)
	if err != nil {
		t.Fatal(err)
	}
	a.refused(code, "无法识别")
}

// What the platform has called unseen or expired is never paid afterwards.
func TestOfflineLastWord(t *testing.T) {
	a := offline(t)
	unseen := offlineOrder("T0000001A0001", time.Now().Add(30*time.Second))
	opened := offlineOrder("T0000001A0002", unseen.Expires)
	hidden, _ := a.issue(unseen)
	code, _ := a.issue(opened)
	ph := paynettest.Phone(t, a.net, paynet.WeChat)
	if _, err := ph.Scan(code); err != nil {
		t.Fatal(err)
	}
	a.stands(unseen, txn.StatusWaiting)
	a.stands(opened, txn.StatusWaiting)
	a.ahead.Store(int64(2 * time.Minute))
	if got := a.stands(unseen, txn.StatusClosed); got.Code != "UNSEEN" {
		t.Errorf("%+v", got)
	}
	if got := a.stands(opened, txn.StatusClosed); got.Code != "EXPIRED" {
		t.Errorf("%+v", got)
	}
	if err := ph.Confirm(); err == nil {
		t.Error("paid after its time")
	}
	a.ahead.Store(0) // its clock goes back, and its word stays
	a.refused(hidden, "已关闭")
	a.refused(code, "已关闭")
	a.stands(unseen, txn.StatusClosed)
}

// TestOfflineQueryBelievesOnlyOurs changes one thing of a signed success at a time.
func TestOfflineQueryBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	o := offlineOrder("T0000001A0003", time.Now().Add(time.Minute))
	good := strings.Replace(success(o), `"show"`, `"offline"`, 1)
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status
		fault          txn.Fault
	}{
		{"as it is", "", "", txn.StatusPaid, ""},
		{"another order", string(o.No), "T0000001A0004", txn.StatusMismatch, ""},
		{"another merchant", testMerchant, "M1000002", txn.StatusMismatch, ""},
		{"an ordinary order", `"offline"`, `"show"`, txn.StatusMismatch, ""},
		{"a fen less", `"amount":1234`, `"amount":1233`, txn.StatusMismatch, ""},
		{"dollars", "CNY", "USD", txn.StatusMismatch, ""},
		{"no amount", `"amount"`, `"x"`, "", txn.FaultUnverified},
		{"no kind", `"method"`, `"x"`, "", txn.FaultUnverified},
		{"no state", `"state"`, `"x"`, "", txn.FaultUnverified},
		{"no number", `"platform_id"`, `"x"`, "", txn.FaultUnverified},
		{"a state of another kind", "PAID", "CLOSED", "", txn.FaultUnverified},
		{"not yet", "PAID", "WAITING", txn.StatusWaiting, ""},
		{"too late", "PAID", "EXPIRED", txn.StatusClosed, ""},
		{"never", "PAID", "UNSEEN", txn.StatusClosed, ""},
		{"never, of another order", string(o.No) + `","paid_at":1795401296,"payer_paid":1200,"platform_id":"AGG20261123001","state":"PAID"`,
			`T0000001A0009","state":"UNSEEN"`, txn.StatusMismatch, ""},
		{"given back", "PAID", "REFUNDED", txn.StatusRefunded, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("there is no %s to change", tt.old)
			}
			s.say(200, strings.Replace(good, tt.old, tt.new, 1))
			a, err := c.Query(context.Background(), o)
			if a.Status != tt.status || pay.FaultOf(err) != tt.fault {
				t.Errorf("%+v, %v; want %q, %q", a, err, tt.status, tt.fault)
			}
			if a.Status != txn.StatusPaid && (a.TransactionID != "" || a.Payer.Fen != 0) {
				t.Errorf("facts of a payment: %+v", a)
			}
		})
	}
}
