package alipay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// success is a trade as Alipay answers a query, with every fact that the client looks at.
func success(no string) string {
	return fmt.Sprintf(`{"code":"10000","msg":"Success","buyer_logon_id":"159****5620","buyer_pay_amount":"12.00","buyer_user_id":"2088000000000001","fund_bill_list":[{"amount":"12.00","fund_channel":"PCREDIT"}],"invoice_amount":"12.00","out_trade_no":%q,"point_amount":"0.00","receipt_amount":"12.34","send_pay_date":"2026-11-23 10:34:56","total_amount":"12.34","trade_no":"2026112322001400000000000001","trade_status":"TRADE_SUCCESS"}`, no)
}

// TestQueryBelievesOnlyOurs changes one thing of a signed success at a time. Everything that is not exactly ours is
// never paid.
func TestQueryBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0003", txn.Show, 1234)
	good := success(string(o.No))
	for _, tt := range []struct {
		name, old, new string
		status         txn.Status
		fault          txn.Fault
	}{
		{"as it is", "", "", txn.StatusPaid, ""},
		{"finished", "TRADE_SUCCESS", "TRADE_FINISHED", txn.StatusPaid, ""},
		{"our app and seller", `"code"`, `"app_id":"` + testApp + `","seller_id":"` + testSeller + `","code"`, txn.StatusPaid, ""},
		{"yuan", `"code"`, `"trans_currency":"CNY","code"`, txn.StatusPaid, ""},
		{"another order", string(o.No), "T0000001A0004", txn.StatusMismatch, ""},
		{"our order in lower case", string(o.No), strings.ToLower(string(o.No)), txn.StatusMismatch, ""},
		{"another seller", `"code"`, `"seller_id":"2088000000000003","code"`, txn.StatusMismatch, ""},
		{"another app", `"code"`, `"app_id":"2021000000000002","code"`, txn.StatusMismatch, ""},
		{"dollars", `"code"`, `"trans_currency":"USD","code"`, txn.StatusMismatch, ""},
		{"a fen less", `"total_amount":"12.34"`, `"total_amount":"12.33"`, txn.StatusMismatch, ""},
		{"a fen more", `"total_amount":"12.34"`, `"total_amount":"12.35"`, txn.StatusMismatch, ""},
		{"a hundredfold", `"total_amount":"12.34"`, `"total_amount":"1234"`, txn.StatusMismatch, ""},
		{"ten times", `"total_amount":"12.34"`, `"total_amount":"123.4"`, txn.StatusMismatch, ""},
		{"no order", `"out_trade_no"`, `"x"`, "", txn.FaultUnverified},
		{"no state", `"trade_status"`, `"x"`, "", txn.FaultUnverified},
		{"no total", `"total_amount"`, `"x"`, "", txn.FaultUnverified},
		{"no number", `"trade_no"`, `"x"`, "", txn.FaultUnverified},
		{"no code", `"code"`, `"x"`, "", txn.FaultUnverified},
		{"a code that is a number", `"code":"10000"`, `"code":10000`, "", txn.FaultUnverified},
		{"a number for the printer", "2026112322001400000000000001", `20\u001b@`, "", txn.FaultUnverified},
		{"an endless number", "2026112322001400000000000001", strings.Repeat("4", 33), "", txn.FaultUnverified},
		{"a total that is a number", `"total_amount":"12.34"`, `"total_amount":12.34`, "", txn.FaultUnverified},
		{"a total with an exponent", `"total_amount":"12.34"`, `"total_amount":"1234e-2"`, "", txn.FaultUnverified},
		{"a total with a sign", `"total_amount":"12.34"`, `"total_amount":"+12.34"`, "", txn.FaultUnverified},
		{"a total with a blank", `"total_amount":"12.34"`, `"total_amount":" 12.34"`, "", txn.FaultUnverified},
		{"a total with a comma", `"total_amount":"12.34"`, `"total_amount":"12,34"`, "", txn.FaultUnverified},
		{"a total in full-width digits", `"total_amount":"12.34"`, `"total_amount":"１２.３４"`, "", txn.FaultUnverified},
		{"a total beyond int64", `"total_amount":"12.34"`, `"total_amount":"99999999999999999999"`, "", txn.FaultUnverified},
		{"a third decimal", `"total_amount":"12.34"`, `"total_amount":"12.344"`, "", txn.FaultUnverified},
		{"less than nothing in total", `"total_amount":"12.34"`, `"total_amount":"-12.34"`, "", txn.FaultUnverified},
		{"GBK", `"msg":"Success"`, `"msg":"` + "\xb3\xc9\xb9\xa6" + `"`, "", txn.FaultUnverified},
		{"in another order", `"code":"10000","msg":"Success"`, `"msg":"Success","code":"10000"`, txn.StatusPaid, ""},
		{"null for a total", `"total_amount":"12.34"`, `"total_amount":null`, "", txn.FaultUnverified},
		{"two orders", `"trade_status"`, `"out_trade_no":"T0000001A0004","trade_status"`, "", txn.FaultUnverified},
		{"two states", `"trade_no"`, `"trade_status":"WAIT_BUYER_PAY","trade_no"`, "", txn.FaultUnverified},
		{"a key in capitals is another key", `"trade_status"`, `"TRADE_STATUS"`, "", txn.FaultUnverified},
		{"more paid than due", `"buyer_pay_amount":"12.00"`, `"buyer_pay_amount":"12.35"`, "", txn.FaultUnverified},
		{"less than nothing paid", `"buyer_pay_amount":"12.00"`, `"buyer_pay_amount":"-1"`, "", txn.FaultUnverified},
		{"a time that is none", "2026-11-23 10:34:56", "yesterday", "", txn.FaultUnverified},
		{"a time out of all reason", "2026-11-23 10:34:56", "0001-01-01 00:00:00", "", txn.FaultUnverified},
		{"an unknown state", "TRADE_SUCCESS", "TRADE_PENDING", "", txn.FaultUnverified},
		{"a state in lower case", "TRADE_SUCCESS", "trade_success", "", txn.FaultUnverified},
		{"another's state for the printer", string(o.No), `ANOTHER00001","trade_status":"\u001b@","x":"`, "", txn.FaultUnverified},
		{"the customer types", `"code":"10000"`, `"code":"10003"`, "", txn.FaultSystem},
		{"not paid", "TRADE_SUCCESS", "WAIT_BUYER_PAY", txn.StatusWaiting, ""},
		{"given back", "TRADE_SUCCESS", "TRADE_CLOSED", txn.StatusRefunded, ""},
		{"closed unpaid", `"send_pay_date":"2026-11-23 10:34:56","total_amount":"12.34","trade_no":"2026112322001400000000000001","trade_status":"TRADE_SUCCESS"`, `"total_amount":"12.34","trade_status":"TRADE_CLOSED"`, txn.StatusClosed, ""},
		{"closed, but another's", `"total_amount":"12.34","trade_no":"2026112322001400000000000001","trade_status":"TRADE_SUCCESS"`, `"total_amount":"1","trade_status":"TRADE_CLOSED"`, txn.StatusMismatch, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("there is no %s to change", tt.old)
			}
			s.say(strings.Replace(good, tt.old, tt.new, 1))
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
	good := success(string(o.No))
	for _, tt := range []struct {
		name, old, new string
		payer          int64
		timed          bool
	}{
		{"with a coupon", "", "", 1200, true},
		{"without buyer_pay_amount", `"buyer_pay_amount"`, `"x"`, 1234, true},
		{"all by coupons", `"buyer_pay_amount":"12.00"`, `"buyer_pay_amount":"0.00"`, 0, true},
		{"not told", `"buyer_pay_amount":"12.00","buyer_user_id":"2088000000000001","fund_bill_list":[{"amount":"12.00","fund_channel":"PCREDIT"}],"invoice_amount":"12.00"`, `"buyer_pay_amount":"0.00"`, 1234, true},
		{"without a time", `"send_pay_date"`, `"x"`, 1200, false},
		{"with thousandths of a second", "10:34:56", "10:34:56.000", 1200, true},
	} {
		text := strings.Replace(good, tt.old, tt.new, 1)
		if tt.name == "not told" {
			text = strings.Replace(text, `"receipt_amount":"12.34"`, `"receipt_amount":"0.00"`, 1)
		}
		s.say(text)
		a, err := c.Query(context.Background(), o)
		if err != nil || a.Status != txn.StatusPaid || a.Payer != txn.Yuan(tt.payer) || a.PaidAt.IsZero() == tt.timed {
			t.Errorf("%s: %+v, %v", tt.name, a, err)
		}
		if tt.timed && !a.PaidAt.Equal(time.Date(2026, 11, 23, 2, 34, 56, 0, time.UTC)) {
			t.Errorf("%s: paid at %v", tt.name, a.PaidAt)
		}
	}
	s.say(strings.Replace(good, "TRADE_SUCCESS", "TRADE_CLOSED", 1))
	if a, err := c.Query(context.Background(), o); err != nil || a.Status != txn.StatusReversed {
		t.Errorf("a code payment that was given back: %+v, %v", a, err)
	}
}

// TestScanAnswers holds what a first request can be answered.
func TestScanAnswers(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0006", txn.Scan, 1234)
	paid := strings.Replace(strings.Replace(success(string(o.No)), `,"trade_status":"TRADE_SUCCESS"`, "", 1), "send_pay_date", "gmt_payment", 1)
	for _, tt := range []struct {
		name, node string
		status     txn.Status
		fault      txn.Fault
	}{
		{"paid", paid, txn.StatusPaid, ""},
		{"paid, and says so", success(string(o.No)), txn.StatusPaid, ""},
		{"closed", strings.Replace(success(string(o.No)), "TRADE_SUCCESS", "TRADE_CLOSED", 1), txn.StatusExists, ""},
		{"another's", strings.Replace(paid, string(o.No), "T0000001A0007", 1), txn.StatusMismatch, ""},
		{"a state that is no text", strings.Replace(success(string(o.No)), `"TRADE_SUCCESS"`, "1", 1), "", txn.FaultUnverified},
		{"the customer types", `{"code":"10003","msg":"order success pay inprocess","out_trade_no":"` + string(o.No) + `"}`, txn.StatusWaiting, ""},
		{"another's customer types", `{"code":"10003","msg":"x","out_trade_no":"T0000001A0007"}`, txn.StatusMismatch, ""},
		{"somebody types", `{"code":"10003","msg":"x"}`, "", txn.FaultUnverified},
		{"paid in no words", `{"code":"10000","msg":"Success"}`, "", txn.FaultUnverified},
	} {
		s.say(tt.node)
		if a, err := do(c, txn.OpScan, o); a.Status != tt.status || pay.FaultOf(err) != tt.fault {
			t.Errorf("%s: %+v, %v; want %q, %q", tt.name, a, err, tt.status, tt.fault)
		}
	}
}

// TestCancelAnswers holds what a cancel proves: without an action it found nothing, and with retry_flag it is not done.
func TestCancelAnswers(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0008", txn.Scan, 1)
	for _, tt := range []struct {
		more   string
		status txn.Status
		fault  txn.Fault
	}{
		{`"retry_flag":"N","action":"close","trade_no":"1"`, txn.StatusAccepted, ""},
		{`"retry_flag":"N","action":"refund","trade_no":"1"`, txn.StatusAccepted, ""},
		{`"retry_flag":"N"`, txn.StatusNotFound, ""},
		{`"retry_flag":"Y"`, "", txn.FaultSystem},
		{`"retry_flag":"Y","action":"close"`, "", txn.FaultSystem},
		{`"action":"close"`, "", txn.FaultUnverified},
		{`"retry_flag":"n","action":"close"`, "", txn.FaultUnverified},
		{`"retry_flag":"N","action":"shout"`, "", txn.FaultUnverified},
		{`"retry_flag":"N","action":1`, "", txn.FaultUnverified},
	} {
		s.say(`{"code":"10000","msg":"Success","out_trade_no":"` + string(o.No) + `",` + tt.more + `}`)
		if a, err := do(c, txn.OpReverse, o); a.Status != tt.status || pay.FaultOf(err) != tt.fault {
			t.Errorf("%s: %+v, %v; want %q, %q", tt.more, a, err, tt.status, tt.fault)
		}
	}
	for _, op := range []txn.Op{txn.OpReverse, txn.OpClose, txn.OpShow} {
		for _, no := range []string{`"T0000001A0009"`, `""`, "null", "1"} {
			s.say(`{"code":"10000","msg":"Success","retry_flag":"N","action":"close","qr_code":"https:\/\/qr.alipay.com\/bax1","out_trade_no":` + no + `}`)
			if a, err := do(c, op, o); pay.FaultOf(err) != txn.FaultUnverified {
				t.Errorf("%s of %s: %+v, %v", op, no, a, err)
			}
		}
	}
}

// TestQRCode takes only what can be shown as it is.
func TestQRCode(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0010", txn.Show, 1)
	for _, tt := range []struct {
		url string
		ok  bool
	}{
		{"https:\\/\\/qr.alipay.com\\/bavh4wjlxf12tper3a", true},
		{"https://qr.alipay.com/bax00112", true},
		{"", false},
		{"https://qr.alipay.com/", false},
		{"https://qr.alipay.com.evil.example/x", false},
		{"http://qr.alipay.com/x", false},
		{"HTTPS://QR.ALIPAY.COM/x", false},
		{`https://qr.alipay.com/\u001b@`, false},
		{"https://qr.alipay.com/二维码", false},
		{"https://qr.alipay.com/a b", false},
		{"https://qr.alipay.com/" + strings.Repeat("a", 490), true},
		{"https://qr.alipay.com/" + strings.Repeat("a", 491), false},
	} {
		s.say(`{"code":"10000","msg":"Success","out_trade_no":"` + string(o.No) + `","qr_code":"` + tt.url + `"}`)
		a, err := c.Show(context.Background(), o)
		if ok := a.Status == txn.StatusReady && a.CodeURL == strings.ReplaceAll(tt.url, `\/`, "/"); ok != tt.ok {
			t.Errorf("%.60q: %+v, %v", tt.url, a, err)
		}
		if !tt.ok && pay.FaultOf(err) != txn.FaultUnverified {
			t.Errorf("%.40q: %v", tt.url, err)
		}
	}
}

// TestRequests reads what is asked, whatever zone the machine is in.
func TestRequests(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0011", txn.Show, 100_005)
	o.Created = time.Date(2099, 11, 23, 16, 28, 0, 0, time.UTC) // later than now: what is left is never more than the life
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("X", -5*3600)} {
		o.Expires = o.Created.Add(90 * time.Second).In(zone)
		_, _ = c.Show(context.Background(), o)
		want := `{"out_trade_no":"T0000001A0011","total_amount":"1000.05","subject":"商品","seller_id":"2088000000000002","product_code":"FACE_TO_FACE_PAYMENT","time_expire":"2099-11-24 00:29:30","qr_code_timeout_express":"2m"}`
		if got := s.seen.Get("biz_content"); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
	for left, want := range map[time.Duration]string{5 * time.Minute: "5m", 61 * time.Second: "2m", 59 * time.Second: "1m", -time.Hour: "1m"} {
		late := o
		late.Created = time.Now().Add(-24 * time.Hour)
		late.Expires = time.Now().Add(left - time.Second/2)
		_, _ = c.Show(context.Background(), late)
		if got := s.seen.Get("biz_content"); !strings.Contains(got, `"qr_code_timeout_express":"`+want+`"`) {
			t.Errorf("%v left: %s", left, got)
		}
	}
	o.Method = txn.Scan
	_, _ = do(c, txn.OpScan, o)
	want := `{"out_trade_no":"T0000001A0011","total_amount":"1000.05","subject":"商品","seller_id":"2088000000000002","product_code":"FACE_TO_FACE_PAYMENT","scene":"bar_code","auth_code":"287654321098765432","timeout_express":"2m"}`
	if got := s.seen.Get("biz_content"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for op, method := range map[txn.Op]string{txn.OpQuery: "query", txn.OpClose: "close", txn.OpReverse: "cancel"} {
		_, _ = do(c, op, o)
		if s.seen.Get("biz_content") != `{"out_trade_no":"T0000001A0011"}` || s.seen.Get("method") != "alipay.trade."+method {
			t.Errorf("%s: %v", op, s.seen)
		}
	}
	at, err := time.Parse("2006-01-02 15:04:05 -0700", s.seen.Get("timestamp")+" +0800")
	if err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("timestamp %q is not Beijing's time: %v", s.seen.Get("timestamp"), err)
	}
}
