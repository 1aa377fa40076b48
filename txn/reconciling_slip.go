package txn

import (
	"fmt"
	"time"
)

// slipDifferences bounds the differences on a slip: paper is short, and the command has all.
const slipDifferences = 30

// printBooks queues the summary of the latest reconciliation.
func (m *Machine) printBooks() {
	if len(m.jobs) >= maxPrintJobs {
		m.emit(Beep{BeepMistake})
		return
	}
	m.queue(printJob{slip: m.booksSlip(*m.books.last)})
	m.reply(m.say(bookPrinting), 3*time.Second)
}

// booksSlip is the slip of a reconciliation (对账单).
func (m *Machine) booksSlip(r Reconciled) Slip {
	s := m.slip()
	s.Mark = "对账单"
	s.Rows = []Row{
		{"对账日期", dateOf(r.Day)},
		{"终端号", m.cfg.Terminal},
		{"操作员", m.cfg.Operator},
		{"打印时间", m.now.Wall.In(BusinessZone).Format(slipTime)},
	}
	for _, b := range r.Books {
		s.Rows = append(s.Rows, m.bookRows(b)...)
	}
	for i, d := range r.Differences {
		if i == slipDifferences {
			break
		}
		s.Rows = append(s.Rows, m.differenceRows(d)...)
	}
	open, doubt := r.differences()
	if more := open + doubt - min(len(r.Differences), slipDifferences); more > 0 {
		s.Rows = append(s.Rows, Row{"未列出", fmt.Sprintf("%d 笔", more)})
	}
	for class := ClassShort; class <= ClassInDoubt; class++ {
		s.Total = append(s.Total, Row{classTexts[class].zh, fmt.Sprintf("%d 笔", r.Counts[class])})
	}
	outcome := "相符"
	switch {
	case r.troubled():
		outcome = "未完成"
	case open > 0:
		outcome = "不符"
	case doubt > 0:
		outcome = "待次日"
	}
	s.Total = append(s.Total, Row{"差异合计", fmt.Sprintf("%d 笔", open+doubt)}, Row{"对账", outcome})
	return s
}

// bookRows are one network's.
func (m *Machine) bookRows(b Books) []Row {
	n, _ := m.cfg.network(b.Network)
	switch {
	case b.Trouble != "" && b.File != "":
		return []Row{{n.Name, bookTroubles[b.Trouble].zh}, {"  文件", shorten(b.File, 40)}, {"  行", itoa(b.Line)}}
	case b.Trouble != "":
		return []Row{{n.Name, bookTroubles[b.Trouble].zh}}
	}
	outcome := "相符"
	if b.Open > 0 {
		outcome = fmt.Sprintf("差异 %d 笔", b.Open)
	}
	rows := []Row{{n.Name, outcome}, {"  账单收款", turnover(b.Bill.Payments, b.Bill.Paid)}, {"  本机收款", turnover(b.Ours.Payments, b.Ours.Paid)}}
	if b.Bill.Returns+b.Ours.Returns > 0 {
		rows = append(rows, Row{"  账单退回", turnover(b.Bill.Returns, b.Bill.Returned)}, Row{"  本机退回", turnover(b.Ours.Returns, b.Ours.Returned)})
	}
	return rows
}

func turnover(n int, sum Money) string { return fmt.Sprintf("%d笔 %s", n, sum) }

// differenceRows are one difference's.
func (m *Machine) differenceRows(d Difference) []Row {
	n, _ := m.cfg.network(d.Network)
	label := classTexts[d.Class].zh + " " + orElse(n.Short, n.Name)
	if d.Refund {
		label += " " + bookRefund.zh
	}
	side := func(a Money) string {
		if a.Currency == "" {
			return "无"
		}
		return a.String()
	}
	return []Row{
		{label, shorten(string(d.Order), 32)}, {"  本机", side(d.Ours)}, {"  账单", side(d.Bill)}, {"  原因", shorten(d.Why, 80)},
	}
}
