package displaytest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

// A FlushListener is told of each flush of a framebuffer, as the program behind
// display.FramebufferConfig.Notify.
type FlushListener struct {
	listener *net.UnixListener
	onFlush  func()
	running  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
}

// ListenFlush listens on a unix socket at path, where a stale one is replaced, and calls onFlush after each
// flush; while onFlush runs the firmware does not draw, as long as it takes well under 200 ms. Calls don't
// overlap as long as there is one firmware.
func ListenFlush(path string, onFlush func()) (*FlushListener, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("displaytest: %w", err)
		}
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("displaytest: %w", err)
	}
	l := &FlushListener{listener: listener, onFlush: onFlush, conns: make(map[net.Conn]struct{})}
	l.running.Go(l.accept)
	return l, nil
}

func (l *FlushListener) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return // closed
		}
		l.mu.Lock()
		if l.closed {
			conn.Close()
		} else {
			l.conns[conn] = struct{}{}
			l.running.Go(func() { l.serve(conn) })
		}
		l.mu.Unlock()
	}
}

// serve answers one firmware until it hangs up.
func (l *FlushListener) serve(conn net.Conn) {
	defer func() {
		conn.Close()
		l.mu.Lock()
		delete(l.conns, conn)
		l.mu.Unlock()
	}()
	var number [4]byte
	for {
		if _, err := io.ReadFull(conn, number[:]); err != nil {
			return
		}
		l.onFlush()
		if _, err := conn.Write(number[:]); err != nil {
			return
		}
	}
}

// Close stops listening, removes the socket and returns when onFlush runs no more.
func (l *FlushListener) Close() error {
	l.mu.Lock()
	l.closed = true
	for conn := range l.conns {
		conn.Close()
	}
	l.mu.Unlock()
	err := l.listener.Close()
	l.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}
