package txn

import (
	"fmt"
	"slices"
	"time"
)

// NetworkID names a payment network in the profile, the journal and the log.
type NetworkID string

// The networks that a terminal can be told of.
const (
	WeChat     NetworkID = "wechat"
	Alipay     NetworkID = "alipay"
	UnionPay   NetworkID = "unionpay"
	Aggregator NetworkID = "aggregator"
	// Scheme stands for the owner of a scheme's code whom the terminal can't ask ([OfflineTerms]).
	Scheme NetworkID = "scheme"
)

// Method is who presents the code, or that there is none.
type Method string

const (
	// Show is merchant-presented (收款码): the customer scans what the terminal shows.
	Show Method = "show"
	// Scan is customer-presented (付款码): the terminal scans what the customer shows.
	Scan Method = "scan"
	// Cash is money in the drawer (现金): no network, and paid as soon as it is written down.
	Cash Method = "cash"
)

// OrderNo is the merchant's order number (商户单号, out_trade_no): terminal id, incarnation and sequence,
// 8 to 32 characters of 0-9 A-Z. It names one order for ever, at every network.
type OrderNo string

// Valid reports whether n has the length and the characters that every network takes.
func (n OrderNo) Valid() bool {
	if len(n) < 8 || len(n) > 32 {
		return false
	}
	for _, c := range []byte(n) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// Short returns the last six characters, by which a person tells orders of one day apart.
func (n OrderNo) Short() string {
	if len(n) <= 6 {
		return string(n)
	}
	return string(n[len(n)-6:])
}

// State is where an order stands in the journal.
type State string

const (
	// Open: the intent is on disk and the order may be paid at any moment.
	Open State = "open"
	// Unknown: a request was made and no verified answer has proved its outcome.
	Unknown State = "unknown"
	// Closing: a shown order was given up; it could still be paid until its network says otherwise.
	Closing State = "closing"
	// Reversing: a scanned order is being undone (撤销); it is not undone before its network says so.
	Reversing State = "reversing"
	// Unconfirmed (离线待确认): the answer to an offline code was right, or a cashier saw a scheme's code paid; the network
	// has not said so yet.
	Unconfirmed State = "unconfirmed"

	// Paid is final: a verified success.
	Paid State = "paid"
	// Failed is final: refused by its network, or provably never sent.
	Failed State = "failed"
	// Closed is final: a verified statement that a shown order can't be paid any more.
	Closed State = "closed"
	// Reversed is final: a verified statement that a scanned order was undone.
	Reversed State = "reversed"
	// Disputed is final for the machine and open for people: the networks' statements contradict our
	// journal (a first request answered "already paid", an amount that is not ours). It stands on the
	// exception list and prints no receipt.
	Disputed State = "disputed"
)

// Final reports whether the machine has nothing left to find out about the order.
func (s State) Final() bool {
	switch s {
	case Paid, Failed, Closed, Reversed, Disputed:
		return true
	}
	return false
}

// Item is one line of a sale.
type Item struct {
	Name     string `json:"name"`
	Barcode  string `json:"barcode,omitempty"`
	Quantity int    `json:"qty"`
	Price    Money  `json:"price"` // of one
}

// Amount returns quantity × unit price; a catalogue's limits keep it in range.
func (i Item) Amount() Money {
	m, _ := i.Price.Times(i.Quantity)
	return m
}

// Order is one request for money to one network, or one payment in cash: the sum of its records in the journal.
// It is built by [Order.Apply] alone, here and in the store, so that both always agree.
type Order struct {
	No       OrderNo    `json:"no"`
	Sale     OrderNo    `json:"sale"`    // the number of the sale's first order
	Network  NetworkID  `json:"network"` // none with cash
	Method   Method     `json:"method"`
	Amount   Money      `json:"amount"`
	Tendered Money      `json:"tendered,omitzero"` // cash: what the customer handed over (实收)
	Items    []Item     `json:"items,omitempty"`
	Operator string     `json:"operator"`
	Created  time.Time  `json:"created"`
	Expires  time.Time  `json:"expires"`        // show: when its network stops taking payments for it
	Code     CodeDigest `json:"code,omitempty"` // scan: which customer code it used up

	Offline *OfflineCode `json:"offline,omitempty"` // show: a code that was made without a network

	State   State     `json:"state"`
	Updated time.Time `json:"updated"`
	Reason  string    `json:"reason,omitempty"` // why it left Open, in a code of ours or the network's

	TransactionID string    `json:"transaction_id,omitempty"` // 平台交易号
	Wallet        NetworkID `json:"wallet,omitempty"`         // of an aggregator: whose app paid
	WalletID      string    `json:"wallet_id,omitempty"`      // … and the wallet's number of the payment
	Payer         Money     `json:"payer"`                    // what the customer paid after the network's coupons
	PaidAt        time.Time `json:"paid_at"`                  // by the network's clock

	Late      bool      `json:"late,omitempty"`      // paid after the cashier had given it up
	Exception Exception `json:"exception,omitempty"` // what a person must look at
	Settled   string    `json:"settled,omitempty"`   // the supervisor who has dealt with it
	Verdict   string    `json:"verdict,omitempty"`   // the supervisor who ended it, where no network could
	Printed   bool      `json:"printed,omitempty"`   // its receipts came out whole

	Refunds []Refund `json:"refunds,omitempty"` // in the order in which they were asked for
}

// Exception is why an order stands on the exception list.
type Exception string

const (
	// LateSuccess: money came after the order was given up.
	LateSuccess Exception = "late-success"
	// OverTotal: the sale had already been paid by another order.
	OverTotal Exception = "over-total"
	// Refunded: money came and was given back, in part or whole, before we knew of it.
	Refunded Exception = "refunded"
	// AlreadyExists: the first request was answered as if it had been made before.
	AlreadyExists Exception = "already-exists"
	// Mismatch: a signed answer named our order with somebody else's facts.
	Mismatch Exception = "mismatch"
	// RefundStuck: a refund can't be delivered, or its network contradicts us about it.
	RefundStuck Exception = "refund-stuck"
	// NotPaidVerdict: a supervisor said that no money came, where no network could be asked any more.
	NotPaidVerdict Exception = "verdict"
	// Unpaid: an offline code was answered, and its network says that nobody paid it.
	Unpaid Exception = "unpaid"
	// Unbacked: a cashier saw a scheme's code paid on the customer's phone, and its network says that nobody paid it.
	Unbacked Exception = "unbacked"
)

// Listed reports whether the order stands on the exception list.
func (o Order) Listed() bool { return o.Exception != "" && o.Settled == "" }

// Change returns what a customer who paid in cash gets back (找零).
func (o Order) Change() Money { return o.Tendered.Sub(o.Amount) }

// Apply returns the order after rec. A record that doesn't fit is a fault of the program or of the disk and
// is refused, so that neither can turn one final state into another unnoticed.
func (o Order) Apply(rec Record) (Order, error) {
	if rec.OrderNo() != o.No && o.No != "" {
		return o, fmt.Errorf("txn: record of order %s applied to order %s", rec.OrderNo(), o.No)
	}
	return rec.apply(o)
}

// AtRest reports whether nobody has anything left to do about the order, neither the machine nor a person.
func (o Order) AtRest() bool {
	return !o.Pending() && !o.Listed() && (o.State != Disputed || o.Settled != "")
}

// Pending reports whether the order needs the machine after a restart: its outcome is open, or money came
// and its receipt is not known to have come out, or one of its refunds needs it.
func (o Order) Pending() bool {
	return slices.ContainsFunc(o.Refunds, Refund.Pending) || !o.State.Final() || o.State == Paid && !o.Printed
}
