package offlineqr_test

import (
	"bytes"
	"fmt"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

// A sale without a network, from the code to the answer. What the comments call a commit is the journal's.
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
	limits := offlineqr.Limits{Count: 5, Fen: 50_000, Each: 20_000, CodeTries: 3, ModeTries: 10}
	var state offlineqr.State

	// The terminal makes a code. Commit: intent, digest, state.
	state, code, err := state.Show(limits, 1250)
	fmt.Println("may show:", err)
	order := txn.OrderNo("T00000017Q3KZ9XB00000042")
	text, digest, err := terminal.Issue(order, txn.Yuan(1250), time.Now().Add(5*time.Minute), 6)
	fmt.Println("issued:", len(text), "characters,", err)

	// The acquirer opens it, has the customer pay, and shows the answer on its page.
	from, c, err := offlineqr.Open(text, func(string, uint8) (offlineqr.Key, bool) { return key, true })
	fmt.Println("acquirer:", from, c.Order.Short(), c.Amount, c.Answer, err)

	// The cashier keys it in. Commit the try, then compare, then commit the outcome.
	state, _, err = state.Try(limits, code)
	fmt.Println("may try:", err)
	if terminal.Matches(order, digest, c.Answer.Reveal()) {
		state = state.Right()
		fmt.Println("unconfirmed:", state.Count, "of", state.Fen, "fen")
	}
	// Output:
	// may show: <nil>
	// issued: 153 characters, <nil>
	// acquirer: T0000001 000042 ¥12.50 ****** <nil>
	// may try: <nil>
	// unconfirmed: 1 of 1250 fen
}
