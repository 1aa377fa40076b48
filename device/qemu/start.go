package qemu

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

// Start starts a board. It runs until it powers itself off, [Machine.Close], or the end of ctx, whichever comes
// first; call Close in any case. Start itself takes at most 20 s, from a saved state 60 s more.
//
// Its errors are of the harness, and leave nothing behind: the guest has had no time to fail. How its boot went,
// [Console.Await] tells.
func Start(ctx context.Context, cfg Config) (*Machine, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, harness("check the board's configuration", err)
	}
	program, err := cfg.Arch.find()
	if err != nil {
		return nil, err
	}
	dir, err := newFolder(cfg.Dir)
	if err != nil {
		return nil, err
	}
	m := &Machine{cfg: cfg, folder: dir, ports: map[string]net.Conn{}, done: make(chan struct{})}
	if err := m.launch(ctx, program); err != nil {
		return nil, errors.Join(err, dir.remove())
	}
	m.stop = context.AfterFunc(ctx, m.Kill)
	conns, err := m.connect(ctx)
	if err == nil {
		err = m.run(ctx, conns)
	}
	if err != nil {
		return nil, m.giveUp(err, conns)
	}
	return m, nil
}

// find looks the emulator up.
func (a Arch) find() (string, error) {
	path, err := exec.LookPath(a.program())
	if err != nil {
		return "", harness("find the emulator", fmt.Errorf("%w: install Debian's package %s", err, debianPackage))
	}
	return path, nil
}

// launch opens the sockets and starts QEMU, which waits for [Machine.Continue].
func (m *Machine) launch(ctx context.Context, program string) error {
	if len(m.cfg.PinNames) > 0 {
		tree, err := DeviceTree(ctx, m.cfg)
		if err != nil {
			return err
		}
		m.cfg.DTB = m.folder.file("board.dtb")
		if err := os.WriteFile(m.cfg.DTB, tree, 0o600); err != nil {
			return harness("write the device tree", err)
		}
	}
	for _, name := range m.socketNames() {
		if err := m.folder.listen(name); err != nil {
			return err
		}
	}
	ours, theirs, err := newTrace()
	if err != nil {
		return err
	}
	defer theirs.Close()
	m.process, err = startProcess(program, m.cfg.args(m.folder.socket), theirs)
	if err != nil {
		ours.Close()
		return err
	}
	m.trace = ours
	return nil
}

// socketNames are the connections that QEMU makes at its start.
func (m *Machine) socketNames() []string {
	names := []string{idQMP, idQTest, idConsole}
	for _, port := range m.cfg.SerialPorts {
		names = append(names, portID(port))
	}
	return names
}

// connect takes QEMU's connections. Those that it returns are open, also when it failed.
func (m *Machine) connect(ctx context.Context) (map[string]net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	conns := map[string]net.Conn{}
	for _, name := range m.socketNames() {
		conn, err := m.folder.accept(ctx, name, m.process.done)
		if err != nil {
			return conns, err
		}
		conns[name] = conn
	}
	return conns, nil
}

// run brings the machine to life on its connections.
func (m *Machine) run(ctx context.Context, conns map[string]net.Conn) error {
	for _, name := range m.cfg.SerialPorts {
		m.ports[name] = conns[portID(name)]
	}
	m.console = newConsole(conns[idConsole], m.why)
	qmp, err := NewQMP(ctx, conns[idQMP])
	if err != nil {
		return err
	}
	m.qmp = qmp
	m.qtest = NewQTest(conns[idQTest])
	m.pins = newPins(qmp, m.qtest, m.trace)
	go m.console.run()
	go m.supervise()
	chip, err := findPL061(ctx, qmp)
	if err != nil {
		return err
	}
	if err := m.pins.attach(ctx, chip); err != nil {
		return err
	}
	if m.cfg.Incoming != "" {
		if err := m.awaitIncoming(ctx); err != nil {
			return err
		}
	}
	if m.cfg.Paused {
		return nil
	}
	return m.Continue(ctx)
}

// supervise waits for the end of QEMU and tidies up.
func (m *Machine) supervise() {
	<-m.process.done
	<-m.console.ended
	// Their readers take what was sent to the last byte, and end by themselves.
	<-m.qmp.done
	<-m.qtest.done
	m.pins.close()
	m.console.conn.Close()
	m.cleanup = harness("remove the machine's folder", m.folder.remove())
	close(m.done)
}

// giveUp ends a start that failed. A QEMU that ended by itself is the better reason than the socket that broke.
func (m *Machine) giveUp(err error, conns map[string]net.Conn) error {
	m.stop()
	if died := m.diedAtStart(); died != nil && !errors.Is(err, context.Canceled) {
		err = died
	}
	m.process.kill()
	<-m.process.done
	for _, conn := range conns {
		conn.Close()
	}
	if m.qtest != nil { // supervise runs
		<-m.done
		return errors.Join(err, m.cleanup)
	}
	m.trace.Close()
	return errors.Join(err, m.folder.remove())
}

// diedAtStart returns how QEMU ended, if it did so by itself: a socket breaks a moment before that is known.
func (m *Machine) diedAtStart() error {
	select {
	case <-m.process.done:
	case <-time.After(500 * time.Millisecond):
		return nil
	}
	if m.cut.Load() {
		return nil
	}
	return m.process.failed("start " + m.cfg.Arch.program())
}
