package printer

import (
	"context"
	"time"
)

// Kick sends the cash drawer its pulse, and returns nil when the printer has answered that it did. No drawer says
// whether it opened. Each call sends at most one pulse, and none to a printer that is not ready: it would keep it
// until somebody loads paper. Otherwise the error is a *[Fault]; with the extent NothingPrinted surely no pulse was
// sent.
func (d *Driver) Kick(ctx context.Context) error {
	model, err := d.model.Check()
	if err != nil || model.Drawer == DrawerNone {
		return &Fault{Device: d.opt.Name, Op: "kick", Cause: Unprintable, Err: err}
	}
	if err := d.take(ctx); err != nil {
		return d.fault("kick", err, NothingPrinted)
	}
	defer d.release()
	t := d.begin(ctx)
	defer t.end()
	if err := t.ready(); err != nil {
		return d.fault("status", err, NothingPrinted)
	}
	if err := t.synchronise(); err != nil {
		return d.fault("synchronise", err, NothingPrinted)
	}
	pulse := model.pulse()
	n, err := t.mark(pulse, 0)
	if err == nil {
		err = t.await(0, d.opt.StatusTimeout+model.Pulse)
	}
	if err != nil {
		d.stale, d.debris, d.led = true, max(d.debris, len(pulse)), false
		extent := NothingPrinted
		if n == len(pulse) {
			extent = MaybeWhole
		}
		return d.fault("kick", err, extent)
	}
	return nil
}

// pulse is ESC p m t1 t2: m is the pin, t1 and t2 are how long it is on and then off, in units of 2 ms. A solenoid is
// made for a fifth of its time at most.
func (m Model) pulse() []byte {
	const unit = 2 * time.Millisecond
	on := m.Pulse / unit
	pin := byte(0)
	if m.Drawer == DrawerPin5 {
		pin = 1
	}
	return []byte{esc, 'p', pin, byte(on), byte(min(4*on, 255))}
}
