package dhcp_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/device/boot/dhcp"
)

var (
	mac     = [6]byte{0x52, 0x54, 0, 0x12, 0x34, 0x56}
	address = netip.MustParseAddr("10.0.2.15")
	server  = netip.MustParseAddr("10.0.2.2")
	dns     = netip.MustParseAddr("10.0.2.3")
)

// wire is a socket whose far end is a function: it gets what the client sends and returns what comes back.
type wire struct {
	mu       sync.Mutex
	deadline time.Time
	bell     chan struct{}
	queue    [][]byte
	sent     []dhcp.Message
	answer   func(n int, m dhcp.Message) [][]byte
	err      error
}

func newWire(answer func(n int, m dhcp.Message) [][]byte) *wire {
	return &wire{bell: make(chan struct{}, 1), answer: answer}
}

func (w *wire) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

func (w *wire) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadline = t
	w.ring()
	return nil
}

func (w *wire) WriteTo(p []byte, to net.Addr) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	if to.String() != "255.255.255.255:67" {
		return 0, fmt.Errorf("sent to %v", to)
	}
	m, err := dhcp.Parse(p)
	if err != nil {
		return 0, err
	}
	w.sent = append(w.sent, m)
	w.queue = append(w.queue, w.answer(len(w.sent), m)...)
	w.ring()
	return len(p), nil
}

func (w *wire) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		w.mu.Lock()
		if len(w.queue) > 0 {
			n := copy(p, w.queue[0])
			w.queue = w.queue[1:]
			w.mu.Unlock()
			return n, &net.UDPAddr{}, nil
		}
		left := time.Until(w.deadline)
		w.mu.Unlock()
		if left <= 0 {
			return 0, nil, os.ErrDeadlineExceeded
		}
		select {
		case <-time.After(left):
		case <-w.bell:
		}
	}
}

// reply is a good answer to m.
func reply(m dhcp.Message) dhcp.Message {
	r := dhcp.Message{
		Reply: true, XID: m.XID, Hardware: m.Hardware, Yours: address, Server: server, Router: server,
		DNS: []netip.Addr{dns}, Bits: 24, Lease: 24 * time.Hour, Kind: dhcp.Offer,
	}
	if m.Kind == dhcp.Request {
		r.Kind = dhcp.ACK
	}
	return r
}

func one(m dhcp.Message) [][]byte { return [][]byte{m.Marshal()} }

var want = dhcp.Lease{
	Address: netip.PrefixFrom(address, 24), Gateway: server, DNS: []netip.Addr{dns}, Server: server,
	Length: 24 * time.Hour, Renew: 12 * time.Hour,
}

// Each row is a network; the client gets its lease within the time, or the error.
func TestAcquire(t *testing.T) {
	with := func(change func(*dhcp.Message)) func(int, dhcp.Message) [][]byte {
		return func(n int, m dhcp.Message) [][]byte {
			bad := reply(m)
			change(&bad)
			return [][]byte{bad.Marshal(), reply(m).Marshal()} // the bad one comes first
		}
	}
	for _, c := range []struct {
		name   string
		answer func(n int, m dhcp.Message) [][]byte
		err    error
		takes  time.Duration
	}{
		{"answers", func(_ int, m dhcp.Message) [][]byte { return one(reply(m)) }, nil, 0},
		{"is silent", func(int, dhcp.Message) [][]byte { return nil }, dhcp.ErrNoAnswer, 7500 * time.Millisecond},
		{"loses the first DISCOVER", func(n int, m dhcp.Message) [][]byte {
			if n == 1 {
				return nil
			}
			return one(reply(m))
		}, nil, 500 * time.Millisecond},
		{"loses the ACK", func(n int, m dhcp.Message) [][]byte {
			if n == 2 {
				return nil
			}
			return one(reply(m))
		}, nil, 500 * time.Millisecond},
		{"answers twice", func(_ int, m dhcp.Message) [][]byte { return append(one(reply(m)), one(reply(m))...) }, nil, 0},
		{"refuses", func(_ int, m dhcp.Message) [][]byte {
			r := reply(m)
			if m.Kind == dhcp.Request {
				r.Kind, r.Yours = dhcp.NAK, netip.Addr{}
			}
			return one(r)
		}, dhcp.ErrRefused, 0},
		{"talks to others", with(func(m *dhcp.Message) { m.Hardware[5]++; m.Yours = m.Yours.Next() }), nil, 0},
		{"has an old answer under way", with(func(m *dhcp.Message) { m.XID++; m.Yours = m.Yours.Next() }), nil, 0},
		{"echoes", with(func(m *dhcp.Message) { m.Reply = false }), nil, 0},
		{"offers nothing", with(func(m *dhcp.Message) { m.Yours = netip.Addr{} }), nil, 0},
		{"offers loopback", with(func(m *dhcp.Message) { m.Yours = netip.MustParseAddr("127.0.0.1") }), nil, 0},
		{"offers everybody", with(func(m *dhcp.Message) { m.Yours = netip.MustParseAddr("255.255.255.255") }), nil, 0},
		{"has a server without a name", with(func(m *dhcp.Message) { m.Server = netip.Addr{} }), nil, 0},
		{"has a rival that refuses", func(_ int, m dhcp.Message) [][]byte {
			rival := reply(m)
			rival.Server = rival.Server.Next().Next()
			if m.Kind == dhcp.Request {
				rival.Kind = dhcp.NAK
				return [][]byte{rival.Marshal(), reply(m).Marshal()}
			}
			return one(reply(m))
		}, nil, 0},
		{"babbles", func(_ int, m dhcp.Message) [][]byte {
			return [][]byte{nil, []byte("hello"), make([]byte, 1500), reply(m).Marshal()[:250], reply(m).Marshal()}
		}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				client := dhcp.Client{Hardware: mac, Hostname: "T0000001"}
				got, err := client.Acquire(t.Context(), newWire(c.answer))
				if !errors.Is(err, c.err) || time.Since(start) != c.takes {
					t.Fatalf("%v after %v, want %v after %v", err, time.Since(start), c.err, c.takes)
				}
				if err == nil && !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, want %+v", got, want)
				}
			})
		})
	}
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		start := time.Now()
		client := dhcp.Client{Hardware: mac}
		_, err := client.Acquire(ctx, newWire(func(int, dhcp.Message) [][]byte { return nil }))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestCableOut(t *testing.T) {
	w := newWire(nil)
	w.err = errors.New("network is down")
	client := dhcp.Client{Hardware: mac}
	if _, err := client.Acquire(t.Context(), w); !errors.Is(err, w.err) {
		t.Error(err)
	}
}

func TestRenew(t *testing.T) {
	w := newWire(func(_ int, m dhcp.Message) [][]byte { return one(reply(m)) })
	client := dhcp.Client{Hardware: mac}
	got, err := client.Renew(t.Context(), w, want)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	// RFC 2131 table 5: no server identifier and no requested address, but ciaddr.
	if q := w.sent[0]; q.Client != address || q.Server.IsValid() || q.Wanted.IsValid() {
		t.Errorf("asked %+v", q)
	}
}

// Numbers that would have the client ask without end, or never again, are bounded.
func TestLeaseBounds(t *testing.T) {
	for _, c := range []struct{ lease, t1, length, renew time.Duration }{
		{0, 0, time.Hour, 30 * time.Minute},
		{time.Second, 0, time.Minute, 30 * time.Second},
		{(1<<32 - 1) * time.Second, 0, 14 * 24 * time.Hour, 7 * 24 * time.Hour},
		{time.Hour, time.Second, time.Hour, 30 * time.Minute},
		{time.Hour, 10 * time.Minute, time.Hour, 10 * time.Minute},
		{time.Hour, 2 * time.Hour, time.Hour, 30 * time.Minute},
	} {
		client := dhcp.Client{Hardware: mac}
		got, err := client.Acquire(t.Context(), newWire(func(_ int, m dhcp.Message) [][]byte {
			r := reply(m)
			r.Lease, r.T1 = c.lease, c.t1
			return one(r)
		}))
		if err != nil || got.Length != c.length || got.Renew != c.renew {
			t.Errorf("lease %v, T1 %v: %+v, %v", c.lease, c.t1, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good := reply(dhcp.Message{Kind: dhcp.Request, Hardware: mac}).Marshal()
	edit := func(old, new string) []byte {
		o, _ := hex.DecodeString(old)
		n, _ := hex.DecodeString(new)
		if !bytes.Contains(good, o) {
			t.Fatalf("no %s in the message", old)
		}
		return bytes.Replace(good, o, n, 1)
	}
	for name, p := range map[string][]byte{
		"nothing":            nil,
		"no cookie":          edit("63825363", "63825364"),
		"token ring":         append([]byte{2, 6}, good[2:]...),
		"mask with a hole":   edit("0104ffffff00", "0104ff00ff00"),
		"empty mask":         edit("0104ffffff00", "010400000000"),
		"short mask":         edit("0104ffffff00", "0103ffffff00"),
		"kind of two bytes":  edit("350105", "350205"),
		"kind zero":          edit("350105", "350100"),
		"no kind":            edit("350105", "000000"),
		"torn option":        good[:242],
		"option to the end":  append(good[:240:240], 53, 200, 5),
		"server of 3 bytes":  edit("36040a000202", "36030a000202"),
		"gateway of 5 bytes": edit("03040a000202", "03050a000202"),
	} {
		if m, err := dhcp.Parse(p); !errors.Is(err, dhcp.ErrMessage) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	if m, err := dhcp.Parse(good[:bytes.LastIndexByte(good, 255)]); err != nil || m.Kind != dhcp.ACK {
		t.Errorf("without an end: %v", err)
	}
}

// What goes out is held byte by byte where RFC 2131 fixes it.
func TestMarshal(t *testing.T) {
	p := dhcp.Message{XID: 0x01020304, Kind: dhcp.Discover, Hardware: mac, Hostname: "pos"}.Marshal()
	if head := hex.EncodeToString(p[:12]); head != "010106000102030400008000" {
		t.Errorf("head %s", head)
	}
	if rest := hex.EncodeToString(p[236:]); !strings.HasPrefix(rest, "63825363"+"350101"+"3705010306333a"+"390205dc"+"0c03706f73"+"ff00") {
		t.Errorf("options %s", rest)
	}
	if len(p) != 300 {
		t.Errorf("%d bytes", len(p))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(reply(dhcp.Message{Kind: dhcp.Request, Hardware: mac}).Marshal())
	f.Add(dhcp.Message{Kind: dhcp.Discover, Hardware: mac, Hostname: "x"}.Marshal())
	f.Fuzz(func(t *testing.T, p []byte) {
		m, err := dhcp.Parse(p)
		if err != nil {
			if !errors.Is(err, dhcp.ErrMessage) {
				t.Fatal(err)
			}
			return
		}
		again, err := dhcp.Parse(m.Marshal())
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v became %+v, %v", m, again, err)
		}
	})
}

func Example() {
	w := newWire(func(_ int, m dhcp.Message) [][]byte { return one(reply(m)) }) // a socket, on a board
	client := dhcp.Client{Hardware: mac, Hostname: "T0000001"}
	lease, err := client.Acquire(context.Background(), w)
	fmt.Println(lease.Address, "by", lease.Gateway, "for", lease.Length, err)
	// Output: 10.0.2.15/24 by 10.0.2.2 for 24h0m0s <nil>
}
