package txn

func (v batchLook) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtBatch, v.report.No), Keys: []string{m.say(keyBack)}}
	if v.token != 0 {
		s.Title, s.Tone, s.Lines = m.say(txtBatches), ToneWait, []string{m.say(sayFinding)}
		return s
	}
	rows := v.report.Running.Rows
	switch {
	case v.empty:
		s.Tone, s.Lines = ToneWait, []string{m.say(batchNothing), m.say(batchAnyway)}
	case v.page > 0:
		first := (v.page - 1) * batchRows
		for _, r := range rows[first:min(first+batchRows, len(rows))] {
			s.Lines = append(s.Lines, m.batchLines(r)...)
		}
	default:
		s.Lines = m.batchSums(v.report.Running)
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

// batchRows is how many networks and methods stand on a page, two lines for each.
const batchRows = 4

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

// batchSums say what the batch comes to as a whole.
func (m *Machine) batchSums(b Batch) (lines []string) {
	for _, t := range b.totals() {
		for i, sum := range t.sums() {
			if i == 0 || *sum != (Sum{}) {
				lines = append(lines, m.say(batchParts[i], sum.N, sum.money(t.Currency)))
			}
		}
		if t.Refunds.N > 0 {
			lines = append(lines, m.say(batchNet, t.net()))
		}
	}
	if len(lines) == 0 {
		lines = []string{m.say(batchNothing)}
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

// settledScreen says what was settled.
func (m *Machine) settledScreen(s Settlement) Screen {
	return Screen{
		Kind: ScreenText, Title: m.say(txtBatchDone, s.No), Tone: ToneGood, Keys: []string{m.say(keyDone)},
		Lines: m.batchSums(Batch{Rows: s.Rows}),
	}
}
