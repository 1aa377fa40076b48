package devicetest

import (
	"fmt"
	"os"
	"time"

	"smartpos/device"
)

// Line is the near end, as a driver sees it. It implements [device.Line].
type Line struct {
	*wire
	readBy, writeBy time.Time
}

var _ device.Line = (*Line)(nil)

// usable returns why the line cannot be used, after waiting a little for one that is gone. lost is the count of
// losses that the caller started with: a call does not outlive the line that it began on. w.mu is held.
func (l *Line) usable(op string, by time.Time, lost int) error {
	patience := time.Now().Add(goneWait)
	if !by.IsZero() && by.Before(patience) {
		patience = by
	}
	for {
		switch {
		case l.lineClosed:
			return fmt.Errorf("line: %s: %w", op, os.ErrClosed)
		case l.losses != lost:
			return fmt.Errorf("line: %s: %w", op, device.ErrGone)
		case !l.gone:
			return nil
		case past(patience):
			return fmt.Errorf("line: %s: %w", op, device.ErrGone)
		}
		l.await(patience)
	}
}

// Read reads what the far end wrote, at least one byte.
func (l *Line) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for lost := l.losses; ; {
		if err := l.usable("read", l.readBy, lost); err != nil {
			return 0, err
		}
		if past(l.readBy) {
			return 0, fmt.Errorf("line: read: %w", os.ErrDeadlineExceeded)
		}
		if len(b) == 0 {
			return 0, nil
		}
		if n := copy(b, l.toLine); n > 0 {
			l.toLine = l.toLine[n:]
			l.notify()
			return n, nil
		}
		l.await(l.readBy)
	}
}

// Write hands b to the send queue, waiting for room.
func (l *Line) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	written := 0
	for lost := l.losses; ; {
		if err := l.usable("write", l.writeBy, lost); err != nil {
			return written, err
		}
		if past(l.writeBy) {
			return written, fmt.Errorf("line: write: %w", os.ErrDeadlineExceeded)
		}
		n := min(len(b)-written, sendQueue-len(l.sending))
		if n > 0 {
			l.sending = append(l.sending, b[written:written+n]...)
			l.pump()
			l.notify()
			written += n
		}
		if written == len(b) {
			return written, nil
		}
		if n == 0 {
			l.await(l.writeBy)
		}
	}
}

// Drain waits until the send queue is empty: at once, unless the far end holds the line or leaves it unread.
func (l *Line) Drain() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drains++
	for lost := l.losses; ; {
		if err := l.usable("drain", l.writeBy, lost); err != nil {
			return err
		}
		if len(l.sending) == 0 {
			return nil
		}
		if past(l.writeBy) {
			return fmt.Errorf("line: drain: %w", os.ErrDeadlineExceeded)
		}
		l.await(l.writeBy)
	}
}

// SetBaud records baud for [End.Bauds]. A line that is gone takes it too, for when it comes back.
func (l *Line) SetBaud(baud int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.lineClosed:
		return fmt.Errorf("line: set baud: %w", os.ErrClosed)
	case baud < 1200 || baud > 921600:
		return fmt.Errorf("line: set baud: no such rate: %d", baud)
	}
	l.bauds = append(l.bauds, baud)
	l.notify()
	return nil
}

// SetReadDeadline implements [device.Line].
func (l *Line) SetReadDeadline(t time.Time) error { return l.setDeadline(&l.readBy, t) }

// SetWriteDeadline implements [device.Line].
func (l *Line) SetWriteDeadline(t time.Time) error { return l.setDeadline(&l.writeBy, t) }

func (l *Line) setDeadline(to *time.Time, t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lineClosed {
		return fmt.Errorf("line: set deadline: %w", os.ErrClosed)
	}
	*to = t
	l.notify()
	return nil
}

// Close ends every call on the line with [os.ErrClosed], and the far end's reads with [io.EOF]. What the send
// queue still holds is lost, as on a real line that was not drained.
func (l *Line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lineClosed {
		return fmt.Errorf("line: close: %w", os.ErrClosed)
	}
	l.lineClosed = true
	l.sending = nil
	l.notify()
	return nil
}
