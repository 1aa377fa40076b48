package alipay_test

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
		a, err := c.Show(context.Background(), order(fmt.Sprintf("BENCH%010d", i), txn.Show, 1))
		if err != nil || a.Status != txn.StatusReady {
			b.Fatal(a, err)
		}
	}
}

// BenchmarkQuery is one poll.
func BenchmarkQuery(b *testing.B) {
	net, c := sandbox(b, paynet.Options{}, nil)
	o := order("BENCHQUERY01", txn.Show, 1)
	a, err := c.Show(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := phone(b, net).Scan(a.CodeURL); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.Query(context.Background(), o); err != nil {
			b.Fatal(err)
		}
	}
}
