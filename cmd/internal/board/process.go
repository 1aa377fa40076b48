package board

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"smartpos/cmd/internal/board/disktrace"
)

// process is one run of the firmware on the host, from power on to power off.
type process struct {
	cmd    *exec.Cmd
	tracer *disktrace.Tracer // nil: its disk writes are not traced
	done   chan struct{}     // closed when the process and all its threads are gone

	mu     sync.Mutex
	killed bool  // by us
	itself bool  // it ended without being told to; valid after done
	err    error // valid after done
}

// startProcess runs argv in dir with its output in log. shim, if there is one, is put before argv so that the
// writes below data can be counted.
func startProcess(dir string, argv, shim []string, data string, log *os.File) (*process, error) {
	p := &process{done: make(chan struct{})}
	p.cmd = exec.Command(argv[0], argv[1:]...)
	if len(shim) > 0 {
		full := append(append([]string{}, shim...), argv...)
		p.cmd = exec.Command(full[0], full[1:]...)
		var err error
		if p.tracer, err = disktrace.Prepare(p.cmd, data); err != nil {
			return nil, err
		}
	}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
	// A group of its own, so that a cut takes everything the firmware started; and the firmware must not outlive
	// a board that was killed itself.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}

	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		if p.tracer != nil {
			p.tracer.Abandon()
		}
		return nil, fmt.Errorf("start the firmware: %w", err)
	}
	if p.tracer != nil {
		// A machine that can't trace still runs the firmware; arming a cut then says why it can't.
		if err := p.tracer.Attach(); err != nil && !errors.Is(err, disktrace.ErrUnsupported) {
			p.kill()
			<-p.done
			return nil, err
		}
	}
	return p, nil
}

// run starts the process and waits for it on one thread: the signal of Pdeathsig comes when the thread that
// started the process ends, not when the program does.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	err = p.cmd.Wait()
	p.mu.Lock()
	p.itself, p.err = !p.killed, err
	p.mu.Unlock()
	p.kill() // what it may have left behind in its group
	if p.tracer != nil {
		p.tracer.Close()
	}
	close(p.done)
}

// kill ends the whole group at once.
func (p *process) kill() {
	p.mu.Lock()
	p.killed = true
	p.mu.Unlock()
	if p.cmd.Process != nil {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // ESRCH: it is gone
	}
}

// stop asks the firmware to end, and kills it after the grace.
func (p *process) stop(grace time.Duration) {
	p.mu.Lock()
	p.killed = true
	p.mu.Unlock()
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		p.kill()
		<-p.done
	}
}

// armDiskWrite has cut called right before the nth step of the process on its data.
func (p *process) armDiskWrite(n int, cut func()) error {
	if p.tracer == nil {
		return disktrace.ErrUnsupported
	}
	return p.tracer.Arm(n, func(disktrace.Step) { cut() })
}

// ended reports whether the process is gone.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
