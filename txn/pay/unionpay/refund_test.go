package unionpay

import (
	"context"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
	"smartpos/txn/pay/paytest"
)

const refundHead = "merId=777290058110097&orderId=T0000001R0001&txnTime=20261123103456&origQryId=4200001234202611230000000001&txnAmt=500&currencyCode=156&txnType=04&"

// FuzzRefunds lets the network say anything, well signed, about a refund: given back only for a message that by its
// fields is a success of ours.
func FuzzRefunds(f *testing.F) {
	c := &Client{cfg: Config{MerchantID: "777290058110097"}}
	f.Add(refundHead + "respCode=00&origRespCode=00&queryId=42&traceTime=1123103456")
	f.Add(refundHead + "respCode=00&origRespCode=05&queryId=42")
	f.Add(refundHead + "respCode=00&origRespCode=01&queryId=42")
	f.Add(refundHead + "respCode=34")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseForm(text)
		if err != nil || !codeForm().MatchString(m["respCode"]) {
			return // as judge does
		}
		r := paytest.NewRefund(txn.UnionPay, 500)
		success := m["merId"] == "777290058110097" && m["orderId"] == "T0000001R0001" && m["txnTime"] == "20261123103456" &&
			m["txnAmt"] == "500" && m["queryId"] != "" && m["txnType"] == "04" && (m["origRespCode"] == "00" || m["origRespCode"] == "A6")
		a, err := c.readQuery(r, m)
		paytest.CheckWildRefund(t, txn.OpQueryRefund, r, a, err, success)
		a, err = c.readRefund(r, m)
		paytest.CheckWildRefund(t, txn.OpRefund, r, a, err, false)
	})
}

// TestRefundBelievesOnlyOurs changes one field of a success at a time.
func TestRefundBelievesOnlyOurs(t *testing.T) {
	c := &Client{cfg: Config{MerchantID: "777290058110097"}}
	r := paytest.NewRefund(txn.UnionPay, 500)
	const good = refundHead + "respCode=00&origRespCode=00&queryId=42"
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status // of a query; where it is none, a fault
		fault          txn.Fault
		taken          bool // as an answer to a refund
	}{
		{"as it is", "", "", txn.StatusRefunded, "", true},
		{"with flaws", "origRespCode=00", "origRespCode=A6", txn.StatusRefunded, "", true},
		{"accepted", "origRespCode=00", "origRespCode=05", txn.StatusWaiting, "", true},
		{"failed", "origRespCode=00", "origRespCode=01", txn.StatusRefused, "", true},
		{"a code that nobody documented", "origRespCode=00", "origRespCode=ZZ", "", txn.FaultSystem, true},
		{"no state", "origRespCode=00&", "", "", txn.FaultUnverified, true},
		{"no id", "&queryId=42", "", "", txn.FaultUnverified, true},
		{"no amount", "txnAmt=500&", "", "", txn.FaultUnverified, true},
		{"a fen less", "txnAmt=500", "txnAmt=499", txn.StatusMismatch, "", false},
		{"another refund", "T0000001R0001", "T0000001R0002", txn.StatusMismatch, "", false},
		{"another payment", "4200001234202611230000000001", "4200001234202611230000000002", txn.StatusMismatch, "", false},
		{"another merchant", "777290058110097", "777290058110098", txn.StatusMismatch, "", false},
		{"another time", "20261123103456", "20261123103457", txn.StatusMismatch, "", false},
		{"yen", "currencyCode=156", "currencyCode=392", txn.StatusMismatch, "", false},
		{"a payment", "txnType=04", "txnType=01", txn.StatusMismatch, "", false},
		{"no type", "txnType=04&", "", "", txn.FaultUnverified, true},
		{"no refund", "orderId=T0000001R0001&", "", "", txn.FaultUnverified, false},
		{"none such", "respCode=00&origRespCode=00", "respCode=34", txn.StatusNotFound, "", false},
		{"in trouble", "respCode=00&origRespCode=00", "respCode=06", "", txn.FaultSystem, false},
	} {
		if !strings.Contains(good, tt.old) {
			t.Fatalf("%s: there is no %s to change", tt.name, tt.old)
		}
		m, err := parseForm(strings.Replace(good, tt.old, tt.new, 1))
		if err != nil {
			t.Fatal(err)
		}
		if a, err := c.readQuery(r, m); a.Status != tt.status || pay.FaultOf(err) != tt.fault {
			t.Errorf("%s: %+v, %v; want %q %q", tt.name, a, err, tt.status, tt.fault)
		}
		if a, err := c.readRefund(r, m); (a.Status == txn.StatusAccepted) != tt.taken {
			t.Errorf("%s: %+v, %v to a refund", tt.name, a, err)
		}
	}
}

// TestRefundNeedsThePayment: UnionPay knows a payment by its queryId alone.
func TestRefundNeedsThePayment(t *testing.T) {
	c := &Client{cfg: Config{MerchantID: "777290058110097"}, line: client.NewLine(nil, 0)}
	r := paytest.NewRefund(txn.UnionPay, 500)
	r.TransactionID = ""
	if _, err := c.Refund(context.Background(), r); pay.FaultOf(err) != txn.FaultConfig {
		t.Error(err)
	}
}

// A payment that goes back whole on its own clearing day is voided; the journalled facts decide, whatever the time is now.
func TestVoidOrRefund(t *testing.T) {
	at := func(text string) time.Time {
		day, err := time.ParseInLocation("2006-01-02 15:04:05", text, beijing)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	paid := at("2026-11-22 23:00:00") // the first second of the 23rd's clearing day
	for _, tt := range []struct {
		name           string
		created        time.Time
		amount, before int64
		want           string
	}{
		{"at once", paid, 1234, 0, typeVoid},
		{"in its last second", at("2026-11-23 22:59:59"), 1234, 0, typeVoid},
		{"by a clock in UTC", at("2026-11-23 22:59:59").UTC(), 1234, 0, typeVoid},
		{"a second later", at("2026-11-23 23:00:00"), 1234, 0, typeRefund},
		{"in part", paid, 1233, 0, typeRefund},
		{"the rest", paid, 1000, 234, typeRefund},
	} {
		r := paytest.NewRefund(txn.UnionPay, tt.amount)
		r.Before, r.Created, r.Paid = txn.Yuan(tt.before), tt.created, paid
		if got := refundType(r); got != tt.want {
			t.Errorf("%s: txnType %s, want %s", tt.name, got, tt.want)
		}
	}
	r := paytest.NewRefund(txn.UnionPay, 1234)
	if got := refundType(r); got != typeRefund {
		t.Errorf("of a payment whose time nobody knows: txnType %s", got)
	}
}
