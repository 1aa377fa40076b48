package scanner

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// pull makes the engine read through its trigger wire. The wire is let go
// first: an engine stops after a read although the wire is still held, and
// begins again only when it sees it pulled anew.
func (e *engine) pull() error {
	if err := e.letGo(); err != nil {
		return err
	}
	if err := e.dwell(); err != nil {
		return err
	}
	if err := e.setPin(true); err != nil {
		return err
	}
	if e.cfg.Trigger.Hold {
		return nil
	}
	if err := e.dwell(); err != nil {
		return err
	}
	return e.letGo()
}

func (e *engine) letGo() error { return e.setPin(false) }

// dwell keeps the wire's level for as long as the engine needs to notice it.
func (e *engine) dwell() error {
	err := e.pump(time.Now().Add(e.cfg.Trigger.Pulse), func() bool { return false })
	if errors.Is(err, errLate) {
		return nil
	}
	return err
}

func (e *engine) setPin(active bool) error {
	t := &e.cfg.Trigger
	if err := t.Pin.Out(gpio.Level(active == t.ActiveHigh)); err != nil {
		return fmt.Errorf("trigger pin %s: %w", t.Pin.Name(), err)
	}
	return nil
}
