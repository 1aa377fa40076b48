package scannertest

import (
	"errors"
	"sync"
	"time"
)

// Fault is what is wrong with the engine.
type Fault string

// The faults, by the names that the emulated board uses.
const (
	OK        Fault = "ok"
	Unplugged Fault = "unplugged" // Serve returns ErrUnplugged: its caller takes the line away
	Silent    Fault = "silent"    // hears nothing, says nothing, reads nothing
	Garbled   Fault = "garbled"   // texts arrive with bits turned over
	Truncated Fault = "truncated" // a text breaks off half-way, without its tail
	BadCRC    Fault = "bad-crc"   // answers carry a wrong CRC
)

// Faults lists every fault.
func Faults() []Fault { return []Fault{OK, Unplugged, Silent, Garbled, Truncated, BadCRC} }

var (
	// ErrUnplugged is returned by Serve when the fault Unplugged is set.
	ErrUnplugged = errors.New("scannertest: unplugged")

	// ErrBusy is returned by Serve when the engine is served already.
	ErrBusy = errors.New("scannertest: already on a line")

	// ErrWithdrawn is returned by Sight.Wait for a code taken away unread.
	ErrWithdrawn = errors.New("scannertest: taken away unread")

	// ErrFull is returned by Sight.Wait for a code that found no place in the queue.
	ErrFull = errors.New("scannertest: too many codes before the camera")
)

// maxSights bounds the codes that wait before the camera.
const maxSights = 64

// Config describes an engine as it leaves its maker.
type Config struct {
	Plain      bool            // only sends text; no registers
	Continuous bool            // Plain: reads all the time, else by its trigger pin
	UTF8       bool            // Plain: sends UTF-8, else GBK
	Tail       string          // Plain: sent after a text; "" means CR LF, "none" nothing
	Baud       int             // default 9600
	Flash      map[uint16]byte // GM65: registers that differ from the factory's
	HostBaud   func() int      // the host's rate, so that a wrong one garbles; nil: always the right one
	Paced      bool            // texts take as long as the baud rate says
}

// Engine is an emulated scan engine. It keeps its state while no line is
// attached, as an engine on its own power does. Methods may be called from
// several goroutines.
type Engine struct {
	cfg  Config
	wake chan struct{} // holds a token when something below has changed

	mu        sync.Mutex
	served    bool
	regs      [256]byte
	flash     [256]byte
	baud      int
	fault     Fault
	sights    []*Sight
	held      *Sight
	pin       bool      // the trigger wire is pulled
	reading   bool      // a trigger is running
	until     time.Time // when it gives up; zero: never
	notBefore time.Time // the pause between two reads
	triggers  int
	parser    parser
}

// New makes an engine with its factory settings: a GM65 in manual mode at
// 9600 baud with GBK output, no tail, 1 s between reads, 5 s for a read.
func New(cfg Config) *Engine {
	if cfg.Baud == 0 {
		cfg.Baud = 9600
	}
	switch cfg.Tail {
	case "":
		cfg.Tail = "\r\n"
	case "none":
		cfg.Tail = ""
	}
	e := &Engine{cfg: cfg, wake: make(chan struct{}, 1), fault: OK, flash: factory(cfg.Baud)}
	for reg, v := range cfg.Flash {
		if int(reg) < len(e.flash) {
			e.flash[reg] = v
		}
	}
	e.restart()
	return e
}

// Set breaks the engine or mends it.
func (e *Engine) Set(f Fault) {
	e.mu.Lock()
	e.fault = f
	e.mu.Unlock()
	e.nudge()
}

// Restart takes the power away for a moment: unsaved settings and a running
// trigger are lost.
func (e *Engine) Restart() {
	e.mu.Lock()
	e.restart()
	e.mu.Unlock()
	e.nudge()
}

func (e *Engine) restart() {
	e.regs = e.flash
	e.baud = baudOf(e.regs[regBaud], e.regs[regBaud+1])
	e.reading, e.notBefore, e.parser = false, time.Time{}, parser{}
}

// Baud is the engine's rate.
func (e *Engine) Baud() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.baud
}

// Register gives a register of a GM65 as it is now.
func (e *Engine) Register(reg byte) byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.regs[reg]
}

// Saved gives a register of a GM65 as its flash has it.
func (e *Engine) Saved(reg byte) byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.flash[reg]
}

// Triggers counts how often the engine was triggered, by command or by pin.
func (e *Engine) Triggers() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.triggers
}

// Reading says whether the engine would read a code now.
func (e *Engine) Reading() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.active(time.Now())
}

func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}
