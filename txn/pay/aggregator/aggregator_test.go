package aggregator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
)

func order(no string, method txn.Method, fen int64) txn.Order {
	return paytest.NewOrder(txn.Aggregator, no, method, fen)
}

// wallets are those whose phones the sandbox has.
var wallets = []string{paynet.WeChat, paynet.Alipay, paynet.UnionPay}

// sandbox starts a paynet and a client of it.
func sandbox(t testing.TB, opt paynet.Options, set func(*aggregator.Config)) (*paynet.Paynet, *aggregator.Client) {
	t.Helper()
	net := paynettest.Start(t, opt)
	cfg := config(net)
	if set != nil {
		set(&cfg)
	}
	c, err := aggregator.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return net, c
}

func config(net *paynet.Paynet) aggregator.Config {
	m := net.AggregatorMerchant()
	return aggregator.Config{
		BaseURL: m.BaseURL, MerchantID: m.MerchantID,
		KeyID: m.KeyID, PrivateKey: aggregator.File(m.PrivateKey),
		PlatformKeyID: m.PlatformKeyID, PlatformKey: aggregator.File(m.PlatformKey),
		RootCAs: aggregator.File(m.CA),
		Timeout: 5 * time.Second, Terminal: "T0000001", Description: "惠民便利店",
	}
}

// TestEveryWallet shows the same kind of code to each wallet, and scans each wallet's.
func TestEveryWallet(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx := context.Background()
	for i, wallet := range wallets {
		ph := paynettest.Phone(t, net, wallet)
		o := order("T0000001A000"+string(rune('1'+i)), txn.Show, 1234)
		shown, err := c.Show(ctx, o)
		if err != nil || !strings.HasPrefix(shown.CodeURL, "https://127.0.0.1:") {
			t.Fatal(shown, err)
		}
		ph.SetCoupon(34)
		if _, err := ph.Scan(shown.CodeURL); err != nil {
			t.Fatal(err)
		}
		if err := ph.Confirm(); err != nil {
			t.Fatal(err)
		}
		a, err := c.Query(ctx, o)
		if err != nil || a.Status != txn.StatusPaid || a.Wallet != txn.NetworkID(wallet) || a.Payer != txn.Yuan(1200) ||
			!strings.HasPrefix(a.TransactionID, "AGG") || a.WalletID == "" || a.PaidAt.IsZero() {
			t.Errorf("shown to %s: %+v, %v", wallet, a, err)
		}

		code, err := ph.Code()
		if err != nil {
			t.Fatal(err)
		}
		o = order("T0000001B000"+string(rune('1'+i)), txn.Scan, 1234)
		s, err := c.Scan(ctx, o, txn.NewPaymentCode(code))
		if err != nil || s.Status != txn.StatusPaid || s.Wallet != txn.NetworkID(wallet) || s.TransactionID == a.TransactionID {
			t.Errorf("scanned from %s: %+v, %v", wallet, s, err)
		}
		if q, err := c.Query(ctx, o); err != nil || q != s {
			t.Errorf("the query says otherwise: %+v, %v", q, err)
		}
	}
}

// TestTwoPhones has two customers with the page open. The first to confirm pays, the other is told.
func TestTwoPhones(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o := context.Background(), order("T0000001A0010", txn.Show, 500)
	shown, err := c.Show(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	first, second := paynettest.Phone(t, net, paynet.Alipay), paynettest.Phone(t, net, paynet.WeChat)
	for _, ph := range []*paynet.Phone{first, second} {
		if _, err := ph.Scan(shown.CodeURL); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Confirm(); err != nil {
		t.Fatal(err)
	}
	if err := second.Confirm(); err == nil || second.Page().Text != "订单已由他人支付，未扣您的款" {
		t.Errorf("the second: %v, %+v", err, second.Page())
	}
	if a, err := c.Query(ctx, o); err != nil || a.Status != txn.StatusPaid || a.Wallet != txn.Alipay {
		t.Error(a, err)
	}
	if l := net.Ledger(); l.Charged != 500 || len(l.Entries) != 1 {
		t.Errorf("%+v", l)
	}
}

// TestClockOff sells at a terminal whose clock is minutes off: the order's life is counted by the platform's clock.
func TestClockOff(t *testing.T) {
	for _, off := range []time.Duration{-4 * time.Minute, 2 * time.Minute} {
		ahead := off
		net, c := sandbox(t, paynet.Options{Clock: func() time.Time { return time.Now().Add(ahead) }}, nil)
		ctx, o := context.Background(), order("T0000001A0011", txn.Show, 1)
		shown, err := c.Show(ctx, o)
		if err != nil || !net.Payable(shown.CodeURL) {
			t.Fatal(shown, err)
		}
		ahead += 121 * time.Second
		if a, err := c.Query(ctx, o); err != nil || a.Status != txn.StatusClosed || net.Payable(shown.CodeURL) {
			t.Error(a, err)
		}
	}
}
