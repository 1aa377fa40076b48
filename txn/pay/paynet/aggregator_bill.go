package paynet

import (
	"net/http"
	"time"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// bill answers with the bill of a day, which has one with or without trade.
func (a *aggregator) bill(r *request, now time.Time) answer {
	var b struct {
		MerchantID string `json:"merchant_id"`
		Date       string `json:"date"`
	}
	if e, ok := decode(r, &b); !ok {
		return aggInvalid(e.message).answer()
	}
	day, ok := billDay(b.Date)
	switch {
	case !keysOnce(r.body):
		return aggInvalid("字段名须小写，且只出现一次").answer()
	case b.MerchantID != a.merchant.MerchantID:
		return aggMerchantUnknown.answer()
	case !ok:
		return aggInvalid("date 须如 2026-11-27").answer()
	}
	lines, made := a.p.billOf(Aggregator, day, now, 0)
	if !made {
		return aggNoBillYet.answer()
	}
	_, data := a.writeBill(day, lines)
	return answer{http.StatusOK, data}
}

// writeBill implements wire.
func (a *aggregator) writeBill(day time.Time, lines []reconcile.Line) (name string, data []byte) {
	return "aggregator-" + day.Format(time.DateOnly) + ".json", reconciletest.Merchant(a.merchant.MerchantID).Aggregator(day, lines)
}
