package paynet_test

import (
	"fmt"
	"os"

	"smartpos/txn/pay/paynet"
)

// A customer's phone reads a QR code that is none of WeChat's.
func ExamplePhone() {
	dir, err := os.MkdirTemp("", "paynet")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	sandbox, err := paynet.Open(dir, paynet.Options{MerchantName: "惠民便利店"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sandbox.Close()

	phone, _ := sandbox.Phone(paynet.WeChat)
	_, err = phone.Scan("https://example.com")
	fmt.Println(err)
	code, _ := phone.Code()
	fmt.Println(len(code), code[:2], phone.Page().Text)
	fmt.Println(sandbox.Ledger().Charged)
	// Output:
	// paynet: phone: 无法识别的二维码
	// 18 13 向商家付款
	// 0
}
