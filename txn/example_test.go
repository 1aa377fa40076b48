package txn_test

import (
	"fmt"
	"time"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// A loop in small: events go in, effects come out, and what takes time comes back as an event. Nothing is
// asked of the network before the journal has the intent.
func ExampleMachine() {
	now := txn.Time{Wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	journal := storetest.NewMemory("T01")
	m := txn.New(txn.Config{
		Networks: []txn.NetworkConfig{{ID: txn.WeChat, Name: "微信支付"}}, Default: txn.WeChat,
		MaxAmount: txn.Yuan(100_00), ShowExpiry: time.Minute, Timing: txn.Timing{PollShow: 3 * time.Second},
	}, txn.Start{}, now)

	events := []txn.Event{txn.KeyPressed{Key: "5"}, txn.KeyPressed{Key: txn.KeyOK}}
	for len(events) > 0 {
		effects := m.Step(now, events[0])
		events = events[1:]
		for _, e := range effects {
			switch e := e.(type) {
			case txn.Commit:
				order, err := journal.Commit(e.Record)
				fmt.Println("commit", order.State, order.Amount, err)
				events = append(events, txn.Committed{Token: e.Token, Order: order, Err: err})
			case txn.Request:
				fmt.Println("ask", e.Order.Network, "to", e.Op)
				answer := txn.Answer{Status: txn.StatusReady, CodeURL: "weixin://wxpay/bizpayurl?pr=1"}
				events = append(events, txn.NetworkAnswered{Order: e.Order.No, Op: e.Op, Answer: answer})
			case txn.Draw:
				if e.Screen.QR != "" {
					fmt.Println("show", e.Screen.QR)
				}
			}
		}
	}
	// Output:
	// commit open ¥5.00 <nil>
	// ask wechat to show
	// show weixin://wxpay/bizpayurl?pr=1
}

func ExampleParseYuan() {
	m, err := txn.ParseYuan("12.5")
	fmt.Println(m.Fen, m, err)
	_, err = txn.ParseYuan("1e3")
	fmt.Println(err)
	// Output:
	// 1250 ¥12.50 <nil>
	// txn: not an amount: "1e3"
}
