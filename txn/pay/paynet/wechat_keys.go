package paynet

import (
	"crypto/rsa"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Marks of what the sandbox makes as WeChat Pay.
const (
	// PublicKeyPrefix begins the id of the network's public key.
	PublicKeyPrefix = "PUB_KEY_ID_SANDBOX"
	// APIv3Prefix begins the API v3 key.
	APIv3Prefix = "PAYNETSANDBOX"
)

// WeChatMerchant is what a merchant gets from WeChat Pay, and where it lies. Paths are absolute where Open was
// given an absolute folder.
type WeChatMerchant struct {
	MerchantID     string `json:"merchant_id"`
	AppID          string `json:"app_id"`
	Serial         string `json:"serial"`          // of the merchant's certificate
	PublicKeyID    string `json:"public_key_id"`   // of the network's public key
	PlatformSerial string `json:"platform_serial"` // of the network's platform certificate
	NotifyURL      string `json:"notify_url"`

	BaseURL             string `json:"base_url"`             // https://127.0.0.1:port
	CA                  string `json:"ca"`                   // root of the server's certificate
	PrivateKey          string `json:"private_key"`          // apiclient_key.pem
	Certificate         string `json:"certificate"`          // apiclient_cert.pem
	APIv3Key            string `json:"api_v3_key"`           // apiv3.key
	PublicKey           string `json:"public_key"`           // pub_key.pem
	PlatformCertificate string `json:"platform_certificate"` // platform_cert.pem, from before public keys
}

// WeChatMerchant returns what a merchant would have got from WeChat Pay. BaseURL is set once Start was called.
func (p *Paynet) WeChatMerchant() WeChatMerchant {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wechat.merchant
}

// wechatKeys is the network's side.
type wechatKeys struct {
	merchant  *rsa.PublicKey  // verifies requests
	publicKey *rsa.PrivateKey // signs answers, under PublicKeyID
	platform  []platformKey   // the latest signs answers for those who ask for platform certificates
	apiV3     []byte          // seals certificates and notifications
}

func (c *wechat) open(dir string, ca *authority) error {
	err := readDeposit(dir, WeChat, &c.merchant)
	c.merchant.layOut(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = c.merchant.make(dir, ca)
	}
	if err != nil {
		return err
	}
	if c.keys.publicKey, err = readRSA(private(dir, "public_key_key.pem")); err != nil {
		return err
	}
	if c.keys.apiV3, err = os.ReadFile(c.merchant.APIv3Key); err != nil {
		return err
	}
	platform := platformKey{}
	if platform.key, err = readRSA(private(dir, "platform_key.pem")); err != nil {
		return err
	}
	if platform.cert, err = readCertificate(c.merchant.PlatformCertificate); err != nil {
		return err
	}
	c.keys.platform = []platformKey{platform}
	cert, err := readCertificate(c.merchant.Certificate)
	if err != nil {
		return err
	}
	c.keys.merchant = cert.PublicKey.(*rsa.PublicKey)
	return nil
}

func (c *wechat) listening(dir, baseURL string) error {
	c.merchant.BaseURL = baseURL
	return writeDeposit(dir, WeChat, &c.merchant)
}

// layOut sets the paths, which follow the folder when it is moved.
func (m *WeChatMerchant) layOut(dir string) {
	in := func(name string) string { return filepath.Join(dir, WeChat, name) }
	m.CA = caFile(dir)
	m.PrivateKey, m.Certificate = in("apiclient_key.pem"), in("apiclient_cert.pem")
	m.APIv3Key, m.PublicKey, m.PlatformCertificate = in("apiv3.key"), in("pub_key.pem"), in("platform_cert.pem")
}

// make lays out what a new folder lacks. merchant.json is written last: without it all is begun anew.
func (m *WeChatMerchant) make(dir string, ca *authority) error {
	m.MerchantID, m.AppID, m.NotifyURL = "1900000001", "wx"+randomHex(8), "https://notify.invalid/wechat"
	m.PublicKeyID = PublicKeyPrefix + strings.ToUpper(randomHex(12))
	var merchant, public, platform *rsa.PrivateKey
	if err := makeRSA(&merchant, &public, &platform); err != nil {
		return err
	}
	api, own := template("merchant "+m.MerchantID), template("platform")
	m.Serial, m.PlatformSerial = serialOf(api), serialOf(own)
	w := &writer{}
	w.certificate(m.Certificate, api, ca, merchant.Public())
	w.certificate(m.PlatformCertificate, own, ca, platform.Public())
	w.key(m.PrivateKey, merchant)
	w.key(private(dir, "public_key_key.pem"), public)
	w.key(private(dir, "platform_key.pem"), platform)
	w.publicKey(m.PublicKey, public)
	w.file(m.APIv3Key, []byte(APIv3Prefix+randomHex(16)[:32-len(APIv3Prefix)]), nil)
	if w.err != nil {
		return w.err
	}
	return writeDeposit(dir, WeChat, m)
}
