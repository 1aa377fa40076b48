package device

import (
	"errors"
	"os"
	"time"
)

// use returns the open line, waiting for one attempt to open it when it is gone: until by at most, and for the end
// of the pause between attempts. The wait also keeps a caller that tries over and over from spinning.
func (s *Serial) use(op string, by *time.Time) (*port, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for seen := s.attempts; ; {
		switch {
		case s.closed:
			return nil, s.fail(op, os.ErrClosed)
		case s.port != nil:
			return s.port, nil
		case s.attempts != seen, past(*by):
			return nil, s.goneError(op, s.cause)
		case !s.opening && !time.Now().Before(s.next):
			s.opening = true
			// Opening can block in a driver, so nobody waits for it longer than his deadline.
			go s.open(s.baud)
		}
		until := *by
		if !s.opening && (until.IsZero() || s.next.Before(until)) {
			until = s.next
		}
		s.await(until)
	}
}

// past reports whether a deadline has passed.
func past(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

// await unlocks s.mu until something changes or the time comes, and locks it again. The zero time never comes.
func (s *Serial) await(until time.Time) {
	changed := s.changed
	s.mu.Unlock()
	defer s.mu.Lock()
	if until.IsZero() {
		<-changed
		return
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	}
}

// open makes one attempt to open the line.
func (s *Serial) open(baud int) {
	p, err := openPort(s.cfg.Path, baud, s.cfg.Flow)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	if err == nil && s.baud != baud {
		err = p.setBaud(s.baud) // it was changed while the line opened
	}
	if err == nil {
		err = errors.Join(p.file.SetReadDeadline(s.readBy), p.file.SetWriteDeadline(s.writeBy))
	}
	s.opening = false
	s.attempts++
	if err != nil {
		s.cause = err
		s.postpone()
	}
	if p != nil && (err != nil || s.closed) {
		p.close()
		return
	}
	s.port = p
}

// postpone sets when the line is tried next. s.mu is held.
func (s *Serial) postpone() {
	s.next = time.Now().Add(s.pause)
	s.pause = min(2*s.pause, reopenMost)
}

// lose drops a line that vanished and returns what its caller is told.
func (s *Serial) lose(p *port, op string, cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == p {
		s.port, s.cause = nil, cause
		s.postpone()
		go p.close() // it may wait for the other direction's call to notice
		s.notify()
	}
	if s.closed {
		return s.fail(op, os.ErrClosed)
	}
	return s.goneError(op, cause)
}

// healthy forgets earlier failures: the line has carried a byte or kept quiet for a whole deadline. Opening alone
// proves nothing, since a dead line can often be opened.
func (s *Serial) healthy(p *port) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == p {
		s.pause = reopenFirst
	}
}
