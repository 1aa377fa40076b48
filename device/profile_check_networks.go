package device

import (
	"net/url"
	"strings"
	"time"
)

var (
	wechatMerchant  = lazy(`^[0-9]{8,10}$`)
	wechatApp       = lazy(`^wx[0-9A-Za-z]{1,30}$`)
	wechatSerial    = lazy(`^[0-9A-Fa-f]{8,64}$`)
	wechatPublicKey = lazy(`^PUB_KEY_ID_[0-9A-Za-z]{1,50}$`)
)

// wechat checks [networks.wechat]. What a disabled network lacks does not matter, and what it has does.
func (c *checker) wechat(w *Wechat) {
	const table = "networks.wechat."
	c.network(table, w.Name, w.BaseURL, w.CA)
	c.askLimit(table, w.AskLimit)
	c.needed(w.Enabled, table+"merchant_id", w.MerchantID, wechatMerchant, "8 to 10 digits")
	c.needed(w.Enabled, table+"app_id", w.AppID, wechatApp, "wx and 1 to 30 letters or digits")
	c.needed(w.Enabled, table+"serial", w.Serial, wechatSerial, "8 to 64 hexadecimal digits")
	const keyID = "PUB_KEY_ID_ and 1 to 50 letters or digits"
	c.needed(w.PublicKey != "", table+"public_key_id", w.PublicKeyID, wechatPublicKey, keyID)
	c.needed(w.Next.PublicKey != "", table+"next.public_key_id", w.Next.PublicKeyID, wechatPublicKey, keyID)
	c.file(at(table+"public_key"), w.PublicKey, w.PublicKeyID != "")
	c.file(at(table+"next.public_key"), w.Next.PublicKey, w.Next.PublicKeyID != "")
	if w.NotifyURL != "" || w.Enabled {
		c.notifyURL(at(table+"notify_url"), w.NotifyURL)
	}
}

var (
	alipayApp    = lazy(`^[0-9]{16}$`)
	alipaySeller = lazy(`^2088[0-9]{12}$`)
)

// alipay checks [networks.alipay].
func (c *checker) alipay(a *Alipay, s *Sale) {
	const table = "networks.alipay."
	c.network(table, a.Name, a.BaseURL, a.CA)
	c.askLimit(table, a.AskLimit)
	c.needed(a.Enabled, table+"app_id", a.AppID, alipayApp, "16 digits")
	c.needed(false, table+"seller_id", a.SellerID, alipaySeller, "2088 and 12 digits")
	c.file(at(table+"public_key"), a.PublicKey, a.Enabled)
	c.wait(at(table+"poll_first"), a.PollFirst, time.Second, 30*time.Second)
	c.wait(at(table+"poll_scan"), a.PollScan, time.Second, 30*time.Second)
	c.wait(at(table+"scan_limit"), a.ScanLimit, 30*time.Second, 60*time.Second)
	c.wait(at(table+"reverse_after"), a.ReverseAfter, 0, 60*time.Second)
	c.less(table+"poll_first", a.PollFirst, "scan_limit", a.ScanLimit)
	c.less(table+"poll_scan", a.PollScan, "scan_limit", a.ScanLimit)
	c.less(table+"reverse_after", a.ReverseAfter, "scan_limit", a.ScanLimit)
	// A shown code can't be closed before it is scanned, and lives by the network's clock for whole minutes, rounded up.
	if a.Enabled && c.production && s.ShowMargin.D() < time.Minute {
		c.fail(at("sale.show_margin"), "must be at least 1m with networks.alipay, whose codes can live that much longer, not %s", short(s.ShowMargin.D()))
	}
}

var (
	unionpayMerchant = lazy(`^[0-9A-Za-z]{15}$`)
	unionpayTerminal = lazy(`^[0-9A-Za-z]{8}$`)
	unionpayNotify   = lazy(`^https?://[!-~]{1,240}$`)
)

// unionpay checks [networks.unionpay].
func (c *checker) unionpay(u *Unionpay) {
	const table = "networks.unionpay."
	c.network(table, u.Name, u.BaseURL, u.CA)
	c.askLimit(table, u.AskLimit)
	c.needed(u.Enabled, table+"merchant_id", u.MerchantID, unionpayMerchant, "15 letters or digits")
	c.needed(false, table+"terminal_id", u.TerminalID, unionpayTerminal, "8 letters or digits")
	c.needed(false, table+"notify_url", u.NotifyURL, unionpayNotify, "an http or https address of at most 255 bytes")
	c.file(at(table+"certificate"), u.Certificate, u.Enabled)
	c.file(at(table+"root"), u.Root, u.Enabled)
	c.file(at(table+"middle"), u.Middle, u.Enabled)
}

var (
	aggregatorURL      = lazy(`^https://[!-~]{1,192}$`)
	aggregatorMerchant = lazy(`^[0-9A-Za-z]{1,32}$`)
	aggregatorKey      = lazy(`^[0-9A-Za-z-]{1,64}$`)
)

// aggregator checks [networks.aggregator]. It has no address of its own that the firmware could know, so base_url is
// needed in production, too.
func (c *checker) aggregator(a *Aggregator) {
	const table, key = "networks.aggregator.", "1 to 64 letters, digits or hyphens"
	c.text(at(table+"name"), a.Name, 0, 20)
	c.askLimit(table, a.AskLimit)
	c.override(at(table+"ca"), a.CA)
	c.file(at(table+"ca"), a.CA, false)
	c.needed(a.Enabled, table+"base_url", a.BaseURL, aggregatorURL, "like https://host, at most 200 bytes")
	if aggregatorURL().MatchString(a.BaseURL) {
		c.baseURL(at(table+"base_url"), a.BaseURL)
	}
	c.needed(a.Enabled, table+"merchant_id", a.MerchantID, aggregatorMerchant, "1 to 32 letters or digits")
	c.needed(a.Enabled, table+"key_id", a.KeyID, aggregatorKey, key)
	c.needed(a.Enabled, table+"platform_key_id", a.PlatformKeyID, aggregatorKey, key)
	c.file(at(table+"platform_key"), a.PlatformKey, a.Enabled)
}

// network checks what the wallets' own tables have.
func (c *checker) network(table, name, baseURL, ca string) {
	c.text(at(table+"name"), name, 0, 20)
	c.override(at(table+"base_url"), baseURL)
	c.override(at(table+"ca"), ca)
	c.baseURL(at(table+"base_url"), baseURL)
	c.file(at(table+"ca"), ca, false)
}

// needed checks a text that may be empty unless it is required.
func (c *checker) needed(required bool, key, v string, pattern pattern, what string) {
	if v != "" || required {
		c.match(at(key), v, pattern, what)
	}
}

// override refuses in production what would send real money somewhere else.
func (c *checker) override(path, v string) {
	if v != "" && c.production {
		c.fail(path, `is for environment = "sandbox" only`)
	}
}

func (c *checker) baseURL(path, v string) {
	if v == "" {
		return
	}
	u, ok := parseURL(v)
	if !ok || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		c.fail(path, "must be like https://host:port, without path or query")
	}
}

func (c *checker) notifyURL(path, v string) {
	if v == "" {
		c.fail(path, "is required: the network wants an address for notifications, even one that nobody reads")
		return
	}
	u, ok := parseURL(v)
	switch {
	case !ok || u.Scheme != "https":
		c.fail(path, "must be like https://host/path")
	case u.RawQuery != "" || u.Fragment != "":
		c.fail(path, "must have no query, which the network refuses")
	case len(v) > 255:
		c.fail(path, "must be at most 255 bytes long, not %d", len(v))
	}
}

// parseURL accepts an absolute URL with a host and without a password.
func parseURL(v string) (*url.URL, bool) {
	u, err := url.Parse(v)
	return u, err == nil && u.Host != "" && u.User == nil && clean(v)
}

// defaultNetwork checks that 确认 has a network to show: one that this firmware speaks and the profile enables.
func (c *checker) defaultNetwork(p *Profile) {
	path, name := at("sale.default_network"), p.Sale.DefaultNetwork
	n := &p.Networks
	enabled := map[string]bool{
		"wechat": n.Wechat.Enabled, "alipay": n.Alipay.Enabled, "unionpay": n.Unionpay.Enabled, "aggregator": n.Aggregator.Enabled,
	}
	if !c.oneOf(path, name, networkNames...) || enabled[name] {
		return
	}
	if key := at("networks." + name + ".enabled"); c.lines[key] > 0 {
		c.fail(key, "must be true while sale.default_network is %q", name)
	} else {
		c.fail(path, "%q has no table [networks.%s]", name, name)
	}
}
