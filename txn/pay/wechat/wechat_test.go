package wechat_test

import (
	"context"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
	"smartpos/txn/pay/wechat"
)

func order(no string, method txn.Method, fen int64) txn.Order {
	return paytest.NewOrder(txn.WeChat, no, method, fen)
}

func phone(t testing.TB, net *paynet.Paynet) *paynet.Phone {
	return paynettest.Phone(t, net, paynet.WeChat)
}

// sandbox starts a paynet and a client of it.
func sandbox(t testing.TB, opt paynet.Options, set func(*wechat.Config)) (*paynet.Paynet, *wechat.Client) {
	t.Helper()
	net := paynettest.Start(t, opt)
	cfg := config(net)
	if set != nil {
		set(&cfg)
	}
	c, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return net, c
}

func config(net *paynet.Paynet) wechat.Config {
	m := net.WeChatMerchant()
	return wechat.Config{
		MerchantID: m.MerchantID, AppID: m.AppID, Serial: m.Serial,
		PrivateKey: wechat.File(m.PrivateKey), APIv3Key: wechat.File(m.APIv3Key),
		PublicKeyID: m.PublicKeyID, PublicKey: wechat.File(m.PublicKey),
		NotifyURL: m.NotifyURL, BaseURL: m.BaseURL, RootCAs: wechat.File(m.CA),
		Timeout: 5 * time.Second, Terminal: "T0000001", Description: "惠民便利店",
	}
}

func TestShowPaid(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o := context.Background(), order("T0000001A0001", txn.Show, 1234)
	a, err := c.Show(ctx, o)
	if err != nil || a.Status != txn.StatusReady {
		t.Fatal(a, err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusWaiting || q.Code != "NOTPAY" {
		t.Fatal(q, err)
	}
	ph := phone(t, net)
	page, err := ph.Scan(a.CodeURL)
	if err != nil || page.Fen != 1234 || page.Payee != "惠民便利店" {
		t.Fatal(page, err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	q, err := c.Query(ctx, o)
	if err != nil || q.Status != txn.StatusPaid || q.Payer != txn.Yuan(1234) || q.TransactionID == "" || q.PaidAt.IsZero() {
		t.Fatal(q, err)
	}
	if a, err := c.Close(ctx, o); err != nil || a.Status != txn.StatusRefused || a.Code != "ORDERPAID" {
		t.Fatal("close of a paid order:", a, err)
	}
}

func TestScanPaid(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o, ph := context.Background(), order("T0000001A0002", txn.Scan, 2500), phone(t, net)
	ph.SetCoupon(500)
	code, err := ph.Code()
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.Scan(ctx, o, txn.NewPaymentCode(code))
	if err != nil || a.Status != txn.StatusPaid || a.Payer != txn.Yuan(2000) {
		t.Fatal(a, err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusPaid || q.TransactionID != a.TransactionID {
		t.Fatal(q, err)
	}
	if r, err := c.Reverse(ctx, o); err != nil || r.Status != txn.StatusAccepted {
		t.Fatal(r, err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusReversed {
		t.Fatal(q, err)
	}
	acc, ok := net.Ledger().Order(string(o.No))
	if !ok || acc.Charges != 1 || acc.Charged != 2000 || acc.GivenBack != 2000 {
		t.Fatalf("%+v", acc)
	}
}
