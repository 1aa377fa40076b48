package scannertest

import "context"

// Sight is a code before the camera.
type Sight struct {
	engine *Engine
	text   string
	done   chan struct{}
	err    error // read after done is closed
}

// Present puts a code before the camera. It is read when the engine is next
// triggered, or at once if it is reading; codes presented before it come
// first. A code is read once: present it twice for two identical bottles.
func (e *Engine) Present(text string) *Sight {
	s := &Sight{engine: e, text: text, done: make(chan struct{})}
	e.mu.Lock()
	if len(e.sights) < maxSights {
		e.sights = append(e.sights, s)
	} else {
		s.end(ErrFull)
	}
	e.mu.Unlock()
	e.nudge()
	return s
}

// Hold keeps a code before the camera until Withdraw, or until another is held
// in its place: it is read again and again, as often as the engine's own delay
// allows. Its Sight is delivered with the first read.
func (e *Engine) Hold(text string) *Sight {
	s := &Sight{engine: e, text: text, done: make(chan struct{})}
	e.mu.Lock()
	if e.held != nil {
		e.held.end(ErrWithdrawn)
	}
	e.held = s
	e.mu.Unlock()
	e.nudge()
	return s
}

// Delivered is closed when the code was read and all its bytes are on the
// line, or when it never will be: see Wait.
func (s *Sight) Delivered() <-chan struct{} { return s.done }

// Wait returns nil once the code was read, ErrWithdrawn or ErrFull if it never
// will be, or ctx's error.
func (s *Sight) Wait(ctx context.Context) error {
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Withdraw takes the code away.
func (s *Sight) Withdraw() {
	e := s.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.held == s {
		e.held = nil
	}
	for i, other := range e.sights {
		if other == s {
			e.sights = append(e.sights[:i], e.sights[i+1:]...)
			break
		}
	}
	s.end(ErrWithdrawn)
}

// end closes done, once; the engine's lock is held.
func (s *Sight) end(err error) {
	select {
	case <-s.done:
	default:
		s.err = err
		close(s.done)
	}
}
