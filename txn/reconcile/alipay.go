package reconcile

import (
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"time"

	"smartpos/txn"
)

// Columns of Alipay's trade bill that are read; it has 25 in its lines and 12 in its summary.
const (
	aliTransaction = "支付宝交易号"
	aliOrder       = "商户订单号"
	aliKind        = "业务类型"
	aliTime        = "完成时间"
	aliAmount      = "订单金额（元）"
	aliReceived    = "商家实收（元）"
	aliRefund      = "退款批次号/请求号"
	aliFee         = "服务费（元）"

	aliStore    = "门店编号"
	aliPayments = "交易订单总笔数"
	aliRefunds  = "退款订单总笔数"

	aliLines   = "业务明细列表"
	aliSummary = "业务汇总列表"
	aliEnd     = "结束"
)

var (
	aliColumns        = []string{aliTransaction, aliOrder, aliKind, aliTime, aliAmount, aliReceived, aliRefund, aliFee}
	aliSummaryColumns = []string{aliStore, aliPayments, aliRefunds, aliAmount, aliReceived, aliFee}

	aliDay     = regexp.MustCompile(`^#起始日期：\[(\d{4})年(\d{2})月(\d{2})日 `)
	aliAccount = regexp.MustCompile(`^#账号：\[(\d{16,24})\]`)
	aliTotal   = regexp.MustCompile(`^#+(交易|退款)合计：(\d{1,9})笔，商家实收(?:退款)?共(-?[0-9.]{1,16})元`)
)

// ReadAlipay reads a trade bill of Alipay (bill_type=trade): a zip archive with the lines and a summary, both
// CSV in GBK. A line is what its 业务类型 says; the signs of its amounts vary. A refund without a request number
// of its own is taken for a cancelled payment, which no published file shows. name is for errors. Errors are of
// type [*Error].
func ReadAlipay(name string, data []byte) (*Bill, error) {
	if !isZip(data) {
		return nil, &Error{File: name, Err: wrong(ErrFormat, "not a zip archive")}
	}
	members, err := unzip(name, data)
	if err != nil {
		return nil, err
	}
	return readAlipay(name, members)
}

func readAlipay(name string, members []member) (*Bill, error) {
	a := &aliReader{bill: &Bill{Network: txn.Alipay, File: name}}
	var summaries []section
	details := 0
	for _, m := range members {
		s, err := readSection(m)
		if err != nil {
			return nil, err
		}
		if err := a.account(s); err != nil {
			return nil, err
		}
		if s.title == aliSummary {
			summaries = append(summaries, s)
			continue
		}
		details++
		if err := a.details(s); err != nil {
			return nil, err
		}
	}
	switch {
	case details == 0:
		return nil, &Error{File: name, Err: wrong(ErrFormat, "no file with a %s in the archive", aliLines)}
	case len(summaries) > 1:
		return nil, &Error{File: name, Err: wrong(ErrFormat, "%d files with a %s", len(summaries), aliSummary)}
	}
	for _, s := range summaries {
		if err := a.summary(s); err != nil {
			return nil, err
		}
	}
	if !a.bill.Checked {
		return nil, &Error{File: name, Err: wrong(ErrTruncated, "neither a summary nor totals after the lines")}
	}
	return a.bill, nil
}

// section is a CSV file of Alipay's: remarks, a table between two of them, remarks.
type section struct {
	file   string
	title  string // aliLines or aliSummary
	before []string
	head   row
	lines  []string // of the table
	after  []string
	end    int // line number of the end mark
}

// each takes the lines of the table apart, one after the other: their cells all together would take far more room than
// the file does.
func (s section) each(do func(row) error) error {
	for i, line := range s.lines {
		number := s.head.line + 1 + i
		cells, err := aliCells(s.file, number, line)
		if err != nil {
			return err
		}
		r, err := s.head.with(number, cells)
		if err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}

// readSection takes a file apart.
func readSection(m member) (section, error) {
	s := section{file: m.name}
	lines, err := gbkLines(m.name, m.data)
	if err != nil {
		return s, err
	}
	i := 0
	for ; i < len(lines) && strings.HasPrefix(lines[i], "#"); i++ {
		s.before = append(s.before, lines[i])
		for _, title := range []string{aliLines, aliSummary} {
			if strings.Contains(lines[i], "-"+title+"-") {
				s.title = title
			}
		}
	}
	need := aliColumns
	switch {
	case s.title == "":
		return s, &Error{File: m.name, Err: wrong(ErrFormat, "no remark that begins a %s or %s", aliLines, aliSummary)}
	case i == len(lines):
		return s, &Error{File: m.name, Line: i, Err: wrong(ErrTruncated, "no table")}
	case s.title == aliSummary:
		need = aliSummaryColumns
	}
	names, err := aliCells(m.name, i+1, lines[i])
	if err != nil {
		return s, err
	}
	if s.head, err = header(m.name, i+1, names, need); err != nil {
		return s, err
	}
	first := i + 1
	for i++; i < len(lines) && !strings.HasPrefix(lines[i], "#"); i++ {
	}
	s.lines = lines[first:i]
	if i == len(lines) || !strings.Contains(lines[i], s.title+aliEnd) {
		return s, &Error{File: m.name, Line: min(i+1, len(lines)), Err: wrong(ErrTruncated, "no remark that ends the %s", s.title)}
	}
	s.end, s.after = i+1, lines[i+1:]
	return s, nil
}

// aliCells takes a line apart. Cells may be in quotes, and most end in a tab.
func aliCells(file string, number int, line string) ([]string, error) {
	cells := strings.Split(line, ",")
	if strings.Contains(line, `"`) {
		r := csv.NewReader(strings.NewReader(line))
		r.LazyQuotes = true
		var err error
		if cells, err = r.Read(); err != nil {
			return nil, &Error{File: file, Line: number, Err: wrong(ErrValue, "quotes without end")}
		}
	}
	for i, c := range cells {
		cells[i] = strings.Trim(c, " \t")
	}
	return cells, nil
}

// aliReader collects the lines of a bill.
type aliReader struct {
	bill               *Bill
	received, refunded int64 // what the merchant got and gave back, fen
}

// account checks that all files are of one merchant, and reads its day. Its number has the currency's behind it.
func (a *aliReader) account(s section) error {
	for i, remark := range s.before {
		if d := aliDay.FindStringSubmatch(remark); d != nil {
			a.bill.Day, _ = time.ParseInLocation("20060102", d[1]+d[2]+d[3], txn.BusinessZone) // zero: it does not say
		}
		m := aliAccount.FindStringSubmatch(remark)
		if m == nil {
			continue
		}
		merchant := m[1][:16]
		if a.bill.Merchant != "" && a.bill.Merchant != merchant {
			return &Error{File: s.file, Line: i + 1, Err: wrong(ErrMerchant, "%s after %s", merchant, a.bill.Merchant)}
		}
		a.bill.Merchant = merchant
	}
	return nil
}

// details reads the lines of a file and holds them against the totals after them.
func (a *aliReader) details(s section) error {
	before, received, refunded := a.bill.Totals, a.received, a.refunded
	if err := s.each(a.line); err != nil {
		return err
	}
	for i, remark := range s.after {
		m := aliTotal.FindStringSubmatch(remark)
		if m == nil {
			continue
		}
		n, sum := a.bill.Totals.Payments-before.Payments, a.received-received
		if m[1] == "退款" {
			n, sum = a.bill.Totals.Refunds-before.Refunds, a.refunded-refunded
		}
		fail := func(format string, args ...any) error {
			return &Error{File: s.file, Line: s.end + i + 1, Name: m[1] + "合计", Err: wrong(ErrTotals, format, args...)}
		}
		if count, err := strconv.Atoi(m[2]); err != nil || count != n {
			return fail("%d lines, the bill says %s", n, m[2])
		}
		if total, err := txn.ParseYuan(strings.TrimPrefix(m[3], "-")); err != nil || total.Fen != sum {
			return fail("the lines make %d fen, the bill says %s yuan", sum, m[3])
		}
		a.bill.Checked = true
	}
	return nil
}

func (a *aliReader) line(r row) error {
	if len(a.bill.Lines) == maxLines { // of all files together
		return &Error{File: r.file, Line: r.line, Err: wrong(ErrTooLarge, "more than %d lines", maxLines)}
	}
	l := Line{Transaction: r.text(aliTransaction), File: r.file, Number: r.line}
	var err error
	if l.Order, err = r.must(aliOrder); err != nil {
		return err
	}
	if l.At, err = r.time(aliTime); err != nil {
		return err
	}
	if l.Fee, err = r.fee(aliFee); err != nil {
		return err
	}
	received, err := r.fen(aliReceived)
	if err != nil {
		return err
	}
	switch kind := r.text(aliKind); kind {
	case "交易":
		l.Kind = Payment
		a.received += received
	case "退款":
		l.Kind, l.Refund = Refund, r.text(aliRefund)
		if l.Refund == "" || l.Refund == l.Order { // cancelled (撤销): no request of ours
			l.Kind, l.Refund = Reversal, ""
		}
		a.refunded += max(received, -received)
	default:
		return r.wrong(aliKind, ErrValue, "%q is not known", shown(kind))
	}
	if l.Fen, err = r.positive(aliAmount, l.Kind != Payment); err != nil {
		return err
	}
	a.bill.add(l)
	return nil
}

// summary holds all lines against the summary's 合计. Published files don't show whether its amounts are of
// payments alone or with refunds taken off, so either is right.
func (a *aliReader) summary(s section) error {
	found := false
	err := s.each(func(r row) error {
		if found || r.text(aliStore) != "合计" {
			return nil
		}
		found = true
		return a.total(r)
	})
	if err == nil && !found {
		return &Error{File: s.file, Line: s.end, Err: wrong(ErrTruncated, "no 合计 in the summary")}
	}
	return err
}

// total holds all lines against a row.
func (a *aliReader) total(r row) error {
	t := a.bill.Totals
	for _, c := range []struct {
		name string
		ours int
	}{{aliPayments, t.Payments}, {aliRefunds, t.Refunds}} {
		n, err := r.count(c.name)
		if err != nil {
			return err
		}
		if err := r.equal(c.name, int64(c.ours), int64(n), "lines"); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		name       string
		paid, back int64
	}{{aliAmount, t.PaidFen, t.RefundFen}, {aliReceived, a.received, a.refunded}} {
		n, err := r.fen(c.name)
		if err != nil {
			return err
		}
		if n != c.paid {
			if err := r.equal(c.name, c.paid-c.back, n, "fen"); err != nil {
				return err
			}
		}
	}
	fee, err := r.fee(aliFee)
	if err != nil {
		return err
	}
	a.bill.Checked = true
	return r.equal(aliFee, t.Fee, fee, "thousandths of a fen")
}
