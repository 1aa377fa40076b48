package reconcile

import (
	"time"

	"smartpos/txn"
)

// Bounds of what is read. A day of the busiest shop has some thousand lines of 400 bytes.
const (
	maxFile    = 16 << 20 // bytes, of a file on its own and of all in an archive together; reading takes some times that of memory
	maxLine    = 16 << 10 // bytes
	maxLines   = 200_000
	maxEntries = 32             // in an archive
	maxHeaders = 1000           // of entries, with what looks like one in packed data
	maxFen     = 10_000_000_000 // of one line: 100 million yuan
)

// Kind is what a line or an entry is about.
type Kind uint8

// Kinds.
const (
	Payment  Kind = iota + 1
	Refund        // money back, by a refund number of ours
	Reversal      // a payment undone (撤销); only in bills, under the payment's order number
)

// String returns the kind's name in Chinese, as lists and errors show it.
func (k Kind) String() string {
	return [...]string{Payment: "支付", Refund: "退款", Reversal: "撤销"}[min(k, Reversal)]
}

// Progress is how far a refund had come when its bill was written; it stays so in that bill for ever.
type Progress uint8

// Progress of refunds. Payments and reversals are Done.
const (
	Done Progress = iota
	Processing
	Failed
)

// Line is one payment, refund or reversal of a bill.
type Line struct {
	Kind        Kind      `json:"kind"`
	Order       string    `json:"order"`            // our order number (商户订单号)
	Refund      string    `json:"refund,omitempty"` // our refund number (商户退款单号, 退款请求号)
	Transaction string    `json:"transaction"`      // the network's number of the payment
	Fen         int64     `json:"fen"`              // more than 0 for all kinds: what the customer owed, before coupons
	Fee         int64     `json:"fee"`              // in thousandths of a fen, with the sign that the bill gives it
	Progress    Progress  `json:"progress,omitempty"`
	At          time.Time `json:"at"`
	File        string    `json:"file"` // where it stands
	Number      int       `json:"line"`
}

// Totals are sums over lines.
type Totals struct {
	Payments  int   `json:"payments"`
	Refunds   int   `json:"refunds"` // with reversals
	PaidFen   int64 `json:"paid_fen"`
	RefundFen int64 `json:"refund_fen"`
	Fee       int64 `json:"fee"` // in thousandths of a fen
}

// add counts a line.
func (t *Totals) add(l Line) {
	if l.Kind == Payment {
		t.Payments++
		t.PaidFen += l.Fen
	} else {
		t.Refunds++
		t.RefundFen += l.Fen
	}
	t.Fee += l.Fee
}

// Bill is a bill that was read.
type Bill struct {
	Network  txn.NetworkID
	File     string
	Merchant string    // the network's number for us; empty if the bill has no line and does not say
	Day      time.Time // whose bill it says it is, its first moment in China; zero if it does not say
	Lines    []Line
	Totals   Totals   // of Lines
	Checked  bool     // the bill brought totals of its own, and they are these
	Unread   []string // files of the archive that hold something else
}

// add appends a line.
func (b *Bill) add(l Line) {
	b.Lines = append(b.Lines, l)
	b.Totals.add(l)
}

// bounds are the first moment of a day in China, given by any time of it, and the first of the next.
func bounds(t time.Time) (start, end time.Time) {
	year, month, day := t.In(txn.BusinessZone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, txn.BusinessZone), time.Date(year, month, day+1, 0, 0, 0, 0, txn.BusinessZone)
}

// Of refuses the bill of another day, with an [*Error] of ErrDay: by what it says of itself, and else by its payments,
// none of which is of the day then. Refunds may stand under the time of their payment.
func (b *Bill) Of(day time.Time) error {
	start, end := bounds(day)
	of := func(t time.Time) bool { return !t.Before(start) && t.Before(end) }
	said := b.Day
	for _, l := range b.Lines {
		if b.Day.IsZero() && l.Kind == Payment {
			if said = l.At; of(said) {
				return nil
			}
		}
	}
	if said.IsZero() || of(said) {
		return nil
	}
	return &Error{File: b.File, Err: wrong(ErrDay, "%s, reconciled is %s",
		said.In(txn.BusinessZone).Format(time.DateOnly), start.Format(time.DateOnly))}
}

// DayOf returns a time of the day that the bill is of: zero where it neither says nor has a payment.
func (b *Bill) DayOf() time.Time {
	day := b.Day
	for _, l := range b.Lines {
		if day.IsZero() && l.Kind == Payment {
			day = l.At
		}
	}
	return day
}
