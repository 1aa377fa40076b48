package offlineqr_test

import (
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

// BenchmarkIssue is what stands between a cashier's key and the code: one answer, one nonce, one sealing.
func BenchmarkIssue(b *testing.B) {
	s := sealer(b, "https://pay.example.cn/O")
	for b.Loop() {
		if _, _, err := s.Issue(order, txn.Yuan(1250), expires, 6); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is the acquirer's part, the keys' derivation included.
func BenchmarkOpen(b *testing.B) {
	_, text, _ := issued(b, 6)
	k := key(b, 0x11)
	for b.Loop() {
		if _, _, err := offlineqr.Open(text, known(k)); err != nil {
			b.Fatal(err)
		}
	}
}
