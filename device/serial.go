package device

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// A vanished line is tried again after reopenFirst, then after twice as long each time, up to reopenMost:
	// soon enough for a plug that is put back, seldom enough for one that never is.
	reopenFirst = 50 * time.Millisecond
	reopenMost  = time.Second

	// closeMost bounds how long Close waits for the kernel to let go of a line.
	closeMost = 200 * time.Millisecond
)

// LineConfig says which line to open, and how.
type LineConfig struct {
	Name string // stands in errors: "printer"
	Path string // of the device node, or of a link to it
	Baud int    // bits a second; 8 data bits, no parity, 1 stop bit
	Flow Flow   // "" is [FlowNone]
}

// Serial is a serial line. It implements [Line]: one goroutine may read while another writes, and any may call the
// rest.
//
// A line that vanishes comes back by itself. The call that is under way then, and those on a line that cannot be
// opened, return [ErrGone]; a later call opens the line again, at the rate set last. No call writes its rest to a
// line that came back: what stands behind it may have lost its power.
type Serial struct {
	cfg LineConfig

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when anything below changes
	port    *port         // nil while the line is gone
	baud    int
	readBy  time.Time
	writeBy time.Time
	closed  bool

	opening  bool          // an attempt is under way
	attempts int           // that have ended, well or badly
	next     time.Time     // not before this
	pause    time.Duration // that follows a failure
	cause    error         // why the last attempt, or the line, failed
}

var _ Line = (*Serial)(nil)

// OpenLine opens a line. An absent one is no error: it is [ErrGone] on use, and may appear at any time. Errors: a
// configuration that cannot work, or a path that leads to something that is no terminal.
func OpenLine(cfg LineConfig) (*Serial, error) {
	if cfg.Flow == "" {
		cfg.Flow = FlowNone
	}
	switch {
	case cfg.Path == "":
		return nil, fmt.Errorf("%s: open: no path", cfg.Name)
	case !slices.Contains(baudRates, cfg.Baud):
		return nil, fmt.Errorf("%s: open: no such rate: %d", cfg.Name, cfg.Baud)
	case cfg.Flow != FlowNone && cfg.Flow != FlowXonXoff && cfg.Flow != FlowRTSCTS:
		return nil, fmt.Errorf("%s: open: no such flow control: %q", cfg.Name, cfg.Flow)
	}
	s := &Serial{cfg: cfg, baud: cfg.Baud, changed: make(chan struct{}), pause: reopenFirst}
	p, err := openPort(cfg.Path, cfg.Baud, cfg.Flow)
	if errors.Is(err, syscall.ENOTTY) || errors.Is(err, syscall.EISDIR) {
		return nil, fmt.Errorf("%s: open: %s is no serial line", cfg.Name, cfg.Path)
	}
	s.port, s.cause = p, err
	return s, nil
}

// notify wakes everyone who waits. s.mu is held.
func (s *Serial) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// fail words an error: device, operation, cause.
func (s *Serial) fail(op string, err error) error {
	return fmt.Errorf("%s: %s: %w", s.cfg.Name, op, err)
}

// goneError is ErrGone with what the kernel said.
func (s *Serial) goneError(op string, cause error) error {
	if cause == nil {
		return s.fail(op, ErrGone)
	}
	return fmt.Errorf("%s: %s: %w: %w", s.cfg.Name, op, ErrGone, cause)
}

// settle words how a call on an open line ended.
func (s *Serial) settle(p *port, op string, n int, err error) error {
	switch {
	case err == nil:
		s.healthy(p)
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.healthy(p)
		return s.fail(op, os.ErrDeadlineExceeded)
	case errors.Is(err, io.EOF):
		// In raw mode a read waits for a byte, so that end of file can only be a hang-up.
		return s.lose(p, op, nil)
	default:
		var inner *os.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		if errors.Is(err, os.ErrClosed) {
			err = nil // the other direction noticed first, or Close did
		}
		return s.lose(p, op, err)
	}
}

// Read reads at least one byte. See [Line] for its errors.
func (s *Serial) Read(b []byte) (int, error) {
	p, err := s.use("read", &s.readBy)
	if err != nil || len(b) == 0 {
		return 0, err
	}
	n, err := p.file.Read(b)
	return n, s.settle(p, "read", n, err)
}

// Write hands b to the kernel's send queue, waiting for room while the far end holds the line. After an error n
// bytes have left or will, if the line is still there.
func (s *Serial) Write(b []byte) (n int, err error) {
	p, err := s.use("write", &s.writeBy)
	if err != nil || len(b) == 0 {
		return 0, err
	}
	n, err = p.file.Write(b)
	return n, s.settle(p, "write", n, err)
}

// SetReadDeadline ends Reads at t, also one under way; the zero time means never.
func (s *Serial) SetReadDeadline(t time.Time) error {
	return s.setDeadline(&s.readBy, t, (*os.File).SetReadDeadline)
}

// SetWriteDeadline ends Writes and Drains at t, also one under way; the zero time means never.
func (s *Serial) SetWriteDeadline(t time.Time) error {
	return s.setDeadline(&s.writeBy, t, (*os.File).SetWriteDeadline)
}

func (s *Serial) setDeadline(to *time.Time, t time.Time, set func(*os.File, time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return s.fail("set deadline", os.ErrClosed)
	}
	*to = t
	s.notify()
	if s.port == nil {
		return nil // applied when the line opens
	}
	return set(s.port.file, t)
}

// SetBaud changes the rate at once, in bits a second: Drain first what must leave at the old one. A line that is
// gone takes it when it comes back.
func (s *Serial) SetBaud(baud int) error {
	if !slices.Contains(baudRates, baud) {
		return s.fail("set baud", fmt.Errorf("no such rate: %d", baud))
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return s.fail("set baud", os.ErrClosed)
	}
	s.baud = baud
	p := s.port
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	if err := p.setBaud(baud); err != nil {
		return s.settle(p, "set baud", 0, err)
	}
	return nil
}

// Drain waits until the kernel's send queue and the hardware's have left, within the write deadline. USB adapters
// may still hold a few bytes of their own.
func (s *Serial) Drain() error {
	p, err := s.use("drain", &s.writeBy)
	if err != nil {
		return err
	}
	for {
		queued, err := p.queued()
		if err == nil && queued == 0 {
			err = p.drainHardware()
			return s.settle(p, "drain", 0, err)
		}
		if err != nil {
			return s.settle(p, "drain", 0, err)
		}
		if err := s.awaitSent(queued); err != nil {
			return s.settle(p, "drain", 0, err)
		}
	}
}

// awaitSent waits for about as long as queued bytes take on the wire, 1 to 20 ms: the kernel tells nobody when a
// queue runs empty, except a call that no deadline ends.
func (s *Serial) awaitSent(queued int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return os.ErrClosed
	case past(s.writeBy):
		return os.ErrDeadlineExceeded
	}
	wait := time.Duration(queued) * 10 * time.Second / time.Duration(s.baud)
	until := time.Now().Add(min(max(wait, time.Millisecond), 20*time.Millisecond))
	if !s.writeBy.IsZero() && s.writeBy.Before(until) {
		until = s.writeBy
	}
	s.await(until)
	return nil
}

// Close ends every call on the line with [os.ErrClosed]. Bytes that were not drained are lost: a far end that
// holds the line could keep Close waiting for ever.
func (s *Serial) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return s.fail("close", os.ErrClosed)
	}
	s.closed = true
	p := s.port
	s.port = nil
	s.notify()
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	done := make(chan struct{})
	go func() { p.close(); close(done) }()
	timer := time.NewTimer(closeMost)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	return nil
}
