package keypad

import (
	"errors"
	"fmt"
	"os"
	"time"
)

var (
	// ErrClosed is returned by Next after Close. It matches os.ErrClosed too.
	ErrClosed = fmt.Errorf("keypad: source %w", os.ErrClosed)

	// ErrGone is returned (wrapped, with the device) when the device behind a source can't be opened or
	// vanished. It is reported once; the source opens the device again by itself.
	ErrGone = errors.New("device gone")

	// ErrLostEvents is returned (wrapped, with the device) when the kernel had to drop input events
	// because they were not read in time. Keys that are down then count again after their release.
	ErrLostEvents = errors.New("input events lost")

	// ErrBadLevel is wrapped by a PinError when a column reads pressed although no row is driven:
	// it is shorted, or can't be read at all.
	ErrBadLevel = errors.New("active with no row driven: shorted or unreadable")
)

// UnknownKeyError reports input that is no key of the terminal. At most one a second is reported.
type UnknownKeyError struct {
	Device string
	Input  string // the first such input since the last report, quoted or by evdev name
	Count  int    // how many there were since the last report, this one included
}

func (e *UnknownKeyError) Error() string {
	if e.Count > 1 {
		return fmt.Sprintf("keypad %s: no such key: %s (and %d more)", e.Device, e.Input, e.Count-1)
	}
	return fmt.Sprintf("keypad %s: no such key: %s", e.Device, e.Input)
}

// OverflowError reports presses that were dropped because nobody fetched the earlier ones in time.
type OverflowError struct {
	Device string
	Lost   int // presses and reports dropped, always the newest
}

func (e *OverflowError) Error() string {
	return fmt.Sprintf("keypad %s: queue full, %d presses dropped", e.Device, e.Lost)
}

// StuckError reports a key that has been down for longer than anybody holds a key. It is reported once for
// each time it is held; the other keys go on working.
type StuckError struct {
	Device string
	Key    Key
	Held   time.Duration
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("keypad %s: key %v is stuck: down for %v", e.Device, e.Key, e.Held.Round(time.Second))
}

// PinError reports a pin of the matrix that failed. The keys on it are dead until it answers again, which is
// tried with growing pauses; the other keys go on working. It is reported once an outage.
type PinError struct {
	Device string
	Pin    string // the pin's name
	Op     string // what was tried: "drive", "release", "set up" or "read"
	Err    error
}

func (e *PinError) Error() string {
	return fmt.Sprintf("keypad %s: pin %s: %s: %v", e.Device, e.Pin, e.Op, e.Err)
}

func (e *PinError) Unwrap() error { return e.Err }
