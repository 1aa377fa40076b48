package boot

import (
	"context"
	"errors"
	"slices"
	"time"

	"smartpos/device/boot/dhcp"
)

const (
	pollCarrier   = 500 * time.Millisecond
	netBackoff    = time.Second
	maxNetBackoff = 30 * time.Second
	minRenew      = time.Minute // between attempts to renew
)

// network keeps the board's network up, for ever and in the background: selling never waits for it.
func (b *booter) network(ctx context.Context) {
	if err := b.sys.LinkUp("lo"); err != nil {
		b.problem("network", err)
	}
	n := b.cfg.Network
	if n.Interface == "" {
		return
	}
	wait := netBackoff
	said := ""
	for ctx.Err() == nil {
		err := b.connect(ctx)
		if ctx.Err() != nil || err == nil {
			return
		}
		// The same trouble is said once, not every half minute for a night.
		if text := err.Error(); text != said {
			b.problem("network", err)
			said = text
		}
		if errors.Is(err, errConnected) {
			wait = netBackoff
		}
		sleep(ctx, wait)
		wait = min(2*wait, maxNetBackoff)
	}
}

// errConnected marks an error of a connection that did work.
var errConnected = errors.New("the lease was lost")

// connect brings the interface up and keeps its address until something fails, or ctx ends.
func (b *booter) connect(ctx context.Context) error {
	n := b.cfg.Network
	if err := b.sys.LinkUp(n.Interface); err != nil {
		return err
	}
	if n.Address != dhcpAddress {
		return b.keepStatic(ctx)
	}
	for said := false; !b.carrier(); {
		if !said {
			b.log("network: %s: no cable", n.Interface)
			said = true
		}
		if !sleep(ctx, pollCarrier) {
			return ctx.Err()
		}
	}
	mac, err := b.sys.Hardware(n.Interface)
	if err != nil {
		return err
	}
	client := &dhcp.Client{Hardware: mac, Hostname: n.Hostname}
	start := time.Now()
	lease, err := b.ask(func(c DHCPConn) (dhcp.Lease, error) { return client.Acquire(ctx, c) })
	if err != nil {
		return err
	}
	if err := b.setLease(lease); err != nil {
		return err
	}
	b.log("network: %s has %v from %v after %d ms, for %v", n.Interface, lease.Address, lease.Server,
		time.Since(start).Milliseconds(), lease.Length)
	return b.keep(ctx, client, lease)
}

// keepStatic sets the address of the configuration, and again after every return of the cable.
func (b *booter) keepStatic(ctx context.Context) error {
	const never = 100 * 365 * 24 * time.Hour
	a, err := b.cfg.Network.static()
	for err == nil && ctx.Err() == nil {
		if err = b.sys.SetAddress(b.cfg.Network.Interface, a); err == nil {
			b.log("network: %s has %v", b.cfg.Network.Interface, a.Prefix)
			b.waitRenew(ctx, time.Now().Add(never))
		}
	}
	return err
}

// carrier reports whether a cable is in. Where none seems to be, the interface is brought up: one on USB that was gone for a
// moment is another when it comes again, down and without an address.
func (b *booter) carrier() bool {
	if b.sys.Carrier(b.cfg.Network.Interface) {
		return true
	}
	_ = b.sys.LinkUp(b.cfg.Network.Interface) // there may be none
	return false
}

// ask opens the socket for one question: between questions nothing listens.
func (b *booter) ask(question func(DHCPConn) (dhcp.Lease, error)) (dhcp.Lease, error) {
	conn, err := b.sys.ListenDHCP(b.cfg.Network.Interface)
	if err != nil {
		return dhcp.Lease{}, err
	}
	defer conn.Close()
	return question(conn)
}

func (b *booter) setLease(l dhcp.Lease) error {
	return b.sys.SetAddress(b.cfg.Network.Interface, Address{Prefix: l.Address, Gateway: l.Gateway, DNS: l.DNS})
}

// keep renews a lease in time, and after every return of the cable, for that may lead to another network. It returns
// when the address is lost and taken from the interface, with an error of errConnected.
func (b *booter) keep(ctx context.Context, client *dhcp.Client, lease dhcp.Lease) error {
	name := b.cfg.Network.Interface
	got := time.Now()
	renew := got.Add(lease.Renew)
	for {
		back := b.waitRenew(ctx, renew)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		asked := time.Now()
		fresh, err := b.ask(func(c DHCPConn) (dhcp.Lease, error) { return client.Renew(ctx, c, lease) })
		if back && errors.Is(err, dhcp.ErrNoAnswer) { // a server may say nothing to an address that it never gave
			if other, e := b.ask(func(c DHCPConn) (dhcp.Lease, error) { return client.Acquire(ctx, c) }); e == nil {
				fresh, err = other, nil
			}
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			if back || fresh.Address != lease.Address || fresh.Gateway != lease.Gateway || !slices.Equal(fresh.DNS, lease.DNS) {
				err = b.setLease(fresh)
				b.log("network: %s now has %v by %v, name servers %v", name, fresh.Address, fresh.Gateway, fresh.DNS)
			}
			if err != nil {
				return errors.Join(errConnected, err)
			}
			lease, got, renew = fresh, asked, asked.Add(fresh.Renew)
		case errors.Is(err, dhcp.ErrRefused) || time.Since(got) >= lease.Length:
			return errors.Join(errConnected, err, b.sys.ClearAddress(name))
		default:
			if back { // the address may have gone with the interface
				err = errors.Join(err, b.setLease(lease))
			}
			left := time.Until(got.Add(lease.Length))
			renew = time.Now().Add(min(max(left/2, minRenew), max(left, 0)))
			b.log("network: %v; again in %v", err, time.Until(renew).Round(time.Second))
		}
	}
}

// waitRenew waits for t, for the cable to come back, or for ctx to end, and reports whether it was the cable.
func (b *booter) waitRenew(ctx context.Context, t time.Time) (back bool) {
	plugged := true
	for time.Now().Before(t) || !plugged {
		if !sleep(ctx, pollCarrier) {
			return false
		}
		now := b.carrier()
		switch {
		case plugged && !now:
			b.log("network: the cable is out")
		case !plugged && now:
			b.log("network: the cable is in")
			return true
		}
		plugged = now
	}
	return false
}
