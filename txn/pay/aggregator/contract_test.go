package aggregator_test

import (
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
)

// TestContract runs the suite over the real wire format, with every signature checked on both sides, once for each
// wallet. The aggregator knows no app.
func TestContract(t *testing.T) {
	for _, wallet := range wallets {
		t.Run(wallet, func(t *testing.T) {
			net, c := sandbox(t, paynet.Options{}, nil)
			paynettest.Run(t, net, paynettest.Case{
				Client: c, Network: paynet.Aggregator, Wallet: wallet,
				Ops: map[txn.Op]string{
					txn.OpShow: paynet.OpCreate, txn.OpScan: paynet.OpScan, txn.OpQuery: paynet.OpQuery,
					txn.OpClose: paynet.OpClose, txn.OpReverse: paynet.OpReverse,
				},
				Habits:  paytest.Habits{NamesAll: true, NamesMerchant: true},
				Without: []paytest.Failure{paytest.WrongApp},
			})
		})
	}
}

// TestRefundContract does the same for refunds. A refund does not know by which method its order was paid.
func TestRefundContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.RunRefunds(t, net, paynettest.Case{
		Client: c, Network: paynet.Aggregator, Wallet: paynet.Alipay,
		Ops:     map[txn.Op]string{txn.OpRefund: paynet.OpRefund, txn.OpQueryRefund: paynet.OpRefundQuery},
		Habits:  paytest.Habits{NamesAll: true, NamesMerchant: true},
		Without: []paytest.Failure{paytest.WrongApp, paytest.WrongType},
	})
}

// TestBillContract does the same for bills, which are the signed answer itself and may be long.
func TestBillContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.RunBills(t, net, paynettest.Case{
		Client: c, Network: paynet.Aggregator, Wallet: paynet.Alipay,
		Ops:     map[txn.Op]string{txn.OpScan: paynet.OpScan, txn.OpBill: paynet.OpBill},
		Habits:  paytest.Habits{EmptyBills: true},
		Without: []paytest.Failure{paytest.Huge},
	})
}
