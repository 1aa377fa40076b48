package scanner

import (
	"errors"
	"fmt"
)

var (
	// ErrUnplugged is returned when the line to the engine has vanished. The
	// line's own error is wrapped beside it. The engine recovers by itself.
	ErrUnplugged = errors.New("scan engine unplugged")

	// ErrNoAnswer is returned when the line is there but the engine answers at
	// none of the baud rates. The engine is looked for again by itself.
	ErrNoAnswer = errors.New("scan engine does not answer")

	// ErrBack is returned by Next, inside a *StateError, when an engine that
	// was unplugged or silent has been found, set up and, where it had been
	// started, triggered again. It is good news in an error's clothes.
	ErrBack = errors.New("scan engine is back")

	// ErrRefused is returned when the engine answers a command with an error:
	// it is there, but it is not the model that the profile names.
	ErrRefused = errors.New("scan engine refused a command")

	// ErrClosed is returned by every method after Close.
	ErrClosed = errors.New("scanner closed")

	// ErrConfig is returned by Open for a configuration that cannot work.
	ErrConfig = errors.New("bad scanner configuration")
)

// errLate says inside the package that a wait has used up its time.
var errLate = errors.New("late")

// State tells how the terminal stands with its scan engine.
type State uint8

// The states of an engine.
const (
	Ready     State = iota // found and set up
	Unplugged              // the line has vanished
	Silent                 // the line is there, the engine does not answer
)

func (s State) String() string {
	switch s {
	case Ready:
		return "ready"
	case Unplugged:
		return "unplugged"
	case Silent:
		return "silent"
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// StateError is how Next reports a change of the engine's state, once for each
// change: errors.Is(err, ErrUnplugged), ErrNoAnswer or ErrBack tells which.
// Changes that nobody collected are merged, so the caller learns the latest
// state, and nothing at all when it is the one reported last.
type StateError struct {
	Name  string // the line's name in the profile
	State State
	Err   error // why; nil when Ready
}

func (e *StateError) Error() string {
	if e.State == Ready {
		return e.Name + ": " + ErrBack.Error()
	}
	return fmt.Sprintf("%s: %v", e.Name, e.Err)
}

func (e *StateError) Unwrap() error {
	if e.State == Ready {
		return ErrBack
	}
	return e.Err
}

// Reason tells why a read was refused.
type Reason uint8

// The reasons for a *BadReadError.
const (
	TooLong     Reason = iota + 1 // longer than Config.MaxBytes, tail included
	Truncated                     // the engine fell silent before its tail
	ControlByte                   // NUL, ESC or another byte that is no text
	BadEncoding                   // neither valid UTF-8 nor valid GBK, or not what the profile says
	Empty                         // nothing but blanks
)

func (r Reason) String() string {
	switch r {
	case TooLong:
		return "too long"
	case Truncated:
		return "cut off before its end"
	case ControlByte:
		return "control bytes in it"
	case BadEncoding:
		return "not in a known encoding"
	case Empty:
		return "empty"
	}
	return fmt.Sprintf("Reason(%d)", uint8(r))
}

// BadReadError reports that the engine delivered something that is no code.
// It never carries the payload, since that may be a customer's payment code:
// only why, how long, and at most the first two characters.
type BadReadError struct {
	Name   string // the line's name in the profile
	Reason Reason
	Length int    // bytes received; for TooLong those until it was given up
	Head   string // the first 2 characters if they are plain ASCII and the read has 8 bytes or more, else empty
}

func (e *BadReadError) Error() string {
	if e.Head == "" {
		return fmt.Sprintf("%s: bad read: %v (%d bytes)", e.Name, e.Reason, e.Length)
	}
	return fmt.Sprintf("%s: bad read: %v (%d bytes, beginning %q)", e.Name, e.Reason, e.Length, e.Head)
}

// head gives what an error may show of a payload.
func head(raw []byte) string {
	const shown, least = 2, 8
	if len(raw) < least {
		return ""
	}
	for _, c := range raw[:shown] {
		if c <= ' ' || c > '~' {
			return ""
		}
	}
	return string(raw[:shown])
}
