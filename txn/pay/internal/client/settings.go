package client

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Settings collects what is wrong with a client's configuration, all at once.
type Settings struct {
	Kind error // what every problem wraps
	errs []error
}

// Need notes a problem unless ok. The text names the setting and what to do about it, never a key.
func (s *Settings) Need(ok bool, format string, args ...any) {
	if !ok {
		s.errs = append(s.errs, fmt.Errorf("%w: %s", s.Kind, fmt.Sprintf(format, args...)))
	}
}

// Common checks what every client has: its time-out, what the customer reads, of at most so many characters, and that
// nothing points at a test server in production.
func (s *Settings) Common(production bool, baseURL string, roots Source, timeout time.Duration, text string, most int) {
	s.Need(utf8.ValidString(text) && utf8.RuneCountInString(text) <= most, "description: at most %d characters", most)
	s.Need(timeout >= 0 && timeout <= time.Minute, "request time-out %v: between 0 and one minute", timeout)
	if production {
		s.Need(baseURL == "", "base_url is for the sandbox: remove it, or set environment = \"sandbox\"")
		s.Need(roots.Empty(), "ca is for the sandbox: remove it, or set environment = \"sandbox\"")
	}
}

// Err returns all problems together; nil when there are none.
func (s *Settings) Err() error { return errors.Join(s.errs...) }
