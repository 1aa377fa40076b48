package disktrace

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// handshake is how long the shim may take from its start to its report.
const handshake = 10 * time.Second

// Tracer supervises one traced program.
type Tracer struct {
	folder string
	socket *os.File // ours of the pair, until the handshake is done
	theirs *os.File

	mu     sync.Mutex
	reason error // why there is no tracing, once known
	left   int   // steps until the cut, counting it; 0: not armed
	seen   int
	cut    func(Step) // what happens then
	fault  unix.Errno // what the call answers; 0: it gets no answer, because the program dies in it
	stays  bool       // every later step fails, too
	wake   int        // write end of the pipe that ends the loop, -1 when there is none

	done chan struct{}
}

// Prepare makes cmd, whose arguments must start the shim, traced: call it before cmd.Start, and [Tracer.Attach]
// after it. Steps on files below folder count.
func Prepare(cmd *exec.Cmd, folder string) (*Tracer, error) {
	if len(cmd.ExtraFiles) != 0 {
		return nil, errors.New("disktrace: the command already passes files")
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("disktrace: socketpair: %w", err)
	}
	if abs, err := filepath.Abs(folder); err == nil {
		folder = abs
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real // as /proc will name it
	}
	t := &Tracer{
		folder: folder,
		socket: os.NewFile(uintptr(fds[0]), "disktrace"),
		theirs: os.NewFile(uintptr(fds[1]), "disktrace-shim"),
		wake:   -1,
		done:   make(chan struct{}),
	}
	cmd.ExtraFiles = []*os.File{t.theirs}
	return t, nil
}

// Attach takes the listener from the started shim and answers the program from then on. An error wraps
// [ErrUnsupported] when the program runs untraced, which the caller may accept; [Tracer.Arm] repeats it.
func (t *Tracer) Attach() error {
	_ = t.theirs.Close()
	listener, err := receive(t.socket)
	_ = t.socket.Close()
	if err != nil {
		t.mu.Lock()
		t.reason = err
		t.mu.Unlock()
		close(t.done)
		return err
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		_ = unix.Close(listener)
		close(t.done)
		return fmt.Errorf("disktrace: pipe: %w", err)
	}
	t.mu.Lock()
	t.wake = pipe[1]
	t.mu.Unlock()
	go t.serve(listener, pipe[0])
	return nil
}

// Abandon releases what Prepare took when the command could not be started.
func (t *Tracer) Abandon() {
	_ = t.theirs.Close()
	_ = t.socket.Close()
	close(t.done)
}

// receive waits for the shim's report.
func receive(socket *os.File) (int, error) {
	fd := int(socket.Fd())
	tv := unix.NsecToTimeval(handshake.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return -1, fmt.Errorf("disktrace: time-out: %w", err)
	}
	text, oob := make([]byte, 1024), make([]byte, unix.CmsgSpace(4))
	var n, oobn int
	var err error
	for {
		n, oobn, _, _, err = unix.Recvmsg(fd, text, oob, unix.MSG_CMSG_CLOEXEC)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return -1, fmt.Errorf("%w: no report from the shim: %w", ErrUnsupported, err)
	}
	if n == 0 {
		return -1, fmt.Errorf("%w: the shim ended without a report", ErrUnsupported)
	}
	if text[0] != '+' {
		return -1, fmt.Errorf("%w: %s", ErrUnsupported, strings.TrimPrefix(string(text[1:n]), ErrUnsupported.Error()+": "))
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		return -1, fmt.Errorf("disktrace: the report carries no listener: %v", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return -1, fmt.Errorf("disktrace: the report carries no listener: %v", err)
	}
	return fds[0], nil
}

// Arm calls cut instead of letting the nth step from now happen; the step is never made, so cut must kill the
// program. It replaces an earlier Arm. The error says why this program can't be traced.
func (t *Tracer) Arm(n int, cut func(Step)) error {
	if n < 1 {
		return fmt.Errorf("disktrace: a cut at step %d: steps count from 1", n)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reason != nil {
		return t.reason
	}
	t.left, t.seen, t.cut, t.fault, t.stays = n, 0, cut, 0, false
	return nil
}

// Fail makes the nth step from now fail with fault instead of happening, and with stays every step after it; told, if
// not nil, hears of each. It replaces an earlier Arm or Fail.
func (t *Tracer) Fail(n int, fault unix.Errno, stays bool, told func(Step)) error {
	if n < 1 || fault == 0 {
		return fmt.Errorf("disktrace: fault %d at step %d: steps count from 1, and a fault has a number", fault, n)
	}
	if told == nil {
		told = func(Step) {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reason != nil {
		return t.reason
	}
	t.left, t.seen, t.cut, t.fault, t.stays = n, 0, told, fault, stays
	return nil
}

// Disarm forgets the cut.
func (t *Tracer) Disarm() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left, t.cut = 0, nil
}

// Close ends the tracing. Call it after the program has ended: a traced call that nobody answers fails.
func (t *Tracer) Close() {
	t.mu.Lock()
	if t.wake >= 0 {
		_ = unix.Close(t.wake)
		t.wake = -1
	}
	t.mu.Unlock()
	<-t.done
}

// notification is struct seccomp_notif of linux/seccomp.h.
type notification struct {
	ID    uint64
	PID   uint32
	Flags uint32
	Data  struct {
		Nr     int32
		Arch   uint32
		Caller uint64 // instruction pointer
		Args   [6]uint64
	}
}

// response is struct seccomp_notif_resp.
type response struct {
	ID    uint64
	Val   int64
	Error int32
	Flags uint32
}

// serve answers the program until it has ended or Close is called.
func (t *Tracer) serve(listener, wake int) {
	defer close(t.done)
	defer func() {
		_ = unix.Close(listener)
		_ = unix.Close(wake)
	}()
	poll := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(poll, -1); err == unix.EINTR {
			continue
		} else if err != nil {
			return
		}
		if poll[1].Revents != 0 || poll[0].Revents&unix.POLLIN == 0 {
			return // told to end, or nobody is left under the filter
		}
		var n notification
		if errno := ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); errno != 0 {
			continue // EINTR, or ENOENT: the caller died before it was heard
		}
		reached, fault := t.step(&n)
		if reached && fault == 0 {
			continue // no answer: the caller dies in this call
		}
		r := response{ID: n.ID, Flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if reached {
			r.Flags, r.Error = 0, -int32(fault)
		}
		_ = ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) // ENOENT: it died meanwhile
	}
}

func ioctl(fd int, request uint, p unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(p))
	return errno
}
