package qemu

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stderrKept is how much is kept of what QEMU says on its standard error.
const stderrKept = 8 << 10

// process is a running QEMU.
type process struct {
	cmd    *exec.Cmd
	stderr *tail
	done   chan struct{} // closed once it has been reaped
	err    error         // how it ended; set before done is closed
}

// startProcess runs a program that dies with this one, whatever kills this one. The files are its descriptors from
// 3 on.
func startProcess(path string, args []string, files ...*os.File) (*process, error) {
	p := &process{cmd: exec.Command(path, args...), stderr: newTail(stderrKept), done: make(chan struct{})}
	p.cmd.Stderr = p.stderr
	p.cmd.ExtraFiles = files
	p.cmd.SysProcAttr = &syscall.SysProcAttr{
		Pdeathsig: syscall.SIGKILL,
		Setpgid:   true, // a Ctrl-C on the terminal is for us: the board is switched off in order
	}
	// A relay that outlives QEMU for a moment holds its standard error open.
	p.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		// The kernel sends the death signal when the thread that started the child ends: this one must last.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, harness("start "+path, err)
	}
	return p, nil
}

// kill takes the power away. It does not wait.
func (p *process) kill() { _ = p.cmd.Process.Kill() } // it fails only if the process is gone already

// failed words an end that nobody asked for, once it is there.
func (p *process) failed(op string) error {
	err := p.err
	if err == nil {
		err = fmt.Errorf("QEMU ended without a word")
	}
	return &HarnessError{Op: op, Err: err, Stderr: strings.TrimSpace(p.stderr.last(tailShown))}
}
