package aggregator

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"

	"smartpos/txn/pay/internal/client"
)

// DefaultTimeout is how long a request may take, from dialling to the last byte of its answer.
const DefaultTimeout = client.DefaultTimeout

// Source is where a key comes from: a file or the PEM text itself. It never prints what it holds.
type Source = client.Source

// File returns a source that reads path when New is called. An empty path is no source.
func File(path string) Source { return client.File(path) }

// Bytes returns a source that holds the text itself.
func Bytes(text []byte) Source { return client.Bytes(text) }

// Sealed returns a source that holds the text itself, as it was opened from the sealed file of the merchant's keys.
func Sealed(text []byte) Source { return client.Sealed(text) }

// Config is what a merchant got from the platform, and what the terminal says of itself.
type Config struct {
	BaseURL    string // of the platform: https://host or https://host:port, nothing after it
	MerchantID string // merchant_id (商户号): 1 to 32 letters or digits

	KeyID         string // of PrivateKey, as the platform numbers it: 1 to 64 letters, digits or hyphens
	PrivateKey    Source // the merchant's: Ed25519, PKCS#8
	PlatformKeyID string // of PlatformKey
	PlatformKey   Source // verifies answers: Ed25519

	// Production refuses RootCAs and everything that the sandbox made.
	Production bool
	RootCAs    Source // sandbox only: PEM of the roots that BaseURL's certificate hangs on

	Timeout     time.Duration // of a request; 0 is DefaultTimeout
	Terminal    string        // terminal_id (终端号), at most 32 characters
	Description string        // what the customer reads on the bill, at most 64 characters
}

// ErrConfig is returned by New when the configuration can't work; the text names the setting or file and
// what to do about it, never a key.
var ErrConfig = errors.New("aggregator: configuration")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, args...))
}

// The forms of what the platform hands out.
var (
	merchantForm = client.Pattern(`^[0-9A-Za-z]{1,32}$`)
	keyIDForm    = client.Pattern(`^[0-9A-Za-z-]{1,64}$`)
	terminalForm = client.Pattern(`^[0-9A-Za-z_-]{1,32}$`)
)

// Marks of what the sandbox makes. They are written down on both sides, so that neither imports the other.
const (
	sandboxMerchant = "PAYNET"
	sandboxKeyID    = "SANDBOX"
	sandboxKey      = "smartpos paynet sandbox" // below a key
)

// check refuses settings that can't be right, all at once.
func (c *Config) check() error {
	s := client.Settings{Kind: ErrConfig}
	s.Need(c.BaseURL != "", "base_url is missing: take the address from the platform's contract")
	s.Need(merchantForm().MatchString(c.MerchantID), "merchant_id %.40q: take the number (商户号) from the platform's contract", c.MerchantID)
	s.Need(keyIDForm().MatchString(c.KeyID), "key_id %.80q: take the id that the platform gave the merchant's key", c.KeyID)
	s.Need(keyIDForm().MatchString(c.PlatformKeyID), "platform_key_id %.80q: take the id that the platform gave its own key", c.PlatformKeyID)
	s.Need(c.Terminal == "" || terminalForm().MatchString(c.Terminal), "terminal %.40q: at most 32 letters and digits", c.Terminal)
	s.Common(c.Production, "", c.RootCAs, c.Timeout, c.Description, 64) // the address is the platform's in production, too
	sandbox := strings.HasPrefix(c.MerchantID, sandboxMerchant) || strings.HasPrefix(c.KeyID, sandboxKeyID) ||
		strings.HasPrefix(c.PlatformKeyID, sandboxKeyID)
	s.Need(!c.Production || !sandbox, "merchant_id, key_id or platform_key_id is the sandbox's: in production use the platform's")
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
	form := client.Form{Setting: "private_key", Name: "the merchant's private key", Network: "the platform"}
	if cfg.Production {
		form.Mark = sandboxKey
	}
	private, err := cfg.PrivateKey.SigningKey(form)
	if err != nil {
		return nil, bad("%w", err)
	}
	form.Setting, form.Name = "platform_key", "the platform's public key"
	platform, err := cfg.PlatformKey.VerifyingKey(form)
	if err != nil {
		return nil, bad("%w", err)
	}
	if platform.Equal(private.Public().(ed25519.PublicKey)) {
		return nil, bad("%w", client.BadKey("platform_key", "platform_key %s: is the merchant's own; take the platform's", cfg.PlatformKey))
	}
	base, err := client.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, bad("%w", err)
	}
	roots, err := cfg.RootCAs.Roots()
	if err != nil {
		return nil, bad("%w", err)
	}
	return &Client{cfg: cfg, private: private, platform: platform, base: base, line: client.NewLine(roots, cfg.Timeout)}, nil
}
