package dhcp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"time"
)

const (
	// Tries is how often a question is asked before [ErrNoAnswer].
	Tries = 4
	// FirstWait is how long the first try waits for its answer; each further one waits twice as long, so that a
	// question takes at most 7.5 s.
	FirstWait = 500 * time.Millisecond

	minLease = time.Minute         // a server that says less would have us ask all day
	maxLease = 14 * 24 * time.Hour // "for ever" is asked again after a week: T1 is half of it
	maxRead  = 1500
)

var (
	// ErrNoAnswer is returned when no server answered in time.
	ErrNoAnswer = errors.New("dhcp: no answer")
	// ErrRefused is returned when the server refused what it was asked for: the address is not ours (any more).
	ErrRefused = errors.New("dhcp: the server refused")
)

// serverAddress is where servers listen: on port 67, by broadcast.
var serverAddress = net.UDPAddrFromAddrPort(netip.MustParseAddrPort("255.255.255.255:67"))

// Conn is a UDP socket on port 68 of one interface, that may broadcast.
type Conn interface {
	ReadFrom(p []byte) (int, net.Addr, error)
	WriteTo(p []byte, to net.Addr) (int, error)
	SetReadDeadline(time.Time) error
}

// Lease is what a server gave.
type Lease struct {
	Address netip.Prefix
	Gateway netip.Addr // zero: none
	DNS     []netip.Addr
	Server  netip.Addr
	Length  time.Duration // 1 min – 14 days
	Renew   time.Duration // from receipt until the client asks again: at most half of Length
}

// Client asks. Its methods are for one goroutine.
type Client struct {
	Hardware [6]byte
	Hostname string // 0–63 bytes; sent so that a shop's router can show it
}

// Acquire asks for an address. It ends with ctx, [ErrNoAnswer] or [ErrRefused]; errors of the socket are returned
// as they are.
func (c *Client) Acquire(ctx context.Context, conn Conn) (Lease, error) {
	xid := rand.Uint32()
	offer, err := c.ask(ctx, conn, Message{XID: xid, Kind: Discover}, func(m Message) bool {
		return m.Kind == Offer && usable(m)
	})
	if err != nil {
		return Lease{}, fmt.Errorf("%w to DISCOVER", err)
	}
	return c.request(ctx, conn, Message{XID: xid, Kind: Request, Wanted: offer.Yours, Server: offer.Server})
}

// Renew asks to keep a lease. On [ErrRefused] the address must be given up at once; on [ErrNoAnswer] it may be
// used until its end.
func (c *Client) Renew(ctx context.Context, conn Conn, lease Lease) (Lease, error) {
	return c.request(ctx, conn, Message{XID: rand.Uint32(), Kind: Request, Client: lease.Address.Addr()})
}

// request sends a REQUEST and reads its answer.
func (c *Client) request(ctx context.Context, conn Conn, q Message) (Lease, error) {
	answer, err := c.ask(ctx, conn, q, func(m Message) bool {
		if q.Server.IsValid() && m.Server != q.Server {
			return false
		}
		return m.Kind == NAK || m.Kind == ACK && usable(m)
	})
	if err != nil {
		return Lease{}, fmt.Errorf("%w to REQUEST", err)
	}
	if answer.Kind == NAK {
		return Lease{}, fmt.Errorf("%w (server %v)", ErrRefused, answer.Server)
	}
	return lease(answer), nil
}

// usable reports whether an offer or its confirmation holds an address that a host can have.
func usable(m Message) bool {
	a := m.Yours
	return a.Is4() && !a.IsMulticast() && !a.IsLoopback() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255}) &&
		m.Server.IsValid()
}

// lease takes the numbers from an ACK, within bounds.
func lease(m Message) Lease {
	l := Lease{Gateway: m.Router, DNS: m.DNS, Server: m.Server}
	bits := m.Bits
	if bits == 0 {
		bits = 24 // no mask is a broken server; a shop's network is nearly always this
	}
	l.Address = netip.PrefixFrom(m.Yours, bits)
	l.Length = min(max(m.Lease, minLease), maxLease)
	if m.Lease == 0 {
		l.Length = time.Hour
	}
	l.Renew = l.Length / 2
	if m.T1 >= minLease/2 {
		l.Renew = min(l.Renew, m.T1)
	}
	return l
}

// ask sends q until an answer is good.
func (c *Client) ask(ctx context.Context, conn Conn, q Message, good func(Message) bool) (Message, error) {
	q.Hardware, q.Hostname = c.Hardware, c.Hostname
	// A context that ends must end the wait: a deadline in the past wakes the read.
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	wait := FirstWait
	for range Tries {
		if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return Message{}, err
		}
		if err := ctx.Err(); err != nil {
			return Message{}, err
		}
		if _, err := conn.WriteTo(q.Marshal(), serverAddress); err != nil {
			return Message{}, err
		}
		m, err := c.listen(conn, q.XID, good)
		if err == nil {
			return m, nil
		}
		if ctx.Err() != nil {
			return Message{}, ctx.Err()
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return Message{}, err
		}
		wait *= 2
	}
	return Message{}, ErrNoAnswer
}

// listen reads until a good answer or the deadline.
func (c *Client) listen(conn Conn, xid uint32, good func(Message) bool) (Message, error) {
	p := make([]byte, maxRead)
	for {
		n, _, err := conn.ReadFrom(p)
		if err != nil {
			return Message{}, err
		}
		m, err := Parse(p[:n])
		if err == nil && m.Reply && m.XID == xid && m.Hardware == c.Hardware && good(m) {
			return m, nil
		}
	}
}
