package terminal

import (
	"testing"

	"smartpos/txn"
)

// What the power may have cut in the middle of its slip is cut off the paper at the next start, whatever the slip is of.
func TestOwesSlip(t *testing.T) {
	pending := func(o txn.Order) txn.Start { return txn.Start{Pending: []txn.Order{o}} }
	refund := func(r txn.Refund) txn.Start {
		return pending(txn.Order{State: txn.Paid, Printed: true, Refunds: []txn.Refund{r}})
	}
	for name, c := range map[string]struct {
		start txn.Start
		want  bool
	}{
		"nothing":                     {txn.Start{}, false},
		"an order that is open":       {pending(txn.Order{State: txn.Open}), false},
		"a payment":                   {pending(txn.Order{State: txn.Paid}), true},
		"another payment of its sale": {pending(txn.Order{State: txn.Paid, Printed: true}), false},
		"a refund":                    {refund(txn.Refund{State: txn.RefundDone}), true},
		"unconfirmed":                 {pending(txn.Order{State: txn.Unconfirmed}), true},
		"unconfirmed, printed":        {pending(txn.Order{State: txn.Unconfirmed, Printed: true}), false},
		"a settlement":                {txn.Start{Settlement: &txn.Settlement{}}, true},
		"a settlement, printed":       {txn.Start{Settlement: &txn.Settlement{Printed: true}}, false},
	} {
		if got := owesSlip(c.start); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
