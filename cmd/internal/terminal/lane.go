package terminal

import (
	"context"
	"sync"
)

// lane is a queue from the loop to one worker. Adding never waits; the machine bounds how much can be
// under way at once (commits by its unresolved orders, prints by its jobs).
type lane[T any] struct {
	mu    sync.Mutex
	items []T
	bell  chan struct{} // holds one ring
}

func newLane[T any]() *lane[T] { return &lane[T]{bell: make(chan struct{}, 1)} }

// add puts v at the end.
func (l *lane[T]) add(v T) {
	l.mu.Lock()
	l.items = append(l.items, v)
	l.mu.Unlock()
	l.ring()
}

// replace drops what nobody has taken and leaves v alone: for a wish of which only the latest counts.
func (l *lane[T]) replace(v T) {
	l.mu.Lock()
	l.items = append(l.items[:0], v)
	l.mu.Unlock()
	l.ring()
}

func (l *lane[T]) ring() {
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

// take waits for the next item; ok is false when ctx ended.
func (l *lane[T]) take(ctx context.Context) (v T, ok bool) {
	for {
		l.mu.Lock()
		if len(l.items) > 0 {
			v, l.items = l.items[0], l.items[1:]
			l.mu.Unlock()
			return v, true
		}
		l.mu.Unlock()
		select {
		case <-l.bell:
		case <-ctx.Done():
			return v, false
		}
	}
}
