package store

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smartpos/store/internal/rules"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// Random days of trade, right and wrong, go to the journal and to a plain-Go model of it. Both must take and
// refuse the same, and know the same, also after any number of restarts and of restores on other devices.
func TestModel(t *testing.T) {
	gone := 0
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		m := &modelled{t: t, rng: rng, dir: dir, real: open(t, dir), model: storetest.NewMemory("T0000001")}
		for step := range 160 {
			m.step()
			if rng.IntN(40) == 0 {
				if err := m.real.Close(); err != nil {
					t.Fatal(err)
				}
				m.real = open(t, m.dir)
			}
			if rng.IntN(50) == 0 {
				m.restore()
			}
			if rng.IntN(20) == 0 {
				m.prune()
			}
			if rng.IntN(25) == 0 || step == 159 {
				m.compare()
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
		gone += m.gone
	}
	if gone < 20 {
		t.Errorf("%d orders were pruned in all", gone)
	}
}

type modelled struct {
	t     *testing.T
	rng   *rand.Rand
	dir   string
	real  *Journal
	model *storetest.Memory
	sales []txn.OrderNo // of the model
	all   []txn.OrderNo

	incarnations []string // of the real journal, one for each order

	gone, goneRecords int // orders and records of the model that the real journal has no more
}

// step commits the same random record to both.
func (m *modelled) step() {
	m.t.Helper()
	rec := m.record()
	got, err := m.real.Commit(m.translate(rec))
	want, wantErr := m.model.Commit(rec)
	for _, sentinel := range []error{txn.ErrTransition, txn.ErrNoOrder, rules.ErrSaleBusy, rules.ErrRecord} {
		if errors.Is(err, sentinel) != errors.Is(wantErr, sentinel) {
			m.t.Errorf("%T: %v, the model says %v", rec, err, wantErr)
		}
	}
	if (err == nil) != (wantErr == nil) || m.text(got) != storetest.Text(want) {
		m.t.Errorf("%T: %s, %v\nthe model says %s, %v", rec, m.text(got), err, storetest.Text(want), wantErr)
	}
	if wantErr == nil {
		m.took(rec, want, got)
	}
}

// took notes what both have taken.
func (m *modelled) took(rec txn.Record, want, got txn.Order) {
	if _, ok := rec.(*txn.Intent); ok {
		m.all = append(m.all, want.No)
		m.incarnations = append(m.incarnations, rules.Incarnation(got.No))
		m.sales = append(m.sales, want.Sale)
	}
}

func (m *modelled) record() txn.Record {
	pick := func(from []txn.OrderNo) txn.OrderNo { return from[max(m.gone, len(from)-1-m.rng.IntN(8))] }
	if len(m.all) == m.gone || m.rng.IntN(4) == 0 {
		in := storetest.Intent(m.rng.Int64N(1000), "") // now and then for nothing
		if m.rng.IntN(3) == 0 {
			in = storetest.Scan(1+m.rng.Int64N(1000), txn.CodeDigest(strings.Repeat("ab", m.rng.IntN(17))))
		}
		if m.rng.IntN(4) == 0 {
			in = storetest.Offline(1+m.rng.Int64N(1000), "")
			if m.rng.IntN(2) == 0 {
				in = storetest.OfflineScheme(1+m.rng.Int64N(1000), "")
			}
		}
		if len(m.sales) > m.gone && m.rng.IntN(2) == 0 {
			in.Sale = pick(m.sales)
		}
		return in
	}
	if m.rng.IntN(12) == 0 {
		return m.batch()
	}
	if m.rng.IntN(8) == 0 {
		id := []string{"9001", "9002"}[m.rng.IntN(2)]
		if m.rng.IntN(4) == 0 {
			return storetest.Enrolled(id)
		}
		return storetest.PINTried(id, m.rng.IntN(3) == 0)
	}
	o := txn.Order{No: pick(m.all), Amount: txn.Yuan(5)}
	if real, err := m.model.Order(o.No); err == nil && real.Offline != nil {
		return m.offline(real)
	}
	if m.rng.IntN(3) == 0 {
		return m.refund(pick(m.all))
	}
	switch states := []txn.State{txn.Unknown, txn.Closing, txn.Reversing, txn.Open}; m.rng.IntN(5) {
	case 0, 1:
		return storetest.Move(o, states[m.rng.IntN(len(states))])
	case 2:
		return storetest.Printed(o)
	}
	states := []txn.State{txn.Paid, txn.Paid, txn.Failed, txn.Closed, txn.Reversed, txn.Disputed, txn.Unknown}
	r := storetest.Outcome(o, states[m.rng.IntN(len(states))])
	r.Late = m.rng.IntN(2) == 0
	r.Exception = []txn.Exception{"", "", txn.LateSuccess, txn.OverTotal, txn.Mismatch}[m.rng.IntN(5)]
	return r
}

// batch returns a settlement, or the end of its slip: mostly of the batch that runs, and by whoever may.
func (m *modelled) batch() txn.Record {
	till := must(m.model.Start()).Till
	no := till.Batches.Closed + m.rng.IntN(8)/7
	if m.rng.IntN(3) == 0 {
		return storetest.BatchPrinted(no)
	}
	by := ""
	if len(till.Operators) > 0 && m.rng.IntN(8) > 0 {
		by = till.Operators[0].ID
	}
	return storetest.BatchClosed(no+1, by)
}

// refund returns a record about an order's refunds, or about its place on the exception list.
func (m *modelled) refund(no txn.OrderNo) txn.Record {
	o, err := m.model.Order(no)
	if err != nil {
		m.t.Fatal(err)
	}
	states := []txn.RefundState{txn.RefundDone, txn.RefundRefused, txn.RefundDisputed, txn.RefundProcessing}
	switch m.rng.IntN(5) {
	case 0:
		return &txn.Settled{Order: no, By: "9001", At: storetest.Day}
	case 1:
		return &txn.Printed{Order: no, Refund: txn.NewRefundNo(no, 1+m.rng.IntN(2)), At: storetest.Day}
	case 2, 3:
		return storetest.RefundIntent(o, m.rng.Int64N(o.Amount.Fen))
	}
	return storetest.RefundOutcome(o, states[m.rng.IntN(len(states))])
}

// offline returns what may, or may not, come next for an order with an offline code.
func (m *modelled) offline(o txn.Order) txn.Record {
	settles := txn.Money{}
	if m.rng.IntN(4) > 0 {
		settles = o.Amount
	}
	switch m.rng.IntN(9) {
	case 0:
		move := storetest.Move(o, txn.Closing)
		move.Settles = settles
		return move
	case 1:
		out := storetest.Outcome(o, []txn.State{txn.Paid, txn.Closed, txn.Disputed}[m.rng.IntN(3)])
		out.Settles, out.Exception = settles, []txn.Exception{"", txn.Unpaid, txn.Unbacked}[m.rng.IntN(3)]
		return out
	case 2:
		return storetest.OfflineMade(o)
	case 3:
		return storetest.OfflineTried(o)
	case 4, 5:
		return storetest.OfflineAnswered(o)
	case 6, 7:
		return storetest.OfflineSeen(o)
	}
	return &txn.OfflineRenewed{Operator: "9001", At: storetest.Day}
}

// translate returns rec with the real incarnation in its numbers.
func (m *modelled) translate(rec txn.Record) txn.Record {
	to := func(no txn.OrderNo) txn.OrderNo {
		seq, _ := rules.Sequence(no[:min(len(no), len("T0000001TEST000100000001"))]) // whatever is appended to it
		if seq == 0 || seq > uint64(len(m.incarnations)) {
			return no
		}
		return txn.OrderNo(strings.Replace(string(no), storetest.Incarnation, m.incarnations[seq-1], 1))
	}
	switch r := rec.(type) {
	case *txn.Intent:
		c := *r
		c.Sale = to(c.Sale)
		return &c
	case *txn.Move:
		c := *r
		c.Order = to(c.Order)
		return &c
	case *txn.Outcome:
		c := *r
		c.Order = to(c.Order)
		return &c
	case *txn.Printed:
		c := *r
		c.Order = to(c.Order)
		c.Refund = txn.RefundNo(to(txn.OrderNo(c.Refund)))
		return &c
	case *txn.RefundIntent:
		c := *r
		c.Order, c.No = to(c.Order), txn.RefundNo(to(txn.OrderNo(c.No)))
		return &c
	case *txn.RefundOutcome:
		c := *r
		c.Order, c.No = to(c.Order), txn.RefundNo(to(txn.OrderNo(c.No)))
		return &c
	case *txn.Settled:
		c := *r
		c.Order = to(c.Order)
		return &c
	case *txn.OfflineMade:
		c := *r
		c.Order = to(c.Order)
		return &c
	case *txn.OfflineTried:
		c := *r
		c.Order = to(c.Order)
		return &c
	case *txn.OfflineAnswered:
		c := *r
		c.Order = to(c.Order)
		return &c
	case *txn.OfflineSeen:
		c := *r
		c.Order = to(c.Order)
		return &c
	}
	return rec
}

// text renders what the real journal said with the model's incarnation.
func (m *modelled) text(v any) string {
	text := storetest.Text(v)
	for _, i := range append(slices.Compact(slices.Clone(m.incarnations)), must(m.real.Info()).Incarnation) {
		text = strings.ReplaceAll(text, i, storetest.Incarnation)
	}
	return text
}

// unplaced returns rec, and of a settlement a copy that does not say where it lies: restores take places in the real chain.
func unplaced(rec txn.Record) txn.Record {
	r, ok := rec.(*txn.BatchClosed)
	if !ok {
		return rec
	}
	c := *r
	c.From, c.Through, c.Journal = 0, 0, ""
	c.Rows = append([]txn.BatchRow(nil), c.Rows...) // none is none
	return &c
}

// restore puts a backup in the place of the real journal, on another device.
func (m *modelled) restore() {
	m.t.Helper()
	var b bytes.Buffer
	_, err := m.real.Backup(m.t.Context(), &b, safe().Recipient())
	if err := errors.Join(err, m.real.Close()); err != nil {
		m.t.Fatal(err)
	}
	m.dir = m.t.TempDir()
	m.real, _ = mustRestore(m.t, m.dir, b.Bytes())
}

func (m *modelled) compare() {
	m.t.Helper()
	start, err := m.real.Start()
	start.Till.Incarnation, start.Restored = "", nil // the model is never restored
	want, _ := m.model.Start()
	want.Codes = want.Codes[max(0, len(want.Codes)-len(start.Codes)):] // some went with their orders
	if len(want.Codes) == 0 {
		want.Codes = nil
	}
	if start.Settlement != nil && want.Settlement != nil {
		for _, s := range []*txn.Settlement{start.Settlement, want.Settlement} {
			s.From, s.Through, s.Journal, s.Head = 0, 0, "", ""
			s.Rows = append([]txn.BatchRow(nil), s.Rows...)
		}
	}
	if err != nil || m.text(start) != storetest.Text(want) {
		m.t.Errorf("Start: %s, %v\nthe model says %s", m.text(start), err, storetest.Text(want))
	}
	recent, err := m.real.Recent(1000)
	wantRecent, _ := m.model.Recent(1000)
	wantRecent = wantRecent[:len(wantRecent)-m.gone]
	if err != nil || m.text(recent) != storetest.Text(wantRecent) {
		m.t.Errorf("Recent: %s, %v\nthe model says %s", m.text(recent), err, storetest.Text(wantRecent))
	}
	rows := storetest.WalkBatches(m.t, m.model.Records())
	if got := must(m.real.Batch()).Running.Rows; !slices.Equal(got, rows[len(rows)-1]) {
		m.t.Errorf("the batch that runs is %s, a walk makes it %s", storetest.Text(got), storetest.Text(rows[len(rows)-1]))
	}
	for _, rec := range m.model.Records() {
		if r, ok := rec.(*txn.BatchClosed); ok && !slices.Equal(r.Rows, rows[r.No-1]) {
			m.t.Errorf("batch %d is %s, a walk makes it %s", r.No, storetest.Text(r.Rows), storetest.Text(rows[r.No-1]))
		}
	}
	i := m.goneRecords
	records := m.model.Records()
	err = m.real.Walk(func(e Entry) error {
		if _, ok := e.Record.(*txn.Restored); ok {
			return nil
		}
		if i >= len(records) || m.text(unplaced(e.Record)) != storetest.Text(unplaced(records[i])) {
			m.t.Errorf("record %d is %s", i+1, m.text(e.Record))
		}
		i++
		return nil
	})
	if err != nil || i != len(records) {
		m.t.Errorf("Walk: %d records, %v, want %d", i, err, len(records))
	}
	n := 0
	if err := m.real.List(func(txn.Order) error { n++; return nil }); err != nil || n != len(m.all)-m.gone {
		m.t.Errorf("List: %d orders, %v, want %d", n, err, len(m.all))
	}
	if _, err := m.real.Verify(); err != nil {
		m.t.Error(err)
	}
}
