package paynet

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/offlineqr"
)

// issueOffline makes a code as a terminal does.
func (x *aggMerchant) issueOffline(no string, fen int64) string {
	x.Helper()
	s, err := offlineqr.New(offlineqr.Config{
		Terminal: x.agg.OfflineTerminal, KeyNumber: x.agg.OfflineKeyNumber, Key: offlineqr.File(x.agg.OfflineKey), Page: x.agg.OfflinePage,
	})
	if err != nil {
		x.Fatal(err)
	}
	code, _, err := s.Issue(txn.OrderNo(no), txn.Yuan(fen), x.clock.Now().Add(5*time.Minute), 6)
	if err != nil {
		x.Fatal(err)
	}
	return code
}

// open opens a page as an app or a browser does.
func (x *aggMerchant) openPage(url, agent string) (int, string) {
	x.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		x.Fatal(err)
	}
	r.Header.Set("User-Agent", agent)
	resp, err := x.http.Do(r)
	if err != nil {
		x.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		x.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// The page says what is to be paid to anybody, and the answer only when it is paid; opening it changes nothing.
func TestOfflinePage(t *testing.T) {
	x := openAggregator(t)
	code := x.issueOffline("T0000001A00000042", 1250)
	wechat := userAgents[WeChat]
	for range 2 {
		status, text := x.openPage(code, wechat)
		if status != 200 || !strings.Contains(text, "¥12.50") || !strings.Contains(text, "单号 000042") || !strings.Contains(text, "确认付款") {
			t.Fatalf("%d %s", status, text)
		}
		if _, text = x.openPage(code, "curl"); !strings.Contains(text, "扫一扫") {
			t.Fatal(text)
		}
	}
	if len(x.p.Ledger().Orders) != 0 {
		t.Error("opening the page began an order")
	}
	ph, err := x.p.Phone(WeChat)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ph.Scan(code); err != nil {
		t.Fatal(err)
	}
	answer := x.p.state.order(Aggregator, "T0000001A00000042").Answer
	if _, text := x.openPage(code, wechat); strings.Contains(text, answer) {
		t.Error("the page gives the answer away before the money came")
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	if _, text := x.openPage(code, "curl"); !strings.Contains(text, answer) || !strings.Contains(text, "支付成功") {
		t.Error(text)
	}
	if status, text := x.openPage(code+"A", wechat); status != 404 || strings.Contains(text, answer) {
		t.Errorf("%d %s", status, text)
	}
	// The key survives a restart, and with it the codes that were made.
	if _, err := x.p.aggregator.offline.read(code[strings.LastIndexByte(code, '/')+1:]); err != nil {
		t.Error(err)
	}
}

// FuzzOfflineCode holds that no text panics the acquirer, and that none but a sealed one opens.
func FuzzOfflineCode(f *testing.F) {
	k := offlineKeys{key: [32]byte([]byte(strings.Repeat("\x11", 32)))}
	const good = "AEAVIMBQGAYDAMBRAAAQEAYEAUDAOCAJBIFQMQSUN7AMRBCAPXXEH2FO726SLTNR3PVDX3FEQCYMDNFLEXRAQVK7ZNCCGUTU3O23DPMJYJXME4ELEU6EX2IZYJP57LND"
	if c, err := k.read(good); err != nil || c.order != "T00000017Q3KZ9XB00000042" || c.fen != 1250 || c.answer != "042917" || c.expires.Unix() != 0x69a40844 {
		f.Fatalf("the document's vector opens as %+v, %v", c, err)
	}
	f.Add(good)
	f.Add(good[:40])
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := k.read(s); err == nil && !strings.EqualFold(s, good) {
			t.Errorf("%q opens as %+v", s, c)
		}
	})
}
