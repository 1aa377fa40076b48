package daybook_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

func at(clock string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, "2026-03-01 "+clock, txn.BusinessZone)
	if err != nil {
		panic(err)
	}
	return t
}

var day = at("15:00:00")

func order(no txn.OrderNo, network txn.NetworkID, fen int64, state txn.State, when time.Time) txn.Order {
	o := txn.Order{No: no, Network: network, Method: txn.Show, Amount: txn.Yuan(fen), State: state, Updated: when, Created: when}
	if state == txn.Paid {
		o.PaidAt = when
	}
	return o
}

func paid(order string, fen int64, when time.Time) reconcile.Line {
	return reconcile.Line{Kind: reconcile.Payment, Order: order, Transaction: "42" + order, Fen: fen, At: when}
}

// desk is one whose networks say what answers holds.
func desk(t *testing.T, orders []txn.Order, answers map[txn.NetworkID]pay.BillAnswer) *daybook.Desk {
	return &daybook.Desk{
		Networks: []daybook.Network{
			{ID: txn.WeChat, Merchant: reconciletest.WeChatMerchant}, {ID: txn.Alipay, Merchant: reconciletest.AlipayMerchant},
			{ID: txn.UnionPay, Merchant: reconciletest.UnionPayMerchant},
		},
		Orders: func(fn func(txn.Order) error) error {
			for _, o := range orders {
				if err := fn(o); err != nil {
					return err
				}
			}
			return nil
		},
		Bill: func(_ context.Context, id txn.NetworkID, _ time.Time) (pay.BillAnswer, error) {
			if a, ok := answers[id]; ok {
				return a, nil
			}
			return pay.BillAnswer{}, &pay.Error{Network: id, Op: txn.OpBill, Fault: txn.FaultNotSent}
		},
		Folder: filepath.Join(t.TempDir(), "stick"),
		Carry:  filepath.Join(t.TempDir(), daybook.CarryName),
	}
}

func bring(t *testing.T, d *daybook.Desk, name string, data []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(d.Folder, 0o700), os.WriteFile(filepath.Join(d.Folder, name), data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// said is a report in a line.
func said(r daybook.Report) string {
	var out []string
	for _, b := range r.Books {
		switch {
		case errors.Is(b.Err, daybook.ErrNotReady):
			out = append(out, fmt.Sprintf("%s waits", b.Network))
		case b.Err != nil:
			out = append(out, fmt.Sprintf("%s fails", b.Network))
		default:
			text := fmt.Sprintf("%s %d", b.Network, b.Result.Total().Bill.Payments)
			for _, d := range b.Result.Differences {
				text += fmt.Sprintf(" %s %s", d.Class, d.Key.Order)
			}
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}

var trade = []txn.Order{
	order("T1", txn.WeChat, 100, txn.Paid, at("09:00:00")),
	order("T2", txn.WeChat, 200, txn.Closed, at("09:01:00")),
	order("T3", txn.Alipay, 300, txn.Paid, at("09:02:00")),
	{No: "T4", Method: txn.Cash, Amount: txn.Yuan(400), State: txn.Paid, PaidAt: at("09:03:00")},
	order("T5", txn.WeChat, 500, txn.Paid, at("09:00:00").AddDate(0, -2, 0)),
}

// Networks stand each for itself: one agrees, one has not made its bill, one can't be reached.
func TestNetworksByThemselves(t *testing.T) {
	d := desk(t, trade, map[txn.NetworkID]pay.BillAnswer{
		txn.WeChat: {Status: txn.StatusReady, Name: "wx.csv", Data: reconciletest.WeChat([]reconcile.Line{paid("T1", 100, at("09:00:00"))})},
		txn.Alipay: {Status: txn.StatusWaiting},
	})
	r := d.Reconcile(context.Background(), day)
	if got := said(r); got != "wechat 1; alipay waits; unionpay fails" || r.Clean() || r.Err() == nil || r.Carry != nil {
		t.Errorf("%s, %v", got, r)
	}
	// No trade there, and trade here.
	d = desk(t, trade, map[txn.NetworkID]pay.BillAnswer{
		txn.WeChat: {Status: txn.StatusNotFound}, txn.Alipay: {Status: txn.StatusNotFound}, txn.UnionPay: {Status: txn.StatusNotFound},
	})
	if got := said(d.Reconcile(context.Background(), day)); got != "wechat 0 短款 T1; alipay 0 短款 T3; unionpay 0" {
		t.Error(got)
	}
}

// Where a network is out, its bill of the day is read from the stick, whatever else lies there.
func TestStick(t *testing.T) {
	d := desk(t, trade, nil)
	if got := said(d.Reconcile(context.Background(), day)); got != "wechat fails; alipay fails; unionpay fails" {
		t.Error("without a stick:", got)
	}
	lines := []reconcile.Line{paid("T1", 100, at("09:00:00")), paid("T5", 500, at("10:00:00"))}
	bring(t, d, "wx.csv", reconciletest.WeChat(lines))
	bring(t, d, "wx-yesterday.csv", reconciletest.WeChat([]reconcile.Line{paid("T9", 1, at("09:00:00").AddDate(0, 0, -1))}))
	bring(t, d, "ali.zip", reconciletest.Alipay(day, []reconcile.Line{paid("T3", 299, at("09:02:00"))}))
	bring(t, d, ".hidden", []byte("?"))
	// T5 is two months old and in this day's bill: it is found all the same, and is no 长款.
	if got := said(d.Reconcile(context.Background(), day)); got != "wechat 2 状态不符 T5; alipay 1 金额不符 T3; unionpay fails" {
		t.Error(got)
	}
}

// A file whose name can't be shown is no bill: reports and errors name their files, also on a technician's terminal.
func TestNamesThatCantBeShown(t *testing.T) {
	d := desk(t, trade, nil)
	bring(t, d, "\x1b[2Jwx.csv", reconciletest.WeChat([]reconcile.Line{paid("T1", 100, at("09:00:00"))}))
	if err := os.Symlink("nowhere", filepath.Join(d.Folder, "\u009b2J.csv")); err != nil {
		t.Fatal(err)
	}
	r := d.Reconcile(context.Background(), day)
	if got := said(r); got != "wechat fails; alipay fails; unionpay fails" || strings.ContainsAny(r.Err().Error(), "\x1b\u009b") {
		t.Errorf("%s: %q", got, r.Err())
	}
}

// Of a folder that somebody has filled with names no more are read than there is room for.
func TestFullFolder(t *testing.T) {
	d := desk(t, trade, nil)
	for i := range 1001 {
		bring(t, d, fmt.Sprintf(".%d", i), nil)
	}
	if err := d.Reconcile(context.Background(), day).Err(); !errors.Is(err, daybook.ErrFolder) || !strings.Contains(err.Error(), "1000 names") {
		t.Error(err)
	}
}

// A bad file names itself and what to do, leaves the others theirs, and writes nothing.
func TestBadFiles(t *testing.T) {
	good := reconciletest.WeChat([]reconcile.Line{paid("T1", 100, at("09:00:00"))})
	for name, tt := range map[string]struct {
		data []byte
		kind error
		line int
	}{
		"cut in half":         {good[:len(good)/2], reconcile.ErrTruncated, 2},
		"GBK":                 {[]byte(reconciletest.GBK(string(good[3:]))), reconcile.ErrEncoding, 1},
		"from a spreadsheet":  {[]byte(strings.ReplaceAll(string(good), "`", "")), reconcile.ErrValue, 2},
		"a list of something": {[]byte("a,b\n1,2\n"), reconcile.ErrFormat, 1},
	} {
		d := desk(t, trade, map[txn.NetworkID]pay.BillAnswer{
			txn.Alipay: {Status: txn.StatusReady, Name: "a.zip", Data: reconciletest.Alipay(day, []reconcile.Line{paid("T3", 300, at("09:02:00"))})},
		})
		bring(t, d, "bill.csv", tt.data)
		r := d.Reconcile(context.Background(), day)
		var e *reconcile.Error
		if err := r.Books[0].Err; !errors.Is(err, tt.kind) || !errors.As(err, &e) || e.Line != tt.line || e.File != "bill.csv" || e.Do() == "" {
			t.Errorf("%s: %v", name, err)
		}
		if got := said(r); got != "wechat fails; alipay 1; unionpay fails" {
			t.Errorf("%s: %s", name, got)
		}
		if _, err := daybook.ReadBill(filepath.Join(d.Folder, "bill.csv")); !errors.Is(err, tt.kind) {
			t.Errorf("%s: read by itself: %v", name, err)
		}
	}
	d := desk(t, trade, nil)
	other, err := reconcile.ReadWeChat("wx.csv", reconciletest.Merchant("1900000999").WeChat([]reconcile.Line{paid("T1", 100, at("09:00:00"))}))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := d.Files(day, []*reconcile.Bill{other}); err != nil || !errors.Is(r.Err(), reconcile.ErrMerchant) {
		t.Errorf("another merchant's: %v, %v", err, r.Err())
	}
	if r, err := d.Files(day.AddDate(0, 0, 1), []*reconcile.Bill{other}); err != nil || !errors.Is(r.Err(), reconcile.ErrMerchant) && !errors.Is(r.Err(), reconcile.ErrDay) {
		t.Errorf("another day's: %v, %v", err, r.Err())
	}
	if _, err := d.Files(day, []*reconcile.Bill{other, other}); err == nil {
		t.Error("the same network twice was taken")
	}
	if _, err := os.Stat(d.Carry); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

// What is in doubt waits in the file for the next day, and a day that is done again says the same.
func TestCarry(t *testing.T) {
	orders := []txn.Order{order("T1", txn.WeChat, 100, txn.Paid, at("23:59:58"))}
	first := map[txn.NetworkID]pay.BillAnswer{txn.WeChat: {Status: txn.StatusNotFound}}
	next := map[txn.NetworkID]pay.BillAnswer{txn.WeChat: {
		Status: txn.StatusReady, Name: "wx.csv", Data: reconciletest.WeChat([]reconcile.Line{paid("T1", 100, at("00:00:02").AddDate(0, 0, 1))}),
	}}
	d := desk(t, orders, first)
	d.Networks = d.Networks[:1]
	for range 2 {
		r := d.Reconcile(context.Background(), day)
		if said(r) != "wechat 0 存疑 T1" || !r.Clean() || r.Carry != nil {
			t.Fatalf("%s, %v", said(r), r.Carry)
		}
	}
	text, err := os.ReadFile(d.Carry)
	if err != nil || !strings.Contains(string(text), "2026-03-01") {
		t.Fatalf("%s, %v", text, err)
	}
	after := desk(t, orders, next)
	after.Networks, after.Carry = d.Networks, d.Carry
	for range 2 {
		r := after.Reconcile(context.Background(), day.AddDate(0, 0, 1))
		if said(r) != "wechat 1" || r.Books[0].Result.Carried != 1 {
			t.Fatal(said(r))
		}
	}
	// Without the file, and with a damaged one, the day still has its result; what waited is not known.
	if err := os.WriteFile(d.Carry, text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	r := after.Reconcile(context.Background(), day.AddDate(0, 0, 1))
	if r.Carry == nil || r.Books[0].Err != nil {
		t.Errorf("a damaged file: %v, %v", r.Carry, r.Books[0].Err)
	}
	if r = after.Reconcile(context.Background(), day.AddDate(0, 0, 1)); r.Carry != nil {
		t.Errorf("it stays damaged: %v", r.Carry)
	}
	// Weeks later only the last days are kept.
	for n := range 30 {
		d.Reconcile(context.Background(), day.AddDate(0, 0, n))
	}
	if text, _ := os.ReadFile(d.Carry); strings.Contains(string(text), "2026-03-01") || !strings.Contains(string(text), "2026-03-30") {
		t.Errorf("%.200s", text)
	}
}

// What newer firmware hands on is left to it, as its journal is: the day still has its result.
func TestCarryOfNewerFirmware(t *testing.T) {
	d := desk(t, nil, map[txn.NetworkID]pay.BillAnswer{txn.WeChat: {Status: txn.StatusNotFound}})
	d.Networks = d.Networks[:1]
	const newer = `{"version":2,"days":"in another way"}`
	if err := os.WriteFile(d.Carry, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	r := d.Reconcile(context.Background(), day)
	if r.Books[0].Err != nil || r.Carry == nil || !strings.Contains(r.Carry.Error(), "version 2") {
		t.Errorf("%v, %v", r.Books[0].Err, r.Carry)
	}
	if text, err := os.ReadFile(d.Carry); err != nil || string(text) != newer {
		t.Errorf("it is now %s, %v", text, err)
	}
}

// UnionPay's day ends at 23:00: what is paid after that waits for the next bill, and is none of the terminal's worries.
func TestClearingDay(t *testing.T) {
	orders := []txn.Order{order("T1", txn.UnionPay, 100, txn.Paid, at("23:20:00"))}
	d := desk(t, orders, map[txn.NetworkID]pay.BillAnswer{txn.UnionPay: {Status: txn.StatusNotFound}})
	d.Networks = d.Networks[2:]
	if got := said(d.Reconcile(context.Background(), day)); got != "unionpay 0 存疑 T1" {
		t.Fatal(got)
	}
	name, data := reconciletest.UnionPay(day.AddDate(0, 0, 1), []reconcile.Line{paid("T1", 100, at("23:20:00"))})
	next := desk(t, orders, map[txn.NetworkID]pay.BillAnswer{txn.UnionPay: {Status: txn.StatusReady, Name: name, Data: data}})
	next.Networks, next.Carry = d.Networks, d.Carry
	if got := said(next.Reconcile(context.Background(), day.AddDate(0, 0, 1))); got != "unionpay 1" {
		t.Error(got)
	}
}

// A journal that can't be read gives nobody a result.
func TestJournalUnreadable(t *testing.T) {
	d := desk(t, nil, map[txn.NetworkID]pay.BillAnswer{txn.WeChat: {Status: txn.StatusNotFound}})
	d.Orders = func(func(txn.Order) error) error { return txn.ErrJournalDamaged }
	if r := d.Reconcile(context.Background(), day); !errors.Is(r.Books[0].Err, txn.ErrJournalDamaged) {
		t.Error(r.Books[0].Err)
	}
}
