package reconcile_test

import (
	"fmt"
	"testing"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// busy is a day of 2,000 sales.
func busy() (lines []reconcile.Line, entries []reconcile.Entry) {
	for n := range 2000 {
		l := pay(fmt.Sprintf("T0000001A%04d", n), int64(100+n), "10:00:00")
		lines = append(lines, l)
		entries = append(entries, reconcile.Entry{Kind: l.Kind, Order: l.Order, Fen: l.Fen, State: reconcile.Settled, At: l.At})
	}
	return lines, entries
}

func BenchmarkReadWeChat(b *testing.B) {
	lines, _ := busy()
	data := reconciletest.WeChat(lines)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := reconcile.ReadWeChat("wx.csv", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadAlipay(b *testing.B) {
	lines, _ := busy()
	data := reconciletest.Alipay(day, lines)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := reconcile.ReadAlipay("ali.zip", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	lines, entries := busy()
	bill := billOf(b, lines...)
	for b.Loop() {
		if r, err := reconcile.Match(options, entries, bill); err != nil || !r.Clean() {
			b.Fatal(r, err)
		}
	}
}
