package device

import "testing"

// Only a line that has carried something ends the back-off: a dead one can often be opened, again and again.
func TestBackOffEndsWithTheFirstByte(t *testing.T) {
	s := &Serial{pause: reopenFirst, changed: make(chan struct{})}
	for range 3 {
		s.postpone()
	}
	p := &port{}
	s.healthy(p) // an old line, which is no longer in use
	if s.pause != 8*reopenFirst {
		t.Errorf("the pause is %v after three failures, want %v", s.pause, 8*reopenFirst)
	}
	s.port = p
	if err := s.settle(p, "read", 1, nil); err != nil {
		t.Fatal(err)
	}
	if s.pause != reopenFirst {
		t.Errorf("the pause is %v after a byte, want %v", s.pause, reopenFirst)
	}
}
