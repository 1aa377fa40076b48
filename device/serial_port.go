package device

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

// port is a line while it is open, twice.
//
// tarm/serial opens and sets up the line, and keeps it open. It reads and writes by blocking calls though: with a
// time-out of at least 100 ms that looks like end of file, or without any, and then Close waits for ever; a Write
// to a line that is held never returns. So bytes go through a second descriptor of the same line, which is
// non-blocking and watched by Go's poller: deadlines hold in both directions, Close ends every call, and end of
// file means what it says. The second one also reaches what tarm/serial does not know: flow control, another
// rate, the send queue.
type port struct {
	opener *serial.Port
	file   *os.File
	raw    syscall.RawConn
	once   sync.Once
}

// openPort opens the line at path. Errors are the kernel's.
func openPort(path string, baud int, flow Flow) (_ *port, err error) {
	// A link is followed once, so that both descriptors are of one line even if the link is moved meanwhile.
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	// No ReadTimeout: a read then waits for its first byte (VMIN 1), and a non-blocking one says EAGAIN instead
	// of the nothing that would look like a hang-up.
	opener, err := serial.OpenPort(&serial.Config{Name: real, Baud: baud})
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(real, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		opener.Close()
		return nil, err
	}
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		opener.Close()
		return nil, err
	}
	p := &port{opener: opener, file: file, raw: raw}
	if err := p.setFlow(flow); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// close lets go of the line. Output that the kernel still has is thrown away first: closing a serial line waits
// for it, by default for 30 seconds when the far end holds it. Where there is none nothing is flushed, because
// flushing a pty takes away what its far end has not read yet.
func (p *port) close() {
	p.once.Do(func() {
		if n, err := p.queued(); err == nil && n > 0 {
			_ = p.ioctl(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) })
		}
		p.file.Close()
		p.opener.Close()
	})
}

// ioctl runs do on the line, and again when a signal interrupted it: Go's own scheduler sends signals, and a
// wait for the hardware to drain is long enough to be hit. It leaves the descriptor to the poller, from which
// File.Fd would take it.
func (p *port) ioctl(do func(fd int) error) error {
	var inner error
	if err := p.raw.Control(func(fd uintptr) {
		for inner = unix.EINTR; errors.Is(inner, unix.EINTR); {
			inner = do(int(fd))
		}
	}); err != nil {
		return err
	}
	return inner
}

// change reads the line's settings, changes them and writes them back.
func (p *port) change(do func(t *unix.Termios)) error {
	return p.ioctl(func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		do(t)
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
}

// setFlow sets the flow control. Only the far end's wish is obeyed; it is never asked to wait itself, since the
// kernel holds 4 kB of input and no device here sends more than that unread.
func (p *port) setFlow(flow Flow) error {
	return p.change(func(t *unix.Termios) {
		t.Iflag &^= unix.IXON | unix.IXOFF | unix.IXANY
		t.Cflag &^= unix.CRTSCTS
		switch flow {
		case FlowXonXoff:
			t.Iflag |= unix.IXON
			// tarm/serial leaves all control characters at zero, which means "none": nothing would hold the line.
			t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
		case FlowRTSCTS:
			t.Cflag |= unix.CRTSCTS
		}
	})
}

// rateBits are the kernel's names of baudRates.
var rateBits = map[int]uint32{
	1200: unix.B1200, 2400: unix.B2400, 4800: unix.B4800, 9600: unix.B9600, 19200: unix.B19200,
	38400: unix.B38400, 57600: unix.B57600, 115200: unix.B115200, 230400: unix.B230400,
	460800: unix.B460800, 921600: unix.B921600,
}

func (p *port) setBaud(baud int) error {
	bits, ok := rateBits[baud]
	if !ok {
		return fmt.Errorf("no such rate: %d", baud)
	}
	return p.change(func(t *unix.Termios) {
		t.Cflag = t.Cflag&^unix.CBAUD | bits
		t.Ispeed, t.Ospeed = bits, bits
	})
}

// queued returns how many bytes the kernel has yet to send.
func (p *port) queued() (n int, err error) {
	err = p.ioctl(func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.TIOCOUTQ)
		return err
	})
	return n, err
}

// drainHardware waits for the hardware's own few bytes, once the kernel's queue is empty: before that it could
// wait for ever.
func (p *port) drainHardware() error {
	return p.ioctl(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCSBRK, 1) })
}
