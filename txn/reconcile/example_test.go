package reconcile_test

import (
	"fmt"
	"strings"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// A day with WeChat: one order agrees, one is ours alone, one was charged for less than we hold.
func ExampleMatch() {
	file := reconciletest.WeChat([]reconcile.Line{
		{Kind: reconcile.Payment, Order: "T0000001A0001", Transaction: "4200001", Fen: 1250, Fee: 8000, At: at("09:00:00")},
		{Kind: reconcile.Payment, Order: "T0000001A0003", Transaction: "4200003", Fen: 800, Fee: 5000, At: at("11:00:00")},
	})
	bill, err := reconcile.ReadWeChat("1900000109All2026-03-01.csv", file)
	if err != nil {
		fmt.Println(err)
		return
	}
	ours := []reconcile.Entry{
		{Kind: reconcile.Payment, Order: "T0000001A0001", Fen: 1250, State: reconcile.Settled, At: at("09:00:00")},
		{Kind: reconcile.Payment, Order: "T0000001A0002", Fen: 600, State: reconcile.Settled, At: at("10:00:00")},
		{Kind: reconcile.Payment, Order: "T0000001A0003", Fen: 900, State: reconcile.Settled, At: at("11:00:00")},
	}
	result, err := reconcile.Match(reconcile.Options{Day: at("12:00:00"), Cut: reconcile.DefaultCut}, ours, bill)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Differences {
		fmt.Println(d)
	}
	total := result.Total()
	fmt.Println("账单", total.Bill.Payments, "笔", total.Bill.PaidFen, "分；我方", total.Ours.Payments, "笔", total.Ours.PaidFen, "分")
	// Output:
	// 短款 支付 T0000001A0002 -600 分：账单无此笔支付
	// 金额不符 支付 T0000001A0003 -100 分：我方 ¥9.00，账单支付 ¥8.00
	// 账单 2 笔 2050 分；我方 3 笔 2750 分
}

// A bill that a spreadsheet saved anew has lost its back-ticks, and perhaps more.
func ExampleReadWeChat() {
	file := reconciletest.WeChat([]reconcile.Line{
		{Kind: reconcile.Payment, Order: "T0000001A0001", Transaction: "4200001", Fen: 1250, Fee: 8000, At: at("09:00:00")},
	})
	bill, err := reconcile.ReadWeChat("bill.csv", file)
	fmt.Println(bill.Totals.Payments, bill.Totals.PaidFen, err)

	saved := []byte(strings.ReplaceAll(string(file), "`", ""))
	_, err = reconcile.ReadWeChat("bill.csv", saved)
	fmt.Println(err)
	// Output:
	// 1 1250 <nil>
	// "bill.csv" line 2: value not understood: does not begin with a back-tick; download it again; if it stays, the network has changed its format
}
