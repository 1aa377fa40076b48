package reconcile

import (
	"fmt"
	"slices"
	"time"

	"smartpos/txn"
)

// settle says what an item is, and counts it.
func (m *matcher) settle(k Key, i *item) {
	lines, again := m.first(k, i.lines)
	if len(again) > 0 {
		m.count(Duplicate, k, "账单重复入账", nil, again)
	}
	if len(lines) == 0 {
		// Entries of other days, and those that the bill of the day before had, are none of this bill's.
		i.entries = slices.DeleteFunc(i.entries, func(e waiting[Entry]) bool {
			return !e.waited && (m.done[k] || !m.within(e.it))
		})
	}
	if len(i.entries) > 1 {
		m.count(Duplicate, k, "我方重复记账", i.entries[1:], nil)
		i.entries = i.entries[:1]
	}
	c := pair{key: k, start: m.start, cut: m.end.Sub(m.cut)}
	c.take(i.entries, lines)
	class, why := c.judge()
	if class == Agreed && len(lines) == 0 {
		return // nothing on either side
	}
	switch {
	case !c.waited && (class == InDoubt || m.late(c) && c.mayFollow(class)):
		class, why = InDoubt, why+"；等次日账单"
		m.result.Carry.Entries = append(m.result.Carry.Entries, bare(i.entries)...)
		m.result.Carry.Lines = append(m.result.Carry.Lines, bare(lines)...)
	case class == InDoubt:
		class, why = Status, why+"；两日账单都没有"
	}
	if class != InDoubt && c.entry != nil && !c.entry.At.Before(m.end) {
		m.result.Carry.Done = append(m.result.Carry.Done, k)
	}
	if c.waited {
		m.result.Carried++
	}
	m.count(class, k, why, i.entries, lines)
}

// first takes the first line of each kind; further ones, and a payment that the bill of the day before had,
// are there again.
func (m *matcher) first(k Key, all []waiting[Line]) (lines, again []waiting[Line]) {
	seen := map[Kind]bool{Payment: m.done[k], Refund: m.done[k]}
	for _, l := range all {
		if seen[l.it.Kind] {
			again = append(again, l)
			continue
		}
		seen[l.it.Kind] = true
		lines = append(lines, l)
	}
	return lines, again
}

// count adds to the class's sums what no day has counted before, and reports what is not agreed.
func (m *matcher) count(class Class, k Key, why string, entries []waiting[Entry], lines []waiting[Line]) {
	s := &m.result.Sums[class]
	s.Items++
	for _, e := range entries {
		if !e.waited {
			s.Ours.addEntry(e.it)
		}
	}
	for _, l := range lines {
		if !l.waited {
			s.Bill.add(l.it)
		}
	}
	if class != Agreed {
		m.result.Differences = append(m.result.Differences, Difference{class, k, why, bare(entries), bare(lines)})
	}
}

// bare returns what waits, or doesn't.
func bare[T any](list []waiting[T]) []T {
	var out []T
	for _, w := range list {
		out = append(out, w.it)
	}
	return out
}

// within reports whether the entry is noted under the day.
func (m *matcher) within(e Entry) bool { return !e.At.Before(m.start) && e.At.Before(m.end) }

// late reports whether an item is of the last moments of the day.
func (m *matcher) late(c pair) bool {
	if c.entry != nil {
		return !c.entry.At.Before(m.cut)
	}
	for _, l := range []*Line{c.payment, c.reversal, c.refund} {
		if l != nil && !l.At.Before(m.cut) {
			return true
		}
	}
	return false
}

// pair is an entry and what the bill has of it.
type pair struct {
	key                       Key
	entry                     *Entry
	payment, reversal, refund *Line
	waited                    bool // something of it
	fresh                     bool // the entry did not wait
	start                     time.Time
	cut                       time.Duration
}

// take fills the pair; there is at most one entry, and one line of each kind.
func (c *pair) take(entries []waiting[Entry], lines []waiting[Line]) {
	for _, e := range entries {
		c.entry, c.fresh, c.waited = &e.it, !e.waited, c.waited || e.waited
	}
	for _, l := range lines {
		c.waited = c.waited || l.waited
		switch l.it.Kind {
		case Payment:
			c.payment = &l.it
		case Reversal:
			c.reversal = &l.it
		case Refund:
			c.refund = &l.it
		}
	}
}

// mayFollow reports whether the next day's bill, or the next day's entries, may still bring what lacks.
func (c pair) mayFollow(class Class) bool {
	unreversed := c.entry != nil && c.entry.State == Undone && c.payment != nil && c.reversal == nil
	return class == Short || class == Surplus || class == Status && unreversed
}

// judge says what the pair is, in words for a person.
func (c pair) judge() (Class, string) {
	switch {
	case c.entry == nil && c.payment == nil && c.reversal == nil && c.refund == nil:
		return Agreed, ""
	case c.entry == nil && c.key.Kind == Refund:
		return Surplus, "我方无此退款"
	case c.entry == nil && c.payment == nil:
		return Surplus, "我方无此订单，对方有撤销"
	case c.entry == nil && c.reversal != nil:
		return Surplus, "我方无此订单，对方收款后已撤销"
	case c.entry == nil:
		return Surplus, "我方无此订单"
	case c.payment == nil && c.reversal == nil && c.refund == nil:
		return c.missing()
	case c.fresh && c.entry.At.Before(c.start.Add(-c.cut)) && (c.payment != nil || c.refund != nil):
		return Status, fmt.Sprintf("我方记在 %s，账单记在本日，可能重复入账", c.entry.At.In(c.start.Location()).Format("01-02 15:04"))
	case c.key.Kind == Refund:
		return c.refunded()
	}
	return c.paid()
}

// missing judges an entry that the bill does not have.
func (c pair) missing() (Class, string) {
	switch c.entry.State {
	case Settled:
		return Short, "账单无此笔" + c.key.Kind.String()
	case Unknown:
		return InDoubt, "我方结果未知，账单也无此笔"
	}
	return Agreed, ""
}

// paid judges a payment.
func (c pair) paid() (Class, string) {
	e, undone := c.entry, c.reversal != nil
	agreed := e.State == Settled && !undone || e.State == Undone && undone || e.State == None && undone
	if c.payment == nil {
		agreed = e.State == Undone
	}
	theirs := "已收款"
	if undone {
		theirs = "已撤销"
	}
	if !agreed {
		return Status, fmt.Sprintf("我方%s，对方%s", e.State, theirs)
	}
	for _, l := range []*Line{c.payment, c.reversal} {
		if l != nil && l.Fen != e.Fen {
			return Amount, fmt.Sprintf("我方 %v，账单%s %v", txn.Yuan(e.Fen), l.Kind, txn.Yuan(l.Fen))
		}
	}
	return Agreed, ""
}

// refunded judges a refund.
func (c pair) refunded() (Class, string) {
	e, l := c.entry, c.refund
	theirs := [...]string{Done: "已退款", Processing: "退款处理中", Failed: "退款失败"}[min(l.Progress, Failed)]
	switch {
	case e.State == Settled && l.Progress == Failed, e.State == None && l.Progress != Failed, e.State == Unknown:
		return Status, fmt.Sprintf("我方%s，对方%s", e.State, theirs)
	case e.Fen != l.Fen:
		return Amount, fmt.Sprintf("我方 %v，账单 %v", txn.Yuan(e.Fen), txn.Yuan(l.Fen))
	}
	return Agreed, ""
}
