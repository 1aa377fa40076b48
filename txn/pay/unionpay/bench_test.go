package unionpay_test

import (
	"context"
	"fmt"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
)

// BenchmarkShow is one request for a code.
func BenchmarkShow(b *testing.B) {
	_, c := sandbox(b, paynet.Options{}, nil)
	paynettest.BenchShow(b, c)
}

// BenchmarkScan is one code payment with the query that follows at once.
func BenchmarkScan(b *testing.B) {
	net, c := sandbox(b, paynet.Options{}, nil)
	ph := phone(b, net)
	for i := 0; b.Loop(); i++ {
		code, err := ph.Code()
		if err != nil {
			b.Fatal(err)
		}
		a, err := c.Scan(context.Background(), now(fmt.Sprintf("BENCHSCAN%06d", i), txn.Scan, 1), txn.NewPaymentCode(code))
		if err != nil || a.Status != txn.StatusPaid {
			b.Fatal(a, err)
		}
	}
}

// BenchmarkQuery is one poll of an order that nobody has paid.
func BenchmarkQuery(b *testing.B) {
	_, c := sandbox(b, paynet.Options{}, nil)
	o := now("BENCHQUERY01", txn.Show, 1)
	for b.Loop() {
		if _, err := c.Query(context.Background(), o); err != nil {
			b.Fatal(err)
		}
	}
}
