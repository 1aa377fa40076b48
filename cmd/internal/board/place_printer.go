package board

import (
	"context"
	"errors"
	"io"
	"sync"

	"smartpos/device"
	"smartpos/printer/printertest"
)

// printerPlace is the printer's socket with an emulated printer before it. The printer is built into the
// terminal: it has power when the terminal has, and loses its buffer with it. The paper stays.
type printerPlace struct {
	printer *printertest.Printer
	cord    *cord
	fitted  bool // the profile has a printer
	counter counter

	mu    sync.Mutex
	fault string
}

func newPrinterPlace(backend Backend, p device.Printer, changed func()) *printerPlace {
	cfg := printertest.Config{Dots: p.Dots, Baud: p.Baud, Buffer: p.Buffer, OnChange: changed}
	switch p.Flow {
	case device.FlowXonXoff:
		cfg.Flow = printertest.FlowXonXoff
	case device.FlowRTSCTS:
		cfg.Flow = printertest.FlowWait // a pty has no such wires
	}
	s := &printerPlace{printer: printertest.New(cfg), fitted: p.Device != "", fault: FaultOK}
	s.cord = newCord(backend, SocketPrinter, s.serve)
	return s
}

func (s *printerPlace) serve(ctx context.Context, c Cable) {
	_ = s.printer.Serve(ctx, &counted{c, &s.counter}) // it ends when the cable is pulled
}

func (s *printerPlace) powerOn() error {
	if !s.fitted {
		return nil
	}
	s.mu.Lock()
	unplugged := s.fault == FaultUnplugged
	s.mu.Unlock()
	return s.cord.power(true, !unplugged)
}

func (s *printerPlace) powerOff() {
	_ = s.cord.power(false, false)
	s.counter.disarm()
	s.printer.PowerCycle()
}

// set breaks or mends the printer.
func (s *printerPlace) set(fault string) error {
	if !s.fitted {
		return errors.New("this board has no printer")
	}
	f := printertest.OK // an unplugged printer works as well as ever; its cable hangs in the air
	if fault != FaultUnplugged {
		var err error
		if f, err = printertest.ParseFault(fault); err != nil {
			return err
		}
	}
	s.printer.Set(f)
	s.mu.Lock()
	s.fault = fault
	s.mu.Unlock()
	return s.cord.plug(fault != FaultUnplugged)
}

func (s *printerPlace) faultNow() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// arm has hit called when the nth byte from now has reached the printer, and nothing after it.
func (s *printerPlace) arm(n int, hit func()) { s.counter.arm(n, hit) }

func (s *printerPlace) disarm() { s.counter.disarm() }

// counter counts the bytes that reach a device.
type counter struct {
	mu   sync.Mutex
	left int // 0: not armed
	hit  func()
	shut bool // the point was reached: nothing gets through any more
}

func (c *counter) arm(n int, hit func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.hit, c.shut = n, hit, false
}

func (c *counter) disarm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.hit, c.shut = 0, nil, false
}

// open reports whether anything may get through.
func (c *counter) open() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.shut
}

// pass counts n bytes that have arrived and returns how many of them the device gets: those beyond the point
// are lost with the power. It calls hit when the point is reached.
func (c *counter) pass(n int) int {
	c.mu.Lock()
	var hit func()
	switch {
	case c.shut:
		n = 0
	case c.left > 0 && n >= c.left:
		n, c.left = c.left, 0
		hit, c.shut = c.hit, true
	case c.left > 0:
		c.left -= n
	}
	c.mu.Unlock()
	if hit != nil {
		hit()
	}
	return n
}

// counted is a cable with a counter in the direction of the device.
type counted struct {
	Cable
	counter *counter
}

func (c *counted) Read(b []byte) (int, error) {
	if !c.counter.open() {
		return 0, io.EOF
	}
	n, err := c.Cable.Read(b)
	return c.counter.pass(n), err
}

// Paper is the paper since the last tear.
func (b *Board) Paper() printertest.Paper { return b.printer.printer.Paper() }

// Tear tears the paper off.
func (b *Board) Tear() {
	b.printer.printer.Tear()
	b.changes.note(KindPaper)
}
