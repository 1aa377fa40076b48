package txn

import (
	"fmt"
	"time"
)

// printBatch queues what the batch that runs comes to so far. That is no settlement, and the slip says so.
func (m *Machine) printBatch(r BatchReport) {
	if len(m.jobs) >= maxPrintJobs {
		m.emit(Beep{BeepMistake})
		return
	}
	s := m.batchSlip(r.No, m.cfg.Operator, r.Running, m.now.Wall)
	s.Mark, s.Notes = "批次汇总", append(s.Notes, "未结算 NOT SETTLED")
	m.queue(printJob{slip: s})
	m.reply(m.say(batchPrints), 3*time.Second)
}

// markBatchAgain marks the slip of a settlement that is not the first.
const markBatchAgain = "** 结算单 重打印 **"

// settlementSlip is the slip of a settlement (结算单). The chain's head on it is what a journal or a backup must hold that
// is to be the one this was printed from, and whole up to here: records that are cut off its end show.
func (m *Machine) settlementSlip(c Settlement, mark string) Slip {
	s := m.batchSlip(c.No, c.Operator, Batch{From: c.From, Orders: c.Orders, Rows: c.Rows}, c.At)
	s.Mark = "结算单"
	if mark != "" {
		s.Mark = markBatchAgain
	}
	s.Rows = append(s.Rows, m.openSlipRows()...)
	s.Rows = append(s.Rows,
		Row{"账本", c.Journal},
		Row{"账本记录", fmt.Sprintf("%d-%d", c.From, c.Through)},
		Row{"账本校验", c.Head},
	)
	if c.By != "" {
		s.Notes = append(s.Notes, "由主管 "+c.By+" 结算")
	}
	if m.cfg.ReceiptQR {
		s.QR = fmt.Sprintf("%s-%s-%d-%s", m.cfg.Terminal, c.Journal, c.No, c.Head)
	}
	return s
}

// slipOpen bounds the orders that a slip names: paper is short, and 菜单 2 has all.
const slipOpen = 10

// openSlipRows name what nobody knows yet as the slip is printed. What was carried over stands in the sums, and of that a
// reprint may find some resolved.
func (m *Machine) openSlipRows() (rows []Row) {
	all := m.open()
	if len(all) == 0 {
		return nil
	}
	rows = []Row{{"打印时未决", fmt.Sprintf("%d 笔", len(all))}}
	for _, i := range all[:min(len(all), slipOpen)] {
		what := stateText(i.order).zh
		if i.refund.No != "" {
			what = txtRefunding.zh
		}
		rows = append(rows, Row{"  " + i.order.No.Short() + " " + what, i.amount().String()})
	}
	return rows
}

// batchSlip is what the slips of a batch have in common.
func (m *Machine) batchSlip(no int, operator string, b Batch, at time.Time) Slip {
	s := m.slip()
	s.Rows = []Row{
		{"商户号", m.cfg.Merchant.Number},
		{"终端号", m.cfg.Terminal},
		{"操作员", operator},
		{"批次号", fmt.Sprintf("%06d", no)},
		{"日期时间", at.In(BusinessZone).Format(slipTime)},
	}
	for i, r := range b.Rows {
		if i == 0 || b.Rows[i-1].Network != r.Network {
			n, _ := m.cfg.network(r.Network)
			head := Row{n.Name, n.Number}
			if r.Network == "" {
				head = Row{"现金 CASH", ""}
			}
			s.Rows = append(s.Rows, head)
		}
		s.Rows = append(s.Rows, r.slipRows()...)
	}
	carried := false
	for _, t := range b.totals() {
		for i, sum := range t.sums() {
			if i < 2 || *sum != (Sum{}) {
				s.Total = append(s.Total, Row{batchLabels[i] + "合计", turnover(sum.N, sum.money(t.Currency))})
			}
		}
		s.Total = append(s.Total, Row{"净额", t.net().String()})
		carried = carried || !t.carried().empty()
	}
	if len(s.Total) == 0 {
		s.Total = []Row{{"净额", Money{Currency: m.cfg.MaxAmount.Currency}.String()}}
	}
	if carried {
		s.Notes = append(s.Notes, "未决与待确认的转入下批", "CARRIED OVER")
	}
	return s
}

// slipRows are those of a network and a method.
func (r BatchRow) slipRows() (rows []Row) {
	method := map[Method]string{Show: "收款码 ", Scan: "付款码 "}[r.Method]
	for i, sum := range r.sums() {
		if *sum != (Sum{}) {
			rows = append(rows, Row{"  " + method + batchLabels[i], turnover(sum.N, sum.money(r.Currency))})
		}
	}
	return rows
}
