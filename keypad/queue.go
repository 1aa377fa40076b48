package keypad

import (
	"context"
	"sync"
)

// queueLen is how many presses wait for a slow reader. A cashier who is 64 keys ahead of the screen is not
// reading it any more; typing further then must not take effect.
const queueLen = 64

// queue hands events and reports from a source's goroutine to Next. It never blocks the side that puts:
// when it is full the newest is dropped, and an OverflowError takes its place in the order.
type queue struct {
	device string

	mu    sync.Mutex
	items []item
	end   error         // returned for ever once items are empty
	ready chan struct{} // holds a token when Next has something to look at
}

type item struct {
	event Event
	err   error
}

func newQueue(device string) *queue {
	return &queue{device: device, ready: make(chan struct{}, 1)}
}

func (q *queue) press(k Key, long bool) { q.put(item{event: Event{k, long}}) }
func (q *queue) report(err error)       { q.put(item{err: err}) }

func (q *queue) put(it item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end != nil {
		return
	}
	if len(q.items) < queueLen {
		q.items = append(q.items, it)
		q.wake()
		return
	}
	// The overflow itself is one item beyond the bound, so that it stands where the lost presses stood.
	if last, ok := q.items[len(q.items)-1].err.(*OverflowError); ok {
		last.Lost++
		return
	}
	q.items = append(q.items, item{err: &OverflowError{Device: q.device, Lost: 1}})
}

// finish makes err the answer once everything queued was fetched.
func (q *queue) finish(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end == nil {
		q.end = err
	}
	q.wake()
}

// close makes ErrClosed the answer at once.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items, q.end = nil, ErrClosed
	q.wake()
}

// Next is [Source.Next].
func (q *queue) Next(ctx context.Context) (Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Event{}, err
		}
		if it, ok := q.take(); ok {
			return it.event, it.err
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
		}
	}
}

func (q *queue) take() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var it item
	switch {
	case len(q.items) > 0:
		it = q.items[0]
		q.items[0] = item{}
		q.items = q.items[1:]
	case q.end != nil:
		it.err = q.end
	default:
		return item{}, false
	}
	if len(q.items) > 0 || q.end != nil {
		q.wake() // another Next may wait
	}
	return it, true
}

// wake leaves a token; the caller holds the lock.
func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}
