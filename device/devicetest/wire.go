package devicetest

import (
	"sync"
	"time"
)

const (
	// sendQueue is what a kernel keeps of a line's output: one page.
	sendQueue = 4096
	// wireQueue is what lies unread at either end before the sender must wait.
	wireQueue = 64 << 10
	// goneWait is how long a call on a vanished line waits for it, as a real line waits to be opened again. It
	// keeps a driver that tries over and over from spinning.
	goneWait = 20 * time.Millisecond
)

// wire is the state that both ends share. Everything is under mu; changed is closed and replaced when anything
// did change, which wakes all who wait.
type wire struct {
	mu      sync.Mutex
	changed chan struct{}

	sending []byte // written by the line, not yet on the wire
	toEnd   []byte // on the wire, not yet read by the end
	toLine  []byte // written by the end, not yet read by the line

	held       bool
	gone       bool
	lineClosed bool
	endClosed  bool
	losses     int // how often the line vanished

	bauds  []int
	drains int
}

// NewLine returns a line and its far end, plugged in.
func NewLine() (*Line, *End) {
	w := &wire{changed: make(chan struct{})}
	return &Line{wire: w}, &End{wire: w}
}

// notify wakes everyone who waits. w.mu is held.
func (w *wire) notify() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// pump moves what the flow control lets pass from the send queue to the wire. w.mu is held.
func (w *wire) pump() {
	if w.held {
		return
	}
	n := min(len(w.sending), wireQueue-len(w.toEnd))
	w.toEnd = append(w.toEnd, w.sending[:n]...)
	w.sending = w.sending[n:]
}

// await unlocks w.mu until something changes or until the time comes, and locks it again. The zero time never
// comes. It reports whether there is reason to look again.
func (w *wire) await(until time.Time) bool {
	changed := w.changed
	w.mu.Unlock()
	defer w.mu.Lock()
	if until.IsZero() {
		<-changed
		return true
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-changed:
		return true
	case <-timer.C:
		return false
	}
}

// past reports whether a deadline has passed.
func past(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
