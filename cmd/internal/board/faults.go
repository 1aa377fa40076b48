package board

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"smartpos/txn/pay/paynet"
)

// FaultOK mends what was broken, and FaultUnplugged pulls the plug of a device.
const (
	FaultOK        = "ok"
	FaultUnplugged = "unplugged"
)

// The faults of each part, by the names of the API.
var (
	printerFaults = []string{FaultOK, "paper-out", "cover-open", "near-end", FaultUnplugged}
	scannerFaults = []string{FaultOK, "silent", "garbled", FaultUnplugged}
	networkFaults = allNetworkFaults()
	refundFates   = []string{
		FaultOK, string(paynet.RefundQuick), string(paynet.RefundHeld), string(paynet.RefundClosed), string(paynet.RefundAbnormal),
		string(paynet.RefundUnfunded),
	}
)

// allNetworkFaults are a cable that is pulled, and the network's own: ok, down, lost-reply, slow and the rarer ways to
// break of package paynet, such as mis-signed and wrong-order.
func allNetworkFaults() []string {
	names := []string{FaultUnplugged}
	for _, k := range paynet.FaultKinds {
		names = append(names, string(k))
	}
	return names
}

// ErrFault is returned for a fault that does not exist.
var ErrFault = errors.New("no such fault")

// Faults says what is broken; in a request, an empty field leaves its part as it is.
type Faults struct {
	Printer string `json:"printer,omitempty"` // ok, paper-out, cover-open, near-end, unplugged
	Scanner string `json:"scanner,omitempty"` // ok, silent, garbled, unplugged
	Network string `json:"network,omitempty"` // ok, down, lost-reply, slow, the other kinds of package paynet, and unplugged in QEMU
	Refunds string `json:"refunds,omitempty"` // what becomes of them: ok, or a fate of package paynet, such as quick and abnormal
}

func (f Faults) check() error {
	for _, c := range []struct {
		part, value string
		known       []string
	}{
		{"printer", f.Printer, printerFaults}, {"scanner", f.Scanner, scannerFaults}, {"network", f.Network, networkFaults},
		{"refunds", f.Refunds, refundFates},
	} {
		if c.value != "" && !slices.Contains(c.known, c.value) {
			return fmt.Errorf("%w: %s %.30q; %s takes %s", ErrFault, c.part, c.value, c.part, strings.Join(c.known, ", "))
		}
	}
	if f == (Faults{}) {
		return fmt.Errorf(`%w: name a part, for example {"printer":"paper-out"}`, ErrFault)
	}
	return nil
}

// Break breaks or mends what f names. It returns when that is so.
func (b *Board) Break(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	var errs []error
	if f.Printer != "" {
		errs = append(errs, b.printer.set(f.Printer))
	}
	if f.Scanner != "" {
		errs = append(errs, b.scanner.set(f.Scanner))
	}
	if f.Network != "" {
		errs = append(errs, b.breakNetwork(f.Network))
	}
	if f.Refunds != "" {
		errs = append(errs, b.network.setRefunds(f.Refunds))
	}
	b.changes.note(KindFaults)
	return errors.Join(errs...)
}

// breakNetwork breaks or mends the network or its cable.
func (b *Board) breakNetwork(fault string) error {
	ctx := context.Background()
	switch {
	case fault == FaultUnplugged:
		if err := b.backend.Network(ctx, false); err != nil {
			return err
		}
	case b.network.faultNow() == FaultUnplugged:
		if err := b.backend.Network(ctx, true); err != nil {
			return err
		}
	}
	return b.network.set(fault)
}

// Faults says what is broken now.
func (b *Board) Faults() Faults {
	return Faults{Printer: b.printer.faultNow(), Scanner: b.scanner.faultNow(), Network: b.network.faultNow(), Refunds: b.network.refundsNow()}
}
