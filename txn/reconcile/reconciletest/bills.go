package reconciletest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"smartpos/txn"
	"smartpos/txn/reconcile"
)

// Merchant numbers of the tests' bills.
const (
	WeChatMerchant     = "1900000109"
	AlipayMerchant     = "2088021109625633"
	UnionPayMerchant   = "777290058110048"
	AggregatorMerchant = "M0001"
)

// Merchant is the network's number for a merchant, who gets bills. At Alipay it has 16 digits, at UnionPay 15.
type Merchant string

// WeChat writes a trade bill of the tests' merchant.
func WeChat(lines []reconcile.Line) []byte { return Merchant(WeChatMerchant).WeChat(lines) }

// AlipayFiles are the files in Alipay's archive for the tests' merchant.
func AlipayFiles(day time.Time, lines []reconcile.Line) map[string]string {
	return Merchant(AlipayMerchant).AlipayFiles(day, lines)
}

// Alipay writes a trade bill of the tests' merchant.
func Alipay(day time.Time, lines []reconcile.Line) []byte {
	return Merchant(AlipayMerchant).Alipay(day, lines)
}

// UnionPay writes a ZM file of the tests' merchant and returns its name.
func UnionPay(day time.Time, lines []reconcile.Line) (name string, data []byte) {
	return Merchant(UnionPayMerchant).UnionPay(day, lines)
}

// Aggregator writes a bill of the tests' merchant.
func Aggregator(day time.Time, lines []reconcile.Line) []byte {
	return Merchant(AggregatorMerchant).Aggregator(day, lines)
}

const (
	wechatHeader = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类," +
		"应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率," +
		"订单金额,申请退款金额,费率备注"
	wechatTotals = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"

	alipayHeader = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户," +
		"订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称," +
		"商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
	alipaySummary = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）," +
		"卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)

// yuan writes fen as the bills do.
func yuan(fen int64) string { return txn.Yuan(fen).Decimal() }

// fee writes thousandths of a fen with 5 decimals.
func fee(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%05d", sign, n/100_000, n%100_000)
}

func clock(t time.Time) string { return t.In(txn.BusinessZone).Format(time.DateTime) }

// WeChat writes a trade bill of all orders.
func (m Merchant) WeChat(lines []reconcile.Line) []byte {
	var b strings.Builder
	b.WriteString("\ufeff" + wechatHeader + "\r\n")
	var paid, back, fees int64
	for _, l := range lines {
		state, refund, refundID, progress := "SUCCESS", "0", "0", ""
		var amount, returned int64 = l.Fen, 0
		if l.Kind != reconcile.Payment {
			amount, returned = 0, l.Fen
			state, progress = "REVOKED", "SUCCESS"
		}
		if l.Kind == reconcile.Refund {
			state, refund, refundID = "REFUND", l.Refund, "503"+l.Transaction
			progress = []string{"SUCCESS", "PROCESSING", "FAIL"}[l.Progress]
		}
		paid, back, fees = paid+amount, back+returned, fees+l.Fee
		cells := []string{
			clock(l.At), "wx8888888888888888", string(m), "0", "T0000001", l.Transaction, l.Order, "oUpF8uMuAJO", "NATIVE",
			state, "OTHERS", "CNY", yuan(amount), "0.00", refundID, refund, yuan(returned), "0.00", "ORIGINAL", progress,
			"惠民便利店, 一号店", "", fee(l.Fee), "0.60%", yuan(amount), yuan(returned), "",
		}
		b.WriteString("`" + strings.Join(cells, ",`") + "\r\n")
	}
	totals := []string{fmt.Sprint(len(lines)), yuan(paid), yuan(back), "0.00", fee(fees), yuan(paid), yuan(back)}
	b.WriteString(wechatTotals + "\r\n`" + strings.Join(totals, ",`") + "\r\n")
	return []byte(b.String())
}

// AlipayFiles are the files in Alipay's archive, in UTF-8, by their names.
func (m Merchant) AlipayFiles(day time.Time, lines []reconcile.Line) map[string]string {
	day = day.In(txn.BusinessZone)
	head := func(title, list string) string {
		return fmt.Sprintf("#%s\r\n#账号：[%s0156]\r\n#起始日期：[%s 00:00:00]   终止日期：[%s 00:00:00]\r\n#%s%s%s\r\n", title,
			m, day.Format("2006年01月02日"), day.AddDate(0, 0, 1).Format("2006年01月02日"),
			strings.Repeat("-", 41), list, strings.Repeat("-", 40))
	}
	foot := func(list string) string {
		return fmt.Sprintf("#%s%s结束%s\r\n", strings.Repeat("-", 41), list, strings.Repeat("-", 36))
	}
	exported := fmt.Sprintf("#导出时间：[%s]\r\n", day.AddDate(0, 0, 1).Format("2006年01月02日 05:46:49"))

	var details strings.Builder
	details.WriteString(head("支付宝业务明细查询", "业务明细列表") + alipayHeader + "\r\n")
	var payments, refunds int
	var paid, back, fees int64
	for _, l := range lines {
		kind, refund, amount := "交易", "", l.Fen
		if l.Kind == reconcile.Payment {
			payments, paid = payments+1, paid+l.Fen
		} else {
			kind, refund, amount = "退款", l.Refund, -l.Fen
			refunds, back = refunds+1, back+l.Fen
		}
		fees += l.Fee
		at := clock(l.At)
		cells := []string{
			l.Transaction + "\t", l.Order + "\t", kind + "\t", "惠民便利店", at, at, "\t", "\t", "\t", "\t", "*津水(602***@qq.com)\t",
			yuan(amount), yuan(amount), "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00\t", "0.00", refund + "\t",
			yuan(l.Fee / 1000), "0.00", "",
		}
		details.WriteString(strings.Join(cells, ",") + "\r\n")
	}
	fmt.Fprintf(&details, "%s#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元\r\n#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元\r\n%s",
		foot("业务明细列表"), payments, yuan(paid), refunds, yuan(-back), exported)

	row := func(store string) string {
		return fmt.Sprintf("%s\t,\t,%d,%d,%s,%s,0.00,0.00,0.00,%s,0.00,%s\r\n", store, payments, refunds,
			yuan(paid-back), yuan(paid-back), yuan(fees/1000), yuan(paid-back+fees/1000))
	}
	summary := head("支付宝业务汇总查询", "业务汇总列表") + alipaySummary + "\r\n" + row("") + row("合计") + foot("业务汇总列表") + exported
	name := fmt.Sprintf("%s0156_%s_业务明细", m, day.Format("20060102"))
	return map[string]string{name + ".csv": details.String(), name + "(汇总).csv": summary}
}

// Alipay writes a trade bill. The names in the archive are in GBK without the flag for UTF-8.
func (m Merchant) Alipay(day time.Time, lines []reconcile.Line) []byte {
	files := map[string][]byte{}
	for name, text := range m.AlipayFiles(day, lines) {
		files[GBK(name)] = []byte(GBK(text))
	}
	return Zip(files)
}

// GBK encodes text.
func GBK(text string) string {
	s, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		panic("reconciletest: not GBK: " + err.Error())
	}
	return s
}

// Zip packs files. Names that are not ASCII get no flag for UTF-8.
func Zip(files map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, NonUTF8: true})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			panic("reconciletest: " + err.Error())
		}
	}
	if err := z.Close(); err != nil {
		panic("reconciletest: " + err.Error())
	}
	return b.Bytes()
}

// UnionPay writes a ZM file and returns its name.
func (m Merchant) UnionPay(day time.Time, lines []reconcile.Line) (name string, data []byte) {
	widths := []int{
		3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
		8, 32, 13, 13, 12, 2, 1, 32, 98,
	}
	var b strings.Builder
	for i, l := range lines {
		fields := map[int]string{
			1: "S22", 4: fmt.Sprintf("%06d", i), 5: l.At.In(txn.BusinessZone).Format("0102150405"), 6: "622083******1436",
			7: fmt.Sprintf("%012d", l.Fen), 8: "5411", 9: "08", 10: l.Transaction, 12: l.Order, 17: fmt.Sprintf("C%012d", l.Fen),
			20: "01", 21: "01", 22: "000000", 28: string(m), 31: "惠民", 34: "T0000001",
		}
		if l.Kind != reconcile.Payment {
			// What undoes a payment has numbers of its own, as long as the payment's.
			fields[20], fields[10], fields[27], fields[41] = "31", "9"+l.Transaction[1:], l.Transaction, l.Order
			fields[12], fields[17] = "V"+l.Order[1:], fmt.Sprintf("D%012d", l.Fen)
		}
		if l.Kind == reconcile.Refund {
			fields[20], fields[12] = "04", l.Refund
		}
		for n, width := range widths {
			text := GBK(fields[n+1])
			b.WriteString(text + strings.Repeat(" ", width-len(text)))
			if n < len(widths)-1 {
				b.WriteByte(' ')
			}
		}
		b.WriteString("\r\n")
	}
	return fmt.Sprintf("INN%s88ZM_%s", day.In(txn.BusinessZone).Format("060102"), m), []byte(b.String())
}
