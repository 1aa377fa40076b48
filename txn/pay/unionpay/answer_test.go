package unionpay_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

// TestQueryBelievesOnlyOurs changes one thing of a signed success at a time. Everything that is not exactly
// ours is never paid.
func TestQueryBelievesOnlyOurs(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0003", txn.Scan, 1234)
	for _, tt := range []struct {
		name, change string
		status       txn.Status
		fault        txn.Fault
	}{
		{"as it is", "traceNo=1", txn.StatusPaid, ""},
		{"a success with flaws", "origRespCode=A6", txn.StatusPaid, ""},
		{"another order", "orderId=T0000001A0004", txn.StatusMismatch, ""},
		{"our order in lower case", "orderId=t0000001a0003", txn.StatusMismatch, ""},
		{"our number at another time", "txnTime=20261123103457", txn.StatusMismatch, ""},
		{"another merchant", "merId=777290058110098", txn.StatusMismatch, ""},
		{"a refund", "txnType=04", txn.StatusMismatch, ""},
		{"a void", "txnType=31", txn.StatusMismatch, ""},
		{"a fen less", "txnAmt=1233", txn.StatusMismatch, ""},
		{"a fen more", "txnAmt=1235", txn.StatusMismatch, ""},
		{"an amount with a point", "txnAmt=1234.0", txn.StatusMismatch, ""},
		{"an amount with an exponent", "txnAmt=1.234e3", txn.StatusMismatch, ""},
		{"less than nothing", "txnAmt=-1234", txn.StatusMismatch, ""},
		{"an amount beyond int64", "txnAmt=" + strings.Repeat("9", 30), txn.StatusMismatch, ""},
		{"an amount with a zero before it", "txnAmt=01234", txn.StatusMismatch, ""},
		{"yen", "currencyCode=392", txn.StatusMismatch, ""},
		{"no currency", "-currencyCode", txn.StatusPaid, ""},
		{"no order", "-orderId", "", txn.FaultUnverified},
		{"no time", "-txnTime", "", txn.FaultUnverified},
		{"no merchant", "-merId", "", txn.FaultUnverified},
		{"no amount", "-txnAmt", "", txn.FaultUnverified},
		{"no number", "-queryId", "", txn.FaultUnverified},
		{"a number for the printer", "queryId=42\x1b@", "", txn.FaultUnverified},
		{"an endless number", "queryId=" + strings.Repeat("4", 33), "", txn.FaultUnverified},
		{"no state", "-origRespCode", "", txn.FaultUnverified},
		{"an empty state", "origRespCode=", "", txn.FaultUnverified},
		{"a state of three characters", "origRespCode=000", "", txn.FaultUnverified},
		{"a state that nobody documented", "origRespCode=ZZ", "", txn.FaultSystem},
		{"charged, but not booked", "origRespCode=75", "", txn.FaultSystem},
		{"accepted", "origRespCode=05", txn.StatusWaiting, ""},
		{"the bank works on it", "origRespCode=83", txn.StatusWaiting, ""},
		{"no balance", "origRespCode=64", txn.StatusFailed, ""},
		{"reversed", "origRespCode=46", txn.StatusReversed, ""},
		{"refunded or voided", "origRespCode=45", txn.StatusRefunded, ""},
		{"charged after its time", "origRespCode=42", txn.StatusRefunded, ""},
		{"the reversal itself", "txnType=99", txn.StatusReversed, ""},
		{"no code", "-respCode", "", txn.FaultUnverified},
		{"none such", "respCode=34", txn.StatusNotFound, ""},
		{"asked too often", "respCode=37", "", txn.FaultSystem},
		{"a query that failed says nothing of the payment", "respCode=06", "", txn.FaultSystem},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.say(success(o, tt.change))
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

// TestShownTriesAgain: a shown code can be scanned again after a try that failed. Nothing is final before its
// time is over, and the machine knows that time.
func TestShownTriesAgain(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0004", txn.Show, 1234)
	for _, code := range []string{"64", "65", "01", "30"} {
		s.say(success(o, "origRespCode="+code))
		if a, err := c.Query(context.Background(), o); err != nil || a.Status != txn.StatusNotFound {
			t.Errorf("%s: %+v, %v", code, a, err)
		}
	}
}

// TestPaidFacts reads what a success says beside "paid".
func TestPaidFacts(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0005", txn.Scan, 1234)
	at := time.Date(2026, 11, 23, 2, 35, 12, 0, time.UTC)
	for _, tt := range []struct {
		name, change string
		payer        int64
		at           time.Time
	}{
		{"as it is", "-couponInfo", 1234, at},
		{"a coupon", `couponInfo=[{"spnsrId":"00010000","type":"CP01","offstAmt":"200"},{"offstAmt":"34"}]`, 1000, at},
		{"a coupon in base64", "couponInfo=W3sib2Zmc3RBbXQiOiI1MDAifV0=", 734, at},
		{"more off than due", `couponInfo=[{"offstAmt":"2000"}]`, 0, at},
		{"a coupon that adds", `couponInfo=[{"offstAmt":"-5"}]`, 1234, at},
		{"a coupon of nonsense", `couponInfo=[{"offstAmt":"x"}]`, 1234, at},
		{"no time", "-traceTime", 1234, time.Time{}},
		{"a time that is none", "traceTime=1399999999", 1234, time.Time{}},
	} {
		s.say(success(o, tt.change))
		a, err := c.Query(context.Background(), o)
		if err != nil || a.Status != txn.StatusPaid || a.Payer != txn.Yuan(tt.payer) || !a.PaidAt.Equal(tt.at) || a.TransactionID == "" {
			t.Errorf("%s: %+v, %v", tt.name, a, err)
		}
	}
	o.Created = time.Date(2026, 12, 31, 15, 59, 50, 0, time.UTC) // ten seconds to midnight in Beijing
	s.say(success(o, "txnTime=20261231235950", "traceTime=0101000003"))
	a, err := c.Query(context.Background(), o)
	if want := time.Date(2026, 12, 31, 16, 0, 3, 0, time.UTC); err != nil || !a.PaidAt.Equal(want) {
		t.Errorf("paid just after New Year: %+v, %v; want %v", a, err, want)
	}
}

// TestScanAsksAtOnce: the network accepts a code payment before it charges, and one query tells the outcome. The
// acceptance alone is never a payment.
func TestScanAsksAtOnce(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0006", txn.Scan, 1234)
	for _, tt := range []struct {
		name     string
		accepted fields
		query    fields
		status   txn.Status
		requests int
	}{
		{"paid", reply(o, "queryId=1", "txnAmt=1234"), success(o), txn.StatusPaid, 2},
		{"a password is typed", reply(o), success(o, "origRespCode=05"), txn.StatusWaiting, 2},
		{"no balance", reply(o), success(o, "origRespCode=64"), txn.StatusFailed, 2},
		{"not known yet", reply(o), reply(o, "respCode=34"), txn.StatusWaiting, 2},
		{"another's success", reply(o), success(o, "txnAmt=1"), txn.StatusMismatch, 2},
		{"the query fails", reply(o), reply(o, "respCode=06"), txn.StatusWaiting, 2},
		{"unknown", reply(o, "respCode=04"), success(o), txn.StatusPaid, 2},
		{"refused at once", reply(o, "respCode=88"), success(o), txn.StatusFailed, 1},
		{"used before", reply(o, "respCode=12"), success(o), txn.StatusExists, 1},
		{"accepted, but another's", reply(o, "orderId=T0000001A0007"), success(o), txn.StatusMismatch, 1},
	} {
		s.say(tt.accepted, tt.query)
		before := len(s.requests())
		a, err := c.Scan(context.Background(), o, txn.NewPaymentCode("6220835931895481436"))
		if err != nil || a.Status != tt.status || len(s.requests())-before != tt.requests {
			t.Errorf("%s: %+v, %v after %v", tt.name, a, err, s.requests()[before:])
		}
	}
}

// TestClose asks and changes nothing: there is no such request.
func TestClose(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0008", txn.Show, 1234)
	for _, tt := range []struct {
		answer fields
		status txn.Status
	}{
		{success(o), txn.StatusPaid},
		{reply(o, "respCode=34"), txn.StatusNotFound},
		{success(o, "origRespCode=64"), txn.StatusNotFound},
		{success(o, "origRespCode=05"), txn.StatusRefused},
		{success(o, "txnAmt=1"), txn.StatusRefused},
		{success(o, "origRespCode=46"), txn.StatusAccepted},
		{success(o, "origRespCode=45"), txn.StatusAccepted},
	} {
		s.say(tt.answer)
		if a, err := c.Close(context.Background(), o); err != nil || a.Status != tt.status {
			t.Errorf("%s: %+v, %v; want %s", tt.answer.text(), a, err, tt.status)
		}
	}
	for _, path := range s.requests() {
		if path != "/gateway/api/queryTrans.do" {
			t.Errorf("a close went to %s", path)
		}
	}
}

// TestCode takes only what can be shown as it is.
func TestCode(t *testing.T) {
	s, c := script(t, nil)
	o := order("T0000001A0009", txn.Show, 1234)
	for _, tt := range []struct {
		change string
		ok     bool
	}{
		{"qrCode=https://qr.95516.com/00010001/62112028173283416953321113029241", true},
		{"qrCode=" + strings.Repeat("a", 512), true},
		{"qrCode=" + strings.Repeat("a", 513), false},
		{"-qrCode", false},
		{"qrCode=https://qr.95516.com/\x1b@", false},
		{"qrCode=二维码", false},
		{"qrCode=a b", false},
	} {
		s.say(reply(o, tt.change))
		a, err := c.Show(context.Background(), o)
		if ok := err == nil && a.Status == txn.StatusReady && a.CodeURL == strings.TrimPrefix(tt.change, "qrCode="); ok != tt.ok {
			t.Errorf("%.60q: %+v, %v", tt.change, a, err)
		}
		if !tt.ok && pay.FaultOf(err) != txn.FaultUnverified {
			t.Errorf("%.60q: %v", tt.change, err)
		}
	}
	for _, change := range []string{"orderId=T0000001A0010", "txnTime=20261123103457", "merId=777290058110098", "txnAmt=1", "txnType=04", "-orderId"} {
		s.say(reply(o, "qrCode=https://qr.95516.com/1", change))
		if a, err := c.Show(context.Background(), o); pay.FaultOf(err) != txn.FaultUnverified {
			t.Errorf("a code with %s: %+v, %v", change, a, err)
		}
	}
}

// TestRequests looks at what is sent: in Beijing's time on a machine anywhere, and always the order's own time.
func TestRequests(t *testing.T) {
	s, c := date(t)
	common := fields{"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "bizType": "000000", "accessType": "0",
		"merId": testMerchant, "orderId": "T0000001A0011", "txnTime": "20261123103456"}
	payment := common.with("txnType=01", "txnAmt=1234", "currencyCode=156", "channelType=08", "backUrl=http://www.specialUrl.com")
	for _, tt := range []struct {
		op     txn.Op
		fields fields
		path   string
	}{
		{txn.OpShow, payment.with("txnSubType=07", "payTimeout=20261123103656"), "backTransReq.do"},
		{txn.OpScan, payment.with("txnSubType=06", "qrNo=6220835931895481436"), "backTransReq.do"},
		{txn.OpReverse, common.with("txnType=99", "txnSubType=01", "channelType=08"), "backTransReq.do"},
		{txn.OpQuery, common.with("txnType=00", "txnSubType=00"), "queryTrans.do"},
		{txn.OpClose, common.with("txnType=00", "txnSubType=00"), "queryTrans.do"},
	} {
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("X", -5*3600)} {
			o := order("T0000001A0011", txn.Show, 1234)
			o.Created, o.Expires = o.Created.In(zone), o.Expires.In(zone)
			s.say(reply(o, "respCode=06"))
			_, _ = do(c, tt.op, o)
			got := fields{}
			for k := range s.seen {
				got[k] = s.seen.Get(k)
			}
			if got["certId"] == "" || got["signature"] == "" {
				t.Errorf("%s: unsigned: %v", tt.op, got)
			}
			if text := got.with("-certId", "-signature").text(); text != tt.fields.text() {
				t.Errorf("%s sent %s\nwant %s", tt.op, text, tt.fields.text())
			}
			if hits := s.requests(); hits[len(hits)-1] != "/gateway/api/"+tt.path {
				t.Errorf("%s went to %s", tt.op, hits[len(hits)-1])
			}
		}
	}
}
