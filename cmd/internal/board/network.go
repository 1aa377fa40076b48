package board

import (
	"errors"
	"strings"
	"sync"
	"time"

	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/wechat"
)

// SandboxDir is the folder of the sandbox network in the board's: keys, phones, orders and the ledger.
const SandboxDir = "paynet"

// slowDelay is how long a slow network keeps a request; the official request time-out is 10 s.
const slowDelay = 4 * time.Second

// network is the payment networks that the terminal is connected to, and the cable to them.
type network struct {
	net     *paynet.Paynet
	address string // where it listens on this host
	slow    time.Duration
	cancel  func()

	mu      sync.Mutex
	fault   string
	refunds string
	left    int // requests until the cut; 0: not armed
	after   bool
	hit     func()
}

// openNetwork starts the sandbox; changed hears of phones and ledger. scale shortens the network's own waits.
func openNetwork(dir string, scale float64, changed func()) (*network, error) {
	p, err := paynet.Open(dir, paynet.Options{Scale: scale})
	if err != nil {
		return nil, err
	}
	n := &network{net: p, fault: FaultOK, refunds: FaultOK, slow: slowDelay}
	if scale > 1 {
		n.slow = time.Duration(float64(slowDelay) / scale)
	}
	p.BillsAtOnce(true) // whoever tries a terminal reconciles the day that he has sold on
	p.OnRequest(n.request)
	url, err := p.Start("127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	n.address = strings.TrimPrefix(url, "https://")
	n.cancel = p.Subscribe(changed)
	return n, nil
}

// NetworkTables is the text of the profile's tables that let a terminal pay at net.
func NetworkTables(net *paynet.Paynet) ([]byte, error) {
	return replaceTables(nil, networkSettings(net))
}

// boardSettings are the profile's tables that belong to a board's run: the networks, without the keys, which are sealed.
func boardSettings(net *paynet.Paynet) tables {
	run := networkSettings(net)
	for name := range keyFiles(net) {
		dot := strings.LastIndexByte(name, '.')
		delete(run[name[:dot]], name[dot+1:])
	}
	run["secrets"] = secretSettings()
	return run
}

// networkSettings are the profile's tables that let the firmware pay at net, with keys in clear.
func networkSettings(net *paynet.Paynet) tables {
	w, a, u := net.WeChatMerchant(), net.AlipayMerchant(), net.UnionPayMerchant()
	all := net.AggregatorMerchant()
	return tables{
		"offline.acquirer": {"page": all.OfflinePage, "key": all.OfflineKey, "key_number": all.OfflineKeyNumber},
		"offline.scheme": {
			"account": u.SchemeAccount, "category": "5411", "city": "BEIJING", "network": "unionpay",
		},
		"networks.wechat": {
			"enabled":       true,
			"base_url":      w.BaseURL,
			"ca":            w.CA,
			"merchant_id":   w.MerchantID,
			"app_id":        w.AppID,
			"serial":        w.Serial,
			"private_key":   w.PrivateKey,
			"api_v3_key":    w.APIv3Key,
			"public_key_id": w.PublicKeyID,
			"public_key":    w.PublicKey,
			"notify_url":    w.NotifyURL,
		},
		"networks.alipay": {
			"enabled":     true,
			"base_url":    a.BaseURL,
			"ca":          a.CA,
			"app_id":      a.AppID,
			"seller_id":   a.SellerID,
			"private_key": a.PrivateKey,
			"public_key":  a.AlipayPublicKey,
		},
		"networks.unionpay": {
			"enabled":     true,
			"base_url":    u.BaseURL,
			"ca":          u.CA,
			"merchant_id": u.MerchantID,
			"private_key": u.PrivateKey,
			"certificate": u.Certificate,
			"root":        u.Root,
			"middle":      u.Middle,
		},
		"networks.aggregator": {
			"enabled":         true,
			"base_url":        all.BaseURL,
			"ca":              all.CA,
			"merchant_id":     all.MerchantID,
			"key_id":          all.KeyID,
			"private_key":     all.PrivateKey,
			"platform_key_id": all.PlatformKeyID,
			"platform_key":    all.PlatformKey,
		},
	}
}

// set breaks or mends the network.
func (n *network) set(fault string) error {
	f := paynet.Fault{Kind: paynet.FaultKind(fault)}
	if fault == FaultUnplugged {
		f.Kind = paynet.FaultOK // a network that nobody reaches works as well as ever
	}
	if f.Kind == paynet.FaultSlow {
		f.Delay = n.slow
	}
	if err := n.net.SetFault(f); err != nil {
		return err
	}
	n.mu.Lock()
	n.fault = fault
	n.mu.Unlock()
	return nil
}

// setRefunds says what becomes of refunds from now on.
func (n *network) setRefunds(fate string) error {
	f := paynet.RefundFate(fate)
	if fate == FaultOK {
		f = paynet.RefundNormal
	}
	if err := n.net.SetRefunds(f); err != nil {
		return err
	}
	n.mu.Lock()
	n.refunds = fate
	n.mu.Unlock()
	return nil
}

func (n *network) refundsNow() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.refunds
}

func (n *network) faultNow() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.fault
}

// arm has hit called at the nth request from now: before its reply is sent, when its effect has happened, or
// after.
func (n *network) arm(count int, after bool, hit func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left, n.after, n.hit = count, after, hit
}

func (n *network) disarm() { n.arm(0, false, nil) }

// request hears of every request, twice.
func (n *network) request(r paynet.Heard, phase paynet.Phase) {
	if r.No == wechat.TimeOrder {
		return // a board asks what time it is whenever it starts, and that is nobody's payment
	}
	n.mu.Lock()
	var hit func()
	// Requests are counted when their reply is due, so that "before" and "after" mean the same request; one that
	// was under way when the point was armed counts too.
	if n.left > 0 && (phase == paynet.AfterReply) == n.after {
		if n.left--; n.left == 0 {
			hit = n.hit
		}
	}
	n.mu.Unlock()
	if hit != nil {
		hit()
	}
}

func (n *network) Close() error {
	n.cancel()
	return n.net.Close()
}

// Ledger is what every customer was really charged, whatever terminal and journal believe.
func (b *Board) Ledger() paynet.Ledger { return b.network.net.Ledger() }

// noteNetwork hears that a phone or the ledger has changed.
func (b *Board) noteNetwork() {
	b.changes.note(KindPhone)
	b.changes.note(KindLedger)
}
