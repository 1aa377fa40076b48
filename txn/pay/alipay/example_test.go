package alipay_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/paynet"
)

// A sale by a shown code, with the sandbox as Alipay and a phone as the customer. Before the customer has scanned,
// Alipay knows no such trade.
func ExampleClient_Show() {
	dir, err := os.MkdirTemp("", "alipay")
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
	m := sandbox.AlipayMerchant()
	client, err := alipay.New(alipay.Config{
		AppID: m.AppID, PrivateKey: alipay.File(m.PrivateKey), PublicKey: alipay.File(m.AlipayPublicKey),
		BaseURL: m.BaseURL, RootCAs: alipay.File(m.CA),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1250), Expires: time.Now().Add(2 * time.Minute)}
	ctx := context.Background()

	shown, err := client.Show(ctx, order)
	fmt.Println(shown.Status, err)
	answer, err := client.Query(ctx, order)
	fmt.Println(answer.Status, answer.Code, err)
	phone, _ := sandbox.Phone(paynet.Alipay)
	page, _ := phone.Scan(shown.CodeURL)
	fmt.Println(page.Text, page.Payee, page.Fen)
	_ = phone.Confirm()
	answer, err = client.Query(ctx, order)
	fmt.Println(answer.Status, answer.Payer, err)
	// Output:
	// ready <nil>
	// not-found ACQ.TRADE_NOT_EXIST <nil>
	// 确认付款 惠民便利店 1250
	// paid ¥12.50 <nil>
}
