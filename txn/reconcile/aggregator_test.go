package reconcile_test

import (
	"errors"
	"strings"
	"testing"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

func TestAggregatorRefused(t *testing.T) {
	good := string(reconciletest.Aggregator(day, trade(bills[3].kinds...)))
	with := func(old, new string) []byte {
		if !strings.Contains(good, old) {
			panic("nothing to replace: " + old)
		}
		return []byte(strings.Replace(good, old, new, 1))
	}
	refuse(t, reconcile.ReadAggregator, "agg.json", []wrongBill{
		{"an error that was saved", []byte(`{"code":"SIGN_ERROR"}`), reconcile.ErrFormat, 0, 0},
		{"GBK", with("T0000001A0001", reconciletest.GBK("订单")), reconcile.ErrEncoding, 0, 0},
		{"a field that nobody documented", with(`"paid"`, `"payed"`), reconcile.ErrFormat, 0, 0},
		{"no totals", with(`,"payments":3`, ""), reconcile.ErrTruncated, 0, 0},
		{"something behind it", []byte(good + "{}"), reconcile.ErrFormat, 0, 0},
		{"something far behind it", []byte(good + strings.Repeat(" ", 1<<16) + "{}"), reconcile.ErrFormat, 0, 0},
		{"lines that are no list", []byte(`{"lines":{}}`), reconcile.ErrFormat, 0, 0},
		{"a field of a line that nobody documented", with(`"order_no"`, `"number"`), reconcile.ErrFormat, 0, 0},
		{"a line less than it says", with(`"payments":3`, `"payments":4`), reconcile.ErrTotals, 0, 0},
		{"another sum", with(`"paid":`, `"paid":1`), reconcile.ErrTotals, 0, 0},
		{"half a fen", with(`"amount":1250`, `"amount":1250.5`), reconcile.ErrFormat, 0, 0},
		{"less than nothing", with(`"amount":1,`, `"amount":-1,`), reconcile.ErrValue, 2, 0},
		{"another kind", with(`"kind":"payment"`, `"kind":"gift"`), reconcile.ErrValue, 1, 0},
		{"no order", with("T0000001A0002", ""), reconcile.ErrValue, 2, 0},
		{"a refund without its number", with(`"refund_no":"R1"`, `"refund_no":""`), reconcile.ErrValue, 3, 0},
		{"no time", with(`"at":1`, `"at":-1`), reconcile.ErrValue, 1, 0},
		{"no day", with(`"date":"2026-03-01"`, `"date":"yesterday"`), reconcile.ErrFormat, 0, 0},
	})
}

// Each network's bill of another day is refused, and nothing is compared with it.
func TestAnotherDay(t *testing.T) {
	for _, b := range bills {
		bill, err := b.read(b.write(trade(b.kinds...)))
		if err != nil {
			t.Fatal(err)
		}
		for _, days := range []int{-1, 1, 365} {
			opt := reconcile.Options{Day: day.AddDate(0, 0, days), Cut: reconcile.DefaultCut}
			r, err := reconcile.Match(opt, nil, bill)
			if !errors.Is(err, reconcile.ErrDay) || r != nil || !strings.Contains(err.Error(), "2026-03-01") {
				t.Errorf("%s, %d days off: %v", b.name, days, err)
			}
		}
		if _, err := reconcile.Match(reconcile.Options{Day: day}, nil, bill); err != nil {
			t.Errorf("%s: %v", b.name, err)
		}
	}
}

// FuzzAggregator does so with JSON.
func FuzzAggregator(f *testing.F) {
	f.Add(reconciletest.Aggregator(day, trade(bills[3].kinds...)))
	f.Add([]byte(`{"code":"OK","merchant_id":"M","date":"2026-03-01","payments":0,"paid":0,"returns":0,"returned":0,"lines":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := reconcile.ReadAggregator("agg.json", data)
		sane(t, b, err)
	})
}
