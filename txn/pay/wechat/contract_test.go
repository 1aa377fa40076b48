package wechat_test

import (
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
)

// TestContract runs the suite over the real wire format, with every signature checked on both sides.
func TestContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.Run(t, net, paynettest.Case{
		Client: c, Network: paynet.WeChat,
		Ops: map[txn.Op]string{
			txn.OpShow: paynet.OpNative, txn.OpScan: paynet.OpCodePay, txn.OpQuery: paynet.OpQuery,
			txn.OpClose: paynet.OpClose, txn.OpReverse: paynet.OpReverse,
		},
	})
}

// TestRefundContract does the same for refunds, whose answers carry neither merchant nor app nor trade type.
func TestRefundContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.RunRefunds(t, net, paynettest.Case{
		Client: c, Network: paynet.WeChat,
		Ops:     map[txn.Op]string{txn.OpRefund: paynet.OpRefund, txn.OpQueryRefund: paynet.OpRefundQuery},
		Without: []paytest.Failure{paytest.WrongMerchant, paytest.WrongApp, paytest.WrongType},
	})
}

// TestBillContract does the same for bills. A file has no signature: only its hash gives away what was done to it.
func TestBillContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	c2 := paynettest.Case{
		Client: c, Network: paynet.WeChat,
		Ops:     map[txn.Op]string{txn.OpScan: paynet.OpCodePay, txn.OpBill: paynet.OpBill},
		Without: []paytest.Failure{paytest.NoFacts},
	}
	t.Run("answer", func(t *testing.T) { paynettest.RunBills(t, net, c2) })
	c2.Ops[paytest.OpBillFile] = paynet.OpBillFile
	delete(c2.Ops, txn.OpBill)
	c2.Without = []paytest.Failure{paytest.Unsigned, paytest.WrongKey, paytest.UnknownKey, paytest.Skew, paytest.NoFacts}
	t.Run("file", func(t *testing.T) { paynettest.RunBills(t, net, c2) })
}
