package qemu

import (
	"errors"
	"strings"
)

var (
	// ErrHarness is returned when something on this side of the glass failed: QEMU is not installed or refused its
	// command line, a socket broke, QMP or qtest answered with an error. It says nothing about the guest.
	ErrHarness = errors.New("the harness failed")

	// ErrGuest is returned when QEMU does its work and the guest does not: its kernel panicked, it powered itself
	// off, or what was waited for did not come in time. A [*GuestError] carries the end of its console.
	ErrGuest = errors.New("the guest failed")

	// ErrOff is returned by what needs a running machine, after its power was cut or its context ended.
	ErrOff = errors.New("the machine is off")
)

// HarnessError says what failed on this side. It is an [ErrHarness].
type HarnessError struct {
	Op     string // what was being done: "start qemu-system-arm", "QMP screendump"
	Err    error
	Stderr string // the end of what QEMU wrote on its standard error; empty if it said nothing
}

// Error words the failure, with QEMU's own words below it.
func (e *HarnessError) Error() string {
	text := "qemu: " + e.Op + ": " + e.Err.Error()
	if e.Stderr != "" {
		text += "\nQEMU said:\n" + indent(e.Stderr)
	}
	return text
}

// Unwrap makes the error an ErrHarness and its cause.
func (e *HarnessError) Unwrap() []error { return []error{ErrHarness, e.Err} }

// GuestError says what the guest failed to do. It is an [ErrGuest].
type GuestError struct {
	Op   string // what was waited for: `await "ready"`, "scan of row 2"
	Err  error  // why the waiting ended: [context.DeadlineExceeded], ErrPanic, ErrPoweredOff
	Tail string // the end of the console
}

// Reasons in a [GuestError].
var (
	// ErrPanic is returned when the guest's kernel panicked.
	ErrPanic = errors.New("its kernel panicked")
	// ErrPoweredOff is returned when the guest powered its machine off.
	ErrPoweredOff = errors.New("it powered the machine off")
)

// Error words the failure, with the console's end below it.
func (e *GuestError) Error() string {
	text := "qemu: guest: " + e.Op + ": " + e.Err.Error()
	if strings.TrimSpace(e.Tail) == "" {
		return text + "\nIts console is silent."
	}
	return text + "\nIts console ends with:\n" + indent(e.Tail)
}

// Unwrap makes the error an ErrGuest and its cause.
func (e *GuestError) Unwrap() []error { return []error{ErrGuest, e.Err} }

// harness wraps an error of this side; nil stays nil, and an error that has its side already keeps it.
func harness(op string, err error) error {
	if err == nil || errors.Is(err, ErrHarness) || errors.Is(err, ErrGuest) || errors.Is(err, ErrOff) {
		return err
	}
	return &HarnessError{Op: op, Err: err}
}

// indent sets a text off from the message above it, and shows bytes that are no text as such.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\r\n")) {
		b.WriteString("  | ")
		b.WriteString(strings.Map(visible, line))
	}
	return b.String()
}

// visible replaces control characters, which a console is full of and a log must not carry out.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r':
		return -1
	case r < ' ' || r == 0x7f:
		return '·'
	}
	return r
}
