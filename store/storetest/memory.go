package storetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Incarnation is the fixed incarnation of a [Memory]: tests can write its order numbers down.
const Incarnation = "TEST0001"

// Memory is a [txn.Journal] in plain Go. The first order of terminal T0000001 is T0000001TEST000100000001.
// It survives whatever stands in for a restart: give the same Memory to the next machine.
type Memory struct {
	mu       sync.Mutex
	terminal string
	orders   []txn.Order // by sequence, from 1
	records  []txn.Record
	listed   []int // indices of orders in the order in which they got an exception
	codes    []txn.CodeDigest
	last     int // index of the latest paid order, -1 for none
	till     txn.Till
	batch    txn.Batch
	settled  *txn.Settlement   // the latest
	head     [sha256.Size]byte // of the chain of payloads
	failures []error
}

var _ txn.Journal = (*Memory)(nil)

// NewMemory returns an empty journal that gives numbers to terminal, 1 to 8 characters of 0-9 A-Z.
func NewMemory(terminal string) *Memory {
	return &Memory{terminal: terminal, last: -1, batch: txn.FirstBatch}
}

// FailNext makes the coming commits fail, one for each error, leaving no trace; a nil lets one through.
func (m *Memory) FailNext(errs ...error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures = append(m.failures, errs...)
}

// SetTerminal changes the terminal id for the numbers to come, as a new profile does.
func (m *Memory) SetTerminal(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.terminal = id
}

// Records returns every record in the order of commit, as a reader of the journal would see them.
func (m *Memory) Records() []txn.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}

// Commit implements [txn.Journal].
func (m *Memory) Commit(rec txn.Record) (txn.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.failures) > 0 {
		err := m.failures[0]
		m.failures = m.failures[1:]
		if err != nil {
			return txn.Order{}, err
		}
	}
	switch r := rec.(type) {
	case *txn.Intent:
		return m.intent(r)
	case *txn.BatchClosed:
		closed, err := rules.CloseBatch(r, m.till, m.batch, uint64(len(m.records)+1), Incarnation)
		if err != nil {
			return txn.Order{}, err
		}
		rec = closed
	}
	payload, rec, err := rules.Canonical(rec)
	if err != nil {
		return txn.Order{}, err
	}
	till, err := m.till.Apply(rec)
	if err != nil {
		return txn.Order{}, err
	}
	if txn.OfTill(rec) {
		return txn.Order{}, m.keep(rec, payload, till, txn.Order{}, txn.Order{})
	}
	i, err := m.find(rec.OrderNo())
	if err != nil {
		return txn.Order{}, err
	}
	before := m.orders[i]
	after, err := rules.Apply(before, rec, m.others(before.Sale, before.No))
	if err != nil {
		return txn.Order{}, err
	}
	if err := m.keep(rec, payload, till, before, after); err != nil {
		return txn.Order{}, err
	}
	m.orders[i] = after
	m.note(i, before, after)
	return clone(after), nil
}

func (m *Memory) intent(in *txn.Intent) (txn.Order, error) {
	no, err := rules.Number(m.terminal, Incarnation, uint64(len(m.orders)+1))
	if err != nil {
		return txn.Order{}, err
	}
	in, err = rules.NewIntent(in, no)
	if err != nil {
		return txn.Order{}, err
	}
	payload, rec, err := rules.Canonical(in)
	if err != nil {
		return txn.Order{}, err
	}
	others := m.others(in.Sale, no)
	if in.Sale != no && (len(others) == 0 || others[0].No != in.Sale) {
		return txn.Order{}, fmt.Errorf("%w: sale %s", txn.ErrNoOrder, in.Sale)
	}
	after, err := rules.Apply(txn.Order{}, rec, others)
	if err != nil {
		return txn.Order{}, err
	}
	till, err := m.till.Apply(rec)
	if err != nil {
		return txn.Order{}, err
	}
	if err := m.keep(rec, payload, till, txn.Order{}, after); err != nil {
		return txn.Order{}, err
	}
	m.orders = append(m.orders, after)
	m.note(len(m.orders)-1, txn.Order{}, after)
	return clone(after), nil
}

// keep adds rec, which has made till and after, to the records and to the batch, or changes nothing.
func (m *Memory) keep(rec txn.Record, payload []byte, till txn.Till, before, after txn.Order) error {
	sequence := uint64(len(m.records) + 1)
	batch, err := m.batch.Apply(rec, sequence, before, after)
	if err != nil {
		return err
	}
	m.records = append(m.records, rec)
	m.till, m.batch = till, batch
	m.head = sha256.Sum256(append(m.head[:], payload...))
	if r, ok := rec.(*txn.BatchClosed); ok {
		h := m.head
		m.settled = &txn.Settlement{BatchClosed: *r, Head: fmt.Sprintf("%d-%X-%X-%X-%X", sequence, h[:2], h[2:4], h[4:6], h[6:8])}
	}
	return nil
}

// Batch implements [txn.Journal].
func (m *Memory) Batch() (txn.BatchReport, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return txn.BatchReport{No: m.till.Batches.Closed + 1, Running: m.batch, Last: m.settlement()}, nil
}

// settlement returns a copy of the latest one.
func (m *Memory) settlement() *txn.Settlement {
	if m.settled == nil {
		return nil
	}
	s := *m.settled
	s.Rows, s.Printed = slices.Clone(s.Rows), m.till.Batches.Printed
	return &s
}

// note keeps what Start tells besides the orders themselves.
func (m *Memory) note(i int, before, after txn.Order) {
	if before.No == "" && after.Code != "" {
		m.codes = append(m.codes, after.Code)
		m.codes = m.codes[max(0, len(m.codes)-rules.MaxCodes):]
	}
	if !before.Listed() && after.Listed() {
		m.listed = append(m.listed, i)
	}
	if before.State != txn.Paid && after.State == txn.Paid {
		m.last = i
	}
}

func (m *Memory) find(no txn.OrderNo) (int, error) {
	seq, ok := rules.Sequence(no)
	if !ok || seq > uint64(len(m.orders)) || m.orders[seq-1].No != no {
		return 0, fmt.Errorf("%w: %q", txn.ErrNoOrder, no)
	}
	return int(seq - 1), nil
}

// others returns the orders of a sale except one, oldest first.
func (m *Memory) others(sale, except txn.OrderNo) (out []txn.Order) {
	for _, o := range m.orders {
		if o.Sale == sale && o.No != except {
			out = append(out, o)
		}
	}
	return out
}

// Start implements [txn.Journal].
func (m *Memory) Start() (txn.Start, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var s txn.Start
	pending := map[txn.OrderNo]bool{}
	for _, o := range m.orders {
		pending[o.Sale] = pending[o.Sale] || o.Pending()
	}
	for _, o := range m.orders {
		if pending[o.Sale] {
			s.Pending = append(s.Pending, clone(o))
		}
	}
	for _, i := range m.listed[max(0, len(m.listed)-rules.MaxRecent):] {
		if m.orders[i].Listed() && !slices.ContainsFunc(s.Exceptions, func(o txn.Order) bool { return o.No == m.orders[i].No }) {
			s.Exceptions = append(s.Exceptions, clone(m.orders[i]))
		}
	}
	s.Codes, s.Till, s.Settlement = slices.Clone(m.codes), m.till, m.settlement()
	if m.last >= 0 {
		last := clone(m.orders[m.last])
		s.Last = &last
	}
	return s, nil
}

// Order implements [txn.Journal].
func (m *Memory) Order(no txn.OrderNo) (txn.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, err := m.find(no)
	if err != nil {
		return txn.Order{}, err
	}
	return clone(m.orders[i]), nil
}

// Recent implements [txn.Journal].
func (m *Memory) Recent(n int) ([]txn.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []txn.Order
	for i := len(m.orders) - 1; i >= 0 && len(out) < min(n, rules.MaxRecent); i-- {
		out = append(out, clone(m.orders[i]))
	}
	return out, nil
}

// Digest implements [txn.Journal] with a key that is no secret.
func (m *Memory) Digest(code txn.PaymentCode) txn.CodeDigest {
	mac := hmac.New(sha256.New, []byte("storetest"))
	mac.Write([]byte(code.Reveal()))
	return txn.CodeDigest(hex.EncodeToString(mac.Sum(nil)[:16]))
}

// clone keeps callers from changing the journal through a slice.
func clone(o txn.Order) txn.Order {
	o.Items = slices.Clone(o.Items)
	o.Refunds = slices.Clone(o.Refunds)
	return o
}
