package disktrace

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// socketFD is where the shim finds its socket to the supervisor: the first of [exec.Cmd.ExtraFiles].
const socketFD = 3

// Shim is the body of the hidden verb that starts a traced program: it installs the filter, hands the listener
// to the supervisor and becomes argv. It returns only on failure, and tells the supervisor why; a machine
// without seccomp still runs the program, untraced.
func Shim(argv []string) error {
	if len(argv) == 0 {
		return fmt.Errorf("disktrace: no program to start")
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return fmt.Errorf("disktrace: %w", err)
	}
	// The filter belongs to this thread, and execve keeps the thread that calls it.
	runtime.LockOSThread()
	unix.CloseOnExec(socketFD)
	listener, err := install()
	if err := report(socketFD, listener, err); err != nil {
		return fmt.Errorf("disktrace: the supervisor is gone: %w", err)
	}
	return fmt.Errorf("disktrace: start %s: %w", path, syscall.Exec(path, argv, os.Environ()))
}

// report sends the listener, or the reason why there is none.
func report(socket, listener int, reason error) error {
	if reason != nil {
		return unix.Sendmsg(socket, []byte("!"+reason.Error()), nil, nil, 0)
	}
	return unix.Sendmsg(socket, []byte("+"), unix.UnixRights(listener), nil, 0)
}
