package boot

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Start starts a program. Its descriptors: 0 is /dev/null, 1 and 2 the output pipe, 3 the pulse.
func (l *linux) Start(p Program) (*Process, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer outWrite.Close()
	files := []*os.File{null, outWrite, outWrite}
	process := &Process{Output: outRead}
	if p.Pulse {
		read, write, err := os.Pipe()
		if err != nil {
			outRead.Close()
			return nil, err
		}
		defer write.Close()
		process.Pulse = read
		files = append(files, write)
	}
	started, err := os.StartProcess(p.Args[0], p.Args, &os.ProcAttr{
		Dir: "/", Env: p.Env, Files: files, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		for _, c := range []io.Closer{process.Output, process.Pulse} {
			if c != nil {
				c.Close()
			}
		}
		return nil, err
	}
	process.PID = started.Pid
	// Whoever waits for all children waits for this one too.
	return process, started.Release()
}

func (l *linux) Wait() (int, Status, error) {
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			return 0, Status{}, ErrNoChild
		case err != nil:
			return 0, Status{}, os.NewSyscallError("wait4", err)
		case ws.Signaled():
			return pid, Status{Signal: ws.Signal()}, nil
		case ws.Exited():
			return pid, Status{Code: ws.ExitStatus()}, nil
		}
	}
}

func (l *linux) Signal(pid int, sig syscall.Signal) error {
	if err := unix.Kill(-pid, sig); err != nil && !errors.Is(err, unix.ESRCH) {
		return os.NewSyscallError("kill", err)
	}
	return nil
}
