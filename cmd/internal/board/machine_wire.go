package board

import (
	"context"
	"net"
	"sync"
)

// wire is a serial line between a machine and whatever is plugged into its socket. Machines come and go with the
// power, cables with the device: what one sends while the other is away is lost, as on a real line.
type wire struct {
	mu    sync.Mutex
	near  net.Conn // the machine's end; nil without one
	cable *machineCable
}

// machineCable is the device's end of a wire.
type machineCable struct {
	net.Conn
	far    net.Conn
	pulled func() // told when the cable is pulled
	once   sync.Once
}

// Baud says that nothing is known of the guest's setting: an emulated UART takes bytes at any.
func (*machineCable) Baud() (int, error) { return 0, ErrUnsupported }

// Close pulls the cable.
func (c *machineCable) Close() error {
	c.once.Do(func() {
		c.pulled()
		c.far.Close()
		c.Conn.Close()
	})
	return nil
}

// plug joins a device to the wire; pulled is told when its cable is pulled out.
func (w *wire) plug(pulled func()) (*machineCable, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cable != nil {
		return nil, errSocketTaken
	}
	device, far := net.Pipe()
	c := &machineCable{Conn: device, far: far}
	c.pulled = func() {
		w.mu.Lock()
		w.cable = nil
		w.mu.Unlock()
		pulled()
	}
	w.cable = c
	go w.fromDevice(c)
	return c, nil
}

// fromDevice carries what the device sends until its cable is pulled.
func (w *wire) fromDevice(c *machineCable) {
	buf := make([]byte, 4096)
	for {
		n, err := c.far.Read(buf)
		if n > 0 {
			w.mu.Lock()
			near := w.near
			w.mu.Unlock()
			if near != nil {
				_, _ = near.Write(buf[:n]) // a machine that is gone hears nothing
			}
		}
		if err != nil {
			return
		}
	}
}

// attach joins a machine's end to the wire until that ends; it returns at once.
func (w *wire) attach(near net.Conn) {
	w.mu.Lock()
	w.near = near
	w.mu.Unlock()
	go w.fromMachine(near)
}

// fromMachine carries what the machine sends until it ends.
func (w *wire) fromMachine(near net.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := near.Read(buf)
		if n > 0 {
			w.mu.Lock()
			c := w.cable
			w.mu.Unlock()
			if c != nil {
				_, _ = c.far.Write(buf[:n]) // it waits for a device that does not read, as a full line does
			}
		}
		if err != nil {
			break
		}
	}
	w.mu.Lock()
	if w.near == near {
		w.near = nil
	}
	w.mu.Unlock()
	near.Close()
}

// plugged reports whether a device is plugged in.
func (w *wire) plugged() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cable != nil
}

// usb is a wire over a USB adapter, which itself is plugged in with the device.
type usb struct {
	wire
	plugMu sync.Mutex // one change of the plug at a time
}

// apply makes the adapter be plugged in as the device is.
func (u *usb) apply(ctx context.Context, r *machineRun, name string) error {
	u.plugMu.Lock()
	defer u.plugMu.Unlock()
	want, have := u.plugged(), r.m.Serial(name) != nil
	switch {
	case want && !have:
		near, err := r.m.PlugSerial(ctx, name)
		if err != nil {
			return err
		}
		u.attach(near)
	case !want && have:
		return r.m.Unplug(ctx, name)
	}
	return nil
}
