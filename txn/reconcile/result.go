package reconcile

import (
	"errors"
	"fmt"
)

// Class is what kind of difference there is.
type Class uint8

// Classes. Agreed is none: it stands in summaries alone.
const (
	Agreed    Class = iota
	Short           // 短款: ours alone; the network has no such money
	Surplus         // 长款: the network's alone; we have no such order
	Amount          // 金额不符
	Status          // 状态不符: one side says paid, the other unpaid, undone or unknown
	Duplicate       // 重复: one side has it twice
	InDoubt         // 存疑: may stand in the next day's bill
	classes   = int(InDoubt) + 1
)

// String returns the class's name in Chinese, as the field says it.
func (c Class) String() string {
	return [...]string{"相符", "短款", "长款", "金额不符", "状态不符", "重复", "存疑"}[min(c, InDoubt)]
}

// Difference is what the two sides don't agree on.
type Difference struct {
	Class Class   `json:"class"`
	Key   Key     `json:"key"`
	Why   string  `json:"why"` // in Chinese, for a person
	Ours  []Entry `json:"ours,omitempty"`
	Bill  []Line  `json:"bill,omitempty"`
}

// Fen returns what the network has more than we, in fen; less than 0 if it has less.
func (d Difference) Fen() int64 {
	var ours, bill Totals
	for _, e := range d.Ours {
		ours.addEntry(e)
	}
	for _, l := range d.Bill {
		bill.add(l)
	}
	return bill.Net() - ours.Net()
}

// String returns the difference in one line.
func (d Difference) String() string {
	return fmt.Sprintf("%s %s %+d 分：%s", d.Class, d.Key, d.Fen(), d.Why)
}

// Sum is both sides of a class.
type Sum struct {
	Items int    `json:"items"`
	Ours  Totals `json:"ours"`
	Bill  Totals `json:"bill"`
}

// Carry is what one day's reconciliation hands on to the next day's.
type Carry struct {
	Entries []Entry `json:"entries,omitempty"` // ours, which the next day's bill may have
	Lines   []Line  `json:"lines,omitempty"`   // the bill's, which the next day's entries may have
	Done    []Key   `json:"done,omitempty"`    // entries of the next day that this day's bill already had
}

// Result is a day's reconciliation.
type Result struct {
	Differences []Difference `json:"differences,omitempty"` // in the order of their keys
	Sums        [classes]Sum `json:"sums"`                  // by class; what waited was counted the day before
	Carried     int          `json:"carried"`               // items of the day before that this day settled
	Carry       Carry        `json:"carry"`
}

// Clean reports whether nothing is left for a person to look into. What is in doubt waits for a day.
func (r *Result) Clean() bool { return len(r.Differences) == r.Sums[InDoubt].Items }

// Total returns the sums of all classes.
func (r *Result) Total() Sum {
	var t Sum
	for _, s := range r.Sums {
		t.Items += s.Items
		t.Ours.join(s.Ours)
		t.Bill.join(s.Bill)
	}
	return t
}

func (t *Totals) join(o Totals) {
	t.Payments += o.Payments
	t.Refunds += o.Refunds
	t.PaidFen += o.PaidFen
	t.RefundFen += o.RefundFen
	t.Fee += o.Fee
}

// ErrInput is returned by [Match] for entries, lines or options that cannot be compared.
var ErrInput = errors.New("reconcile: cannot be compared")

// Sides returns what each side says of the item: the amounts of the payment or refund, in fen; nil where a side has none.
func (d Difference) Sides() (ours, bill *int64) {
	if len(d.Ours) > 0 {
		ours = &d.Ours[0].Fen
	}
	if len(d.Bill) > 0 {
		bill = &d.Bill[0].Fen
	}
	return ours, bill
}
