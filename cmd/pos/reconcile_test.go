package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/wechat"
	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// till is a folder with a profile and a journal.
type till struct {
	*testing.T
	dir, profile string
}

func newTill(t *testing.T, networks string) till {
	x := till{t, t.TempDir(), ""}
	x.profile = x.write("profile.toml", []byte(minimal+networks))
	return x
}

func (x till) write(name string, text []byte) string {
	x.Helper()
	path := filepath.Join(x.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		x.Fatal(err)
	}
	return path
}

func (x till) open() *store.Journal {
	x.Helper()
	j, err := store.Open(filepath.Join(x.dir, "data"), store.Config{Terminal: "T1"})
	if err != nil {
		x.Fatal(err)
	}
	return j
}

// sold writes a paid order down and returns it; pay is asked between intent and outcome.
func (x till) sold(fen int64, when time.Time, pay func(txn.Order) txn.Answer) txn.Order {
	x.Helper()
	j := x.open()
	defer j.Close()
	o, err := j.Commit(&txn.Intent{Network: txn.WeChat, Method: txn.Scan, Amount: txn.Yuan(fen), Operator: "01", Created: when})
	if err != nil {
		x.Fatal(err)
	}
	a := txn.Answer{TransactionID: "42" + string(o.No), PaidAt: when}
	if pay != nil {
		a = pay(o)
	}
	o, err = j.Commit(&txn.Outcome{Order: o.No, State: txn.Paid, TransactionID: a.TransactionID, Payer: o.Amount, PaidAt: a.PaidAt, At: when})
	if err != nil {
		x.Fatal(err)
	}
	return o
}

// reconcile runs the command and checks its exit code and what it says, here or there.
func (x till) reconcile(code int, args string, want ...string) string {
	x.Helper()
	var stdout, stderr bytes.Buffer
	got := run(append([]string{"reconcile", "-profile", x.profile}, strings.Fields(args)...), nil, &stdout, &stderr)
	all := stdout.String() + stderr.String()
	if got != code {
		x.Fatalf("exit %d, want %d:\n%s", got, code, all)
	}
	for _, w := range want {
		if !strings.Contains(all, w) {
			x.Errorf("nothing says %q:\n%s", w, all)
		}
	}
	return stdout.String()
}

func TestReconcileFiles(t *testing.T) {
	x := newTill(t, noKeys)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, txn.BusinessZone)
	a, b := x.sold(1250, noon, nil), x.sold(300, noon.Add(time.Minute), nil)
	line := func(o txn.Order) reconcile.Line {
		return reconcile.Line{Kind: reconcile.Payment, Order: string(o.No), Transaction: o.TransactionID, Fen: o.Amount.Fen, At: o.PaidAt}
	}
	merchant := reconciletest.Merchant("1900000001")
	whole := merchant.WeChat([]reconcile.Line{line(a), line(b)})
	good := x.write("good.csv", whole)
	less := line(b)
	less.Fen = 299
	short := x.write("short.csv", merchant.WeChat([]reconcile.Line{less}))
	half := x.write("half.csv", whole[:len(whole)-20])
	other := x.write("other.csv", reconciletest.WeChat([]reconcile.Line{line(a)}))

	x.reconcile(exitMatched, good, "2026-03-01 wechat good.csv", "收款 2 笔 ¥15.50", "相符 2 笔", "短款 0 笔")
	out := x.reconcile(exitDifferent, "-day 2026-03-01 "+short, "短款 1 笔", "金额不符 1 笔", string(a.No), "本机 ¥12.50 账单 无", "本机 ¥3.00 账单 ¥2.99", "联系支付平台")
	if strings.Index(out, "短款") > strings.Index(out, "金额不符") {
		t.Errorf("not sorted by class:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(x.dir, "data", "reconcile.json")); err != nil {
		t.Errorf("nothing is handed on to the next day: %v", err)
	}
	x.reconcile(exitCouldNot, half, `"half.csv" line`, "download it again")
	x.reconcile(exitCouldNot, other, "another merchant's", "1900000001", "check the merchant number")
	x.reconcile(exitCouldNot, "-day 2026-03-02 "+good, "another day's", "2026-03-01")
	x.reconcile(exitCouldNot, good+" "+short, "a second bill of wechat")
	x.reconcile(exitCouldNot, filepath.Join(x.dir, "none.csv"), "no such file")
	x.reconcile(exitCouldNot, x.dir, "not a file")
	x.reconcile(exitCouldNot, "-day yesterday", "2026-11-27")
	x.reconcile(exitUsage, "-days 1", "pos reconcile")
	j := x.open()
	defer j.Close()
	x.reconcile(exitCouldNot, good, "菜单 6")
}

// Whoever hands over a stick has chosen the names on it, too.
func TestReconcileHostileName(t *testing.T) {
	x := newTill(t, noKeys)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, txn.BusinessZone)
	o := x.sold(1250, noon, nil)
	line := reconcile.Line{Kind: reconcile.Payment, Order: string(o.No), Transaction: o.TransactionID, Fen: 1250, At: o.PaidAt}
	good := x.write("\x1b[2Jgood.csv", reconciletest.Merchant("1900000001").WeChat([]reconcile.Line{line}))
	for _, args := range []string{good, good + ".none"} {
		var stdout, stderr bytes.Buffer
		run([]string{"reconcile", "-profile", x.profile, args}, nil, &stdout, &stderr)
		if all := stdout.String() + stderr.String(); strings.Contains(all, "\x1b") || !strings.Contains(all, `good.csv`) {
			t.Errorf("it says %q", all)
		}
	}
}

// A day from the networks: what the journal and the network's ledger say of one real payment.
func TestReconcileFetched(t *testing.T) {
	net := paynettest.Start(t, paynet.Options{})
	net.BillsAtOnce(true)
	m := net.WeChatMerchant()
	client, err := wechat.New(wechat.Config{
		MerchantID: m.MerchantID, AppID: m.AppID, Serial: m.Serial, PrivateKey: wechat.File(m.PrivateKey),
		PublicKeyID: m.PublicKeyID, PublicKey: wechat.File(m.PublicKey), NotifyURL: m.NotifyURL, BaseURL: m.BaseURL, RootCAs: wechat.File(m.CA),
	})
	if err != nil {
		t.Fatal(err)
	}
	x := newTill(t, fmt.Sprintf("[networks.wechat]\nbase_url = %q\nca = %q\nmerchant_id = %q\napp_id = %q\nserial = %q\nprivate_key = %q\n"+
		"api_v3_key = %q\npublic_key_id = %q\npublic_key = %q\nnotify_url = %q\n",
		m.BaseURL, m.CA, m.MerchantID, m.AppID, m.Serial, m.PrivateKey, m.APIv3Key, m.PublicKeyID, m.PublicKey, m.NotifyURL))
	o := x.sold(1250, time.Now(), func(o txn.Order) txn.Answer {
		code, err := paynettest.Phone(t, net, paynet.WeChat).Code()
		if err != nil {
			t.Fatal(err)
		}
		a, err := client.Scan(context.Background(), o, txn.NewPaymentCode(code))
		if err != nil || a.Status != txn.StatusPaid {
			t.Fatal(a, err)
		}
		return a
	})
	day := "-day " + o.PaidAt.In(txn.BusinessZone).Format(time.DateOnly)
	x.reconcile(exitMatched, day, m.MerchantID+"All", "收款 1 笔 ¥12.50", "相符 1 笔")
	if err := net.BendBill(paynet.BillAmount); err != nil {
		t.Fatal(err)
	}
	x.reconcile(exitDifferent, day, "金额不符 1 笔", string(o.No), "账单 ¥12.49")
	net.BillsAtOnce(false)
	x.reconcile(exitCouldNot, day, "not made yet")
	if err := net.SetFault(paynet.Fault{Kind: paynet.FaultDown}); err != nil {
		t.Fatal(err)
	}
	x.reconcile(exitCouldNot, day, "not-sent")
}
