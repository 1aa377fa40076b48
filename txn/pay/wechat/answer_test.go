package wechat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// success is a transaction as WeChat Pay answers it, with every fact that the client looks at.
func success(no, kind string, total, payer int64) string {
	return fmt.Sprintf(`{"appid":%q,"mchid":%q,"out_trade_no":%q,"transaction_id":"4200001234202611230000000001","trade_type":%q,"trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"","success_time":"2026-11-23T10:34:56+08:00","payer":{"openid":"o1"},"amount":{"total":%d,"payer_total":%d,"currency":"CNY","payer_currency":"CNY"}}`,
		testAppid, testMchid, no, kind, total, payer)
}

// TestQueryBelievesOnlyOurs changes one thing of a signed success at a time. Everything that is not exactly
// ours is never paid.
func TestQueryBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0003", txn.Show, 1234)
	good := success(string(o.No), "NATIVE", 1234, 1200)
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status
		fault          txn.Fault
	}{
		{"as it is", "", "", txn.StatusPaid, ""},
		{"another order", string(o.No), "T0000001A0004", txn.StatusMismatch, ""},
		{"our order in lower case", string(o.No), strings.ToLower(string(o.No)), txn.StatusMismatch, ""},
		{"our order and a blank", string(o.No), string(o.No) + " ", txn.StatusMismatch, ""},
		{"another merchant", testMchid, "1900000110", txn.StatusMismatch, ""},
		{"another app", testAppid, "wx8888888888888889", txn.StatusMismatch, ""},
		{"another trade type", "NATIVE", "MICROPAY", txn.StatusMismatch, ""},
		{"a fen less", `"total":1234`, `"total":1233`, txn.StatusMismatch, ""},
		{"a fen more", `"total":1234`, `"total":1235`, txn.StatusMismatch, ""},
		{"what was paid equals, the total does not", `"total":1234,"payer_total":1200`, `"total":1300,"payer_total":1234`, txn.StatusMismatch, ""},
		{"dollars", `"currency":"CNY","payer`, `"currency":"USD","payer`, txn.StatusMismatch, ""},
		{"no order", `"out_trade_no"`, `"x"`, "", txn.FaultUnverified},
		{"no merchant", `"mchid"`, `"x"`, "", txn.FaultUnverified},
		{"no app", `"appid"`, `"x"`, "", txn.FaultUnverified},
		{"no state", `"trade_state"`, `"x"`, "", txn.FaultUnverified},
		{"no total", `"total"`, `"x"`, "", txn.FaultUnverified},
		{"no amount", `"amount"`, `"x"`, "", txn.FaultUnverified},
		{"no transaction id", `"transaction_id"`, `"x"`, "", txn.FaultUnverified},
		{"a transaction id for the printer", "4200001234202611230000000001", `42\u001b@`, "", txn.FaultUnverified},
		{"an endless transaction id", "4200001234202611230000000001", strings.Repeat("4", 33), "", txn.FaultUnverified},
		{"a total with a point", `"total":1234`, `"total":1234.0`, "", txn.FaultUnverified},
		{"a total as text", `"total":1234`, `"total":"1234"`, "", txn.FaultUnverified},
		{"a total beyond int64", `"total":1234`, `"total":12340000000000000000000`, "", txn.FaultUnverified},
		{"a total with an exponent", `"total":1234`, `"total":1.234e3`, "", txn.FaultUnverified},
		{"less than nothing in total", `"total":1234`, `"total":-1234`, txn.StatusMismatch, ""},
		{"GBK", "支付成功", "\xd6\xa7\xb8\xb6\xb3\xc9\xb9\xa6", "", txn.FaultUnverified},
		{"in another order", `"trade_type":"NATIVE","trade_state":"SUCCESS"`, `"trade_state":"SUCCESS","trade_type":"NATIVE"`, txn.StatusPaid, ""},
		{"total of nothing", `"total":1234`, `"total":null`, "", txn.FaultUnverified},
		{"an order that is a number", `"` + string(o.No) + `"`, "1", "", txn.FaultUnverified},
		{"two orders", `"trade_state"`, `"out_trade_no":"T0000001A0004","trade_state"`, "", txn.FaultUnverified},
		{"two states", `"trade_state_desc"`, `"trade_state":"NOTPAY","trade_state_desc"`, "", txn.FaultUnverified},
		{"a key in capitals is another key", `"trade_state"`, `"TRADE_STATE"`, "", txn.FaultUnverified},
		{"two totals", `"payer_total"`, `"total":1,"payer_total"`, "", txn.FaultUnverified},
		{"more paid than due", `"payer_total":1200`, `"payer_total":1235`, "", txn.FaultUnverified},
		{"less than nothing paid", `"payer_total":1200`, `"payer_total":-1`, "", txn.FaultUnverified},
		{"a time that is none", "2026-11-23T10:34:56+08:00", "yesterday", "", txn.FaultUnverified},
		{"a time out of all reason", "2026-11-23T10:34:56+08:00", "0001-01-01T00:00:00Z", "", txn.FaultUnverified},
		{"an unknown state", "SUCCESS", "SUCCESSFUL", "", txn.FaultUnverified},
		{"a state in lower case", `"SUCCESS"`, `"success"`, "", txn.FaultUnverified},
		{"something after the end", `"payer_currency":"CNY"}}`, `"payer_currency":"CNY"}} {}`, "", txn.FaultUnverified},
		{"another order in a state for the printer", string(o.No) + `","transaction_id":"4200001234202611230000000001","trade_type":"NATIVE","trade_state":"SUCCESS"`, `ANOTHER00001","trade_state":"\u001b@"`, "", txn.FaultUnverified},
		{"not paid", "SUCCESS", "NOTPAY", txn.StatusWaiting, ""},
		{"being paid", "SUCCESS", "USERPAYING", txn.StatusWaiting, ""},
		{"one failed try of a shown code", "SUCCESS", "PAYERROR", txn.StatusWaiting, ""},
		{"closed", "SUCCESS", "CLOSED", txn.StatusClosed, ""},
		{"reversed", "SUCCESS", "REVOKED", txn.StatusReversed, ""},
		{"refunded", "SUCCESS", "REFUND", txn.StatusRefunded, ""},
		{"closed, but another's", `SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"","success_time":"2026-11-23T10:34:56+08:00","payer":{"openid":"o1"},"amount":{"total":1234`, `CLOSED","amount":{"total":1`, txn.StatusMismatch, ""},
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
			if a.Status != txn.StatusPaid && (a.TransactionID != "" || a.Payer.Fen != 0) {
				t.Errorf("facts of a payment: %+v", a)
			}
		})
	}
}

// TestPaidFacts reads what a success says beside "paid".
func TestPaidFacts(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0005", txn.Scan, 1234)
	good := success(string(o.No), "MICROPAY", 1234, 1200)
	for _, tt := range []struct {
		name, body string
		payer      int64
		timed      bool
	}{
		{"with a coupon", good, 1200, true},
		{"without payer_total", strings.Replace(good, `"payer_total":1200,`, "", 1), 1234, true},
		{"payer_total null", strings.Replace(good, `:1200,`, ":null,", 1), 1234, true},
		{"all by coupons", strings.Replace(good, `:1200,`, ":0,", 1), 0, true},
		{"without success_time", strings.Replace(good, `"success_time"`, `"x"`, 1), 1200, false},
		{"without currency and type", strings.Replace(strings.Replace(good, `"trade_type"`, `"x"`, 1), `"currency"`, `"y"`, 1), 1200, true},
	} {
		s.say(200, tt.body)
		a, err := c.Query(context.Background(), o)
		if err != nil || a.Status != txn.StatusPaid || a.Payer != txn.Yuan(tt.payer) || a.PaidAt.IsZero() == tt.timed || a.TransactionID == "" {
			t.Errorf("%s: %+v, %v", tt.name, a, err)
		}
		if tt.timed && !a.PaidAt.Equal(time.Date(2026, 11, 23, 2, 34, 56, 0, time.UTC)) {
			t.Errorf("%s: paid at %v", tt.name, a.PaidAt)
		}
	}
	s.say(200, strings.Replace(good, "SUCCESS", "PAYERROR", 1))
	if a, err := c.Query(context.Background(), o); err != nil || a.Status != txn.StatusFailed {
		t.Errorf("PAYERROR of a code payment: %+v, %v", a, err)
	}
}

// TestCodeURL takes only what can be shown as it is.
func TestCodeURL(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0006", txn.Show, 1)
	for _, tt := range []struct {
		url string
		ok  bool
	}{
		{"weixin://wxpay/bizpayurl?pr=zYDfQ6Fzz", true},
		{"weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00", true},
		{"", false},
		{"weixin://", false},
		{"https://wx.tenpay.com/x", false},
		{"WEIXIN://wxpay/x", false},
		{"weixin://wxpay/\x1b@", false},
		{"weixin://wxpay/二维码", false},
		{"weixin://wxpay/a b", false},
		{"weixin://" + strings.Repeat("a", 503), true},
		{"weixin://" + strings.Repeat("a", 504), false},
	} {
		body, _ := json.Marshal(map[string]string{"code_url": tt.url})
		s.say(200, string(body))
		a, err := c.Show(context.Background(), o)
		if ok := err == nil && a.Status == txn.StatusReady && a.CodeURL == tt.url; ok != tt.ok {
			t.Errorf("%.40q: %+v, %v", tt.url, a, err)
		}
		if !tt.ok && pay.FaultOf(err) != txn.FaultUnverified {
			t.Errorf("%.40q: %v", tt.url, err)
		}
	}
}

// TestTimeExpireIsBeijings is what a machine in UTC gets wrong: the SDK writes a time in its own zone.
func TestTimeExpireIsBeijings(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0007", txn.Show, 1)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("X", -5*3600)} {
		o.Expires = time.Date(2026, 11, 23, 16, 30, 0, 0, time.UTC).In(zone)
		_, _ = c.Show(context.Background(), o)
		if want := `"time_expire":"2026-11-24T00:30:00+08:00"`; !strings.Contains(string(s.seen), want) {
			t.Errorf("%s: %s", zone, s.seen)
		}
	}
}
