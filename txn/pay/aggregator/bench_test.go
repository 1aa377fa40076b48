package aggregator_test

import (
	"testing"

	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
)

func BenchmarkShow(b *testing.B) {
	_, c := sandbox(b, paynet.Options{}, nil)
	paynettest.BenchShow(b, c)
}

func BenchmarkQuery(b *testing.B) {
	net, c := sandbox(b, paynet.Options{}, nil)
	paynettest.BenchQuery(b, net, c, paynet.UnionPay)
}
