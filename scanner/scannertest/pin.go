package scannertest

import (
	"errors"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// TriggerPin is the host's end of the engine's trigger wire. The engine sees
// it pulled while it is low, as a GM65 does.
func (e *Engine) TriggerPin() gpio.PinOut { return &triggerPin{engine: e} }

type triggerPin struct{ engine *Engine }

func (p *triggerPin) String() string   { return p.Name() }
func (p *triggerPin) Name() string     { return "SCAN_TRIGGER" }
func (p *triggerPin) Number() int      { return -1 }
func (p *triggerPin) Function() string { return "Out" }
func (p *triggerPin) Halt() error      { return nil }

func (p *triggerPin) Out(l gpio.Level) error {
	p.engine.pull(l == gpio.Low)
	return nil
}

func (p *triggerPin) PWM(gpio.Duty, physic.Frequency) error {
	return errors.New("scannertest: the trigger wire has no PWM")
}
