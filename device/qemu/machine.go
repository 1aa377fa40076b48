package qemu

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Machine is a running board. It is safe for use by several goroutines.
type Machine struct {
	cfg     Config
	folder  *folder
	process *process
	console *Console
	qmp     *QMP
	qtest   *QTest
	pins    *Pins
	trace   *os.File // of what the guest does to its pins

	cut     atomic.Bool // the power was taken away from this side
	stop    func() bool // unties the machine from its context
	done    chan struct{}
	cleanup error // what could not be removed; set before done is closed

	mu    sync.Mutex
	ports map[string]net.Conn // serial ports and USB adapters, by name
	files int                 // for names in the folder
}

// Console is the board's serial console.
func (m *Machine) Console() *Console { return m.console }

// QMP is QEMU's own interface, for what the machine's methods do not cover.
func (m *Machine) QMP() *QMP { return m.qmp }

// Pins are the board's GPIO lines.
func (m *Machine) Pins() *Pins { return m.pins }

// Keypad wires a matrix of switches to the pins. A board has one.
func (m *Machine) Keypad(cfg KeypadConfig) (*Keypad, error) {
	return newKeypad(cfg, m.pins, func() string { return m.console.Tail(tailShown) })
}

// Serial returns the far end of a serial port, or of an adapter that is plugged in; nil if there is none of that
// name. Close it to pull the cable out for good; it ends with [io.EOF] when the machine does, after all that it
// sent before.
func (m *Machine) Serial(name string) net.Conn {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ports[name]
}

// PID is the process id of QEMU.
func (m *Machine) PID() int { return m.process.cmd.Process.Pid }

// Done is closed when the machine has ended, its process is reaped and its folder removed.
func (m *Machine) Done() <-chan struct{} { return m.done }

// Wait returns how the machine ended: nil if the guest powered it off, [ErrOff] if its power was cut or its
// context ended, a [*HarnessError] if QEMU died. It ends early with the context.
func (m *Machine) Wait(ctx context.Context) error {
	select {
	case <-m.done:
	case <-ctx.Done():
		return fmt.Errorf("qemu: wait for the machine's end: %w", ctx.Err())
	}
	switch {
	case m.cut.Load():
		return ErrOff
	case m.process.err == nil && m.poweredOff():
		return nil
	}
	return m.process.failed("run the machine")
}

// poweredOff reports whether the guest asked for the end.
func (m *Machine) poweredOff() bool {
	found, _ := m.qmp.events.find(0, func(e Event) bool {
		var data struct {
			Guest bool `json:"guest"`
		}
		return e.Name == "SHUTDOWN" && json.Unmarshal(e.Data, &data) == nil && data.Guest
	})
	return found != nil
}

// why says why the console's line has ended.
func (m *Machine) why() error {
	ctx, cancel := context.WithTimeout(context.Background(), reapTimeout)
	defer cancel()
	if err := m.Wait(ctx); err != nil {
		return err
	}
	return ErrPoweredOff
}

// Kill takes the power away at this instant, and does not wait for what follows.
func (m *Machine) Kill() {
	m.cut.Store(true)
	m.process.kill()
}

// Close takes the power away if it is on, and returns when nothing of the machine is left: process reaped,
// sockets closed, folder removed, goroutines ended. What a serial port had sent and was not read is lost.
func (m *Machine) Close() error {
	m.stop()
	m.Kill()
	select {
	case <-m.done:
	case <-time.After(reapTimeout):
		return harness("reap QEMU", fmt.Errorf("process %d is still there %v after SIGKILL", m.PID(), reapTimeout))
	}
	m.mu.Lock()
	ports := maps.Clone(m.ports)
	m.mu.Unlock()
	for _, conn := range ports {
		if conn != nil { // a stick has none
			conn.Close()
		}
	}
	return m.cleanup
}
