package rules

import (
	"fmt"

	"smartpos/txn"
)

// checkRefund holds that no more goes back than was paid, and that a refund has the number that follows from its order.
// It counts for itself what the order's other refunds come to.
func checkRefund(o txn.Order, r *txn.RefundIntent) error {
	left := o.Amount.Fen
	for _, other := range o.Refunds {
		if other.State != txn.RefundRefused {
			left -= other.Amount.Fen
		}
	}
	switch {
	case o.State != txn.Paid:
		return fmt.Errorf("%w: a refund of %s, which is %q", ErrRecord, o.No, o.State)
	case r.Amount.Fen <= 0 || r.Amount.Fen > left || r.Amount.Currency != o.Amount.Currency:
		return fmt.Errorf("%w: a refund of %s, %d fen of %s are left", ErrRecord, r.Amount, left, o.No)
	case string(r.No) != fmt.Sprintf("%sR%02d", o.No, len(o.Refunds)+1):
		return fmt.Errorf("%w: refund %s is not the next of %s", ErrRecord, r.No, o.No)
	}
	return nil
}
