package keypadtest

import (
	"cmp"
	"errors"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// pin is one emulated pin. Its fields belong to the matrix's lock.
type pin struct {
	matrix *Matrix
	name   string
	number int
	row    int // -1 for a column

	ready  bool // In or Out was called
	output bool
	out    gpio.Level
	pull   gpio.Pull
	short  *gpio.Level

	failure   error // of every call
	failureIn error // of In

	origin, target gpio.Level    // of a column's wire, which goes from one to the other
	since          time.Time     // when it began to
	takes          time.Duration // how long it takes

	reads int // of columns, since this row was driven
}

var _ gpio.PinIO = (*pin)(nil)

func (p *pin) driven() (gpio.Level, bool) { return p.out, p.output }

func (p *pin) pulled() (gpio.Level, bool) {
	return p.pull == gpio.PullUp, !p.output && (p.pull == gpio.PullUp || p.pull == gpio.PullDown)
}

func (p *pin) shorted() (gpio.Level, bool) {
	if p.short == nil {
		return gpio.Low, false
	}
	return *p.short, true
}

// set changes the pin under the lock.
func (p *pin) set(change func(*pin)) {
	p.matrix.mu.Lock()
	defer p.matrix.mu.Unlock()
	change(p)
	p.matrix.follow()
}

// In implements gpio.PinIn.
func (p *pin) In(pull gpio.Pull, _ gpio.Edge) (err error) {
	p.set(func(p *pin) {
		if err = cmp.Or(p.failure, p.failureIn); err != nil {
			return
		}
		wasDriven := p.output
		p.ready, p.output = true, false
		if pull != gpio.PullNoChange {
			p.pull = pull
		}
		if wasDriven && p.row >= 0 && p.reads > 0 {
			p.matrix.countScan(p.row)
		}
		p.reads = 0
	})
	return err
}

// Out implements gpio.PinOut.
func (p *pin) Out(l gpio.Level) (err error) {
	p.set(func(p *pin) {
		if err = p.failure; err != nil {
			return
		}
		if !p.output && p.row >= 0 {
			p.matrix.chatter(p.row)
		}
		p.ready, p.output, p.out = true, true, l
	})
	return err
}

// Read implements gpio.PinIn, with the traps of periph's ioctl driver: Low on an error, and a pin that is no
// input becomes one with a pull-up.
func (p *pin) Read() gpio.Level {
	p.matrix.mu.Lock()
	defer p.matrix.mu.Unlock()
	if p.failure != nil {
		return gpio.Low
	}
	if !p.ready || p.output {
		p.matrix.problem("%s was read without being an input", p.name)
		p.ready, p.output, p.pull = true, false, gpio.PullUp
	}
	if p.row < 0 {
		for _, row := range p.matrix.rows {
			if row.output {
				row.reads++
			}
		}
	}
	return p.matrix.read(p)
}

// WaitForEdge implements gpio.PinIn. The matrix is polled; edges are not emulated.
func (p *pin) WaitForEdge(time.Duration) bool { return false }

// PWM implements gpio.PinOut.
func (p *pin) PWM(gpio.Duty, physic.Frequency) error { return errors.New("keypadtest: no PWM") }

// Pull implements gpio.PinIn.
func (p *pin) Pull() gpio.Pull {
	p.matrix.mu.Lock()
	defer p.matrix.mu.Unlock()
	return p.pull
}

// DefaultPull implements gpio.PinIn.
func (p *pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// String implements conn.Resource. Like periph's ioctl driver it is nothing to put in an error.
func (p *pin) String() string { return "{\n  \"Name\": \"" + p.name + "\"\n}" }

// Halt implements conn.Resource.
func (p *pin) Halt() error { return nil }

// Name implements pin.Pin.
func (p *pin) Name() string { return p.name }

// Number implements pin.Pin.
func (p *pin) Number() int { return p.number }

// Function implements pin.Pin.
func (p *pin) Function() string {
	p.matrix.mu.Lock()
	defer p.matrix.mu.Unlock()
	if p.output {
		return "Out/" + p.out.String()
	}
	return "In"
}
