package reconcile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// at returns a time of the test's day.
func at(clock string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, "2026-03-01 "+clock, txn.BusinessZone)
	if err != nil {
		panic(err)
	}
	return t
}

var day = at("12:00:00")

// trade is a day with all that a bill can have. Alipay has no reversals and writes fees in fen.
func trade(kinds ...reconcile.Kind) []reconcile.Line {
	all := []reconcile.Line{
		{Kind: reconcile.Payment, Order: "T0000001A0001", Transaction: "4200001", Fen: 1250, Fee: 8000, At: at("09:00:00")},
		{Kind: reconcile.Payment, Order: "T0000001A0002", Transaction: "4200002", Fen: 1, At: at("10:00:01")},
		{Kind: reconcile.Refund, Order: "T0000001A0001", Refund: "R1", Transaction: "4200001", Fen: 250, Fee: -2000, At: at("11:00:00")},
		{Kind: reconcile.Refund, Order: "T0000001A0001", Refund: "R2", Transaction: "4200001", Fen: 1000, Fee: -6000, At: at("11:30:00")},
		{Kind: reconcile.Payment, Order: "T0000001A0003", Transaction: "4200003", Fen: 999_999_99, Fee: 600_000_000, At: at("23:59:59")},
		{Kind: reconcile.Reversal, Order: "T0000001A0003", Transaction: "4200003", Fen: 999_999_99, Fee: -600_000_000, At: at("23:59:59")},
	}
	var lines []reconcile.Line
	for _, l := range all {
		for _, k := range kinds {
			if l.Kind == k {
				lines = append(lines, l)
			}
		}
	}
	return lines
}

// bills is each network's bill of a day, and how it is read.
var bills = []struct {
	name  string
	kinds []reconcile.Kind
	write func([]reconcile.Line) (string, []byte)
	read  func(string, []byte) (*reconcile.Bill, error)
	bill  reconcile.Bill
}{
	{
		"WeChat", []reconcile.Kind{reconcile.Payment, reconcile.Refund, reconcile.Reversal},
		func(l []reconcile.Line) (string, []byte) { return "wx.csv", reconciletest.WeChat(l) },
		reconcile.ReadWeChat, reconcile.Bill{Network: txn.WeChat, Merchant: reconciletest.WeChatMerchant, Checked: true},
	},
	{
		"Alipay", []reconcile.Kind{reconcile.Payment, reconcile.Refund},
		func(l []reconcile.Line) (string, []byte) { return "ali.zip", reconciletest.Alipay(day, l) },
		reconcile.ReadAlipay, reconcile.Bill{Network: txn.Alipay, Merchant: reconciletest.AlipayMerchant, Checked: true},
	},
	{
		"UnionPay", []reconcile.Kind{reconcile.Payment, reconcile.Refund, reconcile.Reversal},
		func(l []reconcile.Line) (string, []byte) { return reconciletest.UnionPay(day, l) },
		reconcile.ReadUnionPay, reconcile.Bill{Network: txn.UnionPay, Merchant: reconciletest.UnionPayMerchant},
	},
	{
		"the aggregator", []reconcile.Kind{reconcile.Payment, reconcile.Refund, reconcile.Reversal},
		func(l []reconcile.Line) (string, []byte) { return "agg.json", reconciletest.Aggregator(day, l) },
		reconcile.ReadAggregator, reconcile.Bill{Network: txn.Aggregator, Merchant: reconciletest.AggregatorMerchant, Checked: true},
	},
}

func TestRead(t *testing.T) {
	for _, b := range bills {
		t.Run(b.name, func(t *testing.T) {
			lines := trade(b.kinds...)
			name, data := b.write(lines)
			got, err := b.read(name, data)
			if err != nil {
				t.Fatal(err)
			}
			if got.Network != b.bill.Network || got.Merchant != b.bill.Merchant || got.Checked != b.bill.Checked || len(got.Lines) != len(lines) {
				t.Fatalf("read %+v", got)
			}
			for i, want := range lines {
				l := got.Lines[i]
				if l.Number == 0 || l.File == "" {
					t.Errorf("%+v stands nowhere", l)
				}
				want.File, want.Number = l.File, l.Number
				if b.bill.Network == txn.UnionPay || b.bill.Network == txn.Aggregator { // no fees in them
					want.Fee = 0
				}
				if l != want {
					t.Errorf("line %d is\n%+v, want\n%+v", i, l, want)
				}
			}
			// Whoever does not say whose bill it is gets the same.
			again, err := reconcile.Read(name, data)
			if err != nil || again.Network != got.Network || again.Totals != got.Totals {
				t.Errorf("by itself: %+v, %v", again, err)
			}
			// A day without trade.
			name, data = b.write(nil)
			if got, err := b.read(name, data); err != nil || len(got.Lines) != 0 || got.Totals != (reconcile.Totals{}) {
				t.Errorf("an empty day: %+v, %v", got, err)
			}
		})
	}
}

// A bill that was cut anywhere is refused. UnionPay's has no totals: cut between two lines it passes, and that
// is why it is not Checked.
func TestCutShort(t *testing.T) {
	for _, b := range bills {
		name, data := b.write(trade(b.kinds...))
		passed := 0
		for n := range data {
			got, err := b.read(name, data[:n])
			switch {
			case err == nil && b.name == "UnionPay" && !got.Checked && n%609 == 0:
				passed++
			case err == nil:
				t.Fatalf("%s cut to %d of %d bytes: %+v", b.name, n, len(data), got.Totals)
			}
		}
		if b.name == "UnionPay" && passed != len(trade(b.kinds...)) {
			t.Errorf("%d cuts passed", passed)
		}
	}
}

// replaced returns the WeChat bill with the first text replaced.
func replaced(old, new string) []byte {
	data := reconciletest.WeChat(trade(bills[0].kinds...))
	if !bytes.Contains(data, []byte(old)) {
		panic("nothing to replace: " + old)
	}
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}

// wrongBill is a bill that must be refused: with which error, and where.
type wrongBill struct {
	name         string
	data         []byte
	kind         error
	line, column int
}

func refuse(t *testing.T, read func(string, []byte) (*reconcile.Bill, error), file string, all []wrongBill) {
	for _, tt := range all {
		t.Run(tt.name, func(t *testing.T) {
			b, err := read(file, tt.data)
			var e *reconcile.Error
			if b != nil || !errors.Is(err, tt.kind) || !errors.As(err, &e) {
				t.Fatalf("%+v, %v; want %v", b, err, tt.kind)
			}
			if e.Line != tt.line || e.Column != tt.column {
				t.Errorf("%v is at %d:%d, want %d:%d", err, e.Line, e.Column, tt.line, tt.column)
			}
			if e.Do() == "" || len(err.Error()) > 400 || !strings.HasPrefix(e.File, file) {
				t.Errorf("%v says neither where nor what to do, or too much", err)
			}
		})
	}
}

func TestWeChatRefused(t *testing.T) {
	good := reconciletest.WeChat(trade(bills[0].kinds...))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(good)
	_ = z.Close()
	firstLine := string(bytes.SplitAfter(good, []byte("\r\n"))[1])
	nothing := bytes.Replace(replaced("`0.01,`0.00,`0,`0", "`0.00,`0.00,`0,`0"), []byte("`0.01,`0.00,`\r"), []byte("`0.00,`0.00,`\r"), 1)
	refuse(t, reconcile.ReadWeChat, "wx.csv", []wrongBill{
		{"nothing", nil, reconcile.ErrFormat, 1, 0},
		{"GBK where UTF-8 is due", []byte(reconciletest.GBK(strings.TrimPrefix(string(good), "\ufeff"))), reconcile.ErrEncoding, 1, 0},
		{"gzip", packed.Bytes(), reconcile.ErrFormat, 0, 0},
		{"a web page", []byte("<html>\n"), reconcile.ErrFormat, 1, 0},
		{"another bill", []byte("记账时间,微信支付业务单号\n"), reconcile.ErrFormat, 1, 0},
		{"a column less", replaced("申请退款金额,费率备注", "费率备注"), reconcile.ErrFormat, 1, 0},
		{"a column twice", replaced("特约商户号", "商户号"), reconcile.ErrFormat, 1, 4},
		{"a huge line", append([]byte("交易时间,"), bytes.Repeat([]byte("x"), 20_000)...), reconcile.ErrTooLarge, 1, 0},
		{"a huge file", bytes.Repeat([]byte("0123456789abcde\n"), 3<<20), reconcile.ErrTooLarge, 0, 0},
		{"too many lines", append([]byte("交易时间,x\n"), bytes.Repeat([]byte("\n"), 300_000)...), reconcile.ErrTooLarge, 200_001, 0},
		{"no totals", good[:bytes.Index(good, []byte("总交易单数"))], reconcile.ErrTruncated, 7, 0},
		{"totals cut off", good[:bytes.LastIndex(good, []byte("`6,"))], reconcile.ErrTruncated, 8, 0},
		{"cut in a line", good[:len(good)-3], reconcile.ErrTruncated, 9, 0},
		{"more after the totals", append(bytes.Clone(good), good...), reconcile.ErrFormat, 10, 0},
		{"a doubled line", replaced(firstLine, firstLine+firstLine), reconcile.ErrTotals, 10, 1},
		{"a line lost", replaced(firstLine, ""), reconcile.ErrTotals, 8, 1},
		{"a saved spreadsheet", bytes.ReplaceAll(good, []byte("`"), nil), reconcile.ErrValue, 2, 0},
		{"a cell less", replaced(",`0.60%", ""), reconcile.ErrValue, 2, 0},
		{"wrong number of lines", replaced("`6,`", "`7,`"), reconcile.ErrTotals, 9, 1},
		{"wrong refund total", replaced("`1000012.49,`0.00", "`1000012.48,`0.00"), reconcile.ErrTotals, 9, 3},
		{"an amount of dollars", replaced("`CNY", "`USD"), reconcile.ErrValue, 2, 12},
		{"an amount with a comma", replaced("`12.50,`0.00,`", "`12,50,`0.00,`"), reconcile.ErrValue, 2, 13},
		{"a third decimal", replaced("`12.50,`0.00,`", "`12.505,`0.00,`"), reconcile.ErrValue, 2, 13},
		{"an endless amount", replaced("`12.50,`0.00,`", "`99999999999999999999,`0.00,`"), reconcile.ErrValue, 2, 13},
		{"more money than there is", replaced("`12.50,`0.00,`", "`100000000.01,`0.00,`"), reconcile.ErrValue, 2, 13},
		{"a fee with six decimals", replaced("`0.08000", "`0.080000"), reconcile.ErrValue, 2, 23},
		{"a fee in words", replaced("`0.08000", "`free"), reconcile.ErrValue, 2, 23},
		{"an unknown state", replaced("`SUCCESS", "`PAYERROR"), reconcile.ErrValue, 2, 10},
		{"an unknown progress of a refund", replaced("`ORIGINAL,`SUCCESS", "`ORIGINAL,`LOST"), reconcile.ErrValue, 4, 20},
		{"a refund without number", replaced("`R1", "`"), reconcile.ErrValue, 4, 16},
		{"a payment without number", replaced("`T0000001A0001", "`"), reconcile.ErrValue, 2, 7},
		{"a payment of nothing", nothing, reconcile.ErrValue, 3, 25},
		{"two merchants", replaced("`1900000109,`0,`T0000001,`4200002", "`1900000110,`0,`T0000001,`4200002"), reconcile.ErrMerchant, 3, 3},
		{"a day that is none", replaced("`2026-03-01 09", "`2026-02-30 09"), reconcile.ErrValue, 2, 1},
	})
}

// alipay writes Alipay's archive after a change of its texts.
func alipay(change func(name, text string) string) []byte {
	files := map[string][]byte{}
	for name, text := range reconciletest.AlipayFiles(day, trade(bills[1].kinds...)) {
		if text = change(name, text); text != "" {
			files[reconciletest.GBK(name)] = []byte(reconciletest.GBK(text))
		}
	}
	return reconciletest.Zip(files)
}

// in replaces text in the lines or in the summary.
func in(summary bool, old, new string) []byte {
	found := false
	data := alipay(func(name, text string) string {
		if strings.Contains(name, "汇总") != summary {
			return text
		}
		found = strings.Contains(text, old)
		return strings.Replace(text, old, new, 1)
	})
	if !found {
		panic("nothing to replace: " + old)
	}
	return data
}

// A payment that was cancelled comes back as a refund that nobody asked for by a number.
func TestAlipayCancelled(t *testing.T) {
	lines := trade(reconcile.Payment, reconcile.Reversal)
	for _, no := range []string{"", lines[3].Order} {
		lines[3].Refund = no
		b, err := reconcile.ReadAlipay("ali.zip", reconciletest.Alipay(day, lines))
		if err != nil || len(b.Lines) != 4 || b.Lines[3].Kind != reconcile.Reversal || b.Lines[3].Refund != "" {
			t.Errorf("with %q: %+v, %v", no, b, err)
		}
	}
}

// member returns one of the files in Alipay's archive.
func member(summary bool) []byte {
	for name, text := range reconciletest.AlipayFiles(day, trade(bills[1].kinds...)) {
		if strings.Contains(name, "汇总") == summary {
			return []byte(reconciletest.GBK(text))
		}
	}
	panic("no such file")
}

func TestAlipayRefused(t *testing.T) {
	good := reconciletest.Alipay(day, trade(bills[1].kinds...))
	damaged := bytes.Clone(good)
	damaged[80] ^= 0xff
	half := make([]byte, 9<<20)
	utf8Files := map[string][]byte{}
	many := map[string][]byte{}
	for name, text := range reconciletest.AlipayFiles(day, nil) {
		utf8Files[name] = []byte(text)
	}
	for i := range 40 {
		many[fmt.Sprintf("%d.csv", i)] = nil
	}
	files := reconciletest.AlipayFiles(day, trade(bills[1].kinds...))
	firstLine := strings.SplitAfter(files["20880211096256330156_20260301_业务明细.csv"], "\r\n")[5]
	const total = "合计\t,\t,3,2,1000000.00,1000000.00,0.00,0.00,0.00,"
	only := func(part string) []byte {
		return alipay(func(name, text string) string {
			if strings.Contains(name, "汇总") == (part == "汇总") {
				return text
			}
			return ""
		})
	}
	refuse(t, reconcile.ReadAlipay, "ali.zip", []wrongBill{
		{"no archive", []byte("#支付宝业务明细查询\n"), reconcile.ErrFormat, 0, 0},
		{"an empty archive", reconciletest.Zip(nil), reconcile.ErrFormat, 0, 0},
		{"damaged", damaged, reconcile.ErrTruncated, 0, 0},
		{"a bomb", reconciletest.Zip(map[string][]byte{"a.csv": make([]byte, 40<<20)}), reconcile.ErrTooLarge, 0, 0},
		{"a bomb in parts", reconciletest.Zip(map[string][]byte{"a.csv": half, "b.csv": half}), reconcile.ErrTooLarge, 0, 0},
		{"many files", reconciletest.Zip(many), reconcile.ErrTooLarge, 0, 0},
		{"UTF-8 where GBK is due", reconciletest.Zip(utf8Files), reconcile.ErrEncoding, 0, 0},
		{"neither", reconciletest.Zip(map[string][]byte{"a.csv": []byte("#\xff\xff\n")}), reconcile.ErrEncoding, 1, 0},
		{"something else", reconciletest.Zip(map[string][]byte{"a.csv": []byte("hello\n")}), reconcile.ErrFormat, 0, 0},
		{"the summary alone", only("汇总"), reconcile.ErrFormat, 0, 0},
		{"no end of the lines", in(false, "业务明细列表结束", "业务明细"), reconcile.ErrTruncated, 11, 0},
		{"a doubled line", in(false, firstLine, firstLine+firstLine), reconcile.ErrTotals, 13, 0},
		{"a line lost", in(false, firstLine, ""), reconcile.ErrTotals, 11, 0},
		{"wrong sum of payments", in(false, "商家实收共1000012.50元", "商家实收共1000012.51元"), reconcile.ErrTotals, 12, 0},
		{"wrong sum of refunds", in(false, "退款共-12.50元", "退款共-12.49元"), reconcile.ErrTotals, 13, 0},
		{"wrong count in the summary", in(true, "合计\t,\t,3,", "合计\t,\t,4,"), reconcile.ErrTotals, 7, 3},
		{"wrong sum in the summary", in(true, "合计\t,\t,3,2,1000000.00", "合计\t,\t,3,2,1000000.01"), reconcile.ErrTotals, 7, 5},
		{"wrong fee in the summary", in(true, total+"6000.00", total+"6000.01"), reconcile.ErrTotals, 7, 10},
		{"no total in the summary", in(true, "合计", "总和"), reconcile.ErrTruncated, 8, 0},
		{"a kind that is not known", in(false, "交易\t", "转账\t"), reconcile.ErrValue, 6, 3},
		{"an amount in words", in(false, ",12.50,12.50,", ",many,12.50,"), reconcile.ErrValue, 6, 12},
		{"a cell more", in(false, "惠民便利店,", "惠民,便利店,"), reconcile.ErrValue, 6, 0},
		{"another merchant's summary", in(true, "#账号：[2088021109625633", "#账号：[2088021109625634"), reconcile.ErrMerchant, 2, 0},
	})
	refuse(t, reconcile.ReadAlipay, "ali.zip", []wrongBill{
		{"two summaries", reconciletest.Zip(map[string][]byte{
			"a.csv": member(false), "b.csv": member(true), "c.csv": member(true),
		}), reconcile.ErrFormat, 0, 0},
		{"no totals anywhere", reconciletest.Zip(map[string][]byte{
			"a.csv": bytes.ReplaceAll(member(false), []byte(reconciletest.GBK("合计")), nil),
		}), reconcile.ErrTruncated, 0, 0},
	})
	// Names in GBK are read as such, with or without the flag for UTF-8.
	if b, err := reconcile.ReadAlipay("ali.zip", good); err != nil || !strings.HasSuffix(b.Lines[0].File, "_20260301_业务明细.csv") {
		t.Errorf("%+v, %v", b, err)
	}
	// Either alone proves the lines: totals after them, or a summary.
	for _, data := range [][]byte{only(""), in(false, "#交易合计", "#合计")} {
		if b, err := reconcile.ReadAlipay("ali.zip", data); err != nil || !b.Checked {
			t.Errorf("%+v, %v", b, err)
		}
	}
	// A shop's name may stand in quotes, with a comma in it.
	if b, err := reconcile.ReadAlipay("ali.zip", in(false, "惠民便利店", `"惠民, 便利店"`)); err != nil || len(b.Lines) != 5 {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestUnionPayRefused(t *testing.T) {
	name, good := reconciletest.UnionPay(day, trade(bills[2].kinds...))
	change := func(at int, text string) []byte {
		data := bytes.Clone(good)
		copy(data[at:], text)
		return data
	}
	refuse(t, reconcile.ReadUnionPay, name, []wrongBill{
		{"a line too short", append(bytes.Clone(good), "S22\r\n"...), reconcile.ErrFormat, 7, 0},
		{"columns moved", change(34, "x"), reconcile.ErrFormat, 1, 36},
		{"no time", change(35, "1332"), reconcile.ErrValue, 1, 36},
		{"no amount", change(66, "            "), reconcile.ErrValue, 1, 67},
		{"an amount of nothing", change(66, "000000000000"), reconcile.ErrValue, 1, 67},
		{"a kind that is not known", change(215, "77"), reconcile.ErrValue, 1, 216},
		{"no order number", change(112, strings.Repeat(" ", 32)), reconcile.ErrValue, 1, 113},
		{"another merchant", change(293, "777290058110049"), reconcile.ErrMerchant, 1, 294},
	})
	if _, err := reconcile.ReadUnionPay("zm.txt", good); !errors.Is(err, reconcile.ErrFormat) {
		t.Errorf("without its name: %v", err)
	}
	// In its archive, beside what is not read.
	archive := reconciletest.Zip(map[string][]byte{
		name + ".txt": good, strings.Replace(name, "ZM_", "ZME_", 1): nil, "RD2010260301_777290058110048": []byte("x"),
	})
	b, err := reconcile.Read("up.zip", archive)
	if err != nil || len(b.Lines) != 6 || len(b.Unread) != 1 || b.Unread[0] != "RD2010260301_777290058110048" {
		t.Errorf("%+v, %v", b, err)
	}
	twice := reconciletest.Zip(map[string][]byte{name: good, strings.Replace(name, "88ZM", "89ZM", 1): good})
	if _, err := reconcile.Read("up.zip", twice); !errors.Is(err, reconcile.ErrFormat) {
		t.Errorf("two ZM files: %v", err)
	}
	// On New Year's Day the bill still has what was paid the day before.
	newYear := time.Date(2027, 1, 1, 0, 0, 0, 0, txn.BusinessZone)
	paid := trade(reconcile.Payment)[:1]
	paid[0].At = newYear.Add(-time.Hour)
	if b, err := reconcile.ReadUnionPay(reconciletest.UnionPay(newYear, paid)); err != nil || !b.Lines[0].At.Equal(paid[0].At) {
		t.Errorf("%+v, %v", b, err)
	}
}

// An error shows no more of a cell than it takes to find it, and no control characters.
func TestErrorsAreShort(t *testing.T) {
	_, err := reconcile.ReadWeChat("a\x1b[31m.csv", replaced("`T0000001A0001,`oUp", "`T0000001A0001,`\x1b[31moUp"))
	if err != nil {
		t.Errorf("a cell that is not read: %v", err)
	}
	_, err = reconcile.ReadWeChat("a\x1b[31m.csv", replaced("`CNY", "`\x1b[31m"+strings.Repeat("x", 9000)))
	if err == nil || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 300 {
		t.Errorf("%q", err)
	}
}
