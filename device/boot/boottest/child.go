package boottest

import (
	"io"
	"io/fs"
	"strings"
	"sync"
	"syscall"

	"smartpos/device/boot"
)

// Child is a running program, as it sees itself.
type Child struct {
	Program boot.Program
	Output  io.Writer             // standard output and standard error
	Pulse   io.Writer             // file descriptor 3, or nil
	Signals <-chan syscall.Signal // all but SIGKILL
	Killed  <-chan struct{}       // closed on SIGKILL: the process is gone, its function should return

	once    sync.Once
	signals chan syscall.Signal
	killed  chan struct{}
	closers []io.Closer
}

// Beat writes one beat to the pulse.
func (c *Child) Beat() { _, _ = c.Pulse.Write([]byte{'.'}) }

// Ready tells that the terminal is ready to sell.
func (c *Child) Ready() { _, _ = c.Pulse.Write([]byte{'!'}) }

// Start implements boot.System.
func (b *Board) Start(p boot.Program) (*boot.Process, error) {
	if err := b.did("start %s", strings.Join(p.Args, " ")); err != nil {
		return nil, err
	}
	run := b.Programs[p.Args[0]]
	if run == nil {
		return nil, &fs.PathError{Op: "fork/exec", Path: p.Args[0], Err: fs.ErrNotExist}
	}
	outRead, outWrite := io.Pipe()
	c := &Child{
		Program: p, Output: outWrite, signals: make(chan syscall.Signal, 8), killed: make(chan struct{}),
		closers: []io.Closer{outWrite},
	}
	c.Signals, c.Killed = c.signals, c.killed
	process := &boot.Process{Output: outRead}
	if p.Pulse {
		read, write := io.Pipe()
		process.Pulse, c.Pulse = read, write
		c.closers = append(c.closers, write)
	}
	b.mu.Lock()
	b.lastPID++
	process.PID = b.lastPID + 100
	b.running[process.PID] = c
	b.mu.Unlock()
	go func() { b.exit(process.PID, c, run(c)) }()
	return process, nil
}

// exit ends a child once, however it ends.
func (b *Board) exit(pid int, c *Child, s boot.Status) {
	c.once.Do(func() {
		for _, closer := range c.closers {
			closer.Close()
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ended <- exit{pid, s} // before it is gone, else Wait could miss it
		delete(b.running, pid)
	})
}

// Orphan has a process end that process 1 never started.
func (b *Board) Orphan() { b.ended <- exit{pid: 99999} }

// Wait implements boot.System.
func (b *Board) Wait() (int, boot.Status, error) {
	b.mu.Lock()
	idle := len(b.running) == 0
	b.mu.Unlock()
	if idle {
		select {
		case e := <-b.ended:
			return e.pid, e.status, nil
		default:
			return 0, boot.Status{}, boot.ErrNoChild
		}
	}
	e := <-b.ended
	return e.pid, e.status, nil
}

// Signal implements boot.System.
func (b *Board) Signal(pid int, sig syscall.Signal) error {
	if err := b.did("signal %v", sig); err != nil {
		return err
	}
	b.mu.Lock()
	c := b.running[pid]
	b.mu.Unlock()
	if c == nil {
		return nil
	}
	if sig == syscall.SIGKILL {
		close(c.killed)
		b.exit(pid, c, boot.Status{Signal: sig})
		return nil
	}
	select {
	case c.signals <- sig:
	default:
	}
	return nil
}
