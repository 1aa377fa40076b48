package reconciletest

import (
	"encoding/json"
	"time"

	"smartpos/txn"
	"smartpos/txn/reconcile"
)

// Aggregator writes the platform's bill, as docs/aggregator.md has it.
func (m Merchant) Aggregator(day time.Time, lines []reconcile.Line) []byte {
	kinds := map[reconcile.Kind]string{
		reconcile.Payment: "payment", reconcile.Refund: "refund", reconcile.Reversal: "reversal",
	}
	list := []map[string]any{}
	var payments, backs int
	var paid, returned int64
	for _, l := range lines {
		if l.Kind == reconcile.Payment {
			payments, paid = payments+1, paid+l.Fen
		} else {
			backs, returned = backs+1, returned+l.Fen
		}
		line := map[string]any{
			"kind": kinds[l.Kind], "order_no": l.Order, "platform_id": l.Transaction, "amount": l.Fen, "at": l.At.Unix(),
		}
		if l.Kind == reconcile.Refund {
			line["refund_no"] = l.Refund
		}
		list = append(list, line)
	}
	text, err := json.Marshal(map[string]any{
		"code": "OK", "merchant_id": m, "date": day.In(txn.BusinessZone).Format(time.DateOnly),
		"payments": payments, "paid": paid, "returns": backs, "returned": returned, "lines": list,
	})
	if err != nil {
		panic("reconciletest: " + err.Error())
	}
	return text
}
