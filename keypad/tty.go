package keypad

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// cancelReader reads a file so that Close makes a waiting Read return at once. A plain os.File does that
// only for files the Go runtime can poll, which an inherited standard input is not. Read waits in poll(2)
// for the file or for a pipe that Close writes to.
type cancelReader struct {
	file  *os.File
	raw   syscall.RawConn
	owned bool // Close closes file

	wakeRead, wakeWrite *os.File
	closing             sync.Once
	mode                *unix.Termios // the terminal's mode to go back to; nil if it is no terminal
}

// newCancelReader takes file over. A terminal is put in raw mode until Close.
func newCancelReader(file *os.File, owned bool) (*cancelReader, error) {
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &cancelReader{file: file, raw: raw, owned: owned}
	if r.wakeRead, r.wakeWrite, err = os.Pipe(); err != nil {
		return nil, err
	}
	if err := r.makeRaw(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// makeRaw makes a terminal deliver each key at once and unchanged. Interrupt keys go on working (ISIG), and
// output is processed as before (OPOST), because the display may share the terminal.
func (r *cancelReader) makeRaw() error {
	var set error
	err := r.raw.Control(func(fd uintptr) {
		mode, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if err != nil {
			return // no terminal
		}
		before := *mode
		mode.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR |
			unix.ICRNL | unix.IXON | unix.IXOFF
		mode.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.IEXTEN
		mode.Lflag |= unix.ISIG
		mode.Cc[unix.VMIN], mode.Cc[unix.VTIME] = 1, 0
		if set = unix.IoctlSetTermios(int(fd), unix.TCSETS, mode); set == nil {
			r.mode = &before
		}
	})
	return errors.Join(err, os.NewSyscallError("TCSETS", set))
}

func (r *cancelReader) Read(p []byte) (int, error) {
	if err := r.wait(); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}

// wait returns when the file can be read, and os.ErrClosed once Close was called.
func (r *cancelReader) wait() error {
	wake, err := r.wakeRead.SyscallConn()
	if err != nil {
		return err
	}
	var woken bool
	var failed error
	poll := func(fd, wakeFD uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wakeFD), Events: unix.POLLIN}}
		for {
			_, failed = unix.Poll(fds, -1)
			if failed != unix.EINTR {
				break
			}
		}
		woken = fds[1].Revents != 0
	}
	var inner error
	err = r.raw.Control(func(fd uintptr) {
		inner = wake.Control(func(wakeFD uintptr) { poll(fd, wakeFD) })
	})
	switch {
	case err != nil || inner != nil:
		return errors.Join(err, inner)
	case failed != nil:
		return os.NewSyscallError("poll", failed)
	case woken:
		return os.ErrClosed
	}
	return nil
}

// Close restores the terminal and makes Read return. It may be called while Read waits.
func (r *cancelReader) Close() error {
	var err error
	r.closing.Do(func() {
		if r.mode != nil {
			_ = r.raw.Control(func(fd uintptr) { // fails only if the terminal itself is gone
				_ = unix.IoctlSetTermios(int(fd), unix.TCSETS, r.mode)
			})
		}
		// Closing this end wakes the poll on the other; os.File keeps that one's number until then.
		err = errors.Join(r.wakeWrite.Close(), r.wakeRead.Close())
		if r.owned {
			err = errors.Join(err, r.file.Close())
		}
	})
	return err
}

// onlyReader is a reader without a Close, whose Read can't be interrupted.
type onlyReader struct{ io.Reader }

func (onlyReader) Close() error { return nil }
