package txn

// slipRef names what a receipt is of: a payment, or one of its refunds.
type slipRef struct {
	order  OrderNo
	refund RefundNo // empty: the payment
}

// receipt is a receipt that the journal owes, or that is asked for again.
type receipt struct {
	order  Order
	refund RefundNo // empty: of the payment
}

func (r receipt) ref() slipRef { return slipRef{r.order.No, r.refund} }

// cameOut reports whether it is known to have come out.
func (r receipt) cameOut() bool {
	if refund, ok := r.order.Refund(r.refund); ok {
		return refund.Printed
	}
	return r.order.Printed
}

// amount is what it says was paid, or given back.
func (r receipt) amount() Money {
	if refund, ok := r.order.Refund(r.refund); ok {
		return refund.Amount
	}
	return r.order.Amount
}

// slipOf returns one copy of the receipt.
func (m *Machine) slipOf(r receipt, which, mark string) Slip {
	if refund, ok := r.order.Refund(r.refund); ok {
		return m.refundReceipt(r.order, refund, which, mark)
	}
	return m.receipt(r.order, which, mark)
}
