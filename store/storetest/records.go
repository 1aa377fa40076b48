package storetest

import (
	"encoding/json"
	"strings"
	"time"

	"smartpos/txn"
)

// Day is the instant that the helpers below stamp their records with.
var Day = time.Date(2026, 3, 1, 9, 30, 0, 123_000_000, time.UTC)

// Intent returns an intent of fen to show a code at WeChat Pay, in a sale or, with "", beginning one.
func Intent(fen int64, sale txn.OrderNo) *txn.Intent {
	return &txn.Intent{
		Sale: sale, Network: txn.WeChat, Method: txn.Show, Amount: txn.Yuan(fen), Operator: "01",
		Items:   []txn.Item{{Name: "可口可乐 330ml", Barcode: "6901234567892", Quantity: 1, Price: txn.Yuan(fen)}},
		Created: Day, Expires: Day.Add(2 * time.Minute),
	}
}

// Scan returns an intent of fen that uses up a customer's code.
func Scan(fen int64, code txn.CodeDigest) *txn.Intent {
	in := Intent(fen, "")
	in.Method, in.Code, in.Expires = txn.Scan, code, time.Time{}
	return in
}

// Cash returns an intent of fen in cash for which tendered fen were handed over, in a sale or, with "", beginning one.
func Cash(fen, tendered int64, sale txn.OrderNo) *txn.Intent {
	in := Intent(fen, sale)
	in.Network, in.Method, in.Tendered, in.Expires = "", txn.Cash, txn.Yuan(tendered), time.Time{}
	return in
}

// Move returns a move of an order.
func Move(o txn.Order, to txn.State) *txn.Move {
	return &txn.Move{Order: o.No, To: to, Reason: "timeout", At: Day.Add(time.Second)}
}

// Outcome returns an outcome of an order; one that is paid was paid whole.
func Outcome(o txn.Order, s txn.State) *txn.Outcome {
	r := &txn.Outcome{Order: o.No, State: s, At: Day.Add(2 * time.Second)}
	if s == txn.Paid {
		r.TransactionID, r.Payer, r.PaidAt = "4200001234202603011234567890", o.Amount, Day.Add(time.Second)
		r.Wallet, r.WalletID = txn.Alipay, "2026030122001400000000000001"
	}
	return r
}

// Printed returns the record of an order's receipt.
func Printed(o txn.Order) *txn.Printed {
	return &txn.Printed{Order: o.No, At: Day.Add(3 * time.Second)}
}

// Enrolled returns the record of a new supervisor.
func Enrolled(operator string) *txn.Enrolled {
	return &txn.Enrolled{Operator: operator, Role: txn.Supervisor, PIN: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA", At: Day}
}

// PINTried returns the record of a PIN that was keyed in.
func PINTried(operator string, right bool) *txn.PINTried {
	return &txn.PINTried{Operator: operator, Right: right, At: Day.Add(time.Minute)}
}

// Offline returns an intent of fen to show a code that is made without a network.
func Offline(fen int64, sale txn.OrderNo) *txn.Intent {
	in := Intent(fen, sale)
	in.Network, in.Offline = txn.Aggregator, &txn.OfflineTerms{Digits: 6}
	return in
}

// OfflineScheme returns an intent of fen to show a scheme's code, made without a network.
func OfflineScheme(fen int64, sale txn.OrderNo) *txn.Intent {
	in := Offline(fen, sale)
	in.Network, in.Offline = txn.UnionPay, &txn.OfflineTerms{Scheme: "云闪付"}
	return in
}

// OfflineSeen returns the record of a cashier's word.
func OfflineSeen(o txn.Order) *txn.OfflineSeen {
	return &txn.OfflineSeen{Order: o.No, At: Day.Add(3 * time.Second)}
}

// OfflineMade returns the record of an order's code.
func OfflineMade(o txn.Order) *txn.OfflineMade {
	return &txn.OfflineMade{Order: o.No, Digest: txn.AnswerDigest(strings.Repeat("0f", 32)), At: Day.Add(time.Second)}
}

// OfflineTried returns the record of an answer that is about to be compared.
func OfflineTried(o txn.Order) *txn.OfflineTried {
	return &txn.OfflineTried{Order: o.No, At: Day.Add(2 * time.Second)}
}

// OfflineAnswered returns the record of a right answer.
func OfflineAnswered(o txn.Order) *txn.OfflineAnswered {
	return &txn.OfflineAnswered{Order: o.No, At: Day.Add(3 * time.Second)}
}

// Text renders an order, or anything made of orders, so that two of them can be compared.
func Text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // orders always marshal
	}
	return string(b)
}
