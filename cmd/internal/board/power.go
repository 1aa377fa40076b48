package board

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// PowerState is whether the terminal runs.
type PowerState string

// The states of the power.
const (
	PowerOn     PowerState = "on"
	PowerOff    PowerState = "off"
	PowerExited PowerState = "exited" // there is power, and the firmware ended by itself
)

// Power is the state of the terminal's supply.
type Power struct {
	State  PowerState `json:"state"`
	Armed  string     `json:"armed,omitempty"`  // where the power will be cut
	Cut    string     `json:"cut,omitempty"`    // why it is off: "now", or the point where it was cut
	Reason string     `json:"reason,omitempty"` // why the firmware ended
	Log    string     `json:"log,omitempty"`    // with exited: the last lines of its log
}

// Point is a place in the firmware's work where the power is cut, counted from when it was armed.
type Point struct {
	What  string // "printer-byte", "request" or "disk-write"
	N     int    // counted from 1
	After bool   // request: after the reply was sent, not before
}

// The kinds of points.
const (
	PointPrinterByte = "printer-byte"
	PointRequest     = "request"
	PointDiskWrite   = "disk-write"
)

// ErrPoint is returned when a text is not a point at which power can be cut.
var ErrPoint = errors.New(`not a point to cut at; write "printer-byte 120", "request 2 before-reply", "request 2 after-reply" or "disk-write 7"`)

// maxPoint bounds N.
const maxPoint = 1_000_000

// ParsePoint reads "printer-byte N", "request N before-reply", "request N after-reply" or "disk-write N".
func ParsePoint(s string) (Point, error) {
	words := strings.Fields(s)
	if len(words) < 2 {
		return Point{}, ErrPoint
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 1 || n > maxPoint {
		return Point{}, fmt.Errorf("%w; N is 1 to %d", ErrPoint, maxPoint)
	}
	p := Point{What: words[0], N: n}
	rest := strings.Join(words[2:], " ")
	switch {
	case (p.What == PointPrinterByte || p.What == PointDiskWrite) && rest == "":
		return p, nil
	case p.What == PointRequest && (rest == "before-reply" || rest == "after-reply"):
		p.After = rest == "after-reply"
		return p, nil
	}
	return Point{}, ErrPoint
}

// String writes the point as ParsePoint reads it.
func (p Point) String() string {
	s := p.What + " " + strconv.Itoa(p.N)
	switch {
	case p.What != PointRequest:
		return s
	case p.After:
		return s + " after-reply"
	}
	return s + " before-reply"
}

// PowerOn supplies power and waits until the firmware has drawn its first picture.
func (b *Board) PowerOn(ctx context.Context) error {
	b.powerMu.Lock()
	defer b.powerMu.Unlock()
	switch b.powerState() {
	case PowerOn:
		return ErrPowered
	case PowerExited:
		if err := b.off(""); err != nil {
			return err
		}
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return ErrClosed
	}
	b.power = Power{State: PowerOn}
	b.mu.Unlock()
	before := b.changes.version(KindDisplay)
	err := errors.Join(b.printer.powerOn(), b.scanner.powerOn())
	if err == nil {
		err = b.backend.On(ctx)
	}
	if err != nil {
		return errors.Join(err, b.off(""))
	}
	b.changes.note(KindPower)
	return b.firstPicture(ctx, before+1) // switching the light on is a change of the display of its own
}

// firstPicture waits until the display has changed since, or the firmware has ended.
func (b *Board) firstPicture(ctx context.Context, since int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyLimit,
		fmt.Errorf("the firmware has drawn nothing for %v; see %s", readyLimit, logFile))
	defer cancel()
	err := b.Await(ctx, func() bool { return b.changes.version(KindDisplay) > since || !b.running() || b.cutting.Load() })
	if err != nil {
		return context.Cause(ctx)
	}
	if b.cutting.Load() {
		return fmt.Errorf("it was cut again before the firmware had drawn: %w", ErrNoPower)
	}
	if p := b.Power(); p.State == PowerExited {
		return fmt.Errorf("%s\n%s", p.Reason, p.Log)
	}
	return nil
}

// PowerCut takes the power away now. Nothing happens to a board without power.
func (b *Board) PowerCut() error {
	b.cutting.Store(true) // whoever waits for the first picture waits in vain
	b.changes.note(KindPower)
	b.backend.Kill()
	b.powerMu.Lock()
	defer b.powerMu.Unlock()
	b.cutting.Store(false)
	if b.powerState() == PowerOff {
		return nil
	}
	return b.off("now")
}

// off completes a cut; powerMu is held.
func (b *Board) off(cut string) error {
	err := b.backend.Cut()
	b.printer.powerOff()
	b.scanner.powerOff()
	b.network.disarm()
	b.mu.Lock()
	b.power = Power{State: PowerOff, Cut: cut}
	b.mu.Unlock()
	b.changes.note(KindPower)
	return err
}

// CutAt arms a cut at a point in the firmware's work. It replaces one that was armed before.
func (b *Board) CutAt(p Point) error {
	b.powerMu.Lock()
	defer b.powerMu.Unlock()
	if b.powerState() != PowerOn {
		return ErrNoPower
	}
	b.printer.disarm()
	b.network.disarm()
	hit := func() { b.hit(p) }
	switch p.What {
	case PointPrinterByte:
		b.printer.arm(p.N, hit)
	case PointRequest:
		b.network.arm(p.N, p.After, hit)
	case PointDiskWrite:
		if err := b.backend.ArmDiskWrite(p.N, hit); err != nil {
			return err
		}
	default:
		return ErrPoint
	}
	b.mu.Lock()
	b.power.Armed = p.String()
	b.mu.Unlock()
	b.changes.note(KindPower)
	return nil
}

// hit begins a cut at a point. It only kills: the goroutine that reaches the point is one that off would wait for.
func (b *Board) hit(p Point) {
	b.backend.Kill()
	b.cuts.Add(1)
	go func() { defer b.cuts.Done(); b.finish(p) }()
}

// finish completes a cut at a point.
func (b *Board) finish(p Point) {
	b.powerMu.Lock()
	defer b.powerMu.Unlock()
	b.mu.Lock()
	closed := b.closed
	b.mu.Unlock()
	if closed || b.powerState() != PowerOn {
		return
	}
	_ = b.off(p.String())
}

// ended hears that the firmware ended by itself.
func (b *Board) ended(err error) {
	reason := "firmware exited: "
	if err != nil {
		reason += err.Error()
	} else {
		reason += "it ended of its own accord"
	}
	const tail = 2000
	b.mu.Lock()
	if b.power.State == PowerOn {
		b.power = Power{State: PowerExited, Reason: reason, Log: b.backend.Log(tail)}
	}
	b.mu.Unlock()
	b.changes.note(KindPower)
}

// Power returns the state of the terminal's supply.
func (b *Board) Power() Power {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.power
}

func (b *Board) powerState() PowerState { return b.Power().State }

func (b *Board) running() bool { return b.powerState() == PowerOn }

// AwaitOff waits until the power is off, as after CutAt.
func (b *Board) AwaitOff(ctx context.Context) error {
	return b.Await(ctx, func() bool { return !b.running() })
}
