package txn

import "time"

// A settlement (结算) is asked for from the menu. Looking costs nothing and writes nothing down; what the batch came to is the
// journal's to say, so a payment that comes meanwhile is in it or in the next, and in no case lost between them:
//
//	menu, 9 ─▶ batchLook ── 确认 ─▶ PIN, where there is a supervisor ─▶ batchSaving ─▶ on disk
//	             │   ▲                                                                    │
//	             └───┘ 1 next page, 菜单 print                        done ◀── RecallBatch ┘ the slip, with the chain's head
//
// Orders that are open go on in the background and are carried over.

// keyOfBatch leads there from the menu.
const keyOfBatch Key = "9"

// batchLook shows what the batch that runs comes to so far.
type batchLook struct {
	since  time.Duration
	back   entry
	token  uint64 // of the recall that is under way; 0 for none
	report BatchReport
	page   int  // 0 the sums, then the networks
	empty  bool // nothing is in it, and 确认 was pressed all the same
}

// askBatch looks at the batch.
func (m *Machine) askBatch(back entry) {
	m.view = batchLook{since: m.now.Mono, back: back, token: m.recallBatch()}
}

func (m *Machine) recallBatch() uint64 {
	m.token++
	m.emit(RecallBatch{Token: m.token})
	return m.token
}

func (v batchLook) key(m *Machine, k Key, _ bool) {
	asked := v.empty
	v.since, v.empty = m.now.Mono, false
	m.view = v
	switch {
	case k == KeyCancel:
		m.view = menu{since: m.now.Mono, back: v.back}
	case v.token != 0:
		m.emit(Beep{BeepMistake})
	case k == KeyOK:
		v.settle(m, asked)
	case k == "1" && v.pages() > 1:
		v.page = (v.page + 1) % v.pages()
		m.view = v
	case k == "2" && m.settlement != nil && m.cfg.Printer:
		m.reprint(receipt{batch: m.settlement})
	case k == KeyMenu && m.cfg.Printer:
		m.printBatch(v.report)
	default:
		m.emit(Beep{BeepMistake})
	}
}

// settle closes the batch, or asks who allows it. One in which nothing has moved must be asked for twice.
func (v batchLook) settle(m *Machine, asked bool) {
	switch {
	case m.sale != nil:
		m.mistake(errBatchSale)
		return
	case len(m.commits) > 0:
		m.mistake(errBatchBusy)
		return
	case !v.report.Running.moved() && !asked:
		v.empty = true
		m.view = v
		return
	}
	if _, ok := m.supervisor(); ok {
		m.askPIN(batchClosing(v))
		return
	}
	m.closeBatch(v.report.No, "")
}

func (m *Machine) closeBatch(no int, by string) {
	m.view = batchSaving{
		since: m.now.Mono,
		token: m.commit(&BatchClosed{No: no, Operator: m.cfg.Operator, By: by, At: m.now.Wall}),
	}
}

func (v batchLook) tick(m *Machine) {
	if m.now.Mono-v.since > choiceTimeout {
		m.view = v.back
	}
}

// batchClosing is what a supervisor allows: the settlement.
type batchClosing batchLook

func (p batchClosing) granted(m *Machine, by string) { m.closeBatch(p.report.No, by) }

func (p batchClosing) denied(m *Machine) {
	p.since = m.now.Mono
	m.view = batchLook(p)
}

func (batchClosing) menu(*Machine) bool { return false }

func (p batchClosing) screen(m *Machine) Screen {
	lines := m.batchSums(p.report.No, p.report.Running)
	return Screen{Kind: ScreenText, Title: m.say(txtBatchAllow), Lines: lines[:min(len(lines), settledLines)]}
}

// batchSaving waits for a settlement to be on disk, and then for what it came to.
type batchSaving struct {
	since  time.Duration
	token  uint64 // of the commit
	recall uint64 // of what it came to; 0 before it is on disk
}

func (batchSaving) key(m *Machine, _ Key, _ bool) { m.emit(Beep{BeepMistake}) }
func (batchSaving) tick(*Machine)                 {}

func (v batchSaving) screen(m *Machine) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(txtWait), Tone: ToneWait, Lines: []string{m.say(batchWriting)}}
	if m.now.Mono-v.since > 5*time.Second {
		s.Lines = append(s.Lines, m.say(batchSlow))
	}
	return s
}

// batchClosed goes on when a settlement is on disk.
func (m *Machine) batchClosed(token uint64, r *BatchClosed) {
	m.note("batch "+itoa(r.No)+" settled", "")
	if m.settlement != nil { // its slip can't be written off any more: the journal has it
		m.forget(receipt{batch: m.settlement}.ref())
	}
	if v, ok := m.view.(batchSaving); ok && v.token == token {
		v.recall = m.recallBatch()
		m.view = v
	}
}

// batchPrinted notes that the slip came out.
func (m *Machine) batchPrinted(r *BatchPrinted) {
	m.forget(slipRef{batch: r.No})
	if m.settlement != nil && m.settlement.No == r.No {
		s := *m.settlement
		s.Printed = true
		m.settlement = &s
	}
}

// batchRefused goes on when the journal knows better which batch runs.
func (m *Machine) batchRefused() {
	if _, ok := m.view.(batchSaving); ok {
		m.view = entry{}
		m.mistake(errBatch)
	}
}

// batchRecalled goes on with what the journal says of its batches.
func (m *Machine) batchRecalled(e BatchRecalled) {
	if e.Err != nil {
		m.note("journal: "+e.Err.Error(), "")
	}
	switch v := m.view.(type) {
	case batchLook:
		switch {
		case v.token != e.Token:
		case e.Err != nil:
			m.view = v.back
			m.mistake(errRecall)
		default:
			v.since, v.token, v.report = m.now.Mono, 0, e.Report
			m.view = v
			m.owesSettlement(e.Report.Last)
		}
	case batchSaving:
		switch {
		case v.recall != e.Token:
		case e.Err != nil || e.Report.Last == nil:
			m.view = entry{}
			m.mistake(errRecall)
		default:
			m.batchSettled(e.Report.Last)
		}
	}
}

// owesSettlement takes up a settlement that is on disk and could not be read when it was closed.
func (m *Machine) owesSettlement(s *Settlement) {
	if s == nil || m.settlement != nil && m.settlement.No >= s.No {
		return
	}
	m.settlement = s
	if !s.Printed {
		m.unprinted = append(m.unprinted, receipt{batch: s})
	}
}

// batchSettled prints the slip of a settlement that is on disk.
func (m *Machine) batchSettled(s *Settlement) {
	m.settlement = s
	r := receipt{batch: s}
	m.view = done{since: m.now.Mono, receipt: r}
	m.printReceipt(r, "")
}
