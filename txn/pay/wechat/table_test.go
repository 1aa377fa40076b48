package wechat

import (
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

// TestTableInDocs holds the code table in docs/networks.md against the one in the program.
func TestTableInDocs(t *testing.T) {
	paytest.CheckCodeTable(t, "../../../docs/networks.md", "wechat", codes)
}

// TestRefundTableInDocs does the same for refunds.
func TestRefundTableInDocs(t *testing.T) {
	paytest.CheckCodeTable(t, "../../../docs/networks.md", "wechat refunds", refundCodes, paytest.RefundOps...)
}

// TestBillTableInDocs does the same for bills.
func TestBillTableInDocs(t *testing.T) {
	paytest.CheckCodeTable(t, "../../../docs/reconcile.md", "wechat bills", billCodes, txn.OpBill)
}
