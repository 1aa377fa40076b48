package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// pinCount is how many lines a PL061 has.
const pinCount = 8

// Pins are the eight lines of the board's GPIO chip, an ARM PL061, as the wires outside see them.
//
// A line that the guest drives is told by its changes; one that it released reads low, because the virt board
// pulls its lines down. A line that the guest reads is set by [Pins.Set]. The two are told apart by the guest
// alone: what is set on a line that it drives is lost.
type Pins struct {
	qmp   *QMP
	qtest *QTest
	path  string // of the chip in QEMU's object tree

	trace  *os.File
	spoken chan struct{} // closed when the trace has told something
	ended  chan struct{} // closed when nobody reads it any more

	mu     sync.Mutex
	driven uint8 // the levels that the guest's side was last reported at
	watch  pinWatcher
}

// pinWatcher hears what the guest does to its pins, in order, on the goroutine that reads the trace: it may
// [QTest.Post] and must not wait for QEMU.
type pinWatcher interface {
	changed(line int, level bool) // of a line that the guest drives
	read(mask, levels uint8)      // of lines, by their bits
}

// findPL061 looks for the board's GPIO chip among QEMU's nameless devices.
func findPL061(ctx context.Context, qmp *QMP) (path string, err error) {
	const parent = "/machine/unattached"
	var children []struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	if err := qmp.Execute(ctx, "qom-list", map[string]string{"path": parent}, &children); err != nil {
		return "", err
	}
	for _, c := range children {
		if c.Type == "child<pl061>" {
			return parent + "/" + c.Name, nil
		}
	}
	return "", harness("find the GPIO chip", fmt.Errorf("no PL061 among %d devices in %s", len(children), parent))
}

// newPins follows the chip by QEMU's trace, and owns that.
func newPins(qmp *QMP, qtest *QTest, trace *os.File) *Pins {
	p := &Pins{qmp: qmp, qtest: qtest, trace: trace, spoken: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		var once sync.Once
		readTrace(trace, func(e pinEvent) {
			once.Do(func() { close(p.spoken) })
			p.tell(e)
		})
	}()
	return p
}

// close ends the reading of the trace. A relay that outlives QEMU for a moment may hold its other end open.
func (p *Pins) close() {
	p.trace.Close()
	<-p.ended
}

// attach says where the chip is, and returns when the trace has told something. It is to be called once, while the
// guest stands still.
func (p *Pins) attach(ctx context.Context, path string) error {
	if path == "" || strings.ContainsAny(path, " \n") {
		return harness("follow the GPIO chip", fmt.Errorf("%q is no path", path))
	}
	p.path = path
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	select {
	case <-p.spoken: // the chip has set its outputs low when the machine was made
		return nil
	case <-p.ended:
		return harness("follow the GPIO chip", errors.New("QEMU ended its trace"))
	case <-ctx.Done():
		return harness("follow the GPIO chip", fmt.Errorf(
			"%w: QEMU traces no %s: is it built with the trace back end \"log\"?", ctx.Err(), outputEvent))
	}
}

// tell takes an event of the trace.
func (p *Pins) tell(e pinEvent) {
	p.mu.Lock()
	if !e.read {
		p.driven = setBit(p.driven, e.line, e.level)
	}
	watch := p.watch
	p.mu.Unlock()
	switch {
	case watch == nil:
	case e.read:
		watch.read(e.mask, e.levels)
	default:
		watch.changed(e.line, e.level)
	}
}

// Driven returns the level that the guest drives a line to, as last reported; false also when it does not.
func (p *Pins) Driven(line int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.driven>>line&1 != 0
}

// Set drives a line from outside. It returns when the chip has taken it. The line is 0–7.
func (p *Pins) Set(ctx context.Context, line int, level bool) error {
	if line < 0 || line >= pinCount {
		return harness("set a pin", fmt.Errorf("line %d is out of range, 0 to %d", line, pinCount-1))
	}
	_, err := p.qtest.Execute(ctx, p.command(line, level))
	return err
}

// post drives several lines at once, and does not wait.
func (p *Pins) post(mask, levels uint8) error {
	var commands []string
	for line := range pinCount {
		if mask>>line&1 != 0 {
			commands = append(commands, p.command(line, levels>>line&1 != 0))
		}
	}
	return p.qtest.Post(commands...)
}

func (p *Pins) command(line int, level bool) string {
	n := 0
	if level {
		n = 1
	}
	return fmt.Sprintf("set_irq_in %s unnamed-gpio-in %d %d", p.path, line, n)
}

// wire joins line from to line to inside QEMU: from now on every change that the guest makes to the one is on the
// other before the guest goes on. Each line has one such wire; to < 0 takes it away, and leaves the level there.
func (p *Pins) wire(ctx context.Context, from, to int) error {
	far := ""
	if to >= 0 {
		far = fmt.Sprintf("%s/unnamed-gpio-in[%d]", p.path, to)
	}
	return p.qmp.Execute(ctx, "qom-set", map[string]string{
		"path": p.path, "property": fmt.Sprintf("unnamed-gpio-out[%d]", from), "value": far,
	}, nil)
}

// watchWith has everything told to watch. It returns the levels now, or false if somebody watches already.
func (p *Pins) watchWith(watch pinWatcher) (driven uint8, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch != nil {
		return 0, false
	}
	p.watch = watch
	return p.driven, true
}
