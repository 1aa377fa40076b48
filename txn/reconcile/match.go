package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Options say what a reconciliation is of.
type Options struct {
	Day      time.Time     // any time of the bill's day, in China
	Merchant string        // the network's number for us; a bill of another is refused. Empty: not checked
	Cut      time.Duration // how long before midnight an item may be the next day's on the other side
	Before   Carry         // of the day before; zero if that day was not reconciled
}

// DefaultCut is a cut for terminals whose clocks are right to some minutes.
const DefaultCut = 10 * time.Minute

// Match compares what is ours with a bill. Of ours it takes all entries that may be in the day's bill: those of
// the day, and refunds and late successes whichever day they are noted under; entries of other days that the
// bill doesn't have are passed over.
//
// Items of the last Cut before midnight that the other side lacks are in doubt once: they go into the Carry,
// and the next day's reconciliation settles them or makes them 短款 or 长款. Unknown entries that no bill has
// wait in the same way.
//
// Whatever is found, the sums of all classes equal the bill's totals. The only errors are of ErrInput, ErrMerchant and
// ErrDay: then there is no result.
func Match(opt Options, ours []Entry, bill *Bill) (*Result, error) {
	if opt.Merchant != "" && bill.Merchant != "" && bill.Merchant != opt.Merchant {
		return nil, &Error{File: bill.File, Err: wrong(ErrMerchant, "%s, ours is %s", shown(bill.Merchant), opt.Merchant)}
	}
	m, err := newMatcher(opt)
	if err != nil {
		return nil, err
	}
	if err := bill.Of(opt.Day); err != nil {
		return nil, err
	}
	if err := m.collect(opt.Before, ours, bill); err != nil {
		return nil, err
	}
	for _, k := range slices.SortedFunc(maps.Keys(m.items), Key.compare) {
		m.settle(k, m.items[k])
	}
	if got := m.result.Total().Bill; got != bill.Totals {
		return nil, fmt.Errorf("%w: the classes make %+v, the bill's totals are %+v", ErrInput, got, bill.Totals)
	}
	return &m.result, nil
}

// item is everything about one key, what waited since the day before first.
type item struct {
	entries []waiting[Entry]
	lines   []waiting[Line]
}

// waiting is an entry or a line, and whether it waited since the day before: then that day counted it.
type waiting[T any] struct {
	it     T
	waited bool
}

type matcher struct {
	start, end, cut time.Time
	done            map[Key]bool
	items           map[Key]*item
	result          Result
}

func newMatcher(opt Options) (*matcher, error) {
	if opt.Day.IsZero() || opt.Cut < 0 || opt.Cut > 12*time.Hour {
		return nil, fmt.Errorf("%w: no day, or a cut of %v", ErrInput, opt.Cut)
	}
	start, end := bounds(opt.Day)
	m := &matcher{
		start: start, end: end,
		done: map[Key]bool{}, items: map[Key]*item{},
	}
	m.cut = m.end.Add(-opt.Cut)
	for _, k := range opt.Before.Done {
		m.done[k] = true
	}
	return m, nil
}

// collect sorts everything by key, what waited first.
func (m *matcher) collect(before Carry, ours []Entry, bill *Bill) error {
	for _, e := range before.Entries {
		i := m.item(e.Key())
		i.entries = append(i.entries, waiting[Entry]{e, true})
	}
	for _, l := range before.Lines {
		i := m.item(l.Key())
		i.lines = append(i.lines, waiting[Line]{l, true})
	}
	for _, e := range ours {
		if err := e.check(); err != nil {
			return err
		}
		i := m.item(e.Key())
		if len(i.entries) > 0 && i.entries[0].waited && i.entries[0].it.Fen == e.Fen {
			i.entries[0].it = e // it waited, and is in this day's list too, where more may be known of it
			continue
		}
		i.entries = append(i.entries, waiting[Entry]{e, false})
	}
	for _, l := range bill.Lines {
		if err := l.check(); err != nil {
			return err
		}
		i := m.item(l.Key())
		i.lines = append(i.lines, waiting[Line]{l, false})
	}
	return nil
}

func (e Entry) check() error {
	valid := e.Kind == Payment && e.Refund == "" || e.Kind == Refund && e.State != Undone
	if !valid || e.Order == "" || e.Fen <= 0 || e.Fen > maxFen || e.State < Settled || e.State > Unknown {
		return fmt.Errorf("%w: entry %s of %d fen, state %d", ErrInput, e.Key(), e.Fen, e.State)
	}
	return nil
}

func (l Line) check() error {
	if l.Kind < Payment || l.Kind > Reversal || l.Order == "" || l.Fen <= 0 || l.Fen > maxFen {
		return fmt.Errorf("%w: line %d of %q, %s of %d fen", ErrInput, l.Number, l.File, l.Key(), l.Fen)
	}
	return nil
}

func (m *matcher) item(k Key) *item {
	i, ok := m.items[k]
	if !ok {
		i = &item{}
		m.items[k] = i
	}
	return i
}
