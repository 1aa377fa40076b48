package txn

func (v batchLook) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtBatch), Keys: []string{m.say(keyBack)}}
	if v.token != 0 {
		s.Tone, s.Lines = ToneWait, []string{m.say(sayFinding)}
		return s
	}
	rows := v.report.Running.Rows
	switch {
	case v.empty:
		s.Tone, s.Lines = ToneWait, []string{m.say(batchNo, v.report.No), m.say(batchNothing), m.say(batchAnyway)}
	case v.page > 0:
		first := (v.page - 1) * batchRows
		for _, r := range rows[first:min(first+batchRows, len(rows))] {
			s.Lines = append(s.Lines, m.batchLines(r)...)
		}
	default:
		s.Lines = m.batchSums(v.report.No, v.report.Running)
	}
	if v.page == 0 && m.settlement != nil && m.cfg.Printer {
		s.Lines = append(s.Lines, m.say(batchAgain, m.settlement.No))
	}
	if m.cfg.Printer {
		s.Keys = append([]string{m.say(keyPrintQR)}, s.Keys...)
	}
	if v.pages() > 1 {
		s.Keys = append([]string{m.say(keyBatchPage)}, s.Keys...)
	}
	s.Keys = append([]string{m.say(keyBatchClose)}, s.Keys...)
	return s
}

// batchRows is how many networks and methods stand on a page, up to three lines for each.
const batchRows = 3

func (v batchLook) pages() int { return 1 + (len(v.report.Running.Rows)+batchRows-1)/batchRows }

// batchLines say what a network and a method came to: what came and went in one line, what is open in another.
func (m *Machine) batchLines(r BatchRow) []string {
	line := m.rowName(r) + " " + m.say(batchCount, r.Sales.N, r.Sales.money(r.Currency))
	rest := ""
	for i, sum := range r.sums() {
		if i > 0 && sum.N != 0 {
			rest += " " + m.say(batchShorts[i], sum.N)
		}
	}
	if rest == "" {
		return []string{line}
	}
	return []string{line, " " + rest}
}

// batchSums say what a batch comes to as a whole, what matters most first.
func (m *Machine) batchSums(no int, b Batch) []string {
	lines := []string{m.say(batchNo, no)}
	for _, t := range b.totals() {
		for i, sum := range t.sums() {
			if i == 0 || *sum != (Sum{}) {
				lines = append(lines, m.say(batchParts[i], sum.N, sum.money(t.Currency)))
			}
			if i == 1 && t.Refunds.N > 0 {
				lines = append(lines, m.say(batchNet, t.net()))
			}
		}
	}
	if len(b.Rows) == 0 {
		lines = append(lines, m.say(batchNothing))
	}
	return lines
}

// rowName names a network and who shows the code.
func (m *Machine) rowName(r BatchRow) string {
	if r.Method == Cash {
		return m.say(batchCash)
	}
	n, _ := m.cfg.network(r.Network)
	method := txtShow
	if r.Method == Scan {
		method = txtScanTitle
	}
	return m.networkShort(n) + " " + m.say(method)
}

// money is a sum as an amount.
func (s Sum) money(c Currency) Money { return Money{Fen: s.Fen, Currency: c} }

// settledScreen says what was settled, as far as the printer's troubles leave room for it.
func (m *Machine) settledScreen(s Settlement) Screen {
	lines := m.batchSums(s.No, Batch{Rows: s.Rows})
	return Screen{
		Kind: ScreenText, Title: m.say(txtBatchDone), Tone: ToneGood, Keys: []string{m.say(keyDone)},
		Lines: lines[:min(len(lines), settledLines)],
	}
}

// settledLines are the number of the batch, its sales, refunds and what is left of them.
const settledLines = 4
