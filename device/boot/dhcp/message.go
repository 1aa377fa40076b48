package dhcp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Kind is option 53, what a message is.
type Kind byte

// The kinds that a client sends and hears.
const (
	Discover Kind = 1
	Offer    Kind = 2
	Request  Kind = 3
	ACK      Kind = 5
	NAK      Kind = 6
)

const (
	fixed      = 236
	cookie     = 0x63825363
	minSize    = 300 // RFC 1542 §2.1: some relays drop shorter ones
	maxServers = 4   // of DNS servers we keep

	bootRequest, bootReply = 1, 2
	broadcastFlag          = 0x8000
)

// Options that are read or written.
const (
	optPad, optMask, optRouter, optDNS, optHostname   = 0, 1, 3, 6, 12
	optAddress, optLease, optKind, optServer, optList = 50, 51, 53, 54, 55
	optMaxSize, optT1, optEnd                         = 57, 58, 255
)

// ErrMessage is returned when bytes are no DHCP message, or one that contradicts itself.
var ErrMessage = errors.New("dhcp: not a message")

// Message is a DHCP message, as far as a client needs it. Addresses that are absent are the zero Addr.
type Message struct {
	Reply    bool // from a server
	XID      uint32
	Hardware [6]byte
	Client   netip.Addr // ciaddr: the address that the client has
	Yours    netip.Addr // yiaddr: the address that the server gives
	Kind     Kind

	Wanted netip.Addr // option 50
	Server netip.Addr // option 54
	Router netip.Addr // option 3, the first
	DNS    []netip.Addr
	Bits   int           // option 1, as the length of the prefix; 0 when absent
	Lease  time.Duration // option 51; 0 when absent
	T1     time.Duration // option 58; 0 when absent

	Hostname string // option 12, only sent
}

// Marshal writes m as a client sends it: Ethernet, with the broadcast flag.
func (m Message) Marshal() []byte {
	p := make([]byte, fixed, minSize)
	p[0], p[1], p[2] = bootRequest, 1, 6
	if m.Reply {
		p[0] = bootReply
	}
	binary.BigEndian.PutUint32(p[4:], m.XID)
	binary.BigEndian.PutUint16(p[10:], broadcastFlag)
	copy(p[12:], addr4(m.Client))
	copy(p[16:], addr4(m.Yours))
	copy(p[28:], m.Hardware[:])
	p = binary.BigEndian.AppendUint32(p, cookie)
	p = append(p, optKind, 1, byte(m.Kind))
	for _, o := range []struct {
		code byte
		addr []netip.Addr
	}{{optAddress, []netip.Addr{m.Wanted}}, {optServer, []netip.Addr{m.Server}}, {optRouter, []netip.Addr{m.Router}}, {optDNS, m.DNS}} {
		if len(o.addr) == 0 || !o.addr[0].Is4() {
			continue
		}
		p = append(p, o.code, byte(4*len(o.addr)))
		for _, a := range o.addr {
			p = append(p, addr4(a)...)
		}
	}
	if m.Bits > 0 {
		p = append(p, optMask, 4)
		p = binary.BigEndian.AppendUint32(p, ^uint32(0)<<(32-m.Bits))
	}
	p = seconds(p, optLease, m.Lease)
	p = seconds(p, optT1, m.T1)
	if !m.Reply {
		p = append(p, optList, 5, optMask, optRouter, optDNS, optLease, optT1)
		p = append(p, optMaxSize, 2, 0x05, 0xdc)
		if n := len(m.Hostname); n > 0 && n <= 63 {
			p = append(append(p, optHostname, byte(n)), m.Hostname...)
		}
	}
	p = append(p, optEnd)
	for len(p) < minSize {
		p = append(p, optPad)
	}
	return p
}

func addr4(a netip.Addr) []byte {
	if !a.Is4() {
		return nil
	}
	b := a.As4()
	return b[:]
}

func seconds(p []byte, code byte, d time.Duration) []byte {
	if d <= 0 {
		return p
	}
	return binary.BigEndian.AppendUint32(append(p, code, 4), uint32(d/time.Second))
}

// Parse reads a message. Options that a client has no use for are skipped; those it uses must have their right
// length. It returns [ErrMessage] with what is wrong.
func Parse(p []byte) (Message, error) {
	var m Message
	if len(p) < fixed+4 || binary.BigEndian.Uint32(p[fixed:]) != cookie {
		return m, fmt.Errorf("%w: %d bytes without the cookie", ErrMessage, len(p))
	}
	if p[0] != bootRequest && p[0] != bootReply || p[1] != 1 || p[2] != 6 {
		return m, fmt.Errorf("%w: op %d, hardware %d of %d bytes", ErrMessage, p[0], p[1], p[2])
	}
	m.Reply = p[0] == bootReply
	m.XID = binary.BigEndian.Uint32(p[4:])
	m.Client, m.Yours = address(p[12:16]), address(p[16:20])
	copy(m.Hardware[:], p[28:34])
	for rest := p[fixed+4:]; ; {
		if len(rest) == 0 {
			break // some servers leave out the end
		}
		code := rest[0]
		if code == optEnd {
			break
		}
		if code == optPad {
			rest = rest[1:]
			continue
		}
		if len(rest) < 2 || len(rest) < 2+int(rest[1]) {
			return m, fmt.Errorf("%w: option %d is torn", ErrMessage, code)
		}
		value := rest[2 : 2+int(rest[1])]
		rest = rest[2+len(value):]
		if err := m.option(code, value); err != nil {
			return m, err
		}
	}
	if m.Kind == 0 {
		return m, fmt.Errorf("%w: no option %d, so it is plain BOOTP", ErrMessage, optKind)
	}
	return m, nil
}

// option takes one option in.
func (m *Message) option(code byte, v []byte) error {
	bad := func() error { return fmt.Errorf("%w: option %d is % x", ErrMessage, code, v) }
	switch code {
	case optKind:
		if len(v) != 1 || v[0] == 0 {
			return bad()
		}
		m.Kind = Kind(v[0])
	case optMask, optAddress, optServer, optLease, optT1:
		if len(v) != 4 {
			return bad()
		}
		return m.word(code, v, bad)
	case optRouter, optDNS:
		if len(v) == 0 || len(v)%4 != 0 {
			return bad()
		}
		if code == optRouter {
			m.Router = address(v[:4])
			return nil
		}
		m.DNS = nil
		for ; len(v) > 0 && len(m.DNS) < maxServers; v = v[4:] {
			if a := address(v[:4]); a.IsValid() {
				m.DNS = append(m.DNS, a)
			}
		}
	}
	return nil
}

// word takes an option of 4 bytes in.
func (m *Message) word(code byte, v []byte, bad func() error) error {
	n := binary.BigEndian.Uint32(v)
	switch code {
	case optMask:
		for m.Bits = 0; n&(1<<31) != 0; n <<= 1 {
			m.Bits++
		}
		if n != 0 || m.Bits == 0 {
			return bad()
		}
	case optAddress:
		m.Wanted = address(v)
	case optServer:
		m.Server = address(v)
	case optLease:
		m.Lease = time.Duration(n) * time.Second
	case optT1:
		m.T1 = time.Duration(n) * time.Second
	}
	return nil
}

// address is the zero Addr for 0.0.0.0, which stands for none.
func address(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}
