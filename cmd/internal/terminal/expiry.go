package terminal

import (
	"context"
	"fmt"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay"
)

const (
	expiryNotice = 30 * 24 * time.Hour // how long before a certificate runs out people hear of it
	expiryLook   = 24 * time.Hour      // how often it is looked at
)

// expiry is a certificate that runs out soon, or has.
type expiry struct {
	network txn.NetworkID
	pay.Expiry
	past bool
}

// String says so to a technician.
func (e expiry) String() string {
	verb := "runs out on"
	if e.past {
		verb = "has run out on"
	}
	return fmt.Sprintf("networks.%s.%s %s %s: get a new one from the network", e.network, e.Setting, verb, e.At.In(txn.BusinessZone).Format(time.DateOnly))
}

// runningOut lists the certificates of the networks that run out within [expiryNotice] of now, or have.
func runningOut(networks []pay.Network, now time.Time) (soon []expiry) {
	for _, n := range networks {
		e, ok := n.(pay.Expirer)
		if !ok {
			continue
		}
		for _, x := range e.Expiries() {
			if x.At.Before(now.Add(expiryNotice)) {
				soon = append(soon, expiry{n.ID(), x, x.At.Before(now)})
			}
		}
	}
	return soon
}

// watchExpiries warns in the event log of certificates that run out, at start and once a day.
func (t *Terminal) watchExpiries(ctx context.Context, networks []pay.Network) {
	look := time.NewTicker(expiryLook)
	defer look.Stop()
	for {
		for _, e := range runningOut(networks, time.Now()) {
			t.ports.Log.Warn("certificate", "network", e.network, "key", e.Setting, "until", e.At, "past", e.past)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// refusedFor returns the code of a refusal, as the machine is told it: a network that refuses a merchant whose own
// certificate has run out, does so for that, whatever it calls it.
func refusedFor(n pay.Network, code string, now time.Time) string {
	if n == nil {
		return code
	}
	for _, e := range runningOut([]pay.Network{n}, now) {
		if e.past && txn.KeyKind(e.Setting) == txn.KeyCertificate {
			return txn.CodeExpired
		}
	}
	return code
}
