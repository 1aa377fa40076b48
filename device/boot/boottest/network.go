package boottest

import (
	"net"
	"os"
	"sync"
	"time"

	"smartpos/device/boot"
)

// Plug puts the network cable in, or pulls it out.
func (b *Board) Plug(in bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cable = in
}

// LinkUp implements boot.System.
func (b *Board) LinkUp(name string) error { return b.did("up %s", name) }

// Hardware implements boot.System.
func (b *Board) Hardware(name string) ([6]byte, error) {
	return [6]byte{0x52, 0x54, 0, 0x12, 0x34, 0x56}, b.did("hardware %s", name)
}

// Carrier implements boot.System.
func (b *Board) Carrier(string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cable
}

// SetAddress implements boot.System.
func (b *Board) SetAddress(name string, a boot.Address) error {
	return b.did("address %s %v by %v, dns %v", name, a.Prefix, a.Gateway, a.DNS)
}

// ClearAddress implements boot.System.
func (b *Board) ClearAddress(name string) error { return b.did("no address %s", name) }

// ListenDHCP implements boot.System.
func (b *Board) ListenDHCP(name string) (boot.DHCPConn, error) {
	if err := b.did("listen %s", name); err != nil {
		return nil, err
	}
	return &conn{board: b, bell: make(chan struct{}, 1)}, nil
}

// conn is a DHCP client's socket.
type conn struct {
	board *Board
	bell  chan struct{}

	mu       sync.Mutex
	deadline time.Time
	queue    [][]byte
}

func (c *conn) ring() {
	select {
	case c.bell <- struct{}{}:
	default:
	}
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	c.ring()
	return nil
}

func (c *conn) WriteTo(p []byte, _ net.Addr) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.board.Wire != nil && c.board.Carrier("") {
		c.queue = append(c.queue, c.board.Wire(p)...)
	}
	c.ring()
	return len(p), nil
}

func (c *conn) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		c.mu.Lock()
		if len(c.queue) > 0 {
			n := copy(p, c.queue[0])
			c.queue = c.queue[1:]
			c.mu.Unlock()
			return n, &net.UDPAddr{}, nil
		}
		left := time.Until(c.deadline)
		c.mu.Unlock()
		if left <= 0 {
			return 0, nil, os.ErrDeadlineExceeded
		}
		select {
		case <-time.After(left):
		case <-c.bell:
		}
	}
}

func (c *conn) Close() error { return nil }
