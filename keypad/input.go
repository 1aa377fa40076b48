package keypad

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"sync"
	"time"
)

// InputConfig describes a Linux input device used as keypad. The zero value is good.
type InputConfig struct {
	Name string // stands in errors; the path if empty

	// Keys changes DefaultInputKeys: from an evdev name (KEY_KP1) to a key's name, or to "" for a key to
	// be ignored. Names not mentioned stay as they are.
	Keys map[string]string

	HoldConfig
}

// input is the Source behind OpenInput.
type input struct {
	queue    *queue
	feed     *feed
	keys     map[uint16]Key
	holds    *holds
	unknowns unknowns
	parser   eventParser
	device   keyStater // nil when it is gone
	dropping bool      // since SYN_DROPPED, until SYN_REPORT

	closing sync.Once
	done    chan struct{}
}

// keyStater is an input device that can tell which of its keys are down.
type keyStater interface{ keysDown() (keyBits, error) }

// OpenInput reads keys from a Linux input device such as a USB number pad. Path is a device
// (/dev/input/event3) or a pattern (/dev/input/event*), of which the first device with the digits of a number
// pad is used; a FIFO with recorded events serves too.
//
// The device is taken for this process alone (EVIOCGRAB). It need not be there yet, and it is opened again by
// itself when it was unplugged; each outage is one error wrapping [ErrGone]. The kernel's own key repeat is
// ignored. OpenInput itself fails only for a map or pattern that makes no sense.
func OpenInput(path string, cfg InputConfig) (Source, error) {
	if cfg.Name == "" {
		cfg.Name = path
	}
	if _, err := filepath.Match(path, ""); err != nil {
		return nil, fmt.Errorf("keypad %s: %w", cfg.Name, err)
	}
	return startInput(cfg, nativeEventSize, func() (io.ReadCloser, error) { return openEvFile(path) })
}

func startInput(cfg InputConfig, eventSize int, open func() (io.ReadCloser, error)) (Source, error) {
	names := DefaultInputKeys()
	maps.Copy(names, cfg.Keys)
	keys, err := parseInputKeys(names)
	if err != nil {
		return nil, fmt.Errorf("keypad %s: %w", cfg.Name, err)
	}
	q := newQueue(cfg.Name)
	in := &input{
		queue:    q,
		feed:     newFeed(cfg.Name, false, open),
		keys:     keys,
		holds:    newHolds(q, cfg.HoldConfig),
		unknowns: unknowns{queue: q},
		parser:   eventParser{size: eventSize},
		done:     make(chan struct{}),
	}
	go in.feed.run()
	go in.run()
	return in, nil
}

// run turns pieces into events. It never waits for the reader of the events.
func (in *input) run() {
	defer close(in.done)
	last := time.Now()
	for {
		var tick, report <-chan time.Time
		if wait, ok := in.holds.next(); ok {
			// Woken often, a process that was stopped for a while notices that it was.
			tick = time.After(min(wait, maxGap))
		}
		if at, ok := in.unknowns.due(); ok {
			report = time.After(time.Until(at))
		}
		var p piece
		select {
		case p = <-in.feed.pieces:
		case <-tick:
		case <-report:
		case <-in.feed.stop:
			return
		}
		now := time.Now()
		in.pass(now.Sub(last))
		last = now
		in.unknowns.flush(now)
		in.take(p)
	}
}

// pass says that time has passed. Of a gap in which the process was stopped nobody knows what happened.
func (in *input) pass(d time.Duration) {
	for k := Digit0; k < keyEnd; k++ {
		in.holds.advance(k, min(d, maxGap))
	}
}

// take handles a piece from the device; an empty one is nothing.
func (in *input) take(p piece) {
	switch {
	case p.err != nil:
		in.queue.report(p.err)
		in.device = nil
		in.resync()
	case p.opened != nil:
		in.parser.reset()
		in.dropping = false
		in.device, _ = p.opened.(keyStater)
		in.resync()
	default:
		in.parser.feed(p.data, in.event)
	}
}

func (in *input) event(e inputEvent) {
	switch {
	case e.kind == evSyn && e.code == synDropped:
		in.dropping = true
	case in.dropping:
		if e.kind == evSyn && e.code == synReport {
			in.dropping = false
			in.queue.report(fmt.Errorf("keypad %s: %w", in.queue.device, ErrLostEvents))
			in.resync()
		}
	case e.kind == evKey:
		in.key(e.code, e.value)
	}
}

func (in *input) key(code uint16, value int32) {
	key, known := in.keys[code]
	switch {
	case !known && value == valueDown:
		in.unknowns.add(time.Now(), evName(code))
	case !known || key == 0: // its release, or ignored
	case value == valueDown:
		in.holds.press(key)
	case value == valueUp:
		in.holds.release(key)
	}
}

// resync makes the keys what the device says they are, after events were lost or a device came or went. No
// press comes of that: what is down was pressed nobody knows when, and what is up may never have been pressed.
func (in *input) resync() {
	var down keyBits
	if in.device != nil {
		down, _ = in.device.keysDown() // a FIFO can't tell; then nothing is down
	}
	for _, key := range in.keys {
		in.holds.forget(key)
	}
	for code, key := range in.keys {
		if key != 0 && down.has(code) {
			in.holds.find(key)
		}
	}
}

// Next implements [Source].
func (in *input) Next(ctx context.Context) (Event, error) { return in.queue.Next(ctx) }

// Close implements [Source]. The device is free for others after it.
func (in *input) Close() error {
	in.closing.Do(func() {
		in.queue.close()
		in.feed.close()
		<-in.done
	})
	return nil
}
