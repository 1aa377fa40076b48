package alipay_test

import (
	"context"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
)

func order(no string, method txn.Method, fen int64) txn.Order {
	return paytest.NewOrder(txn.Alipay, no, method, fen)
}

func phone(t testing.TB, net *paynet.Paynet) *paynet.Phone {
	return paynettest.Phone(t, net, paynet.Alipay)
}

// sandbox starts a paynet and a client of it.
func sandbox(t testing.TB, opt paynet.Options, set func(*alipay.Config)) (*paynet.Paynet, *alipay.Client) {
	t.Helper()
	net := paynettest.Start(t, opt)
	cfg := config(net)
	if set != nil {
		set(&cfg)
	}
	c, err := alipay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return net, c
}

func config(net *paynet.Paynet) alipay.Config {
	m := net.AlipayMerchant()
	return alipay.Config{
		AppID: m.AppID, SellerID: m.SellerID, PrivateKey: alipay.File(m.PrivateKey), PublicKey: alipay.File(m.AlipayPublicKey),
		BaseURL: m.BaseURL, RootCAs: alipay.File(m.CA),
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
	for _, ask := range []func(context.Context, txn.Order) (txn.Answer, error){c.Query, c.Close} {
		if q, err := ask(ctx, o); err != nil || q.Status != txn.StatusNotFound || q.Code != "ACQ.TRADE_NOT_EXIST" {
			t.Fatal("before the customer has scanned:", q, err)
		}
	}
	ph := phone(t, net)
	page, err := ph.Scan(a.CodeURL)
	if err != nil || page.Fen != 1234 || page.Payee != "惠民便利店" {
		t.Fatal(page, err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusWaiting || q.Code != "WAIT_BUYER_PAY" {
		t.Fatal(q, err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	q, err := c.Query(ctx, o)
	if err != nil || q.Status != txn.StatusPaid || q.Payer != txn.Yuan(1234) || q.TransactionID == "" || q.PaidAt.IsZero() {
		t.Fatal(q, err)
	}
	if a, err := c.Close(ctx, o); err != nil || a.Status != txn.StatusRefused || a.Code != "ACQ.TRADE_STATUS_ERROR" {
		t.Fatal("close of a paid order:", a, err)
	}
}

// TestCodeEnds lets the network's clock run on: a code that nobody scanned can't be paid after the order's expiry,
// which is all that ends it.
func TestCodeEnds(t *testing.T) {
	ahead := time.Duration(0)
	net, c := sandbox(t, paynet.Options{Clock: func() time.Time { return time.Now().Add(ahead) }}, nil)
	o := order("T0000001A0003", txn.Show, 1)
	a, err := c.Show(context.Background(), o)
	if err != nil || !net.Payable(a.CodeURL) {
		t.Fatal(a, err)
	}
	ahead = time.Until(o.Expires)
	if net.Payable(a.CodeURL) {
		t.Error("payable after its expiry")
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
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusPaid || q.TransactionID != a.TransactionID || !q.PaidAt.Equal(a.PaidAt) {
		t.Fatal(q, err)
	}
	if r, err := c.Reverse(ctx, o); err != nil || r.Status != txn.StatusAccepted || r.Code != "REFUND" {
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
