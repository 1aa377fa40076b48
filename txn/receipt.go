package txn

// slipRef names what a receipt is of: a payment, one of its refunds, or a settlement.
type slipRef struct {
	order  OrderNo
	refund RefundNo // empty: the payment
	batch  int      // of a settlement, which has no order
}

// receipt is a receipt that the journal owes, or that is asked for again.
type receipt struct {
	order  Order
	refund RefundNo // empty: of the payment
	batch  *Settlement
}

func (r receipt) ref() slipRef {
	if r.batch != nil {
		return slipRef{batch: r.batch.No}
	}
	return slipRef{order: r.order.No, refund: r.refund}
}

// cameOut reports whether it is known to have come out.
func (r receipt) cameOut() bool {
	if r.batch != nil {
		return r.batch.Printed
	}
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
	if r.batch != nil {
		return m.settlementSlip(*r.batch, mark)
	}
	if refund, ok := r.order.Refund(r.refund); ok {
		return m.refundReceipt(r.order, refund, which, mark)
	}
	return m.receipt(r.order, which, mark)
}
