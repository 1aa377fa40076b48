package alipay

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"smartpos/txn/pay/internal/client"
)

// DefaultTimeout is how long a request may take, from dialling to the last byte of its answer.
const DefaultTimeout = client.DefaultTimeout

// Source is where a key comes from: a file or the text itself. It never prints what it holds.
type Source = client.Source

// File returns a source that reads path when New is called. An empty path is no source.
func File(path string) Source { return client.File(path) }

// Bytes returns a source that holds the text itself.
func Bytes(text []byte) Source { return client.Bytes(text) }

// Sealed returns a source that holds the text itself, as it was opened from the sealed file of the merchant's keys.
func Sealed(text []byte) Source { return client.Sealed(text) }

// Config is what a merchant got from Alipay, and what the terminal says of itself. Keys are taken as PEM and as
// Alipay's own tool writes them: base64 alone, PKCS#8 or PKCS#1.
type Config struct {
	AppID    string // app_id (应用 ID), 16 digits
	SellerID string // the account that gets the money (PID, 2088…); empty: the one that signed the contract

	PrivateKey Source // the application's private key (应用私钥)
	PublicKey  Source // Alipay's public key (支付宝公钥), not the application's

	// Production refuses BaseURL, RootCAs and everything that the sandbox made.
	Production bool
	BaseURL    string // sandbox only: https://host:port instead of Alipay
	RootCAs    Source // sandbox only: PEM of the roots that BaseURL's certificate hangs on

	Timeout     time.Duration // of a request; 0 is DefaultTimeout
	Terminal    string        // terminal_id (终端号), at most 32 characters
	Description string        // what the customer reads on the bill, at most 256 characters
}

// ErrConfig is returned by New when the configuration can't work; the text names the setting or file and
// what to do about it, never a key.
var ErrConfig = errors.New("alipay: configuration")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, args...))
}

// The forms of what Alipay hands out.
var (
	appForm      = client.Pattern(`^[0-9]{16}$`)
	sellerForm   = client.Pattern(`^2088[0-9]{12}$`)
	terminalForm = client.Pattern(`^[0-9A-Za-z_-]{1,32}$`)
)

// Marks of what the sandbox makes. They are written down on both sides, so that neither imports the other.
const (
	sandboxApp    = "99990000"
	sandboxSeller = "20889999"
	sandboxKey    = "smartpos paynet sandbox" // below a key
)

// check refuses settings that can't be right, all at once.
func (c *Config) check() error {
	s := client.Settings{Kind: ErrConfig}
	s.Need(appForm().MatchString(c.AppID), "app_id %.40q: take the 16 digits (APPID) from the open platform's console", c.AppID)
	s.Need(c.SellerID == "" || sellerForm().MatchString(c.SellerID), "seller_id %.40q: 16 digits that begin 2088 (PID)", c.SellerID)
	s.Need(c.Terminal == "" || terminalForm().MatchString(c.Terminal), "terminal %.40q: at most 32 letters and digits", c.Terminal)
	s.Common(c.Production, c.BaseURL, c.RootCAs, c.Timeout, c.Description, 256)
	sandbox := strings.HasPrefix(c.AppID, sandboxApp) || strings.HasPrefix(c.SellerID, sandboxSeller)
	s.Need(!c.Production || !sandbox,
		"app_id or seller_id is the sandbox's: in production use those from the open platform's console")
	return s.Err()
}

// New returns the client. It reads the files and connects to nothing.
func New(cfg Config) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Description == "" {
		cfg.Description = "商品"
	}
	form := client.Form{Setting: "private_key", Name: "the application's private key (应用私钥)", Network: "Alipay", Bare: true}
	if cfg.Production {
		form.Mark = sandboxKey
	}
	private, err := cfg.PrivateKey.PrivateKey(form)
	if err != nil {
		return nil, bad("%w", err)
	}
	form.Setting, form.Name = "public_key", "Alipay's public key (支付宝公钥)"
	public, err := cfg.PublicKey.PublicKey(form)
	if err != nil {
		return nil, bad("%w", err)
	}
	if public.Equal(private.Public()) {
		return nil, bad("%w", client.BadKey("public_key", "public_key %s: is the application's own (应用公钥); take Alipay's (支付宝公钥) from the console", cfg.PublicKey))
	}
	base, err := client.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, bad("%w", err)
	}
	roots, err := cfg.RootCAs.Roots()
	if err != nil {
		return nil, bad("%w", err)
	}
	if base == nil {
		base = &url.URL{Scheme: "https", Host: "openapi.alipay.com"}
	}
	return &Client{
		cfg: cfg, private: private, public: public,
		gateway: base.JoinPath("gateway.do").String(), line: client.NewLine(roots, cfg.Timeout),
	}, nil
}
