package nbd

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// maxClients is how many clients are served at a time; one more is turned away. QEMU connects once, and again
// where one machine takes over from another.
const maxClients = 4

// Server serves a disk to NBD clients.
type Server struct {
	disk     *Disk
	listener net.Listener
	dropped  chan struct{} // closed when it has let go of its clients
	drops    sync.Once
	done     sync.WaitGroup

	mu      sync.Mutex
	clients map[net.Conn]bool // nil when there will be none any more
	failure error             // the first
}

// Serve makes a disk the export of the empty name on a Unix socket, which must not exist. Close the server when
// it is done, also after [Disk.Cut]. Errors: [ErrServed], [ErrUndecided], those of listening.
func Serve(disk *Disk, socket string) (*Server, error) {
	if most := len(unix.RawSockaddrUnix{}.Path) - 1; len(socket) > most { // unix(7): with its final NUL
		return nil, fmt.Errorf("nbd: the socket's path %s is %d bytes long, at most %d", socket, len(socket), most)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("nbd: %w", err)
	}
	return serve(disk, listener)
}

func serve(disk *Disk, listener net.Listener) (*Server, error) {
	s := &Server{disk: disk, listener: listener, dropped: make(chan struct{}), clients: map[net.Conn]bool{}}
	if err := disk.powerOn(s); err != nil {
		listener.Close()
		return nil, err
	}
	s.done.Go(s.accept)
	return s, nil
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			s.fail(err)
			return
		}
		if !s.admit(conn) {
			conn.Close()
			continue
		}
		s.done.Go(func() {
			s.fail(newSession(s, conn).serve())
			s.dismiss(conn)
		})
	}
}

func (s *Server) admit(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients == nil || len(s.clients) == maxClients {
		return false
	}
	s.clients[conn] = true
	return true
}

func (s *Server) dismiss(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, conn)
}

// fail remembers the first error that is not the consequence of letting go.
func (s *Server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && s.failure == nil && s.clients != nil {
		s.failure = fmt.Errorf("nbd: %w", err)
	}
}

// drop lets go of all clients, now and to come. It waits for nothing.
func (s *Server) drop() {
	s.drops.Do(func() {
		s.mu.Lock()
		clients := s.clients
		s.clients = nil
		s.mu.Unlock()
		close(s.dropped)
		s.listener.Close() // removes the socket
		for conn := range clients {
			conn.Close()
		}
	})
}

// Close ends the service and waits until nothing of it is left. The disk keeps its power: all that is in its cache
// goes into the file, except where an armed cut was reached. Called by that cut itself, it would wait for ever.
//
// It returns the first error of the service: [ErrProtocol] or [os.ErrDeadlineExceeded] for a client that
// misbehaved, an error of the storage. A client that merely went away is none.
func (s *Server) Close() error {
	s.drop()
	s.done.Wait()
	err := s.disk.powerDown(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.failure, err)
}
