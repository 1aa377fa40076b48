package qemu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
)

// PlugSerial plugs a USB serial adapter in, an FTDI FT232BM, /dev/ttyUSB0 on. It returns the adapter's far end,
// which [Machine.Serial] knows by the same name. The guest sees the adapter some 0.1 to 0.5 s later. The board
// must have [Config].USB.
func (m *Machine) PlugSerial(ctx context.Context, name string) (net.Conn, error) {
	op := "plug USB serial adapter " + name
	if err := m.claim(name); err != nil {
		return nil, harness(op, err)
	}
	conn, err := m.plugSerial(ctx, name)
	if err != nil {
		m.forget(name)
		return nil, harness(op, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ports[name] = conn
	return conn, nil
}

func (m *Machine) plugSerial(ctx context.Context, name string) (net.Conn, error) {
	id := portID(name)
	if err := m.folder.listen(id); err != nil {
		return nil, err
	}
	backend := map[string]any{"type": "socket", "data": map[string]any{
		"addr":   map[string]any{"type": "unix", "data": map[string]any{"path": m.folder.socket(id)}},
		"server": false,
	}}
	added := m.qmp.Execute(ctx, "chardev-add", map[string]any{"id": id, "backend": backend}, nil)
	if added != nil {
		m.folder.drop(id)
		return nil, added
	}
	conn, err := m.folder.accept(ctx, id, m.process.done)
	if err != nil {
		return nil, err
	}
	err = m.qmp.Execute(ctx, "device_add", map[string]any{
		"driver": "usb-serial", "id": usbID(name), "bus": "usb.0", "chardev": id,
	}, nil)
	if err != nil {
		conn.Close()
		return nil, errors.Join(err, m.qmp.Execute(ctx, "chardev-remove", map[string]any{"id": id}, nil))
	}
	return conn, nil
}

// PlugStorage plugs a USB stick in, /dev/sda on: a disk as a whole, with its own partitions or none. The guest
// sees it some 1.5 s later.
func (m *Machine) PlugStorage(ctx context.Context, name string, disk Disk) error {
	op := "plug USB stick " + name
	if err := m.claim(name); err != nil {
		return harness(op, err)
	}
	err := m.qmp.Execute(ctx, "blockdev-add", disk.node(stickID(name)), nil)
	if err == nil {
		err = m.qmp.Execute(ctx, "device_add", map[string]any{
			"driver": "usb-storage", "id": usbID(name), "bus": "usb.0", "drive": stickID(name), "removable": true,
		}, nil)
		if err != nil {
			err = errors.Join(err, m.qmp.Execute(ctx, "blockdev-del", map[string]any{"node-name": stickID(name)}, nil))
		}
	}
	if err != nil {
		m.forget(name)
		return harness(op, err)
	}
	return nil
}

// Unplug pulls a USB device out, without asking the guest. It returns when the device is gone from the bus; the
// far end of a serial adapter is closed then.
func (m *Machine) Unplug(ctx context.Context, name string) error {
	op := "unplug " + name
	m.mu.Lock()
	conn, plugged := m.ports[name]
	m.mu.Unlock()
	if !plugged {
		return harness(op, errors.New("it is not plugged in"))
	}
	before := m.qmp.Mark()
	if err := m.qmp.Execute(ctx, "device_del", map[string]any{"id": usbID(name)}, nil); err != nil {
		return harness(op, err)
	}
	_, err := m.qmp.AwaitEvent(ctx, before, "DEVICE_DELETED", func(e Event) bool {
		var data struct {
			Device string `json:"device"`
		}
		return json.Unmarshal(e.Data, &data) == nil && data.Device == usbID(name)
	})
	if err != nil {
		return harness(op, err)
	}
	if conn == nil {
		err = m.qmp.Execute(ctx, "blockdev-del", map[string]any{"node-name": stickID(name)}, nil)
	} else {
		conn.Close()
		err = m.qmp.Execute(ctx, "chardev-remove", map[string]any{"id": portID(name)}, nil)
	}
	m.forget(name)
	return harness(op, err)
}

// claim books a name for a USB device.
func (m *Machine) claim(name string) error {
	if !m.cfg.USB {
		return errors.New("the board has no USB")
	}
	if !word.MatchString(name) {
		return fmt.Errorf("%q is no name: a letter, then letters, digits and -", name)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, used := m.ports[name]; used {
		return errors.New("something is plugged in by that name")
	}
	m.ports[name] = nil
	return nil
}

func (m *Machine) forget(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.ports, name)
}

func usbID(name string) string   { return "usb-" + name }
func stickID(name string) string { return "stick-" + name }
