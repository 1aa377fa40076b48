package aggregator_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/paynet"
)

// One code, two customers: both have scanned it, each with another wallet. The first to confirm is charged.
func ExampleClient_Show() {
	dir, err := os.MkdirTemp("", "aggregator")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	sandbox, err := paynet.Open(dir, paynet.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sandbox.Close()
	if _, err := sandbox.Start(""); err != nil {
		fmt.Println(err)
		return
	}
	m := sandbox.AggregatorMerchant()
	client, err := aggregator.New(aggregator.Config{
		BaseURL: m.BaseURL, RootCAs: aggregator.File(m.CA), MerchantID: m.MerchantID,
		KeyID: m.KeyID, PrivateKey: aggregator.File(m.PrivateKey),
		PlatformKeyID: m.PlatformKeyID, PlatformKey: aggregator.File(m.PlatformKey),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Now()
	order := txn.Order{
		No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1250), Created: now, Expires: now.Add(2 * time.Minute),
	}
	ctx := context.Background()

	shown, err := client.Show(ctx, order)
	fmt.Println(shown.Status, err)
	one, _ := sandbox.Phone(paynet.UnionPay)
	other, _ := sandbox.Phone(paynet.Alipay)
	for _, phone := range []*paynet.Phone{one, other} {
		page, err := phone.Scan(shown.CodeURL)
		fmt.Println(page.Text, page.Payee, page.Fen, err)
	}
	fmt.Println(one.Confirm())
	fmt.Println(other.Page().Text)
	answer, err := client.Query(ctx, order)
	fmt.Println(answer.Status, answer.Wallet, answer.Payer, err)
	// Output:
	// ready <nil>
	// 确认付款 惠民便利店 1250 <nil>
	// 确认付款 惠民便利店 1250 <nil>
	// <nil>
	// 订单已由他人支付，未扣您的款
	// paid unionpay ¥12.50 <nil>
}
