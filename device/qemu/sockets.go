package qemu

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// maxSocketPath is the longest path of a Unix socket on Linux (unix(7)), without its final NUL.
const maxSocketPath = 107

// folder is a machine's own: the harness listens there and QEMU connects, so that nothing is sent before somebody
// hears it.
type folder struct {
	path string

	mu        sync.Mutex
	listeners map[string]*net.UnixListener
}

// newFolder makes a folder below parent, or the temporary one; somewhere shorter if sockets would not fit.
func newFolder(parent string) (*folder, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	// The longest name in it is "port-" and 32 letters and ".sock".
	if len(parent)+len("/qemu-0123456789/port-.sock")+32 > maxSocketPath {
		parent = "/tmp"
	}
	path, err := os.MkdirTemp(parent, "qemu-")
	if err != nil {
		return nil, harness("make the machine's folder", err)
	}
	return &folder{path: path, listeners: map[string]*net.UnixListener{}}, nil
}

// file is a path in the folder.
func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

// socket is the path of a socket.
func (f *folder) socket(name string) string { return f.file(name + ".sock") }

// listen opens a socket for QEMU.
func (f *folder) listen(name string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: f.socket(name), Net: "unix"})
	if err != nil {
		return harness("listen for QEMU", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners[name] = l
	return nil
}

// accept returns QEMU's connection to a socket, which takes exactly one. It ends with the context, or when ended
// is closed.
func (f *folder) accept(ctx context.Context, name string, ended <-chan struct{}) (net.Conn, error) {
	l := f.take(name)
	defer l.Close()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-ctx.Done():
		case <-ended:
		case <-stop:
			return
		}
		_ = l.SetDeadline(time.Unix(1, 0)) // Accept ends now
	}()
	conn, err := l.Accept()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, harness("wait for QEMU on its socket "+name, fmt.Errorf("it did not connect: %w", err))
	}
	return conn, nil
}

// drop takes a socket back that QEMU did not connect to.
func (f *folder) drop(name string) { f.take(name).Close() }

func (f *folder) take(name string) *net.UnixListener {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.listeners[name]
	delete(f.listeners, name)
	return l
}

// remove leaves nothing behind.
func (f *folder) remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.listeners {
		l.Close()
	}
	return os.RemoveAll(f.path)
}
