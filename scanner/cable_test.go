package scanner_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

var errGone = errors.New("the cable is out")

// cable is a serial line between a driver and an emulated engine, buffered as
// a pty is, that can be pulled out and put back.
type cable struct {
	mu       sync.Mutex
	out      bool // pulled out
	closed   bool
	baud     int
	toHost   *wire
	toEngine *wire
	written  []byte // everything that the host wrote
	deadline time.Time
	writes   func(n int) // called before the n-th write
	count    int
}

func newCable() *cable {
	return &cable{toHost: newWire(), toEngine: newWire()}
}

func (c *cable) ends() (toHost, toEngine *wire, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, nil, os.ErrClosed
	case c.out:
		return nil, nil, errGone
	}
	return c.toHost, c.toEngine, nil
}

func (c *cable) Read(b []byte) (int, error) {
	toHost, _, err := c.ends()
	if err != nil {
		return 0, err
	}
	n, err := toHost.read(b)
	if errors.Is(err, io.EOF) {
		err = errGone
	}
	return n, err
}

func (c *cable) Write(b []byte) (int, error) {
	_, toEngine, err := c.ends()
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	c.count++
	c.written = append(c.written, b...)
	hook, n := c.writes, c.count
	c.mu.Unlock()
	if hook != nil {
		hook(n)
	}
	toEngine.write(b)
	return len(b), nil
}

func (c *cable) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	c.toHost.setDeadline(t)
	return nil
}

func (c *cable) SetWriteDeadline(time.Time) error { return nil }

func (c *cable) SetBaud(baud int) error {
	if _, _, err := c.ends(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.baud = baud
	return nil
}

func (c *cable) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.toHost.end()
	c.toEngine.end()
	return nil
}

func (c *cable) hostBaud() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.baud
}

// onWrite calls f before each of the host's writes from now on, counted from 1.
func (c *cable) onWrite(f func(n int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes, c.count = f, 0
}

// hostWrote takes what the host has written so far.
func (c *cable) hostWrote() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.written)
}

// unplug pulls the cable out: both ends see the line vanish.
func (c *cable) unplug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = true
	c.toHost.end()
	c.toEngine.end()
}

// plug puts it back as a new line.
func (c *cable) plug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.baud = false, 300 // a new line does not remember its rate
	c.toHost, c.toEngine = newWire(), newWire()
	c.toHost.setDeadline(c.deadline)
}

// far is the engine's end of the cable as it is now.
func (c *cable) far() *farEnd {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &farEnd{c.toHost, c.toEngine}
}

type farEnd struct{ toHost, toEngine *wire }

func (f *farEnd) Read(b []byte) (int, error)        { return f.toEngine.read(b) }
func (f *farEnd) Write(b []byte) (int, error)       { f.toHost.write(b); return len(b), nil }
func (f *farEnd) SetReadDeadline(t time.Time) error { f.toEngine.setDeadline(t); return nil }

// wire carries bytes one way.
type wire struct {
	mu       sync.Mutex
	buf      []byte
	ended    bool
	deadline time.Time
	wake     chan struct{}
}

func newWire() *wire { return &wire{wake: make(chan struct{}, 1)} }

func (w *wire) change(f func()) {
	w.mu.Lock()
	f()
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *wire) write(b []byte)          { w.change(func() { w.buf = append(w.buf, b...) }) }
func (w *wire) end()                    { w.change(func() { w.ended = true }) }
func (w *wire) setDeadline(t time.Time) { w.change(func() { w.deadline = t }) }

func (w *wire) read(b []byte) (int, error) {
	for {
		w.mu.Lock()
		left := time.Until(w.deadline)
		switch {
		case len(w.buf) > 0:
			n := copy(b, w.buf)
			w.buf = w.buf[n:]
			w.mu.Unlock()
			return n, nil
		case w.ended:
			w.mu.Unlock()
			return 0, io.EOF
		case !w.deadline.IsZero() && left <= 0:
			w.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		case w.deadline.IsZero():
			left = time.Hour
		}
		w.mu.Unlock()
		timer := time.NewTimer(left)
		select {
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// rig is a driver with an emulated engine on a cable.
type rig struct {
	t      *testing.T
	cable  *cable
	fake   *scannertest.Engine
	engine scanner.Engine
	served chan error
	ctx    context.Context
}

// newRig wires an engine up; serve puts the emulation on the line.
func newRig(t *testing.T, fake scannertest.Config, cfg scanner.Config) *rig {
	t.Helper()
	r := &rig{t: t, cable: newCable(), served: make(chan error, 1)}
	fake.HostBaud = r.cable.hostBaud
	r.fake = scannertest.New(fake)
	if cfg.Mode == scanner.Trigger {
		cfg.Trigger.Pin = r.fake.TriggerPin()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	r.ctx = ctx
	r.serve()
	e, err := scanner.Open(r.cable, cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.engine = e
	t.Cleanup(func() {
		cancel()
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		<-r.served
	})
	return r
}

func (r *rig) serve() {
	far := r.cable.far()
	go func() { r.served <- r.fake.Serve(r.ctx, far) }()
}

func (r *rig) unplug() {
	r.cable.unplug()
	<-r.served
}

func (r *rig) plug() {
	r.cable.plug()
	r.serve()
}

func (r *rig) start() {
	r.t.Helper()
	if err := r.engine.Start(r.ctx); err != nil {
		r.t.Fatalf("Start: %v", err)
	}
}

func (r *rig) stop() {
	r.t.Helper()
	if err := r.engine.Stop(r.ctx); err != nil {
		r.t.Fatalf("Stop: %v", err)
	}
}

// wantRead waits for the next read.
func (r *rig) wantRead(text string) scanner.Read {
	r.t.Helper()
	got, err := r.engine.Next(r.ctx)
	if err != nil {
		r.t.Fatalf("Next: %v, want a read of %d bytes", err, len(text))
	}
	if got.Text != text {
		r.t.Fatalf("Next read %q, want %q", got.Text, text)
	}
	return got
}

func (r *rig) wantBad(reason scanner.Reason) *scanner.BadReadError {
	r.t.Helper()
	got, err := r.engine.Next(r.ctx)
	var bad *scanner.BadReadError
	if !errors.As(err, &bad) {
		r.t.Fatalf("Next: %q, %v, want a bad read (%v)", got.Text, err, reason)
	}
	if bad.Reason != reason {
		r.t.Fatalf("Next: %v, want %v", bad, reason)
	}
	return bad
}

func (r *rig) wantState(state scanner.State, sentinel error) {
	r.t.Helper()
	got, err := r.engine.Next(r.ctx)
	var change *scanner.StateError
	if !errors.As(err, &change) || change.State != state || !errors.Is(err, sentinel) {
		r.t.Fatalf("Next: %q, %v, want state %v (%v)", got.Text, err, state, sentinel)
	}
}

// wantNothing proves that nothing comes for a while of the bubble's time.
func (r *rig) wantNothing(d time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.ctx, d)
	defer cancel()
	if got, err := r.engine.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		r.t.Fatalf("Next: %q, %v, want nothing", got.Text, err)
	}
}
