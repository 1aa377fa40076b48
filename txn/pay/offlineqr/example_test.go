package offlineqr_test

import (
	"bytes"
	"fmt"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

// A sale without a network, from the code to the answer. What the comments call a commit is the journal's, and
// package txn decides on it.
func Example() {
	key, err := offlineqr.NewKey(bytes.Repeat([]byte{0x11}, offlineqr.KeySize))
	if err != nil {
		fmt.Println(err)
		return
	}
	terminal, err := offlineqr.NewSealer("T0000001", 1, key, "https://pay.example.cn/O")
	if err != nil {
		fmt.Println(err)
		return
	}

	// The intent is on disk and has a number: the terminal makes a code. Commit: its digest. Then it is shown.
	order := txn.OrderNo("T00000017Q3KZ9XB00000042")
	text, digest, err := terminal.Issue(order, txn.Yuan(1250), time.Now().Add(5*time.Minute), 6)
	fmt.Println("issued:", len(text), "characters,", err)

	// The acquirer opens it, has the customer pay, and shows the answer on its page.
	from, c, err := offlineqr.Open(text, func(string, uint8) (offlineqr.Key, bool) { return key, true })
	fmt.Println("acquirer:", from, c.Order.Short(), c.Amount, c.Answer, err)

	// The cashier keys it in. Commit the try, then compare, then commit that it is unconfirmed.
	fmt.Println("right:", terminal.Matches(order, digest, c.Answer.Reveal()))
	// Output:
	// issued: 153 characters, <nil>
	// acquirer: T0000001 000042 ¥12.50 ****** <nil>
	// right: true
}
