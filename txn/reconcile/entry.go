package reconcile

import (
	"cmp"
	"fmt"
	"time"
)

// State is where an entry of ours stands in the journal.
type State uint8

// States.
const (
	Settled State = iota + 1 // paid, or refunded: the money has moved
	Undone                   // a payment that was reversed
	None                     // closed, failed, refused: no money has moved
	Unknown                  // nobody has proved anything yet
)

// String returns the state's name as lists show it.
func (s State) String() string {
	return [...]string{Settled: "已成功", Undone: "已撤销", None: "未成功", Unknown: "结果未知"}[min(s, Unknown)]
}

// Entry is an order or a refund as the journal has it.
type Entry struct {
	Kind   Kind      `json:"kind"`             // Payment or Refund
	Order  string    `json:"order"`            // the order number
	Refund string    `json:"refund,omitempty"` // the refund number
	Fen    int64     `json:"fen"`              // more than 0
	State  State     `json:"state"`
	At     time.Time `json:"at"` // when the money moved, as the network said; else when the entry last changed
}

// Key names what an entry and a line are about. A reversal has the key of its payment.
type Key struct {
	Kind   Kind   `json:"kind"`
	Order  string `json:"order"`
	Refund string `json:"refund,omitempty"`
}

// String returns the numbers.
func (k Key) String() string {
	if k.Kind == Refund {
		return fmt.Sprintf("%s %s/%s", k.Kind, k.Order, k.Refund)
	}
	return fmt.Sprintf("%s %s", k.Kind, k.Order)
}

func (k Key) compare(l Key) int {
	return cmp.Or(cmp.Compare(k.Order, l.Order), cmp.Compare(k.Kind, l.Kind), cmp.Compare(k.Refund, l.Refund))
}

// Key returns the entry's key.
func (e Entry) Key() Key { return key(e.Kind, e.Order, e.Refund) }

// Key returns the line's key.
func (l Line) Key() Key { return key(l.Kind, l.Order, l.Refund) }

func key(kind Kind, order, refund string) Key {
	if kind == Refund {
		return Key{Refund, order, refund}
	}
	return Key{Kind: Payment, Order: order}
}

// add counts an entry in what we say of the money: a payment that was undone came and went.
func (t *Totals) addEntry(e Entry) {
	if e.Kind == Payment && (e.State == Settled || e.State == Undone) {
		t.Payments++
		t.PaidFen += e.Fen
	}
	if e.Kind == Refund && e.State == Settled || e.Kind == Payment && e.State == Undone {
		t.Refunds++
		t.RefundFen += e.Fen
	}
}

// Net returns what is left of the money, in fen.
func (t Totals) Net() int64 { return t.PaidFen - t.RefundFen }
