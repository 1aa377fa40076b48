package emvqr_test

import (
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// BenchmarkDecodeMerchant reads the specification's example, 217 characters with two kinds of templates.
func BenchmarkDecodeMerchant(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := emvqr.DecodeMerchant(bestTransport); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodeMerchant writes a code with every kind of object, and checks it by reading it.
func BenchmarkEncodeMerchant(b *testing.B) {
	m := shop()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeConsumer reads the specification's example, two applications and a card.
func BenchmarkDecodeConsumer(b *testing.B) {
	code := txn.NewPaymentCode(twoProducts)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := emvqr.DecodeConsumer(code); err != nil {
			b.Fatal(err)
		}
	}
}
