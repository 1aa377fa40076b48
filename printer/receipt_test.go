package printer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	. "smartpos/printer"
)

// reference is the receipt that was measured at other libraries: see testdata/receipt.json.
func reference(t testing.TB) Receipt {
	t.Helper()
	var c struct {
		Shop    string `json:"shop"`
		ShopEn  string `json:"shop_en"`
		Addr    string
		Tel     string
		No      string
		Date    string
		Cashier string
		Items   [][3]any
		Pay     string
		Txn     string
		URL     string
		Footer  string
		Footer2 string
	}
	text, err := os.ReadFile("testdata/receipt.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	var r Receipt
	r.Add(
		Text{S: c.Shop, Align: Center, Size: Large, Bold: true},
		Text{S: c.ShopEn, Align: Center},
		Text{S: c.Addr, Align: Center},
		Text{S: c.Tel, Align: Center},
		Rule{},
		Text{S: c.No}, Text{S: c.Date}, Text{S: c.Cashier},
		Rule{},
		Columns{Cells: []Cell{{S: "品名 Item"}, {S: "单价", Width: 7, Align: Right}, {S: "数量", Width: 5, Align: Right}, {S: "金额", Width: 7, Align: Right}}},
	)
	total := 0.0
	for _, it := range c.Items {
		name, n, price := it[0].(string), it[1].(float64), it[2].(float64)
		total += n * price
		r.Add(Columns{Cells: []Cell{
			{S: name},
			{S: fmt.Sprintf("%.2f", price), Width: 7, Align: Right},
			{S: fmt.Sprintf("%.0f", n), Width: 5, Align: Right},
			{S: fmt.Sprintf("%.2f", n*price), Width: 7, Align: Right},
		}})
	}
	r.Add(
		Rule{},
		Pair{Left: "合计 TOTAL", Right: fmt.Sprintf("¥%.2f", total), Size: Tall, Bold: true},
		Pair{Left: "支付方式", Right: c.Pay},
		Text{S: c.Txn},
		QR{Content: c.URL},
		Text{S: c.Footer, Align: Center},
		Text{S: c.Footer2, Align: Center},
		Cut{},
	)
	return r
}
