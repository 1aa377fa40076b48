package scanner

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Line is what an engine needs of its serial line; *device.Serial has it.
//
// One goroutine reads while another writes and sets the baud rate. A time-out
// is os.ErrDeadlineExceeded. After Close, Read returns within a moment. Every
// other error means that the line has vanished; later calls may find it again.
type Line interface {
	io.ReadWriteCloser
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
	SetBaud(baud int) error
}

// Read is one code that the engine has read.
type Read struct {
	Text string    // UTF-8, graphic characters only, no blanks around it
	At   time.Time // when its last byte arrived
}

// Engine is a scan engine of any make.
//
// Its methods may be called from several goroutines. Next is meant to be
// called in a loop by one of them.
type Engine interface {
	// Start makes the engine read until Stop: after each read and after each
	// time-out of its own it is triggered again, not sooner than Config.Reread
	// after a read. Starting a started engine does nothing. What was read
	// before Start belongs to nobody and is dropped.
	//
	// Start returns once the engine has acknowledged. An error that wraps
	// ErrUnplugged or ErrNoAnswer says that it could not be reached; the wish
	// is kept, and carried out when the engine is back, until Stop.
	Start(ctx context.Context) error

	// Stop makes the engine stop reading and drops what was read and not yet
	// collected: after Stop no Read comes before the next Start. Stopping a
	// stopped engine does nothing.
	Stop(ctx context.Context) error

	// Next blocks until there is something to tell: a Read; a *BadReadError
	// for garbage; a *StateError when the engine was lost or is back. It
	// returns ctx's error when ctx ends and ErrClosed after Close; after any
	// other error call it again.
	Next(ctx context.Context) (Read, error)

	// Close ends everything and closes the line. Closing twice is fine.
	Close() error
}

// Protocol names how an engine talks on its line.
type Protocol string

// The protocols, by their names in the profile.
const (
	GM65  Protocol = "gm65"  // GM65, GM861 and Newland engines with the same frames
	Plain Protocol = "plain" // text ended by CR, LF, both, or a pause; no commands
)

// Mode says what makes an engine read.
type Mode string

// The modes, by their names in the profile.
const (
	Command    Mode = "command"    // a command on the line (GM65 only)
	Trigger    Mode = "trigger"    // a pin
	Continuous Mode = "continuous" // the engine itself, all the time; reads while stopped are dropped
)

// Encoding is how an engine's bytes become text.
type Encoding string

// The encodings.
const (
	Auto Encoding = ""      // UTF-8 where it is valid, else GBK
	GBK  Encoding = "gbk"   // GBK only; a GM65 is set to it
	UTF8 Encoding = "utf-8" // UTF-8 only; a GM65 keeps the setting it has
)

// TriggerPin is the wire that makes an engine read in mode Trigger.
type TriggerPin struct {
	Pin        gpio.PinOut
	ActiveHigh bool          // most engines read while the wire is low
	Hold       bool          // held as long as the engine shall read, as a GM65 always wants it; else one pulse a read
	Pulse      time.Duration // the shortest level that the engine notices, 1 ms to 5 s; default 50 ms
}

// Config describes an engine and its wiring. Zero values mean the defaults.
type Config struct {
	Name     string // stands in errors; default "scanner"
	Protocol Protocol
	Mode     Mode // default Command for GM65, Continuous for Plain

	Baud  int   // the first rate tried; default 9600
	Bauds []int // further rates, in the order in which they are tried

	Encoding    Encoding
	Trigger     TriggerPin
	Reread      time.Duration // from one read to the next, 0 to 25.5 s in steps of 0.1 s; 0 means at once
	ReadTimeout time.Duration // how long one trigger lasts, 0.1 to 25.5 s in steps of 0.1 s; default 10 s
	MaxBytes    int           // a frame with its tail, 16 to 65536 bytes; default 4096
	Gap         time.Duration // a silence that ends a frame, 10 ms to 5 s; default 200 ms

	AnswerTimeout time.Duration // for one answer; default 500 ms, since engines forget half a frame after 400 ms
	CheckEvery    time.Duration // silence after which a GM65 is asked whether it is there; default 10 s
	Retry         time.Duration // the longest pause between two searches for a lost engine; default 1 s
}

// Open takes the line and returns the engine at once. The engine is looked for
// and set up in the background, so a terminal starts without a scanner; Next
// tells when it is missing. The engine owns the line until Close.
//
// Open fails only for a configuration that cannot work (ErrConfig).
func Open(line Line, cfg Config) (Engine, error) {
	cfg.fill()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return newEngine(line, cfg), nil
}

func (c *Config) fill() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if c.Name == "" {
		c.Name = "scanner"
	}
	if c.Protocol == GM65 {
		c.Trigger.Hold = true
	}
	if c.Mode == "" {
		c.Mode = Command
		if c.Protocol == Plain {
			c.Mode = Continuous
		}
	}
	if c.Baud == 0 {
		c.Baud = 9600
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 4096
	}
	set(&c.Trigger.Pulse, 50*time.Millisecond)
	set(&c.ReadTimeout, 10*time.Second)
	set(&c.Gap, 200*time.Millisecond)
	set(&c.AnswerTimeout, 500*time.Millisecond)
	set(&c.CheckEvery, 10*time.Second)
	set(&c.Retry, time.Second)
}

func (c *Config) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w: %s", c.Name, ErrConfig, fmt.Sprintf(format, args...))
	}
	switch {
	case c.Protocol != GM65 && c.Protocol != Plain:
		return bad("engine %q is neither %q nor %q", c.Protocol, GM65, Plain)
	case c.Mode != Command && c.Mode != Trigger && c.Mode != Continuous:
		return bad("mode %q is none of %q, %q, %q", c.Mode, Command, Trigger, Continuous)
	case c.Protocol == Plain && c.Mode == Command:
		return bad("a plain engine takes no commands: mode must be %q or %q", Trigger, Continuous)
	case c.Mode == Trigger && c.Trigger.Pin == nil:
		return bad("mode %q needs a trigger pin", Trigger)
	case c.Encoding != Auto && c.Encoding != GBK && c.Encoding != UTF8:
		return bad("encoding %q is neither %q nor %q", c.Encoding, GBK, UTF8)
	case c.MaxBytes < 16 || c.MaxBytes > 65536:
		return bad("max_bytes %d is not in 16…65536", c.MaxBytes)
	case slices.ContainsFunc(c.rates(), func(b int) bool { return b < 1200 || b > 4_000_000 }):
		return bad("a baud rate is not in 1200…4000000: %v", c.rates())
	}
	for _, d := range []struct {
		key              string
		v, least, utmost time.Duration
	}{
		{"trigger_pulse", c.Trigger.Pulse, time.Millisecond, 5 * time.Second},
		{"reread", c.Reread, 0, maxTenths},
		{"read time-out", c.ReadTimeout, 100 * time.Millisecond, maxTenths},
		{"gap", c.Gap, 10 * time.Millisecond, 5 * time.Second},
		{"answer time-out", c.AnswerTimeout, 10 * time.Millisecond, 5 * time.Second},
		{"check interval", c.CheckEvery, 100 * time.Millisecond, time.Hour},
		{"retry", c.Retry, 10 * time.Millisecond, time.Minute},
	} {
		if d.v < d.least || d.v > d.utmost {
			return bad("%s %v is not in %v…%v", d.key, d.v, d.least, d.utmost)
		}
	}
	return nil
}

// rates lists the baud rates in the order in which they are tried, each once.
func (c *Config) rates() []int {
	var rates []int
	for _, b := range append([]int{c.Baud}, c.Bauds...) {
		if !slices.Contains(rates, b) {
			rates = append(rates, b)
		}
	}
	return rates
}
