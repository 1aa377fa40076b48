package unionpay_test

import (
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/paytest"
)

// TestContract runs the suite over the real wire format, with every signature checked on both sides. A close is a
// query here, and UnionPay knows no app.
func TestContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.Run(t, net, paynettest.Case{
		Client: c, Network: paynet.UnionPay,
		Ops: map[txn.Op]string{
			txn.OpShow: paynet.OpApply, txn.OpScan: paynet.OpConsume, txn.OpQuery: paynet.OpQuery,
			txn.OpClose: paynet.OpQuery, txn.OpReverse: paynet.OpReverse,
		},
		Habits:  paytest.Habits{BornByPay: true, NamesAll: true, NamesMerchant: true},
		Without: []paytest.Failure{paytest.WrongApp},
	})
}

// TestRefundContract does the same for refunds.
func TestRefundContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.RunRefunds(t, net, paynettest.Case{
		Client: c, Network: paynet.UnionPay,
		Ops:          map[txn.Op]string{txn.OpRefund: paynet.OpRefund, txn.OpQueryRefund: paynet.OpQuery},
		Habits:       paytest.Habits{BornByPay: true, NamesAll: true, NamesMerchant: true, RefundsAlone: true},
		Without:      []paytest.Failure{paytest.WrongApp},
		WithoutFates: []paytest.Fate{paytest.Abnormal},
	})
}

// TestBillContract does the same for bills, which come inside the signed answer and may be long.
func TestBillContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.RunBills(t, net, paynettest.Case{
		Client: c, Network: paynet.UnionPay,
		Ops:     map[txn.Op]string{txn.OpScan: paynet.OpConsume, txn.OpBill: paynet.OpBill},
		Habits:  paytest.Habits{BillsAhead: time.Hour},
		Without: []paytest.Failure{paytest.Huge},
	})
}
