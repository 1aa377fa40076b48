package unionpay_test

import (
	"context"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paytest"
)

var allOps = []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse}

// TestResponseCodes holds the table of docs/networks.md, one verified answer at a time.
func TestResponseCodes(t *testing.T) {
	s, c := script(t, nil)
	for _, tt := range []struct {
		ops    []txn.Op
		codes  string
		answer txn.Status
		fault  txn.Fault
	}{
		{allOps, "02 06 37 99", "", txn.FaultSystem},
		{allOps, "ZZ 98", "", txn.FaultSystem},
		{allOps, "10 11 13 14 31 32 43 92", "", txn.FaultConfig},
		{[]txn.Op{txn.OpShow, txn.OpQuery, txn.OpClose, txn.OpReverse}, "03 04 05", "", txn.FaultSystem},
		{[]txn.Op{txn.OpScan}, "03 04 05 70 82 83", txn.StatusWaiting, ""},
		{[]txn.Op{txn.OpShow, txn.OpScan}, "12", txn.StatusExists, ""},
		{[]txn.Op{txn.OpShow, txn.OpScan}, "01 30 33 38 39", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpScan}, "40 60 61 64 65 67 85 86 87 88 90", txn.StatusFailed, ""},
		{[]txn.Op{txn.OpQuery, txn.OpClose, txn.OpReverse}, "34", txn.StatusNotFound, ""},
		{[]txn.Op{txn.OpReverse}, "00 12 45 46", txn.StatusAccepted, ""},
		{[]txn.Op{txn.OpReverse}, "35 36 39", txn.StatusRefused, ""},
	} {
		for _, code := range strings.Fields(tt.codes) {
			for _, op := range tt.ops {
				o := order("T0000001A0012", txn.Scan, 1234)
				kind := map[txn.Op]string{txn.OpReverse: "99", txn.OpQuery: "00", txn.OpClose: "00"}[op]
				if kind == "" {
					kind = "01"
				}
				s.say(reply(o, "respCode="+code, "txnType="+kind), reply(o, "respCode="+code, "txnType="+kind))
				a, err := do(c, op, o)
				if a.Status != tt.answer || pay.FaultOf(err) != tt.fault {
					t.Errorf("%s answered %s: %+v, %v; want %q %q", op, code, a, err, tt.answer, tt.fault)
				}
				if got := paytest.CodeOf(a, err); got != "UP"+code {
					t.Errorf("%s answered %s, reported %q", op, code, got)
				}
				s.say(reply(o, "respCode="+code, "txnType="+kind, "-orderId"))
				if a, err := do(c, op, o); err == nil {
					t.Errorf("%s: code %s without an order decided something: %+v", op, code, a)
				}
			}
		}
	}
}

func do(c pay.Network, op txn.Op, o txn.Order) (txn.Answer, error) {
	return paytest.Ask(context.Background(), c, op, o, txn.NewPaymentCode("6220835931895481436"))
}
