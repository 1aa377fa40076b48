package wechat_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/wechat"
)

// A sale by a shown code, with the sandbox as WeChat Pay and a phone as the customer.
func ExampleClient_Show() {
	dir, err := os.MkdirTemp("", "wechat")
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
	m := sandbox.WeChatMerchant()
	client, err := wechat.New(wechat.Config{
		MerchantID: m.MerchantID, AppID: m.AppID, Serial: m.Serial, PrivateKey: wechat.File(m.PrivateKey),
		PublicKeyID: m.PublicKeyID, PublicKey: wechat.File(m.PublicKey), NotifyURL: m.NotifyURL,
		BaseURL: m.BaseURL, RootCAs: wechat.File(m.CA),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1250), Expires: time.Now().Add(2 * time.Minute)}
	ctx := context.Background()

	shown, err := client.Show(ctx, order)
	fmt.Println(shown.Status, err)
	phone, _ := sandbox.Phone(paynet.WeChat)
	page, _ := phone.Scan(shown.CodeURL)
	fmt.Println(page.Text, page.Payee, page.Fen)
	_ = phone.Confirm()
	answer, err := client.Query(ctx, order)
	fmt.Println(answer.Status, answer.Payer, err)
	// Output:
	// ready <nil>
	// 确认付款 惠民便利店 1250
	// paid ¥12.50 <nil>
}

// A shop's server decodes what WeChat Pay calls back with, and compares it with the order.
func ExampleClient_ParseNotification() {
	dir, err := os.MkdirTemp("", "wechat")
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
	client, err := wechat.New(config(sandbox))
	if err != nil {
		fmt.Println(err)
		return
	}
	order := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1250), Expires: time.Now().Add(2 * time.Minute)}
	ctx := context.Background()
	shown, _ := client.Show(ctx, order)
	phone, _ := sandbox.Phone(paynet.WeChat)
	_, _ = phone.Scan(shown.CodeURL)
	_ = phone.Confirm()

	header, body, _ := sandbox.WeChatNotification(string(order.No)) // what comes to notify_url
	n, err := client.ParseNotification(ctx, header, body)
	fmt.Println(n.Event, n.Order, err)
	answer, err := n.Answer(order)
	fmt.Println(answer.Status, answer.Payer, err)
	// Output:
	// TRANSACTION.SUCCESS T0000001A0001 <nil>
	// paid ¥12.50 <nil>
}
