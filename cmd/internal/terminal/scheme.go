package terminal

import (
	"log/slog"

	"smartpos/device"
	"smartpos/txn"
	"smartpos/txn/pay/emvqr"
)

// Schemer writes a scheme's code of an order.
type Schemer interface {
	Code(txn.Order) (string, error)
}

// scheme writes EMVCo's merchant-presented codes with an account that an acquirer gave out: all of one but its amount and
// its order.
type scheme struct{ shop emvqr.Merchant }

// openScheme returns what writes a scheme's codes; nil where the profile has none, or, with the cause in the log, none
// that could be read.
func openScheme(p *device.Profile, log *slog.Logger) Schemer {
	s, err := newScheme(p)
	if err != nil {
		log.Error("a scheme's codes left out", "err", err)
	}
	if s == nil {
		return nil
	}
	return s
}

// newScheme holds a code of the largest amount against the specification, so that what is wrong with the profile is not
// found out when a customer waits. It returns nil where the profile has no such codes.
func newScheme(p *device.Profile) (*scheme, error) {
	o := p.Offline.Scheme
	if !p.Offline.Enabled || o.Account == "" {
		return nil, nil
	}
	s := &scheme{emvqr.Merchant{
		Initiation: emvqr.Dynamic, Category: o.Category, Country: o.Country, Name: p.Merchant.NameEn, City: o.City,
	}}
	if o.GUID == "" {
		s.shop.Networks = []emvqr.Object{{ID: o.Template, Value: o.Account}}
	} else {
		objects := []emvqr.Object{{ID: "00", Value: o.GUID}, {ID: o.Field, Value: o.Account}}
		s.shop.Accounts = []emvqr.Template{{ID: o.Template, Objects: objects}}
	}
	largest := txn.Order{No: txn.OrderNo(p.Terminal.ID + "0000000000000000"), Amount: txn.Yuan(p.Sale.MaxAmount)}
	if _, err := s.Code(largest); err != nil {
		return nil, err
	}
	return s, nil
}

// Code implements [Schemer]. The bill number (62-01) is the order's, at most 25 characters, and the reference label
// (62-05) its time in Beijing, YYYYMMDDhhmmss: UnionPay knows an order by both, and its acquirer refuses a code by its age.
func (s *scheme) Code(o txn.Order) (string, error) {
	m := s.shop
	m.Amount = o.Amount
	m.Additional = &emvqr.Additional{
		BillNumber: string(o.No), ReferenceLabel: o.Created.In(txn.BusinessZone).Format("20060102150405"),
	}
	return m.Encode()
}

var _ Schemer = (*scheme)(nil)

// makeScheme returns a scheme's code of an order; empty, with the cause in the log, if there is none.
func (t *Terminal) makeScheme(o txn.Order) string {
	if t.ports.Scheme == nil {
		return ""
	}
	code, err := t.ports.Scheme.Code(o)
	if err != nil {
		t.ports.Log.Error("scheme's code", "order", o.No, "err", err)
		return ""
	}
	return code
}
