package qemu

import (
	"context"
	"fmt"
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
	qtest *QTest
	path  string // of the chip in QEMU's object tree

	mu     sync.Mutex
	driven uint8 // the levels that the guest's side was last reported at
	watch  func(line int, level bool)
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

// attach has the chip at path report its lines from now on. It is to be called once, while the guest stands still
// or has not touched its pins.
func (p *Pins) attach(ctx context.Context, qtest *QTest, path string) error {
	if path == "" || strings.ContainsAny(path, " \n") {
		return harness("intercept the GPIO chip", fmt.Errorf("%q is no path", path))
	}
	p.qtest, p.path = qtest, path
	_, err := qtest.Execute(ctx, "irq_intercept_out "+path)
	return err
}

// changed takes the news that the guest's side of a line changed.
func (p *Pins) changed(line int, level bool) {
	if line >= pinCount {
		return // no line of the PL061
	}
	p.mu.Lock()
	p.driven = p.driven &^ (1 << line)
	if level {
		p.driven |= 1 << line
	}
	watch := p.watch
	p.mu.Unlock()
	if watch != nil {
		watch(line, level)
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

// post drives several lines at once, and does not wait; then is called when the chip has taken them.
func (p *Pins) post(mask, levels uint8, then func()) error {
	var commands []string
	for line := range pinCount {
		if mask>>line&1 != 0 {
			commands = append(commands, p.command(line, levels>>line&1 != 0))
		}
	}
	return p.qtest.Post(then, commands...)
}

func (p *Pins) command(line int, level bool) string {
	n := 0
	if level {
		n = 1
	}
	return fmt.Sprintf("set_irq_in %s unnamed-gpio-in %d %d", p.path, line, n)
}

// watchWith has every change told to watch, on the goroutine that reads. It returns the levels now, or false if
// somebody watches already.
func (p *Pins) watchWith(watch func(line int, level bool)) (driven uint8, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch != nil {
		return 0, false
	}
	p.watch = watch
	return p.driven, true
}
