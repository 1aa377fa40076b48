package unionpay_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
	"smartpos/txn/pay/unionpay"
)

// sandbox starts a paynet and a client of it.
func sandbox(t testing.TB, opt paynet.Options, set func(*unionpay.Config)) (*paynet.Paynet, *unionpay.Client) {
	t.Helper()
	net := paynettest.Start(t, opt)
	cfg := config(net)
	if set != nil {
		set(&cfg)
	}
	c, err := unionpay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return net, c
}

func config(net *paynet.Paynet) unionpay.Config {
	m := net.UnionPayMerchant()
	return unionpay.Config{
		MerchantID: m.MerchantID, PrivateKey: unionpay.File(m.PrivateKey), Certificate: unionpay.File(m.Certificate),
		Root: unionpay.File(m.Root), Middle: unionpay.File(m.Middle), NotifyURL: m.NotifyURL,
		BaseURL: m.BaseURL, RootCAs: unionpay.File(m.CA), Timeout: 5 * time.Second,
	}
}

// now is an order that the sandbox's clock takes for a new one.
func now(no string, method txn.Method, fen int64) txn.Order {
	return paytest.NewOrder(txn.UnionPay, no, method, fen)
}

func phone(t testing.TB, net *paynet.Paynet) *paynet.Phone {
	return paynettest.Phone(t, net, paynet.UnionPay)
}

func TestShowPaid(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o := context.Background(), now("T0000001A0001", txn.Show, 1234)
	a, err := c.Show(ctx, o)
	if err != nil || a.Status != txn.StatusReady {
		t.Fatal(a, err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusNotFound || q.Code != "UP34" {
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
	if a, err := c.Close(ctx, o); err != nil || a.Status != txn.StatusPaid || a.TransactionID != q.TransactionID {
		t.Fatal("close of a paid order:", a, err)
	}
}

func TestScanPaid(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o, ph := context.Background(), now("T0000001A0002", txn.Scan, 2500), phone(t, net)
	ph.SetCoupon(500)
	code, err := ph.Code()
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.Scan(ctx, o, txn.NewPaymentCode(code))
	if err != nil || a.Status != txn.StatusPaid || a.Payer != txn.Yuan(2000) {
		t.Fatal(a, err)
	}
	if r, err := c.Reverse(ctx, o); err != nil || r.Status != txn.StatusAccepted {
		t.Fatal(r, err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusReversed || q.Code != "UP46" {
		t.Fatal(q, err)
	}
	acc, ok := net.Ledger().Order(string(o.No))
	if !ok || acc.Charges != 1 || acc.Charged != 2000 || acc.GivenBack != 2000 {
		t.Fatalf("%+v", acc)
	}
}

// TestAfterRestart asks for and reverses an order with nothing but what the journal kept of it.
func TestAfterRestart(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o, ph := context.Background(), now("T0000001A0003", txn.Scan, 2500), phone(t, net)
	code, _ := ph.Code()
	if a, err := c.Scan(ctx, o, txn.NewPaymentCode(code)); err != nil || a.Status != txn.StatusPaid {
		t.Fatal(a, err)
	}
	text, err := json.Marshal(&txn.Intent{
		No: o.No, Sale: o.No, Network: o.Network, Method: o.Method, Amount: o.Amount,
		Operator: "01", Created: o.Created, Expires: o.Expires,
	})
	if err != nil {
		t.Fatal(err)
	}
	record := txn.NewRecord(txn.TypeIntent)
	if err := json.Unmarshal(text, record); err != nil {
		t.Fatal(err)
	}
	again, err := txn.Order{}.Apply(record)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := c.Query(ctx, again); err != nil || a.Status != txn.StatusPaid {
		t.Fatal(a, err)
	}
	if a, err := c.Reverse(ctx, again); err != nil || a.Status != txn.StatusAccepted {
		t.Fatal(a, err)
	}
	fresh := again
	fresh.Created = fresh.Created.Add(time.Second)
	if a, err := c.Query(ctx, fresh); err != nil || a.Status != txn.StatusNotFound {
		t.Error("the order under another time:", a, err)
	}
}
