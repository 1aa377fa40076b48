package terminal

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"smartpos/device"
	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/unionpay"
	"smartpos/txn/pay/wechat"
)

// openNetworks sets up the profile's networks. One that can't be is left out and logged with its cause.
func openNetworks(p *device.Profile, enabled []txn.NetworkConfig, log *slog.Logger) (open []pay.Network) {
	for _, n := range enabled {
		client, err := openNetwork(p, n.ID)
		if err != nil {
			log.Error("network left out", "network", n.ID, "err", err)
			continue
		}
		open = append(open, client)
	}
	return open
}

// openNetworks sets the networks up, once, and tells the machine of those that are left out. Then it has the clock kept.
func (t *Terminal) openNetworks(ctx context.Context) {
	open := t.networks()
	for _, id := range t.enabled {
		if !slices.ContainsFunc(open, func(n pay.Network) bool { return n.ID() == id }) {
			t.tell(ctx, txn.NetworkOut{Network: id})
		}
	}
	if prover := timeProver(open); prover != nil && t.ports.SetClock != nil {
		t.keepTime(ctx, prover)
	}
}

// network returns the client of a network, or nil. It waits for the networks to be set up.
func (t *Terminal) network(id txn.NetworkID) pay.Network {
	for _, n := range t.networks() {
		if n.ID() == id {
			return n
		}
	}
	return nil
}

// CheckNetworks says what is wrong with the keys and certificates that the profile names, before a customer does.
func CheckNetworks(p *device.Profile) error {
	var errs []error
	for _, n := range Config(p).Networks {
		_, err := openNetwork(p, n.ID)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func openNetwork(p *device.Profile, id txn.NetworkID) (pay.Network, error) {
	switch id {
	case txn.Alipay:
		return alipay.New(alipayConfig(p))
	case txn.UnionPay:
		return unionpay.New(unionpayConfig(p))
	case txn.Aggregator:
		return aggregator.New(aggregatorConfig(p))
	}
	return wechat.New(wechatConfig(p))
}

func wechatConfig(p *device.Profile) wechat.Config {
	w := p.Networks.Wechat
	file := func(path string) wechat.Source { return wechat.File(p.Path(path)) } // an empty path is no source
	return wechat.Config{
		MerchantID: w.MerchantID, AppID: w.AppID, Serial: w.Serial,
		PrivateKey: file(w.PrivateKey), APIv3Key: file(w.APIV3Key),
		PublicKeyID: w.PublicKeyID, PublicKey: file(w.PublicKey),
		NextKeyID: w.Next.PublicKeyID, NextKey: file(w.Next.PublicKey),
		NotifyURL:  w.NotifyURL,
		Production: p.Environment == device.Production,
		BaseURL:    w.BaseURL, RootCAs: file(w.CA),
		Timeout: p.Sale.RequestTimeout.D(), Terminal: p.Terminal.ID, Description: p.Merchant.Name,
	}
}

func alipayConfig(p *device.Profile) alipay.Config {
	a := p.Networks.Alipay
	file := func(path string) alipay.Source { return alipay.File(p.Path(path)) } // an empty path is no source
	return alipay.Config{
		AppID: a.AppID, SellerID: a.SellerID, PrivateKey: file(a.PrivateKey), PublicKey: file(a.PublicKey),
		Production: p.Environment == device.Production,
		BaseURL:    a.BaseURL, RootCAs: file(a.CA),
		Timeout: p.Sale.RequestTimeout.D(), Terminal: p.Terminal.ID, Description: p.Merchant.Name,
	}
}

func unionpayConfig(p *device.Profile) unionpay.Config {
	u := p.Networks.Unionpay
	file := func(path string) unionpay.Source { return unionpay.File(p.Path(path)) } // an empty path is no source
	return unionpay.Config{
		MerchantID: u.MerchantID, TerminalID: u.TerminalID,
		PrivateKey: file(u.PrivateKey), Certificate: file(u.Certificate), Root: file(u.Root), Middle: file(u.Middle),
		NotifyURL:  u.NotifyURL,
		Production: p.Environment == device.Production,
		BaseURL:    u.BaseURL, RootCAs: file(u.CA),
		Timeout: p.Sale.RequestTimeout.D(),
	}
}

func aggregatorConfig(p *device.Profile) aggregator.Config {
	a := p.Networks.Aggregator
	file := func(path string) aggregator.Source { return aggregator.File(p.Path(path)) } // an empty path is no source
	return aggregator.Config{
		BaseURL: a.BaseURL, MerchantID: a.MerchantID,
		KeyID: a.KeyID, PrivateKey: file(a.PrivateKey), PlatformKeyID: a.PlatformKeyID, PlatformKey: file(a.PlatformKey),
		Production: p.Environment == device.Production, RootCAs: file(a.CA),
		Timeout: p.Sale.RequestTimeout.D(), Terminal: p.Terminal.ID, Description: p.Merchant.Name,
	}
}
