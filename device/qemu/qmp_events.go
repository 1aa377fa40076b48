package qemu

import (
	"context"
	"fmt"
	"sync"
)

// maxEvents is how many events are kept for who asks late.
const maxEvents = 256

// Mark is a place in the order of a machine's events.
type Mark uint64

// eventLog keeps the last events in order of arrival.
type eventLog struct {
	mu      sync.Mutex
	last    Mark // how many have come
	kept    []Event
	changed chan struct{} // closed and made anew at every event
}

func (l *eventLog) add(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.number = l.last
	if len(l.kept) == maxEvents {
		l.kept = append(l.kept[:0], l.kept[1:]...)
	}
	l.kept = append(l.kept, e)
	close(l.changed)
	l.changed = make(chan struct{})
}

// find returns the first event after the mark that matches.
func (l *eventLog) find(after Mark, match func(Event) bool) (*Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.kept {
		if e.number > after && match(e) {
			return &e, nil
		}
	}
	return nil, l.changed
}

// Mark returns the place after the last event so far. Take it before the command that causes an event, and no
// event is missed.
func (q *QMP) Mark() Mark {
	q.events.mu.Lock()
	defer q.events.mu.Unlock()
	return q.events.last
}

// AwaitEvent returns the first event of this name after the mark for which match is true; a nil match takes any.
// It ends with the context, or after 20 s, or with the connection. The last 256 events are kept.
func (q *QMP) AwaitEvent(ctx context.Context, after Mark, name string, match func(Event) bool) (Event, error) {
	ctx, cancel := bounded(ctx, commandTimeout)
	defer cancel()
	fits := func(e Event) bool { return e.Name == name && (match == nil || match(e)) }
	for ended := false; ; {
		found, more := q.events.find(after, fits)
		switch {
		case found != nil:
			return *found, nil
		case ended:
			return Event{}, harness("QMP event "+name, q.err)
		}
		select {
		case <-more:
		case <-q.done:
			ended = true // once more: it may have come last
		case <-ctx.Done():
			return Event{}, harness("QMP event "+name, fmt.Errorf("none came: %w", ctx.Err()))
		}
	}
}
