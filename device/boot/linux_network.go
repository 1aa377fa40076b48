package boot

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	resolvConf = "/etc/resolv.conf"
	maxDNS     = 3 // of resolv.conf(5)
)

func (l *linux) LinkUp(name string) error {
	index, err := interfaceIndex(name)
	if err != nil {
		return err
	}
	msg := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(msg[4:], uint32(index))
	binary.NativeEndian.PutUint32(msg[8:], unix.IFF_UP)
	binary.NativeEndian.PutUint32(msg[12:], unix.IFF_UP)
	return netlink(name, unix.RTM_NEWLINK, 0, msg)
}

func (l *linux) Hardware(name string) (mac [6]byte, err error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return mac, err
	}
	if len(i.HardwareAddr) != len(mac) {
		return mac, fmt.Errorf("%s: a hardware address of %d bytes", name, len(i.HardwareAddr))
	}
	copy(mac[:], i.HardwareAddr)
	return mac, nil
}

func (l *linux) Carrier(name string) bool {
	v, err := os.ReadFile("/sys/class/net/" + name + "/carrier") // an error while the interface is down
	return err == nil && strings.TrimSpace(string(v)) == "1"
}

func (l *linux) SetAddress(name string, a Address) error {
	if err := l.ClearAddress(name); err != nil {
		return err
	}
	index, err := interfaceIndex(name)
	if err != nil {
		return err
	}
	if err := netlink(name, unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, addressMessage(index, a.Prefix)); err != nil {
		return err
	}
	if a.Gateway.IsValid() {
		if err := netlink(name, unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, routeMessage(index, a.Gateway)); err != nil {
			return err
		}
	}
	if len(a.DNS) == 0 {
		return nil
	}
	var conf strings.Builder
	for _, d := range a.DNS[:min(len(a.DNS), maxDNS)] {
		fmt.Fprintf(&conf, "nameserver %s\n", d)
	}
	return l.WriteFile(resolvConf, []byte(conf.String()))
}

func (l *linux) ClearAddress(name string) error {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	addresses, err := i.Addrs()
	if err != nil {
		return err
	}
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil || !prefix.Addr().Is4() {
			continue
		}
		if err := netlink(name, unix.RTM_DELADDR, 0, addressMessage(i.Index, prefix)); err != nil {
			return err
		}
	}
	return nil
}

// ListenDHCP opens a UDP socket that needs no address: it is tied to the interface, and Linux delivers broadcasts
// on an interface without one.
func (l *linux) ListenDHCP(name string) (DHCPConn, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		e := c.Control(func(fd uintptr) {
			for _, set := range []func() error{
				func() error { return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) },
				func() error { return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1) },
				func() error { return unix.BindToDevice(int(fd), name) },
			} {
				if err == nil {
					err = set()
				}
			}
		})
		if e != nil {
			return e
		}
		return err
	}}
	conn, err := config.ListenPacket(context.Background(), "udp4", ":68")
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

func interfaceIndex(name string) (int, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	return i.Index, nil
}

// addressMessage is struct ifaddrmsg with the local address and its broadcast.
func addressMessage(index int, p netip.Prefix) []byte {
	msg := []byte{unix.AF_INET, byte(p.Bits()), 0, unix.RT_SCOPE_UNIVERSE}
	msg = binary.NativeEndian.AppendUint32(msg, uint32(index))
	a := p.Addr().As4()
	msg = attribute(msg, unix.IFA_LOCAL, a[:])
	msg = attribute(msg, unix.IFA_ADDRESS, a[:])
	broadcast := binary.BigEndian.Uint32(a[:]) | uint32(uint64(0xffffffff)>>p.Bits())
	return attribute(msg, unix.IFA_BROADCAST, binary.BigEndian.AppendUint32(nil, broadcast))
}

// routeMessage is struct rtmsg of the default route through gateway.
func routeMessage(index int, gateway netip.Addr) []byte {
	msg := []byte{
		unix.AF_INET, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0,
	}
	a := gateway.As4()
	msg = attribute(msg, unix.RTA_GATEWAY, a[:])
	return attribute(msg, unix.RTA_OIF, binary.NativeEndian.AppendUint32(nil, uint32(index)))
}

// attribute appends struct rtattr: length, type, value. All our values are multiples of 4 bytes.
func attribute(msg []byte, kind uint16, value []byte) []byte {
	msg = binary.NativeEndian.AppendUint16(msg, uint16(4+len(value)))
	msg = binary.NativeEndian.AppendUint16(msg, kind)
	return append(msg, value...)
}

// netlink sends one rtnetlink request and reads its acknowledgement.
func netlink(name string, kind, flags uint16, body []byte) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	// The kernel answers within the send; the limit is for a kernel that does not.
	limit := unix.Timeval{Sec: 2}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	msg := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(body)))
	msg = binary.NativeEndian.AppendUint16(msg, kind)
	msg = binary.NativeEndian.AppendUint16(msg, flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	msg = append(msg, 1, 0, 0, 0, 0, 0, 0, 0) // the sequence's byte order does not matter: nobody else is here
	if err := unix.Sendto(fd, append(msg, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return os.NewSyscallError("netlink send", err)
	}
	answer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return os.NewSyscallError("netlink receive", err)
	}
	return acknowledged(name, kind, answer[:n])
}

// acknowledged reads struct nlmsgerr: 0, or a negative errno.
func acknowledged(name string, kind uint16, answer []byte) error {
	if len(answer) < unix.NLMSG_HDRLEN+4 || binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("netlink: %s: request %d: no acknowledgement in % x", name, kind, answer[:min(len(answer), 32)])
	}
	if code := int32(binary.NativeEndian.Uint32(answer[unix.NLMSG_HDRLEN:])); code != 0 {
		return fmt.Errorf("netlink: %s: request %d: %w", name, kind, syscall.Errno(-code))
	}
	return nil
}
