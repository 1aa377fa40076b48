package boot_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/dhcp"
)

// server answers DHCP with the given address.
func server(address string, kinds ...dhcp.Kind) func([]byte) [][]byte {
	n := 0
	return func(sent []byte) [][]byte {
		q, err := dhcp.Parse(sent)
		if err != nil {
			return nil
		}
		a := dhcp.Message{
			Reply: true, XID: q.XID, Hardware: q.Hardware, Yours: netip.MustParseAddr(address), Bits: 24, Lease: time.Hour,
			Server: netip.MustParseAddr("10.0.2.2"), Router: netip.MustParseAddr("10.0.2.2"), Kind: dhcp.Offer,
			DNS: []netip.Addr{netip.MustParseAddr("10.0.2.3")},
		}
		if q.Kind == dhcp.Request {
			a.Kind = dhcp.ACK
			if n < len(kinds) {
				a.Kind = kinds[n]
			}
			n++
		}
		return [][]byte{a.Marshal()}
	}
}

func withNetwork(b *bench) {
	b.cfg.Network = boot.NetworkConfig{Interface: "eth0", Address: "dhcp", Hostname: "T0000001"}
	b.Plug(true)
}

const leased = "address eth0 10.0.2.15/24 by 10.0.2.2, dns [10.0.2.3]"

func TestDHCP(t *testing.T) {
	on(t, func(b *bench) {
		withNetwork(b)
		b.Wire = server("10.0.2.15")
		b.run(24 * time.Hour)
		if b.count(leased) != 1 || b.count("listen") < 40 {
			t.Errorf("%d addresses, %d questions in a day of one-hour leases", b.count(leased), b.count("listen"))
		}
	})
}

// No network of any kind holds up the terminal, nor floods the console.
func TestNoNetwork(t *testing.T) {
	for name, set := range map[string]func(*bench){
		"no cable":     func(b *bench) { b.Plug(false) },
		"no server":    func(b *bench) { b.Wire = nil },
		"no interface": func(b *bench) { b.Fail["up eth0"] = errFault },
		"no port":      func(b *bench) { b.Fail["listen"] = errFault },
	} {
		t.Run(name, func(t *testing.T) {
			on(t, func(b *bench) {
				withNetwork(b)
				set(b)
				b.run(8 * time.Hour)
				b.wantLog("terminal: ready")
				if n := strings.Count(b.log.String(), "network"); n == 0 || n > 5 {
					t.Errorf("%d lines about the network in a night:\n%s", n, b.log.String())
				}
			})
		})
	}
}

func TestCableComesLate(t *testing.T) {
	on(t, func(b *bench) {
		withNetwork(b)
		b.Plug(false)
		b.Wire = server("10.0.2.15")
		b.start()
		time.Sleep(time.Hour)
		b.Plug(true)
		time.Sleep(5 * time.Second)
		b.wantDid(leased)
		b.Ask(nil)
		b.wait()
	})
}

// The cable goes to another network, whose server refuses the old address: it is given up and a new one asked for.
func TestMoves(t *testing.T) {
	on(t, func(b *bench) {
		withNetwork(b)
		b.Wire = server("10.0.2.15", dhcp.ACK, dhcp.NAK, dhcp.ACK)
		b.start()
		time.Sleep(time.Minute)
		b.Plug(false)
		time.Sleep(time.Minute)
		b.Plug(true)
		time.Sleep(time.Minute)
		b.wantDid("no address eth0")
		if b.count(leased) != 2 {
			t.Errorf("%d addresses", b.count(leased))
		}
		b.Ask(nil)
		b.wait()
	})
}

// A shop's new router has another name server and the same network: what it says at the next renewal is believed.
func TestNameServerMoves(t *testing.T) {
	on(t, func(b *bench) {
		withNetwork(b)
		before, n := server("10.0.2.15"), 0
		b.Wire = func(sent []byte) [][]byte {
			answers := before(sent)
			if n++; n <= 2 {
				return answers
			}
			m, err := dhcp.Parse(answers[0])
			if err != nil {
				t.Error(err)
			}
			m.DNS = []netip.Addr{netip.MustParseAddr("10.0.2.9")}
			return [][]byte{m.Marshal()}
		}
		b.run(2 * time.Hour)
		b.wantDid(leased, "address eth0 10.0.2.15/24 by 10.0.2.2, dns [10.0.2.9]")
		if b.count("address") != 2 {
			t.Errorf("%d addresses", b.count("address"))
		}
	})
}

// The cable goes to another network, whose server does not know the address and says nothing: it is asked for one of its own
// at once, and not when the old lease has run out.
func TestMovesToASilentServer(t *testing.T) {
	on(t, func(b *bench) {
		withNetwork(b)
		before, after, moved := server("10.0.2.15"), server("192.168.1.7"), false
		b.Wire = func(sent []byte) [][]byte {
			q, err := dhcp.Parse(sent)
			switch {
			case err == nil && !moved:
				return before(sent)
			case err == nil && q.Client.IsValid() && q.Client == netip.MustParseAddr("10.0.2.15"):
				return nil
			}
			return after(sent)
		}
		b.start()
		time.Sleep(time.Minute)
		b.Plug(false)
		time.Sleep(time.Second)
		moved = true
		b.Plug(true)
		time.Sleep(time.Minute)
		b.wantDid("address eth0 192.168.1.7/24")
		b.Ask(nil)
		b.wait()
	})
}

// An interface on USB can go and come again as a new one, down and without an address: it gets both again.
func TestInterfaceComesAgain(t *testing.T) {
	for name, c := range map[string]struct{ config, address string }{
		"dhcp":   {"dhcp", leased},
		"silent": {"dhcp", leased},
		"static": {"192.168.1.20/24", "address eth0 192.168.1.20/24"},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, func(b *bench) {
				withNetwork(b)
				b.cfg.Network.Address = c.config
				b.Wire = server("10.0.2.15")
				b.start()
				time.Sleep(time.Minute)
				b.Plug(false)
				b.SetFail("up eth0", errFault) // there is none
				time.Sleep(time.Minute)
				b.SetFail("up eth0", nil)
				if name == "silent" { // the router is not up again
					b.Wire = nil
				}
				ups := b.count("up eth0")
				time.Sleep(time.Minute)
				if b.count("up eth0") == ups {
					t.Error("it was left down")
				}
				b.Plug(true)
				time.Sleep(time.Minute)
				if n := b.count(c.address); n != 2 {
					t.Errorf("%d addresses", n)
				}
				b.Ask(nil)
				b.wait()
			})
		})
	}
}

// The server falls silent: the address serves until its end and not longer.
func TestLeaseRunsOut(t *testing.T) {
	on(t, func(b *bench) {
		withNetwork(b)
		answer := server("10.0.2.15")
		start := time.Now()
		b.Wire = func(sent []byte) [][]byte {
			if time.Since(start) > time.Minute {
				return nil
			}
			return answer(sent)
		}
		b.start()
		time.Sleep(59 * time.Minute)
		if b.did("no address") {
			t.Error("the address was given up before its time")
		}
		time.Sleep(5 * time.Minute)
		b.wantDid("no address eth0")
		b.Ask(nil)
		b.wait()
	})
}

func TestStaticAddress(t *testing.T) {
	on(t, func(b *bench) {
		b.cfg.Network = boot.NetworkConfig{Interface: "eth0", Address: "192.168.1.20/24", Gateway: "192.168.1.1", DNS: []string{"223.5.5.5"}}
		b.run(time.Minute)
		b.wantDid("address eth0 192.168.1.20/24 by 192.168.1.1, dns [223.5.5.5]")
		if b.did("listen") {
			t.Error("it asked DHCP all the same")
		}
	})
}
