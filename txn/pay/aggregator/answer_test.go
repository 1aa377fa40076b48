package aggregator_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// success is a payment as the platform answers a query, with every fact that the client looks at.
func success(o txn.Order) string {
	return fmt.Sprintf(`{"amount":1234,"code":"OK","currency":"CNY","merchant_id":%q,"method":%q,"order_no":%q,"paid_at":1795401296,"payer_paid":1200,"platform_id":"AGG20261123001","state":"PAID","wallet":"alipay","wallet_id":"2026112322001400000000000001"}`,
		testMerchant, o.Method, o.No)
}

// TestQueryBelievesOnlyOurs changes one thing of a signed success at a time. Everything that is not exactly ours is
// never paid.
func TestQueryBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0003", txn.Show, 1234)
	good := success(o)
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status
		fault          txn.Fault
	}{
		{"as it is", "", "", txn.StatusPaid, ""},
		{"with a field that nobody documented", `"code"`, `"x":[{}],"code"`, txn.StatusPaid, ""},
		{"a wallet of tomorrow", `"alipay"`, `"dcep2"`, txn.StatusPaid, ""},
		{"all by coupons", `"payer_paid":1200`, `"payer_paid":0`, txn.StatusPaid, ""},
		{"another order", string(o.No), "T0000001A0004", txn.StatusMismatch, ""},
		{"our order in lower case", string(o.No), strings.ToLower(string(o.No)), txn.StatusMismatch, ""},
		{"another merchant", testMerchant, "M1000002", txn.StatusMismatch, ""},
		{"another kind", `"show"`, `"scan"`, txn.StatusMismatch, ""},
		{"dollars", "CNY", "USD", txn.StatusMismatch, ""},
		{"a fen less", `"amount":1234`, `"amount":1233`, txn.StatusMismatch, ""},
		{"a fen more", `"amount":1234`, `"amount":1235`, txn.StatusMismatch, ""},
		{"another's, not paid", `"amount":1234,"code":"OK","currency":"CNY"`, `"amount":1,"code":"OK","currency":"CNY"`, txn.StatusMismatch, ""},
		{"no order", `"order_no"`, `"x"`, "", txn.FaultUnverified},
		{"no merchant", `"merchant_id"`, `"x"`, "", txn.FaultUnverified},
		{"no kind", `"method"`, `"x"`, "", txn.FaultUnverified},
		{"no state", `"state"`, `"x"`, "", txn.FaultUnverified},
		{"no amount", `"amount"`, `"x"`, "", txn.FaultUnverified},
		{"no currency", `"currency"`, `"x"`, "", txn.FaultUnverified},
		{"no number", `"platform_id"`, `"x"`, "", txn.FaultUnverified},
		{"no wallet", `"wallet"`, `"x"`, "", txn.FaultUnverified},
		{"no number of the wallet's", `"wallet_id"`, `"x"`, "", txn.FaultUnverified},
		{"no payer's part", `"payer_paid"`, `"x"`, "", txn.FaultUnverified},
		{"no time", `"paid_at"`, `"x"`, "", txn.FaultUnverified},
		{"no code", `"code"`, `"x"`, "", txn.FaultUnverified},
		{"an amount that is a text", `"amount":1234`, `"amount":"1234"`, "", txn.FaultUnverified},
		{"an amount with an exponent", `"amount":1234`, `"amount":1.234e3`, "", txn.FaultUnverified},
		{"an amount beyond int64", `"amount":1234`, `"amount":99999999999999999999`, "", txn.FaultUnverified},
		{"less than nothing", `"amount":1234`, `"amount":-1234`, txn.StatusMismatch, ""},
		{"GBK", `"alipay"`, `"` + "\xd6\xa7\xb8\xb6" + `"`, "", txn.FaultUnverified},
		{"in another order", `"amount":1234,"code":"OK"`, `"code":"OK","amount":1234`, txn.StatusPaid, ""},
		{"null for an amount", `"amount":1234`, `"amount":null`, "", txn.FaultUnverified},
		{"more paid than due", `"payer_paid":1200`, `"payer_paid":1235`, "", txn.FaultUnverified},
		{"less than nothing paid", `"payer_paid":1200`, `"payer_paid":-1`, "", txn.FaultUnverified},
		{"a time out of all reason", `"paid_at":1795401296`, `"paid_at":1`, "", txn.FaultUnverified},
		{"a time without end", `"paid_at":1795401296`, `"paid_at":9223372036854775807`, "", txn.FaultUnverified},
		{"a number for the printer", "AGG20261123001", `A\u001b@`, "", txn.FaultUnverified},
		{"a wallet's number for the printer", "2026112322001400000000000001", `A\u001b@`, "", txn.FaultUnverified},
		{"a wallet for the printer", `"alipay"`, `"\u001b@"`, "", txn.FaultUnverified},
		{"a wallet with a long name", `"alipay"`, `"alipayalipayalipay"`, "", txn.FaultUnverified},
		{"an unknown state", "PAID", "PENDING", "", txn.FaultUnverified},
		{"a state of a scanned order", "PAID", "REVERSED", "", txn.FaultUnverified},
		{"a scanned order's password", "PAID", "PAYING", "", txn.FaultUnverified},
		{"a scanned order's end", "PAID", "FAILED", "", txn.FaultUnverified},
		{"a state in lower case", "PAID", "paid", "", txn.FaultUnverified},
		{"two states", `"wallet"`, `"state":"NOT_PAID","wallet"`, "", txn.FaultUnverified},
		{"a key in capitals is another key", `"state"`, `"STATE"`, "", txn.FaultUnverified},
		{"more after it", `}`, `} `, txn.StatusPaid, ""},
		{"another after it", `}`, `}{}`, "", txn.FaultUnverified},
		{"not paid", "PAID", "NOT_PAID", txn.StatusWaiting, ""},
		{"closed", "PAID", "CLOSED", txn.StatusClosed, ""},
		{"given back", "PAID", "REFUNDED", txn.StatusRefunded, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("there is no %s to change", tt.old)
			}
			s.say(200, strings.Replace(good, tt.old, tt.new, 1))
			a, err := c.Query(context.Background(), o)
			if a.Status != tt.status || pay.FaultOf(err) != tt.fault {
				t.Errorf("%+v, %v; want %q, %q", a, err, tt.status, tt.fault)
			}
			if a.Status != txn.StatusPaid && (a.TransactionID != "" || a.Wallet != "" || a.WalletID != "" || a.Payer.Fen != 0) {
				t.Errorf("facts of a payment: %+v", a)
			}
		})
	}
	s.say(200, good)
	a, err := c.Query(context.Background(), o)
	if want := (txn.Answer{
		Status: txn.StatusPaid, TransactionID: "AGG20261123001", Wallet: txn.Alipay, WalletID: "2026112322001400000000000001",
		Payer: txn.Yuan(1200), PaidAt: time.Unix(1795401296, 0), Code: "PAID",
	}); err != nil || a != want {
		t.Errorf("%+v, %v; want %+v", a, err, want)
	}
}

// TestScanAnswers holds what a first request can be answered: an end that only a later query can prove is not its own.
func TestScanAnswers(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0006", txn.Scan, 1234)
	for state, want := range map[string]txn.Status{
		"PAID": txn.StatusPaid, "PAYING": txn.StatusWaiting, "FAILED": txn.StatusFailed,
		"REVERSED": txn.StatusExists, "REFUNDED": txn.StatusExists, "CLOSED": "", "NOT_PAID": "",
	} {
		s.say(200, strings.Replace(success(o), "PAID", state, 1))
		if a, err := do(c, txn.OpScan, o); a.Status != want || (want == "") != (pay.FaultOf(err) == txn.FaultUnverified) {
			t.Errorf("%s: %+v, %v", state, a, err)
		}
	}
	s.say(200, strings.Replace(success(o), "PAID", "REVERSED", 1))
	if a, err := c.Query(context.Background(), o); err != nil || a.Status != txn.StatusReversed {
		t.Error(a, err)
	}
}

// TestNames holds that a code to show, a close and a reverse of another order are none.
func TestNames(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0007", txn.Show, 1)
	good := fmt.Sprintf(`{"code":"OK","merchant_id":%q,"order_no":%q,"method":"show","qr_url":"https://agg.example/q/1"}`, testMerchant, o.No)
	for _, op := range []txn.Op{txn.OpShow, txn.OpClose, txn.OpReverse} {
		s.say(200, good)
		if a, err := do(c, op, o); err != nil || a.Status != txn.StatusReady && a.Status != txn.StatusAccepted {
			t.Errorf("%s: %+v, %v", op, a, err)
		}
		for _, change := range [][2]string{{string(o.No), "T0000001A0008"}, {testMerchant, "M1"}, {`"show"`, `"scan"`}, {`"order_no"`, `"x"`}} {
			s.say(200, strings.Replace(good, change[0], change[1], 1))
			if a, err := do(c, op, o); pay.FaultOf(err) != txn.FaultUnverified {
				t.Errorf("%s, %s for %s: %+v, %v", op, change[1], change[0], a, err)
			}
		}
	}
	for url, ok := range map[string]bool{
		"https://agg.example/q/1": true, "https://127.0.0.1:9443/q/Ab9": true, "https:\\/\\/agg.example\\/q": true,
		"http://agg.example/q/1": false, "HTTPS://agg.example/q": false, "https://": false, "https:///q": false, "": false,
		"https://a:b@agg.example/q": false, "weixin://wxpay/1": false, "https://agg.example/q 1": false,
		`https://agg.example/\u001b@`: false, "https://agg.example/码": false, "https://agg.example/%zz": false,
		"https://agg.example/" + strings.Repeat("1", 500): false,
	} {
		s.say(200, strings.Replace(good, "https://agg.example/q/1", url, 1))
		a, err := c.Show(context.Background(), o)
		if ok != (err == nil) || ok && a.CodeURL != strings.ReplaceAll(url, `\/`, "/") {
			t.Errorf("%s: %+v, %v", url, a, err)
		}
	}
}
