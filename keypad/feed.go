package keypad

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

const (
	// A device that is gone is opened again after reopenFirst, then after twice that, up to reopenMost.
	reopenFirst = 50 * time.Millisecond
	reopenMost  = 2 * time.Second

	// closeWait is how long Close waits for a Read that can't be interrupted.
	closeWait = 200 * time.Millisecond
)

// feed reads a device that may vanish, and passes on what it reads in pieces.
//
//	open ─▶ read ─▶ pieces ─▶ the source's own goroutine
//	  ▲      │ error: one piece with err
//	  └──────┘ pause, growing
type feed struct {
	device string
	// open opens the device. Closing what it returns must make a Read return.
	open func() (io.ReadCloser, error)
	// once says that the device can't be opened again: its end is the end of the feed.
	once   bool
	pieces chan piece

	stop    chan struct{}
	stopped sync.Once
	done    chan struct{}

	mu      sync.Mutex
	current io.ReadCloser
}

// piece is something read, or an outage; opened is set on the first piece after opening.
type piece struct {
	data   []byte
	err    error         // wraps ErrGone; or io.EOF as the last piece of a feed with once set
	opened io.ReadCloser // the device was opened; data is empty
}

func newFeed(device string, once bool, open func() (io.ReadCloser, error)) *feed {
	return &feed{
		device: device, open: open, once: once,
		pieces: make(chan piece), stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// run feeds until close is called, or until the end of a device that can't come back.
func (f *feed) run() {
	defer close(f.done)
	pause, told := reopenFirst, false
	for {
		began := time.Now()
		read, err := f.session()
		if f.closing() {
			return
		}
		if f.once {
			if !errors.Is(err, io.EOF) {
				f.send(piece{err: f.gone(err)})
			}
			f.send(piece{err: io.EOF})
			return
		}
		if read || time.Since(began) > reopenMost { // it worked: this is a new outage
			pause, told = reopenFirst, false
		}
		if !told && !f.send(piece{err: f.gone(err)}) {
			return
		}
		told = true
		select {
		case <-time.After(pause):
		case <-f.stop:
			return
		}
		pause = min(2*pause, reopenMost)
	}
}

// session opens the device and reads it until it fails; read reports whether anything came.
func (f *feed) session() (read bool, err error) {
	device, err := f.open()
	if err != nil {
		return false, err
	}
	if !f.hold(device) {
		device.Close()
		return false, ErrClosed
	}
	defer f.release()
	if !f.send(piece{opened: device}) {
		return false, ErrClosed
	}
	buf := make([]byte, 1024)
	for {
		n, err := device.Read(buf)
		if n > 0 {
			read = true
			if !f.send(piece{data: append([]byte(nil), buf[:n]...)}) {
				return read, ErrClosed
			}
		}
		if err != nil {
			return read, err
		}
		if n == 0 { // a tty with VMIN 0, or a broken reader: an end, lest this spins
			return read, io.ErrNoProgress
		}
	}
}

// gone describes an outage. The path is in the device's name already.
func (f *feed) gone(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return fmt.Errorf("keypad %s: %w: %w", f.device, ErrGone, err)
}

func (f *feed) send(p piece) bool {
	select {
	case f.pieces <- p:
		return true
	case <-f.stop:
		return false
	}
}

func (f *feed) hold(device io.ReadCloser) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing() {
		return false
	}
	f.current = device
	return true
}

func (f *feed) release() {
	f.mu.Lock()
	device := f.current
	f.current = nil
	f.mu.Unlock()
	if device != nil {
		device.Close()
	}
}

func (f *feed) closing() bool {
	select {
	case <-f.stop:
		return true
	default:
		return false
	}
}

// close stops run. It waits for it, but not for ever: a Read of a device that ignores its Close is left behind.
func (f *feed) close() {
	f.stopped.Do(func() { close(f.stop) })
	f.release()
	select {
	case <-f.done:
	case <-time.After(closeWait):
	}
}
