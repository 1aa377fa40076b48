package qemu

import (
	"context"
)

// Reset pushes the reset button: the guest boots anew, its disks keep what they hold. What was plugged in stays.
func (m *Machine) Reset(ctx context.Context) error {
	before := m.qmp.Mark()
	if err := m.qmp.Execute(ctx, "system_reset", nil, nil); err != nil {
		return err
	}
	_, err := m.qmp.AwaitEvent(ctx, before, "RESET", nil)
	return err
}

// PowerDown pushes the power key and waits until the guest has powered the machine off. A guest that does not
// until the context's deadline, or for one minute, is a [*GuestError]: the key is a pulse on pin 3, and a board
// with [Config].PinNames has no driver for it.
func (m *Machine) PowerDown(ctx context.Context) error {
	ctx, cancel := bounded(ctx, guestTimeout)
	defer cancel()
	if err := m.qmp.Execute(ctx, "system_powerdown", nil, nil); err != nil {
		return err
	}
	return m.AwaitPowerOff(ctx)
}

// AwaitPowerOff returns when the guest has powered the machine off by itself. A guest that does not until the
// context's deadline, or for one minute, is a [*GuestError].
func (m *Machine) AwaitPowerOff(ctx context.Context) error {
	ctx, cancel := bounded(ctx, guestTimeout)
	defer cancel()
	err := m.Wait(ctx)
	if err != nil && ctx.Err() != nil {
		return guestFailed("power off", ctx.Err(), m.console.Tail(tailShown))
	}
	return err
}

// Pause stops the guest's time.
func (m *Machine) Pause(ctx context.Context) error { return m.qmp.Execute(ctx, "stop", nil, nil) }

// Continue ends a [Machine.Pause], or the standstill of [Config].Paused and [Machine.Save].
func (m *Machine) Continue(ctx context.Context) error { return m.qmp.Execute(ctx, "cont", nil, nil) }

// SetCable plugs the network cable in or pulls it out.
func (m *Machine) SetCable(ctx context.Context, plugged bool) error {
	return m.qmp.Execute(ctx, "set_link", map[string]any{"name": idNIC, "up": plugged}, nil)
}
