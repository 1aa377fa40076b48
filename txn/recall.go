package txn

import (
	"errors"
	"strings"
)

// The machine holds what is under way, and asks the journal for what is past. A [Recall] names one order by its number,
// or some by the digits in which their numbers end, or with neither the latest that were paid.

// Limits of a recall: how many of the latest orders are looked through, and how many are brought.
const (
	recallDepth = 1000
	recallMost  = 50
)

// Recall asks the journal for orders that are past; it ends in [Recalled].
type Recall struct {
	Token  uint64
	No     OrderNo
	Digits string // the last digits of a number, as they stand on a receipt; six or fewer may go without leading zeros
}

// Recalled ends a [Recall]. Orders come newest first; with Err there are none.
type Recalled struct {
	Token  uint64
	Orders []Order
	Err    error
}

func (Recall) effect()  {}
func (Recalled) event() {}

// From looks the orders up. It is for whoever carries the effect out.
func (r Recall) From(j Journal) Recalled {
	if r.No != "" {
		o, err := j.Order(r.No)
		if err != nil {
			if errors.Is(err, ErrNoOrder) {
				err = nil
			}
			return Recalled{Token: r.Token, Err: err}
		}
		return Recalled{Token: r.Token, Orders: []Order{o}}
	}
	all, err := j.Recent(recallDepth)
	if err != nil {
		return Recalled{Token: r.Token, Err: err}
	}
	found := Recalled{Token: r.Token}
	for _, o := range all {
		if len(found.Orders) < recallMost && r.fits(o) {
			found.Orders = append(found.Orders, o)
		}
	}
	return found
}

// fits reports whether the order is one of those that are asked for.
func (r Recall) fits(o Order) bool {
	if r.Digits == "" {
		return o.State == Paid
	}
	end := r.Digits
	if n := len(o.No.Short()) - len(end); n > 0 {
		end = strings.Repeat("0", n) + end
	}
	return strings.HasSuffix(string(o.No), end)
}
