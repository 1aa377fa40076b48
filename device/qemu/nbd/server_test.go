package nbd

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes, for tests that make time pass.
type pipes struct {
	ends   chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{ends: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial() *client {
	ours, theirs := net.Pipe()
	p.ends <- theirs
	return &client{Conn: ours}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.ends:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.closed) }); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

// Whatever a client leaves undone ends after its time, and Close tells; only between requests it may take any.
func TestTimeouts(t *testing.T) {
	header := "\x25\x60\x95\x13\x00\x00\x00\x01" + strings.Repeat("\x00", 16) + "\x00\x00\x02\x00"
	for _, tt := range []struct {
		name      string
		negotiate bool
		sends     string
		limit     time.Duration
	}{
		{"no greeting", false, "", handshakeLimit},
		{"half an option", false, "\x00\x00\x00\x03IHAVE", handshakeLimit},
		{"half a header", true, header[:9], transferLimit},
		{"half the data", true, header + "half", transferLimit},
		{"a reply not taken", true, header + strings.Repeat("x", SectorSize), transferLimit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, 8, NoCache)
			synctest.Test(t, func(t *testing.T) {
				listener := newPipes()
				s, err := serve(b.Disk, listener)
				b.must(err)
				c := listener.dial()
				if tt.negotiate {
					b.must(c.negotiate())
					for range 2 {
						time.Sleep(1000 * time.Hour)
						b.must(c.flush())
					}
				} else {
					_, err := io.ReadFull(c, make([]byte, 18))
					b.must(err)
				}
				begun := time.Now()
				if len(tt.sends) > 0 {
					_, err := c.Write([]byte(tt.sends))
					b.must(err)
				}
				for synctest.Wait(); ; synctest.Wait() {
					s.mu.Lock()
					clients := len(s.clients)
					s.mu.Unlock()
					if clients == 0 || time.Since(begun) > time.Hour {
						break
					}
					time.Sleep(time.Second)
				}
				if took := time.Since(begun); took != tt.limit {
					t.Errorf("ended after %v, want %v", took, tt.limit)
				}
				if err := s.Close(); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("Close: %v", err)
				}
				c.Close()
			})
		})
	}
}

// One client more than there is room for is turned away, until another leaves.
func TestClientLimit(t *testing.T) {
	b := newBench(t, 8, NoCache)
	b.serve()
	var clients []*client
	for range maxClients {
		clients = append(clients, b.dial())
	}
	if _, err := dial(b.socket); err == nil {
		t.Fatal("a client too many was let in")
	}
	for i, c := range clients {
		b.must(c.write(int64(i)*SectorSize, sectors(1, 'x')))
	}
	b.must(clients[0].send(0, cmdDisc, 0, 0, nil))
	b.closed(clients[0])
	for end := time.Now().Add(hang); ; {
		c, err := dial(b.socket) // the server may hear of the end a little later
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// Nothing is left behind by Close, whatever clients are at: goroutines, the socket, an error that is none.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	b := newBench(t, 8, VolatileCache)
	s, err := Serve(b.Disk, b.socket)
	b.must(err)
	idle := b.dial()
	half := b.dial()
	b.must(half.send(0, cmdWrite, 0, SectorSize, []byte("half")))
	b.raw()
	gone := b.dial()
	b.must(gone.send(0, cmdWrite, 0, SectorSize, []byte("killed here")))
	b.must(gone.Close())
	b.must(s.Close())
	b.must(s.Close())
	b.closed(idle)
	if _, err := os.Stat(b.socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket: %v", err)
	}
	for end := time.Now().Add(hang); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// Close waits for a cut that is being made.
func TestCloseWaits(t *testing.T) {
	b := newBench(t, 8, NoCache)
	s, c := b.start()
	inCut := make(chan bool)
	var ended atomic.Bool
	b.must(b.ArmWrite(1, func() {
		close(inCut)
		time.Sleep(20 * time.Millisecond) // for a Close that does not wait to get ahead
		ended.Store(true)
	}))
	b.must(c.send(0, cmdFlush, 0, 0, nil))
	<-inCut
	if b.must(s.Close()); !ended.Load() {
		t.Error("Close returned before the cut did")
	}
}

func TestServeRefuses(t *testing.T) {
	b := newBench(t, 8, NoCache)
	b.serve()
	other := b.socket + "2"
	if _, err := Serve(b.Disk, other); !errors.Is(err, ErrServed) {
		t.Errorf("a disk that is served: %v", err)
	}
	if _, err := os.Stat(other); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket of a refused disk: %v", err)
	}
	disk, err := NewDisk(b.file, b.size, NoCache)
	b.must(err)
	if _, err := Serve(disk, b.socket); err == nil {
		t.Error("another's socket was taken")
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if _, err := Serve(disk, long); err == nil || !strings.Contains(err.Error(), "at most 107") {
		t.Errorf("a long name: %v", err)
	}
}

// Cuts from anywhere, at any moment, while clients work: the rules hold, and nobody waits for ever.
func TestCutsWhileClientsWork(t *testing.T) {
	b := newBench(t, 64, VolatileCache)
	for round := range 20 {
		s := b.serve()
		var clients sync.WaitGroup
		for i := range maxClients {
			c := b.dial()
			clients.Go(func() {
				at := int64(16*i) * SectorSize
				for n := byte(1); ; n++ {
					if c.write(at, sectors(16, n)) != nil || c.flush() != nil {
						return
					}
					if data, err := c.read(at, 16*SectorSize); err == nil && data[0] != n {
						t.Errorf("client %d reads %d, want %d", i, data[0], n)
						return
					}
				}
			})
		}
		reached := make(chan bool)
		b.must(b.ArmWrite(50, func() { close(reached) }))
		<-reached
		if round%2 == 0 {
			b.must(s.Close())
		}
		_, err := b.Cut(uint64(round))
		b.must(err)
		b.must(s.Close())
		clients.Wait()
	}
}
