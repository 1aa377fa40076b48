package rules

import (
	"fmt"
	"strings"

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
	case !nextRefund(o, string(r.No)):
		return fmt.Errorf("%w: refund %s is not the next of %s", ErrRecord, r.No, o.No)
	}
	return nil
}

// refundTag is how many characters of its incarnation a restored journal puts behind the numbers of refunds whose orders
// are older: it does not know which refunds were asked for after the backup was taken.
const refundTag = 5

// nextRefund reports whether no is the number of the order's next refund.
func nextRefund(o txn.Order, no string) bool {
	tag, ok := strings.CutPrefix(no, fmt.Sprintf("%sR%02d", o.No, len(o.Refunds)+1))
	return ok && (tag == "" || len(tag) == refundTag && ValidIncarnation(tag+"000"))
}
