package unionpay_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/unionpay"
)

// A sale by a shown code, with the sandbox as UnionPay and a phone as the customer.
func ExampleClient_Show() {
	dir, err := os.MkdirTemp("", "unionpay")
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
	m := sandbox.UnionPayMerchant()
	client, err := unionpay.New(unionpay.Config{
		MerchantID: m.MerchantID, PrivateKey: unionpay.File(m.PrivateKey), Certificate: unionpay.File(m.Certificate),
		Root: unionpay.File(m.Root), Middle: unionpay.File(m.Middle), BaseURL: m.BaseURL, RootCAs: unionpay.File(m.CA),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Now()
	order := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1250), Created: now, Expires: now.Add(2 * time.Minute)}
	ctx := context.Background()

	shown, err := client.Show(ctx, order)
	fmt.Println(shown.Status, err)
	answer, err := client.Query(ctx, order)
	fmt.Println(answer.Status, answer.Code, err) // nobody has paid it
	phone, _ := sandbox.Phone(paynet.UnionPay)
	page, _ := phone.Scan(shown.CodeURL)
	fmt.Println(page.Text, page.Payee, page.Fen)
	_ = phone.Confirm()
	answer, err = client.Query(ctx, order)
	fmt.Println(answer.Status, answer.Payer, err)
	// Output:
	// ready <nil>
	// not-found UP34 <nil>
	// 确认付款 惠民便利店 1250
	// paid ¥12.50 <nil>
}
