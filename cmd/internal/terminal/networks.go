package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"smartpos/cmd/internal/daybook"
	"smartpos/device"
	"smartpos/device/secret"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/unionpay"
	"smartpos/txn/pay/wechat"
)

// Networks are the payment networks of a run: those that could be set up, and why the others could not.
type Networks struct {
	Open []pay.Network
	Out  map[txn.NetworkID]error
}

// openNetworks sets up the profile's networks. One that can't be is left out and logged with its cause.
func openNetworks(p *device.Profile, enabled []txn.NetworkConfig, log *slog.Logger) Networks {
	n, v := Networks{Out: map[txn.NetworkID]error{}}, openVault(p)
	for _, c := range enabled {
		client, err := openNetwork(p, v, c.ID)
		if err != nil {
			log.Error("network left out", "network", c.ID, "err", err)
			n.Out[c.ID] = err
			continue
		}
		n.Open = append(n.Open, client)
	}
	return n
}

// keysLimit is how long after the start requests wait for the networks to be set up. That takes a slow board seconds; where
// the medium of the keys never answers, the cashier has to hear that there is no network, and takes cash.
const keysLimit = time.Minute

// tills are the networks of a run, from when they are set up on.
type tills struct {
	begin  sync.Once
	late   chan struct{} // closed when nobody waits for them any more
	opened chan struct{} // closed when the rest is there
	Networks
}

func newTills() tills { return tills{late: make(chan struct{}), opened: make(chan struct{})} }

// awaitNetworks waits until the networks are set up, until keysLimit after the start at most, and reports whether they are.
func (t *Terminal) awaitNetworks(ctx context.Context) bool {
	t.tills.begin.Do(func() {
		go func() { // nobody waits for it in the end: what hangs in the kernel goes with the process
			t.tills.Networks = t.ports.Networks()
			close(t.tills.opened)
		}()
		time.AfterFunc(keysLimit, func() { close(t.tills.late) })
	})
	select {
	case <-t.tills.opened:
	case <-t.tills.late:
	case <-ctx.Done():
	}
	select {
	case <-t.tills.opened: // perhaps later than that
		return true
	default:
		return false
	}
}

// openNetworks sets the networks up, once, and tells the machine of those that are left out. Then it has the clock kept,
// and the certificates watched.
func (t *Terminal) openNetworks(ctx context.Context) {
	if !t.awaitNetworks(ctx) && ctx.Err() == nil {
		t.ports.Log.Error("no network yet", "err", "the medium of the keys does not answer")
	}
	select {
	case <-t.tills.opened:
	case <-ctx.Done():
		return
	}
	n := t.tills.Networks
	for _, id := range t.enabled {
		if !slices.ContainsFunc(n.Open, func(n pay.Network) bool { return n.ID() == id }) {
			t.tell(ctx, txn.NetworkOut{Network: id, Key: keyOf(n.Out[id])})
		}
	}
	t.work.Go(func() { t.watchExpiries(ctx, n.Open) })
	if prover := timeProver(n.Open); prover != nil && t.ports.SetClock != nil {
		t.keepTime(ctx, prover)
	}
}

// keyOf returns which key an error is about, if it is about one.
func keyOf(err error) txn.KeyKind {
	var k *pay.KeyError
	if errors.As(err, &k) {
		return txn.KeyKind(k.Setting)
	}
	return ""
}

// network returns the client of a network; nil, if there is none or they are not set up yet, see [Terminal.awaitNetworks].
func (t *Terminal) network(id txn.NetworkID) pay.Network {
	select {
	case <-t.tills.opened:
	default:
		return nil
	}
	for _, n := range t.tills.Open {
		if n.ID() == id {
			return n
		}
	}
	return nil
}

// Desk is where the profile's networks are reconciled with the journal that orders lists.
func Desk(p *device.Profile, orders func(func(txn.Order) error) error) *daybook.Desk {
	d := &daybook.Desk{Orders: orders, Folder: cmp.Or(p.Path(p.Bills), p.Path(p.Stick)), Carry: filepath.Join(p.Path(p.Data), daybook.CarryName)}
	merchants := map[txn.NetworkID]string{
		txn.WeChat: p.Networks.Wechat.MerchantID, txn.Alipay: p.Networks.Alipay.SellerID,
		txn.UnionPay: p.Networks.Unionpay.MerchantID, txn.Aggregator: p.Networks.Aggregator.MerchantID,
	}
	for _, n := range Config(p).Networks {
		d.Networks = append(d.Networks, daybook.Network{ID: n.ID, Merchant: merchants[n.ID]})
	}
	return d
}

// BillOf asks a network of the profile for a bill; its keys are read for that alone.
func BillOf(ctx context.Context, p *device.Profile, id txn.NetworkID, day time.Time) (pay.BillAnswer, error) {
	n, err := openNetwork(p, openVault(p), id)
	if err != nil {
		return pay.BillAnswer{}, err
	}
	return bill(ctx, n, id, day)
}

// bill asks a network, which may be nil or one that gives no bills out.
func bill(ctx context.Context, n pay.Network, id txn.NetworkID, day time.Time) (pay.BillAnswer, error) {
	b, ok := n.(pay.Biller)
	if !ok {
		return pay.BillAnswer{}, &pay.Error{Network: id, Op: txn.OpBill, Fault: txn.FaultConfig, Code: "NOT_SET_UP"}
	}
	return b.Bill(ctx, day)
}

// CheckNetworks says what is wrong with the keys and certificates of the profile, before a customer does, and warns of
// those that run out soon.
func CheckNetworks(p *device.Profile) (warnings []string, err error) {
	var errs []error
	if s := SecretStore(p); s != nil {
		_, err := s.Key(secret.Journal)
		errs = append(errs, err)
	}
	v := openVault(p)
	for _, n := range Config(p).Networks {
		client, err := openNetwork(p, v, n.ID)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", n.ID, err))
			continue
		}
		for _, e := range runningOut([]pay.Network{client}, time.Now()) {
			warnings = append(warnings, e.String())
		}
	}
	if p.Offline.Answers() {
		if _, err := newOffline(p, v); err != nil {
			errs = append(errs, fmt.Errorf("offline: %w", err))
		}
	}
	if _, err := newScheme(p); err != nil {
		errs = append(errs, fmt.Errorf("offline.scheme: %w", err))
	}
	return warnings, errors.Join(errs...)
}

func openNetwork(p *device.Profile, v vault, id txn.NetworkID) (pay.Network, error) {
	if err := v.lacks("networks." + string(id)); err != nil {
		return nil, err
	}
	switch id {
	case txn.Alipay:
		return alipay.New(alipayConfig(p, v))
	case txn.UnionPay:
		return unionpay.New(unionpayConfig(p, v))
	case txn.Aggregator:
		return aggregator.New(aggregatorConfig(p, v))
	}
	return wechat.New(wechatConfig(p, v))
}

func wechatConfig(p *device.Profile, v vault) wechat.Config {
	w := p.Networks.Wechat
	file := func(path string) wechat.Source { return wechat.File(p.Path(path)) } // an empty path is no source
	return wechat.Config{
		MerchantID: w.MerchantID, AppID: w.AppID, Serial: w.Serial,
		PrivateKey: v.source("networks.wechat.private_key", w.PrivateKey), APIv3Key: v.source("networks.wechat.api_v3_key", w.APIV3Key),
		PublicKeyID: w.PublicKeyID, PublicKey: file(w.PublicKey),
		NextKeyID: w.Next.PublicKeyID, NextKey: file(w.Next.PublicKey),
		NotifyURL:  w.NotifyURL,
		Production: p.Environment == device.Production,
		BaseURL:    w.BaseURL, RootCAs: file(w.CA),
		Timeout: p.Sale.RequestTimeout.D(), Terminal: p.Terminal.ID, Description: p.Merchant.Name,
	}
}

func alipayConfig(p *device.Profile, v vault) alipay.Config {
	a := p.Networks.Alipay
	file := func(path string) alipay.Source { return alipay.File(p.Path(path)) } // an empty path is no source
	return alipay.Config{
		AppID: a.AppID, SellerID: a.SellerID,
		PrivateKey: v.source("networks.alipay.private_key", a.PrivateKey), PublicKey: file(a.PublicKey),
		Production: p.Environment == device.Production,
		BaseURL:    a.BaseURL, RootCAs: file(a.CA),
		Timeout: p.Sale.RequestTimeout.D(), Terminal: p.Terminal.ID, Description: p.Merchant.Name,
	}
}

func unionpayConfig(p *device.Profile, v vault) unionpay.Config {
	u := p.Networks.Unionpay
	file := func(path string) unionpay.Source { return unionpay.File(p.Path(path)) } // an empty path is no source
	return unionpay.Config{
		MerchantID: u.MerchantID, TerminalID: u.TerminalID,
		PrivateKey: v.source("networks.unionpay.private_key", u.PrivateKey), Certificate: file(u.Certificate), Root: file(u.Root), Middle: file(u.Middle),
		NotifyURL:  u.NotifyURL,
		Production: p.Environment == device.Production,
		BaseURL:    u.BaseURL, RootCAs: file(u.CA),
		Timeout: p.Sale.RequestTimeout.D(),
	}
}

func aggregatorConfig(p *device.Profile, v vault) aggregator.Config {
	a := p.Networks.Aggregator
	file := func(path string) aggregator.Source { return aggregator.File(p.Path(path)) } // an empty path is no source
	return aggregator.Config{
		BaseURL: a.BaseURL, MerchantID: a.MerchantID,
		KeyID: a.KeyID, PrivateKey: v.source("networks.aggregator.private_key", a.PrivateKey), PlatformKeyID: a.PlatformKeyID, PlatformKey: file(a.PlatformKey),
		Production: p.Environment == device.Production, RootCAs: file(a.CA),
		Timeout: p.Sale.RequestTimeout.D(), Terminal: p.Terminal.ID, Description: p.Merchant.Name,
	}
}
