package reconcile

import "smartpos/txn"

// Entries returns what an order of the journal is in a reconciliation: the one place where the journal's words become
// this package's. Cash has no bill, and no entries.
func Entries(o txn.Order) []Entry {
	if o.Method == txn.Cash {
		return nil
	}
	at := o.PaidAt
	if at.IsZero() {
		at = o.Updated
	}
	entries := []Entry{{Kind: Payment, Order: string(o.No), Fen: o.Amount.Fen, State: stateOf(o), At: at}}
	for _, r := range o.Refunds {
		at := r.DoneAt
		if at.IsZero() {
			at = r.Created
		}
		entries = append(entries, Entry{Kind: Refund, Order: string(o.No), Refund: string(r.No), Fen: r.Amount.Fen, State: refundState(r), At: at})
	}
	return entries
}

// refundState is where a refund stands. What its network could not deliver the bill may still have.
func refundState(r txn.Refund) State {
	switch r.State {
	case txn.RefundDone:
		return Settled
	case txn.RefundRefused:
		return None
	}
	return Unknown
}

// stateOf is where an order stands. What is disputed nobody has proved: the bill may.
func stateOf(o txn.Order) State {
	switch o.State {
	case txn.Paid:
		return Settled
	case txn.Reversed:
		return Undone
	case txn.Closed, txn.Failed:
		return None
	}
	return Unknown
}

// Do says what a person does about a difference of the class, in Chinese.
func (c Class) Do() string {
	return [...]string{
		Agreed:    "无需处理",
		Short:     "平台没有这笔钱：凭小票到商户平台查此单，并联系支付平台",
		Surplus:   "平台有而本机没有：查是否为别的终端收款，否则为顾客退款",
		Amount:    "以平台为准：到商户平台核对此单金额，并联系支付平台",
		Status:    "到商户平台查此单状态：已收则补记，已撤销则向顾客补收",
		Duplicate: "可能重复扣款：到商户平台核实，多收的退给顾客",
		InDoubt:   "等次日账单：次日对账自动处理",
	}[min(c, InDoubt)]
}
