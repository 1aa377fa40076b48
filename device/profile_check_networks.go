package device

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	wechatMerchant  = regexp.MustCompile(`^[0-9]{8,10}$`)
	wechatApp       = regexp.MustCompile(`^wx[0-9A-Za-z]{1,30}$`)
	wechatSerial    = regexp.MustCompile(`^[0-9A-Fa-f]{8,64}$`)
	wechatPublicKey = regexp.MustCompile(`^PUB_KEY_ID_[0-9A-Za-z]{1,50}$`)
)

// wechat checks [networks.wechat]. What a disabled network lacks does not matter, and what it has does.
func (c *checker) wechat(w *Wechat) {
	const table = "networks.wechat."
	c.text(at(table+"name"), w.Name, 0, 20)
	c.override(at(table+"base_url"), w.BaseURL)
	c.override(at(table+"ca"), w.CA)
	c.baseURL(at(table+"base_url"), w.BaseURL)
	c.file(at(table+"ca"), w.CA, false)

	needed := func(key, v string, pattern *regexp.Regexp, what string) {
		if v != "" || w.Enabled {
			c.match(at(table+key), v, pattern, what)
		}
	}
	needed("merchant_id", w.MerchantID, wechatMerchant, "8 to 10 digits")
	needed("app_id", w.AppID, wechatApp, "wx and 1 to 30 letters or digits")
	needed("serial", w.Serial, wechatSerial, "8 to 64 hexadecimal digits")
	needed("public_key_id", w.PublicKeyID, wechatPublicKey, "PUB_KEY_ID_ and 1 to 50 letters or digits")
	c.file(at(table+"private_key"), w.PrivateKey, w.Enabled)
	c.file(at(table+"api_v3_key"), w.APIV3Key, w.Enabled)
	c.file(at(table+"public_key"), w.PublicKey, w.Enabled)
	if w.NotifyURL != "" || w.Enabled {
		c.notifyURL(at(table+"notify_url"), w.NotifyURL)
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
	path := at("sale.default_network")
	if !c.oneOf(path, p.Sale.DefaultNetwork, "wechat") || p.Networks.Wechat.Enabled {
		return
	}
	if enabled := at("networks.wechat.enabled"); c.lines[enabled] > 0 {
		c.fail(enabled, `must be true while sale.default_network is "wechat"`)
	} else {
		c.fail(path, `"wechat" has no table [networks.wechat]`)
	}
}
