package alipay_test

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
		Client: c, Network: paynet.Alipay,
		Ops: map[txn.Op]string{
			txn.OpShow: paynet.OpPrecreate, txn.OpScan: paynet.OpPay, txn.OpQuery: paynet.OpQuery,
			txn.OpClose: paynet.OpClose, txn.OpReverse: paynet.OpCancel,
		},
		Habits: paytest.Habits{BornByScan: true, Undecided: true, UndoesWaiting: true, NamesAll: true},
		// Answers carry no kind of trade, and no time that could be off.
		Without: []paytest.Failure{paytest.WrongType, paytest.Skew},
	})
}

// TestRefundContract does the same for refunds. The answer to one does not say which, and a query knows no refund
// before it was made.
func TestRefundContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	paynettest.RunRefunds(t, net, paynettest.Case{
		Client: c, Network: paynet.Alipay,
		Ops:          map[txn.Op]string{txn.OpRefund: paynet.OpRefund, txn.OpQueryRefund: paynet.OpFastRefundQuery},
		Habits:       paytest.Habits{HidesRefunds: true, UnnamedRefunds: true},
		Without:      []paytest.Failure{paytest.WrongType, paytest.Skew},
		WithoutFates: []paytest.Fate{paytest.Abnormal},
	})
}

// TestBillContract does the same for bills. A file has neither signature nor hash: what is done to it in spite of TLS, the
// zip's checksums and the bill's own totals have to give away.
func TestBillContract(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	c2 := paynettest.Case{
		Client: c, Network: paynet.Alipay,
		Ops:    map[txn.Op]string{txn.OpScan: paynet.OpPay, txn.OpBill: paynet.OpBill},
		Habits: paytest.Habits{PlainFiles: true}, Without: []paytest.Failure{paytest.Skew, paytest.NoFacts},
	}
	t.Run("answer", func(t *testing.T) { paynettest.RunBills(t, net, c2) })
	c2.Ops[paytest.OpBillFile] = paynet.OpBillFile
	delete(c2.Ops, txn.OpBill)
	c2.Without = append(c2.Without, paytest.Unsigned, paytest.WrongKey, paytest.UnknownKey)
	t.Run("file", func(t *testing.T) { paynettest.RunBills(t, net, c2) })
}
