package unionpay_test

import (
	"context"
	"fmt"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
)

// BenchmarkShow is one request for a code with all its cryptography, against the sandbox on this machine: the
// part of "OK to QR" that is the client's and the network's.
func BenchmarkShow(b *testing.B) {
	_, c := sandbox(b, paynet.Options{}, nil)
	for i := 0; b.Loop(); i++ {
		a, err := c.Show(context.Background(), now(order(fmt.Sprintf("BENCH%010d", i), txn.Show, 1)))
		if err != nil || a.Status != txn.StatusReady {
			b.Fatal(a, err)
		}
	}
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
		a, err := c.Scan(context.Background(), now(order(fmt.Sprintf("BENCHSCAN%06d", i), txn.Scan, 1)), txn.NewPaymentCode(code))
		if err != nil || a.Status != txn.StatusPaid {
			b.Fatal(a, err)
		}
	}
}

// BenchmarkQuery is one poll.
func BenchmarkQuery(b *testing.B) {
	_, c := sandbox(b, paynet.Options{}, nil)
	o := now(order("BENCHQUERY01", txn.Show, 1))
	for b.Loop() {
		if _, err := c.Query(context.Background(), o); err != nil {
			b.Fatal(err)
		}
	}
}
