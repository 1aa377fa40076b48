package scanner

import (
	"context"
	"slices"
	"sync"
)

// mailboxSize bounds what waits for Next. A person cannot present more codes
// than this in the time that a caller needs to come back.
const mailboxSize = 16

// event is a read, a bad read or a change of state, for Next.
type event struct {
	read  Read
	err   error
	state *StateError // the same as err, where it is one
}

// mailbox keeps events for Next, bounded: the oldest read gives way, and only
// the latest state is kept.
type mailbox struct {
	mu     sync.Mutex
	events []event
	told   State         // what Next reported last, Ready before any report
	wake   chan struct{} // holds one token while events wait
	closed chan struct{}
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1), closed: make(chan struct{})}
}

// put adds a read or a bad read.
func (m *mailbox) put(ev event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.events) == mailboxSize {
		oldest := slices.IndexFunc(m.events, func(e event) bool { return e.state == nil })
		m.events = slices.Delete(m.events, oldest, oldest+1)
	}
	m.add(ev)
}

// putState adds a change of state in the place of one not yet collected.
func (m *mailbox) putState(s *StateError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = slices.DeleteFunc(m.events, func(e event) bool { return e.state != nil })
	if s.State == m.told {
		return
	}
	m.add(event{err: s, state: s})
}

func (m *mailbox) add(ev event) {
	m.events = append(m.events, ev)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// dropReads forgets reads that nobody collected. Bad reads go with them.
func (m *mailbox) dropReads() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = slices.DeleteFunc(m.events, func(e event) bool { return e.state == nil })
}

// take waits for the oldest event.
func (m *mailbox) take(ctx context.Context) (Read, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Read{}, err
		}
		select {
		case <-m.closed:
			return Read{}, ErrClosed
		default:
		}
		if ev, ok := m.pop(); ok {
			return ev.read, ev.err
		}
		select {
		case <-m.wake:
		case <-m.closed:
		case <-ctx.Done():
		}
	}
}

func (m *mailbox) pop() (event, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.events) == 0 {
		return event{}, false
	}
	ev := m.events[0]
	m.events = slices.Delete(m.events, 0, 1)
	if ev.state != nil {
		m.told = ev.state.State
	}
	if len(m.events) > 0 { // another caller may be waiting for it
		select {
		case m.wake <- struct{}{}:
		default:
		}
	}
	return ev, true
}
