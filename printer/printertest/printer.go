package printertest

import (
	"bytes"
	"context"
	"sync"
)

// A Printer is an emulated printer with its paper. Its methods may be called from any goroutine. Make one by
// [New].
type Printer struct {
	cfg  Config
	wake chan struct{} // holds a token when there may be something to print

	mu      sync.Mutex
	m       *machine
	arrival framer // tells commands from data as bytes arrive
	held    []byte // the beginning of what may be a real-time command
	within  int    // how much of one has been seen inside data
	buffer  []byte
	stopped bool // XOFF was sent
	dropped bool // the last byte was lost: only the first of a run is reported
	faults  Fault
	jammed  bool
	left    int // dots of paper left; < 0 for a full roll
	raw     []byte
	count   int64 // bytes received since New
	epoch   int   // of power
	out     chan []byte
}

// New returns a printer that is switched on, with a full roll.
func New(cfg Config) *Printer {
	cfg = cfg.defaults()
	p := &Printer{
		cfg: cfg, wake: make(chan struct{}, 1), m: newMachine(cfg),
		arrival: framer{measure: true}, left: -1, out: make(chan []byte, 64),
	}
	p.m.sensors = func() sensors { return sensors{p.faults, p.jammed} }
	p.m.answer = p.say
	p.m.cutting = p.cutNow
	return p
}

// Draw prints data as far as it goes, at once, and returns the paper.
func Draw(cfg Config, data []byte) Paper {
	cfg.Baud, cfg.Speed, cfg.OnByte, cfg.OnChange = 0, 0, nil, nil
	p := New(cfg)
	for _, b := range data {
		p.m.feed(b)
	}
	p.m.endText()
	p.m.flush()
	if p.m.paper != nil {
		p.m.printPage()
	}
	p.raw = append(p.raw, data[max(0, len(data)-maxRaw):]...)
	return p.Paper()
}

// Set replaces the printer's faults by f. Setting OK mends everything: a new roll, the cover closed, power and
// cable back; printing goes on with what the buffer still has.
func (p *Printer) Set(f Fault) {
	p.mu.Lock()
	was := p.faults
	p.faults = f
	if f&CutterJam == 0 {
		p.jammed = false
	}
	if f&PaperOut == 0 && was&PaperOut != 0 {
		p.left = -1
	}
	if f&Dead != 0 && was&Dead == 0 {
		p.powerCycle()
	}
	if f != was && p.m.asb != 0 {
		p.say(p.m.sensors().asb())
	}
	p.mu.Unlock()
	p.nudge()
	p.changed()
}

// Faults returns what is wrong with the printer now.
func (p *Printer) Faults() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults
}

// SetPaperLeft makes the roll end after so many dots more: the line under way is finished, then the paper is
// out. Until then the roll counts as full.
func (p *Printer) SetPaperLeft(dots int) {
	p.mu.Lock()
	p.left = max(0, dots)
	p.mu.Unlock()
}

// PowerCycle switches the printer off and on: the buffer and all settings are gone, the paper stays.
func (p *Printer) PowerCycle() {
	p.mu.Lock()
	p.powerCycle()
	p.mu.Unlock()
}

func (p *Printer) powerCycle() {
	p.m.powerUp()
	p.arrival, p.held, p.within, p.buffer = framer{measure: true}, nil, 0, nil
	p.stopped, p.jammed = false, false
	p.epoch++
	for len(p.out) > 0 {
		<-p.out
	}
}

// Tear tears off the paper: what was printed, its text, its bytes and what was unknown in them are gone from
// the printer, and returned.
func (p *Printer) Tear() Paper {
	p.mu.Lock()
	paper := p.snapshot()
	p.m.roll = newRoll(p.cfg.Dots)
	p.m.unknown, p.raw = nil, nil
	p.mu.Unlock()
	p.changed()
	return paper
}

// Paper returns the paper since the last tear, as it is now.
func (p *Printer) Paper() Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot()
}

// Kicks is how many pulses the cash drawer has got since New.
func (p *Printer) Kicks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.m.kicks
}

// Idle reports whether everything received has been printed.
func (p *Printer) Idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.buffer) == 0
}

// Received is how many bytes have reached the printer since New.
func (p *Printer) Received() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

func (p *Printer) snapshot() Paper {
	dots := *p.m.roll.dots
	dots.pix = bytes.Clone(dots.pix)
	return Paper{
		dots: &dots, text: append([]string(nil), p.m.roll.text...), cuts: append([]cutMark(nil), p.m.roll.cuts...),
		raw: bytes.Clone(p.raw), unknown: append([]Unknown(nil), p.m.unknown...),
	}
}

// cutNow is asked by the machine when it cuts.
func (p *Printer) cutNow() bool {
	if p.faults&CutterJam != 0 {
		p.jammed = true
	}
	return !p.jammed
}

// say queues an answer. Nobody hears it when the cable is out; a host that does not read loses the newest.
func (p *Printer) say(b []byte) {
	if p.faults&(Unplugged|Dead) != 0 {
		return
	}
	select {
	case p.out <- bytes.Clone(b):
	default:
	}
}

func (p *Printer) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *Printer) changed() {
	if p.cfg.OnChange != nil {
		p.cfg.OnChange()
	}
}

// halted reports whether printing has stopped.
func (p *Printer) halted() bool { return p.faults&(stopping|Dead) != 0 || p.jammed }

// printSome carries out commands until the paper has moved, and returns by how much, and whether the drawer was
// kicked; ok is false when there is nothing to do.
func (p *Printer) printSome() (moved int, kicked, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.buffer) == 0 || p.halted() {
		return 0, false, false
	}
	p.m.roll.moved = 0
	kicks := p.m.kicks
	for n, b := range p.buffer {
		p.m.feed(b)
		if p.m.roll.moved > 0 || p.halted() || n == len(p.buffer)-1 {
			p.buffer = p.buffer[n+1:]
			break
		}
	}
	moved = p.m.roll.moved
	kicked = p.m.kicks > kicks
	if p.left >= 0 && moved > 0 {
		if p.left = max(0, p.left-moved); p.left == 0 {
			p.faults |= PaperOut
			if p.m.asb != 0 {
				p.say(p.m.sensors().asb())
			}
		}
	}
	if p.stopped && len(p.buffer) < p.cfg.Buffer/4 {
		p.stopped = false
		p.say([]byte{0x11})
	}
	return moved, kicked, true
}

// drain prints until the buffer is empty or printing stops.
func (p *Printer) drain(ctx context.Context) {
	for ctx.Err() == nil {
		moved, kicked, ok := p.printSome()
		if !ok {
			return
		}
		if moved > 0 || kicked {
			p.changed()
			p.pause(ctx, moved)
		}
	}
}
