package paynet

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Marks of what the sandbox makes as Alipay. A raw key carries none, so [Organization] stands below it in its
// file, where every PEM reader passes over it.
const (
	// AlipayAppPrefix begins the application's id.
	AlipayAppPrefix = "99990000"
	// AlipaySellerPrefix begins the seller's id.
	AlipaySellerPrefix = "20889999"
)

// AlipayMerchant is what a merchant gets from Alipay, and where it lies. Paths are absolute where Open was given
// an absolute folder.
type AlipayMerchant struct {
	AppID    string `json:"app_id"`
	SellerID string `json:"seller_id"` // the merchant's account (PID)

	BaseURL         string `json:"base_url"`          // https://127.0.0.1:port
	Gateway         string `json:"gateway"`           // the same with /gateway.do
	CA              string `json:"ca"`                // root of the server's certificate
	PrivateKey      string `json:"private_key"`       // app_private_key.pem
	AlipayPublicKey string `json:"alipay_public_key"` // alipay_public_key.pem
}

// AlipayMerchant returns what a merchant would have got from Alipay. BaseURL is set once Start was called.
func (p *Paynet) AlipayMerchant() AlipayMerchant {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alipay.merchant
}

// alipayKeys is the network's side.
type alipayKeys struct {
	app    *rsa.PublicKey  // verifies requests
	alipay *rsa.PrivateKey // signs answers
}

func (a *alipay) open(dir string, _ *authority) error {
	err := readDeposit(dir, Alipay, &a.merchant)
	a.merchant.layOut(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = a.merchant.make(dir)
	}
	if err != nil {
		return err
	}
	if a.keys.alipay, err = readRSA(private(dir, "alipay_key.pem")); err != nil {
		return err
	}
	der, err := readPEM(private(dir, "app_public_key.pem"), "PUBLIC KEY")
	if err != nil {
		return err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return fmt.Errorf("%s: %w", private(dir, "app_public_key.pem"), err)
	}
	a.keys.app = key.(*rsa.PublicKey)
	return nil
}

func (a *alipay) listening(dir, baseURL string) error {
	a.merchant.BaseURL, a.merchant.Gateway = baseURL, baseURL+gatewayPath
	return writeDeposit(dir, Alipay, &a.merchant)
}

// layOut sets the paths, which follow the folder when it is moved.
func (m *AlipayMerchant) layOut(dir string) {
	in := func(name string) string { return filepath.Join(dir, Alipay, name) }
	m.CA, m.PrivateKey, m.AlipayPublicKey = caFile(dir), in("app_private_key.pem"), in("alipay_public_key.pem")
}

// make lays out what a new folder lacks. merchant.json is written last: without it all is begun anew.
func (m *AlipayMerchant) make(dir string) error {
	m.AppID, m.SellerID = AlipayAppPrefix+randomDigits(8), AlipaySellerPrefix+randomDigits(8)
	var app, own *rsa.PrivateKey
	if err := makeRSA(&app, &own); err != nil {
		return err
	}
	w := &writer{}
	w.key(private(dir, "alipay_key.pem"), own)
	w.publicKey(private(dir, "app_public_key.pem"), app)
	der, err := x509.MarshalPKCS8PrivateKey(app)
	w.file(m.PrivateKey, marked("PRIVATE KEY", der), err)
	der, err = x509.MarshalPKIXPublicKey(own.Public())
	w.file(m.AlipayPublicKey, marked("PUBLIC KEY", der), err)
	if w.err != nil {
		return w.err
	}
	return writeDeposit(dir, Alipay, m)
}

func marked(kind string, der []byte) []byte {
	return append(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), Organization+"\n"...)
}
