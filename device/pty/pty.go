package pty

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrHungUp is returned when the line is unplugged: after [Master.Hangup] and until [Master.Replug].
var ErrHungUp = errors.New("pty is hung up")

// Master is the far end of a line. One goroutine may read while another writes; any may call the rest.
type Master struct {
	link string

	mu     sync.Mutex
	master *os.File // nil while hung up
	slave  *os.File // held open; also where the line's settings are read
	closed bool
	readBy time.Time
	sendBy time.Time
}

// Open makes a pty in raw mode and publishes its slave as the symbolic link link, replacing a link that stands
// there, never a file of another kind.
func Open(link string) (*Master, error) {
	m := &Master{link: link}
	if err := m.Replug(); err != nil {
		return nil, err
	}
	return m, nil
}

// Link returns the name under which the line is published.
func (m *Master) Link() string { return m.link }

// Replug makes a fresh pty behind the same name, as when a cable is put back. It does nothing to a line that is
// plugged in.
func (m *Master) Replug() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return m.fail("replug", os.ErrClosed)
	case m.master != nil:
		return nil
	}
	master, slave, err := open()
	if err != nil {
		return m.fail("open", err)
	}
	if err := publish(slave.Name(), m.link); err != nil {
		slave.Close()
		master.Close()
		return m.fail("publish", err)
	}
	m.master, m.slave = master, slave
	// Deadlines belong to the line, whichever pty stands behind it.
	return errors.Join(master.SetReadDeadline(m.readBy), master.SetWriteDeadline(m.sendBy))
}

// fail words an error of this line.
func (m *Master) fail(op string, err error) error {
	return fmt.Errorf("pty %s: %s: %w", m.link, op, err)
}

// open returns a pty's two ends, unlocked and raw.
func open() (master, slave *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("open /dev/ptmx", err)
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, os.NewSyscallError("unlock", err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, os.NewSyscallError("number", err)
	}
	name := "/dev/pts/" + strconv.Itoa(number)
	slave, err = os.OpenFile(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := onFD(slave, makeRaw); err != nil {
		slave.Close()
		return nil, nil, os.NewSyscallError("raw mode", err)
	}
	return os.NewFile(uintptr(fd), "/dev/ptmx"), slave, nil
}

// makeRaw sets a terminal as cfmakeraw(3) does, at 9600 baud.
func makeRaw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.PARENB | unix.CBAUD
	t.Cflag |= unix.CS8 | unix.B9600
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// publish points link at target in one step: who opens it finds the old line or the new one.
func publish(target, link string) error {
	if old, err := os.Lstat(link); err == nil && old.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("%s is not a link: it is left alone", link)
	}
	fresh := link + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, link)
}

// onFD runs an ioctl without taking the file away from the poller, which File.Fd would.
func onFD(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// Hangup unplugs the line: its name goes, whoever has it open gets an error or end of file, and what was under
// way is lost.
func (m *Master) Hangup() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return m.fail("hang up", os.ErrClosed)
	case m.master == nil:
		return nil
	}
	return m.hangup()
}

func (m *Master) hangup() error {
	var err error
	// The link goes first, so that nobody opens the old line again; one that someone else put there stays.
	if target, e := os.Readlink(m.link); e == nil && target == m.slave.Name() {
		err = os.Remove(m.link)
	}
	err = errors.Join(err, m.slave.Close(), m.master.Close())
	m.master, m.slave = nil, nil
	return err
}

// Close unplugs the line for good and ends every call on it.
func (m *Master) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return m.fail("close", os.ErrClosed)
	}
	m.closed = true
	if m.master == nil {
		return nil
	}
	return m.hangup()
}

// current returns the file to work on.
func (m *Master) current() (master, slave *os.File, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return nil, nil, os.ErrClosed
	case m.master == nil:
		return nil, nil, ErrHungUp
	}
	return m.master, m.slave, nil
}

// Read reads what the firmware wrote. Errors: [os.ErrDeadlineExceeded], [ErrHungUp], [os.ErrClosed].
func (m *Master) Read(b []byte) (int, error) {
	f, _, err := m.current()
	if err != nil {
		return 0, m.fail("read", err)
	}
	n, err := f.Read(b)
	return n, m.word("read", err)
}

// Write sends b to the firmware; it waits while the firmware leaves too much unread. Errors as [Master.Read].
func (m *Master) Write(b []byte) (int, error) {
	f, _, err := m.current()
	if err != nil {
		return 0, m.fail("write", err)
	}
	n, err := f.Write(b)
	return n, m.word("write", err)
}

// word tells a file closed by Hangup from one closed by Close.
func (m *Master) word(op string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return m.fail(op, os.ErrDeadlineExceeded)
	}
	if errors.Is(err, os.ErrClosed) || errors.Is(err, syscall.EIO) {
		m.mu.Lock()
		closed := m.closed
		m.mu.Unlock()
		if closed {
			return m.fail(op, os.ErrClosed)
		}
		return m.fail(op, ErrHungUp)
	}
	return m.fail(op, err)
}

// SetReadDeadline ends Reads at t; the zero time means never.
func (m *Master) SetReadDeadline(t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readBy = t
	if m.master == nil {
		return nil
	}
	return m.master.SetReadDeadline(t)
}

// SetWriteDeadline ends Writes at t; the zero time means never.
func (m *Master) SetWriteDeadline(t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sendBy = t
	if m.master == nil {
		return nil
	}
	return m.master.SetWriteDeadline(t)
}
