package wechat_test

import (
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
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
