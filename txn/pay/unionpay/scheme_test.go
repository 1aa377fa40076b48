package unionpay_test

import (
	"context"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
	"smartpos/txn/pay/paynet"
)

// A code that nobody applied for names the order by what a query names it by: its number and time.
func TestSchemeCodeIsFoundByItsOrder(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	ctx, o := context.Background(), now("T0000001A0061", txn.Show, 1250)
	o.Offline = &txn.OfflineCode{Scheme: "云闪付"}
	m := emvqr.Merchant{
		Initiation: emvqr.Dynamic, Networks: []emvqr.Object{{ID: "15", Value: net.UnionPayMerchant().SchemeAccount}},
		Category: "5411", Amount: o.Amount, Country: "CN", Name: "HUIMIN STORE", City: "BEIJING",
		Additional: &emvqr.Additional{
			BillNumber: string(o.No), ReferenceLabel: o.Created.In(txn.BusinessZone).Format("20060102150405"),
		},
	}
	code, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	ph := phone(t, net)
	if _, err := ph.Scan(code); err != nil {
		t.Fatal(err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusNotFound {
		t.Fatal("before it is paid:", q, err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	if q, err := c.Query(ctx, o); err != nil || q.Status != txn.StatusPaid || q.Payer != o.Amount || q.TransactionID == "" {
		t.Fatal(q, err)
	}
}
