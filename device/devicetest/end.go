package devicetest

import (
	"io"
	"os"
	"slices"
	"time"
)

// End is the far end, where a test or an emulated device stands.
type End struct {
	*wire
	readBy, writeBy time.Time
}

// Read reads what came over the wire. It returns [io.EOF] once the line is closed and everything was read, and
// when the line is unplugged: an emulated device then starts anew, as it would without power.
func (e *End) Read(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		switch {
		case e.endClosed:
			return 0, os.ErrClosed
		case e.gone:
			return 0, io.EOF
		case len(b) == 0:
			return 0, nil
		}
		if n := copy(b, e.toEnd); n > 0 {
			e.toEnd = e.toEnd[n:]
			e.pump()
			e.notify()
			return n, nil
		}
		if e.lineClosed {
			return 0, io.EOF
		}
		if past(e.readBy) {
			return 0, os.ErrDeadlineExceeded
		}
		e.await(e.readBy)
	}
}

// Write sends b to the line, waiting for room. It returns [io.ErrClosedPipe] when nobody is there to read.
func (e *End) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	written := 0
	for {
		switch {
		case e.endClosed:
			return written, os.ErrClosed
		case e.gone || e.lineClosed:
			return written, io.ErrClosedPipe
		case past(e.writeBy):
			return written, os.ErrDeadlineExceeded
		}
		n := min(len(b)-written, wireQueue-len(e.toLine))
		if n > 0 {
			e.toLine = append(e.toLine, b[written:written+n]...)
			e.notify()
			written += n
		}
		if written == len(b) {
			return written, nil
		}
		if n == 0 {
			e.await(e.writeBy)
		}
	}
}

// SetReadDeadline ends the end's Reads at t; the zero time means never.
func (e *End) SetReadDeadline(t time.Time) error { return e.setDeadline(&e.readBy, t) }

// SetWriteDeadline ends the end's Writes at t; the zero time means never.
func (e *End) SetWriteDeadline(t time.Time) error { return e.setDeadline(&e.writeBy, t) }

func (e *End) setDeadline(to *time.Time, t time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	*to = t
	e.notify()
	return nil
}

// Hold stops the line's sender, as XOFF or a dropped CTS does, or lets it go on.
func (e *End) Hold(held bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = held
	e.pump()
	e.notify()
}

// Unplug makes the line vanish, with every byte that was under way: calls on it end with [device.ErrGone].
func (e *End) Unplug() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gone {
		return
	}
	e.gone = true
	e.losses++
	e.sending, e.toEnd, e.toLine = nil, nil, nil
	e.notify()
}

// Plug brings an unplugged line back. Its rate is the one that was set last.
func (e *End) Plug() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone = e.endClosed
	e.notify()
}

// Bauds returns every rate that was set on the line so far, in order.
func (e *End) Bauds() []int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.bauds)
}

// Baud returns the rate that was set last, or 0: an emulated device that stands at another one hears garbage.
func (e *End) Baud() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.bauds) == 0 {
		return 0
	}
	return e.bauds[len(e.bauds)-1]
}

// Drains returns how often the line was drained.
func (e *End) Drains() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.drains
}

// Unread returns how many bytes the line wrote that nobody read yet.
func (e *End) Unread() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.sending) + len(e.toEnd)
}

// Close takes the device off for good: the line is gone and does not come back.
func (e *End) Close() error {
	e.Unplug()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.endClosed = true
	e.notify()
	return nil
}
