package board

import (
	"context"
	"sync"
)

// Kind names a part of the board that changes; it is the type of the event that tells of it.
type Kind string

// The kinds of change.
const (
	KindDisplay Kind = "display"
	KindPaper   Kind = "paper"
	KindPhone   Kind = "phone"
	KindLedger  Kind = "ledger"
	KindFaults  Kind = "faults"
	KindPower   Kind = "power"
	KindStick   Kind = "stick"
)

var kinds = []Kind{KindDisplay, KindPaper, KindPhone, KindLedger, KindFaults, KindPower, KindStick}

// changes tells subscribers what has changed. It carries no contents: a subscriber that is slow misses nothing
// but intermediate states, and its queue is as long as there are kinds.
type changes struct {
	mu       sync.Mutex
	versions map[Kind]int
	subs     map[*Subscription]struct{}
}

func newChanges() *changes {
	return &changes{versions: make(map[Kind]int), subs: make(map[*Subscription]struct{})}
}

// Subscription receives changes until it is closed.
type Subscription struct {
	from *changes
	wake chan struct{}
	seen map[Kind]int // guarded by from.mu
}

// note records a change.
func (c *changes) note(k Kind) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.versions[k]++
	for s := range c.subs {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// version counts the changes of one kind.
func (c *changes) version(k Kind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.versions[k]
}

// subscribe starts with nothing seen, so that the first Next returns every kind.
func (c *changes) subscribe() *Subscription {
	s := &Subscription{from: c, wake: make(chan struct{}, 1), seen: make(map[Kind]int)}
	s.wake <- struct{}{}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range kinds {
		s.seen[k] = -1
	}
	c.subs[s] = struct{}{}
	return s
}

// Next waits for changes and returns their kinds, each with its version, in a fixed order.
func (s *Subscription) Next(ctx context.Context) ([]Change, error) {
	for {
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if news := s.collect(); len(news) > 0 {
			return news, nil
		}
	}
}

func (s *Subscription) collect() []Change {
	s.from.mu.Lock()
	defer s.from.mu.Unlock()
	var news []Change
	for _, k := range kinds {
		if v := s.from.versions[k]; s.seen[k] != v {
			s.seen[k] = v
			news = append(news, Change{k, v})
		}
	}
	return news
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.from.mu.Lock()
	defer s.from.mu.Unlock()
	delete(s.from.subs, s)
}

// Change says that a part of the board has changed, and for the how-manieth time.
type Change struct {
	Kind    Kind
	Version int
}
