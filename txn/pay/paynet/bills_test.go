package paynet

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"smartpos/txn/reconcile"
)

// noon is a day's middle in Beijing, so that no test runs over midnight.
func noon() *fakeClock {
	y, m, d := time.Now().In(beijing).Date()
	return &fakeClock{now: time.Date(y, m, d, 12, 0, 0, 0, beijing)}
}

// place is the answer of 申请交易账单.
type place struct {
	Code string `json:"code"`
	Type string `json:"hash_type"`
	Hash string `json:"hash_value"`
	URL  string `json:"download_url"`
}

func (x *merchant) billOf(day time.Time) (p place) {
	x.Helper()
	resp, text, err := x.request("GET", "/v3/bill/tradebill?bill_date="+day.In(beijing).Format(time.DateOnly)+"&bill_type=ALL", "", nil)
	if err != nil {
		x.Fatal(err)
	}
	x.verify(resp.Header, text)
	if err := json.Unmarshal(text, &p); err != nil {
		x.Fatalf("%s: %v", text, err)
	}
	return p
}

// bill downloads a WeChat bill and returns its lines as "kind order fen".
func (x *merchant) bill(day time.Time) string {
	x.Helper()
	p := x.billOf(day)
	resp, data, err := x.request("GET", strings.TrimPrefix(p.URL, x.m.BaseURL), "", nil)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Wechatpay-Signature") != "" {
		x.Fatalf("%+v: %v, %v", p, resp, err)
	}
	if sum := sha1.Sum(data); p.Type != "SHA1" || p.Hash != hex.EncodeToString(sum[:]) {
		x.Fatalf("%s is not the file's hash", p.Hash)
	}
	return x.lines("wx.csv", data)
}

func (x *merchant) lines(name string, data []byte) string {
	x.Helper()
	b, err := reconcile.Read(name, data)
	if err != nil {
		x.Fatal(err)
	}
	var out []string
	for _, l := range b.Lines {
		out = append(out, l.Key().String()+" "+l.Kind.String()+" "+yuanOf(l.Fen))
	}
	return strings.Join(out, "; ")
}

// A day's bill has what the ledger has of it, from ten o'clock of the next day on.
func TestBillFromLedger(t *testing.T) {
	clock := noon()
	x := open(t, folder(t), clock)
	x.sold("ORDER0001", 1000)
	x.sold("ORDER0002", 300)
	x.reverse("ORDER0002")
	if p := x.billOf(clock.Now()); p.Code != "STATEMENT_CREATING" {
		t.Fatalf("the day's own bill: %+v", p)
	}
	day := clock.Now()
	clock.Add(11 * time.Hour) // 23:00
	x.sold("ORDER0003", 50)
	clock.Add(2 * time.Hour)
	x.fate(RefundQuick)
	x.refund("REFUND1", "ORDER0001", 400, 1000)
	x.refundIs("REFUND1", refundSuccess)
	if p := x.billOf(day); p.Code != "STATEMENT_CREATING" {
		t.Fatalf("at one in the night: %+v", p)
	}
	clock.Add(9 * time.Hour)
	want := "支付 ORDER0001 支付 10.00; 支付 ORDER0002 支付 3.00; 支付 ORDER0002 撤销 3.00; 支付 ORDER0003 支付 0.50"
	if got := x.bill(day); got != want {
		t.Errorf("the bill says %s, want %s", got, want)
	}
	if p := x.billOf(day.AddDate(0, 0, -1)); p.Code != "NO_STATEMENT_EXIST" {
		t.Errorf("a day without trade: %+v", p)
	}
	x.p.BillsAtOnce(true)
	if got := x.bill(clock.Now()); got != "退款 ORDER0001/REFUND1 退款 4.00" {
		t.Errorf("the next day's: %s", got)
	}
	if name, data := x.p.Bill(WeChat, day); name == "" || x.lines(name, data) != want {
		t.Errorf("as a person downloads it: %s", name)
	}
	if name, _ := x.p.Bill("bank", day); name != "" {
		t.Errorf("a bank's bill: %s", name)
	}
}

// Addresses lapse, and forged ones give nothing.
func TestBillAddress(t *testing.T) {
	clock := noon()
	x := open(t, folder(t), clock)
	x.p.BillsAtOnce(true)
	x.sold("ORDER0001", 1000)
	p := x.billOf(clock.Now())
	path := strings.TrimPrefix(p.URL, x.m.BaseURL)
	get := func(path string) int {
		resp, _, err := x.request("GET", path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	clock.Add(299 * time.Second)
	if get(path) != http.StatusOK || get(path[:len(path)-1]) != http.StatusBadRequest {
		t.Error("the address does not live, or a forged one does")
	}
	clock.Add(time.Second)
	if get(path) != http.StatusBadRequest {
		t.Error("the address lives longer than five minutes")
	}
	if resp, _, err := x.request("GET", path, "", func(r *http.Request) { r.Header.Del("Authorization") }); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("unsigned: %v, %v", resp, err)
	}
}

// Each bend changes what is said of the order that was paid last when it was made, and nothing else.
func TestBendBill(t *testing.T) {
	clock := noon()
	x := open(t, folder(t), clock)
	x.p.BillsAtOnce(true)
	if err := x.p.BendBill(BillMissing); err == nil {
		t.Error("a bill was bent about nothing")
	}
	x.sold("ORDER0001", 1000)
	for bend, want := range map[BillBend]string{
		BillOK:       "支付 ORDER0001 支付 10.00; 支付 ORDER0002 支付 0.01",
		BillMissing:  "支付 ORDER0001 支付 10.00",
		BillStranger: "支付 ORDER0001 支付 10.00; 支付 ORDER0002 支付 0.01; 支付 XRDER0002 支付 0.01",
		BillAmount:   "支付 ORDER0001 支付 10.00; 支付 ORDER0002 支付 0.02",
		BillReversed: "支付 ORDER0001 支付 10.00; 支付 ORDER0002 支付 0.01; 支付 ORDER0002 撤销 0.01",
		BillTwice:    "支付 ORDER0001 支付 10.00; 支付 ORDER0002 支付 0.01; 支付 ORDER0002 支付 0.01",
	} {
		if _, ok := x.p.Ledger().Order("ORDER0002"); !ok {
			x.sold("ORDER0002", 1)
		}
		if err := x.p.BendBill(bend); err != nil {
			t.Fatal(err)
		}
		if got := x.bill(clock.Now()); got != want {
			t.Errorf("%s: the bill says %s, want %s", bend, got, want)
		}
	}
	if err := x.p.BendBill("torn"); err == nil {
		t.Error("a bend that does not exist")
	}
}

// UnionPay's day ends at 23:00.
func TestClearingDayOfBills(t *testing.T) {
	clock := noon()
	x := open(t, folder(t), clock)
	day := clock.Now()
	x.p.BillsAtOnce(true)
	for _, e := range []Entry{
		{At: day.Add(11*time.Hour - time.Second), Kind: EntryCharge, Network: UnionPay, Order: "BEFORE01", Total: 1},
		{At: day.Add(11 * time.Hour), Kind: EntryCharge, Network: UnionPay, Order: "AFTER001", Total: 2},
	} {
		x.p.state.add(&order{Network: UnionPay, No: e.Order, Transaction: "0123456789" + e.Order})
		x.p.state.Entries = append(x.p.state.Entries, e)
	}
	name, data := x.p.Bill(UnionPay, day)
	if got := x.lines(name, data); got != "支付 BEFORE01 支付 0.01" {
		t.Errorf("the day's: %s", got)
	}
	name, data = x.p.Bill(UnionPay, day.AddDate(0, 0, 1))
	if got := x.lines(name, data); got != "支付 AFTER001 支付 0.02" {
		t.Errorf("the next day's: %s", got)
	}
}
