package unionpay

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"smartpos/txn/pay/internal/client"
)

// DefaultTimeout is how long a request may take, from dialling to the last byte of its answer.
const DefaultTimeout = client.DefaultTimeout

// Source is where a key or certificate comes from: a file or the PEM text itself. It never prints what it
// holds.
type Source = client.Source

// File returns a source that reads path when New is called. An empty path is no source.
func File(path string) Source { return client.File(path) }

// Bytes returns a source that holds the text itself.
func Bytes(text []byte) Source { return client.Bytes(text) }

// Sealed returns a source that holds the text itself, as it was opened from the sealed file of the merchant's keys.
func Sealed(text []byte) Source { return client.Sealed(text) }

// NoNotifications is the address that the network's own documents give for "no notifications, please".
const NoNotifications = "http://www.specialUrl.com"

// gateway is the network's address.
const gateway = "https://gateway.95516.com"

// Config is what a merchant got from UnionPay, and what the terminal says of itself.
type Config struct {
	MerchantID string // merId (商户代码), 15 characters
	TerminalID string // termId, 8 characters as registered with UnionPay; empty: not sent

	PrivateKey  Source // of the signing certificate, PEM (from acp_prod_sign.pfx)
	Certificate Source // the signing certificate, PEM; its serial number is the certId

	Root   Source // acp_prod_root.cer: the certificates of answers hang on it
	Middle Source // acp_prod_middle.cer: the authority between

	NotifyURL string // backUrl; empty: NoNotifications

	// Production refuses BaseURL, RootCAs and everything that the sandbox or UnionPay's test environment made.
	Production bool
	BaseURL    string // sandbox only: https://host:port instead of UnionPay
	RootCAs    Source // sandbox only: PEM of the roots that BaseURL's certificate hangs on

	Timeout time.Duration    // of a request; 0 is DefaultTimeout
	Clock   func() time.Time // the terminal's, which orders are dated by; nil is time.Now
}

// ErrConfig is returned by New when the configuration can't work; the text names the setting or file and
// what to do about it, never a key.
var ErrConfig = errors.New("unionpay: configuration")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, args...))
}

// The forms of what UnionPay hands out.
var (
	merchantForm = client.Pattern(`^[0-9A-Za-z]{15}$`)
	terminalForm = client.Pattern(`^[0-9A-Za-z]{8}$`)
	notifyForm   = client.Pattern(`^https?://[!-~]{1,240}$`)
)

// check refuses settings that can't be right, all at once.
func (c *Config) check() error {
	s := client.Settings{Kind: ErrConfig}
	s.Need(merchantForm().MatchString(c.MerchantID), "merchant_id %.40q: take the 15 characters (商户代码) from UnionPay", c.MerchantID)
	s.Need(c.TerminalID == "" || terminalForm().MatchString(c.TerminalID), "terminal_id %.40q: 8 letters or digits, or leave it out", c.TerminalID)
	s.Need(c.NotifyURL == "" || notifyForm().MatchString(c.NotifyURL), "notify_url %.80q: an http or https address, or leave it out", c.NotifyURL)
	s.Common(c.Production, c.BaseURL, c.RootCAs, c.Timeout, "", 0)
	return s.Err()
}

// Owners of the certificates that answers come under.
const (
	ownerName = "中国银联股份有限公司"    // in production, and in the test environment since 2020
	testOwner = "00040000:SIGN" // in the test environment
)

// Marks of what the sandbox makes. They are written down on both sides, so that neither imports the other.
const (
	sandboxOrganization = "smartpos paynet sandbox"
	sandboxSerial       = "5041594E4554"
)

// New returns the client. It reads the files and connects to nothing.
func New(cfg Config) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.NotifyURL == "" {
		cfg.NotifyURL = NoNotifications
	}
	base, err := client.ParseBase(cmp.Or(cfg.BaseURL, gateway))
	if err != nil {
		return nil, bad("%v", err)
	}
	files, err := client.ParseBase(cmp.Or(cfg.BaseURL, filesAddress))
	if err != nil {
		return nil, bad("%w", err)
	}
	roots, err := cfg.RootCAs.Roots()
	if err != nil {
		return nil, bad("%w", err)
	}
	key, cert, err := loadSigner(&cfg)
	if err != nil {
		return nil, err
	}
	network, err := loadAuthority(&cfg)
	if err != nil {
		return nil, err
	}
	return &Client{
		cfg: cfg, key: key, certID: cert.SerialNumber.String(), until: cert.NotAfter, network: network,
		base: base, files: files, line: client.NewLine(roots, cfg.Timeout), clock: clock{now: cfg.Clock},
	}, nil
}

// loadSigner reads the merchant's key and the certificate that belongs to it. The certId is its serial number in decimal.
func loadSigner(c *Config) (*rsa.PrivateKey, *x509.Certificate, error) {
	key, err := c.PrivateKey.PrivateKey(client.Form{Setting: "private_key", Name: "the key of the .pfx file as PEM", Network: "UnionPay"})
	if err != nil {
		return nil, nil, bad("%w", err)
	}
	cert, err := loadCertificate(c, "certificate", "the certificate of the .pfx file as PEM", c.Certificate)
	if err != nil {
		return nil, nil, err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, nil, bad("%w", client.BadKey("certificate", "certificate %s: does not belong to private_key %s; take both from one .pfx file", c.Certificate, c.PrivateKey))
	}
	return key, cert, nil
}

// loadAuthority reads whom to believe.
func loadAuthority(c *Config) (*authority, error) {
	root, err := loadCertificate(c, "root", "acp_prod_root.cer", c.Root)
	if err != nil {
		return nil, err
	}
	middle, err := loadCertificate(c, "middle", "acp_prod_middle.cer", c.Middle)
	if err != nil {
		return nil, err
	}
	if !issued(root, root) || !issued(middle, root) {
		return nil, bad("%w", client.BadKey("middle", "middle %s: does not hang on root %s; take both from one download of UnionPay's", c.Middle, c.Root))
	}
	return &authority{root: root, middle: middle, owners: owners(c.Production)}, nil
}

// owners returns whose certificates are believed.
func owners(production bool) []string {
	if production {
		return []string{ownerName}
	}
	return []string{ownerName, testOwner}
}

func loadCertificate(c *Config, setting, name string, s Source) (*x509.Certificate, error) {
	cert, _, err := s.Certificate(client.Form{Setting: setting, Name: name, Network: "UnionPay"})
	if err != nil {
		return nil, bad("%w", err)
	}
	if c.Production && fromSandbox(cert) {
		return nil, bad("%w", client.BadKey(setting, "%s %s: is of the sandbox or of a test environment; in production use the merchant's own", setting, s))
	}
	return cert, nil
}

// fromSandbox reports whether a certificate is one that proves nothing in production.
func fromSandbox(c *x509.Certificate) bool {
	names := slices.Concat(c.Subject.Organization, c.Issuer.Organization)
	return slices.Contains(names, sandboxOrganization) ||
		strings.HasPrefix(fmt.Sprintf("%X", c.SerialNumber), sandboxSerial) ||
		strings.Contains(c.Subject.CommonName+c.Issuer.CommonName, "CFCA TEST")
}
