package wechat

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"

	"smartpos/txn/pay/internal/client"
)

// DefaultTimeout is how long a request may take, from dialling to the last byte of its answer.
const DefaultTimeout = client.DefaultTimeout

// Config is what a merchant got from WeChat Pay, and what the terminal says of itself.
type Config struct {
	MerchantID string // mchid (商户号)
	AppID      string // appid, bound to the merchant
	Serial     string // serial number of the merchant's certificate, in hexadecimal

	PrivateKey Source // apiclient_key.pem
	APIv3Key   Source // 32 characters; it opens platform certificates and notifications

	// What verifies answers: public keys, or platform certificates, which are fetched with the API v3 key, or both.
	PublicKeyID  string   // PUB_KEY_ID_…
	PublicKey    Source   // pub_key.pem: verifies answers under PublicKeyID
	NextKeyID    string   // while WeChat Pay changes from one public key to another: the other
	NextKey      Source   // … and it
	Certificates []Source // platform certificates to begin with

	NotifyURL string // https, without parameters; WeChat Pay demands one

	// Production refuses BaseURL, RootCAs and everything that the sandbox made.
	Production bool
	BaseURL    string // sandbox only: https://host:port instead of WeChat Pay
	RootCAs    Source // sandbox only: PEM of the roots that BaseURL's certificate hangs on

	Timeout     time.Duration // of a request; 0 is DefaultTimeout
	Terminal    string        // device_id (终端号), at most 16 characters
	Description string        // what the customer reads on the bill, at most 127 characters
}

// ErrConfig is returned by New when the configuration can't work; the text names the setting or file and
// what to do about it, never a key.
var ErrConfig = errors.New("wechat: configuration")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, args...))
}

// The forms of what WeChat Pay hands out.
var (
	digitsForm = client.Pattern(`^[0-9]{8,32}$`)
	appForm    = client.Pattern(`^[0-9A-Za-z_-]{1,32}$`)
	serialForm = client.Pattern(`^[0-9A-Fa-f]{16,64}$`)
	keyIDForm  = client.Pattern(`^PUB_KEY_ID_[0-9A-Za-z_]{1,64}$`)
	deviceForm = client.Pattern(`^[0-9A-Za-z_-]{1,16}$`)
)

// check refuses settings that can't be right, all at once.
func (c *Config) check() error {
	s := client.Settings{Kind: ErrConfig}
	s.Need(digitsForm().MatchString(c.MerchantID), "merchant_id %.40q: take the digits (商户号) from the merchant platform", c.MerchantID)
	s.Need(appForm().MatchString(c.AppID), "app_id %.40q: take the appid bound to the merchant", c.AppID)
	s.Need(serialForm().MatchString(c.Serial), "serial %.80q: take the certificate's serial number (证书序列号), in hexadecimal", c.Serial)
	s.Need(c.PublicKeyID == "" || keyIDForm().MatchString(c.PublicKeyID), "public_key_id %.80q: it begins PUB_KEY_ID_", c.PublicKeyID)
	s.Need(c.NextKeyID == "" || keyIDForm().MatchString(c.NextKeyID) && c.NextKeyID != c.PublicKeyID,
		"next.public_key_id %.80q: another that begins PUB_KEY_ID_", c.NextKeyID)
	s.Need(c.PublicKeyID != "" || len(c.Certificates) > 0 || !c.APIv3Key.Empty(),
		"public_key_id and public_key are missing, and api_v3_key too, which platform certificates are fetched with: answers can't be verified")
	s.Need(c.Terminal == "" || deviceForm().MatchString(c.Terminal), "terminal %.40q: at most 16 letters and digits", c.Terminal)
	s.Common(c.Production, c.BaseURL, c.RootCAs, c.Timeout, c.Description, 127)
	u, err := url.Parse(c.NotifyURL)
	s.Need(err == nil && u.Scheme == "https" && u.Host != "" && u.RawQuery == "" && len(c.NotifyURL) <= 255,
		"notify_url %.80q: an https address without parameters", c.NotifyURL)
	sandbox := strings.HasPrefix(c.PublicKeyID, sandboxKeyID) || strings.HasPrefix(c.NextKeyID, sandboxKeyID) || strings.HasPrefix(strings.ToUpper(c.Serial), sandboxSerial)
	s.Need(!c.Production || !sandbox,
		"public_key_id or serial is the sandbox's: in production use those from the merchant platform")
	return s.Err()
}

// Marks of what the sandbox makes. They are written down on both sides, so that neither imports the other.
const (
	sandboxOrganization = "smartpos paynet sandbox"
	sandboxKeyID        = "PUB_KEY_ID_SANDBOX"
	sandboxSerial       = "5041594E4554"
	sandboxAPIv3        = "PAYNETSANDBOX"
)

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
	key, err := loadPrivateKey(cfg.PrivateKey)
	if err != nil {
		return nil, err
	}
	apiV3, err := loadAPIv3(cfg.APIv3Key, cfg.Production)
	if err != nil {
		return nil, err
	}
	ring, err := loadKeyring(&cfg)
	if err != nil {
		return nil, err
	}
	rt, err := newTransport(&cfg, ring, apiV3)
	if err != nil {
		return nil, err
	}
	return newClient(&cfg, key, ring, rt)
}

// newClient puts the SDK's client together. The transport has verified every answer before the SDK sees it;
// the SDK verifies the good ones once more.
func newClient(cfg *Config, key *rsa.PrivateKey, ring *keyring, rt *transport) (*Client, error) {
	sdk, err := core.NewClient(context.Background(),
		option.WithMerchantCredential(cfg.MerchantID, strings.ToUpper(cfg.Serial), key),
		option.WithVerifier(ring),
		option.WithHTTPClient(&http.Client{
			Transport:     rt,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}),
	)
	if err != nil {
		return nil, bad("%w", err)
	}
	c := &Client{cfg: *cfg, sdk: sdk, transport: rt}
	rt.fetch = c.fetch
	return c, nil
}

func newTransport(cfg *Config, ring *keyring, apiV3 []byte) (*transport, error) {
	roots, err := cfg.RootCAs.Roots()
	if err != nil {
		return nil, bad("%w", err)
	}
	base, err := client.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, bad("%w", err)
	}
	return &transport{
		base: base, ring: ring, line: client.NewLine(roots, cfg.Timeout), fetch: func(context.Context) bool { return false },
		renewal: &renewal{apiV3: apiV3, production: cfg.Production},
	}, nil
}
