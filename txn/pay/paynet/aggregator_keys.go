package paynet

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// Marks of what the sandbox makes as aggregator; [Organization] stands below its keys, too.
const (
	// AggregatorMerchantPrefix begins the merchant's number.
	AggregatorMerchantPrefix = "PAYNET"
	// AggregatorKeyPrefix begins the ids of both keys.
	AggregatorKeyPrefix = "SANDBOX"
)

// AggregatorMerchant is what a merchant gets from the aggregator, and where it lies. Paths are absolute where Open was
// given an absolute folder.
type AggregatorMerchant struct {
	MerchantID    string `json:"merchant_id"`
	KeyID         string `json:"key_id"`          // of the merchant's key
	PlatformKeyID string `json:"platform_key_id"` // of the platform's key

	BaseURL     string `json:"base_url"`     // https://127.0.0.1:port
	CA          string `json:"ca"`           // root of the server's certificate
	PrivateKey  string `json:"private_key"`  // merchant_key.pem, Ed25519, PKCS#8
	PlatformKey string `json:"platform_key"` // platform_pub.pem, Ed25519

	OfflinePage      string `json:"offline_page"`       // https://127.0.0.1:port/O, before the codes that a terminal makes
	OfflineTerminal  string `json:"offline_terminal"`   // whose key it is
	OfflineKeyNumber int    `json:"offline_key_number"` // of that key
	OfflineKey       string `json:"offline_key"`        // offline_key.pem
}

// AggregatorMerchant returns what a merchant would have got from the aggregator. BaseURL is set once Start was called.
func (p *Paynet) AggregatorMerchant() AggregatorMerchant {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.aggregator.merchant
}

// aggregatorKeys is the platform's side.
type aggregatorKeys struct {
	merchant ed25519.PublicKey  // verifies requests
	platform ed25519.PrivateKey // signs answers
}

func (a *aggregator) open(dir string, _ *authority) error {
	err := readDeposit(dir, Aggregator, &a.merchant)
	a.merchant.layOut(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = a.merchant.make(dir)
	}
	if err != nil {
		return err
	}
	key, err := readKey(private(dir, "aggregator_key.pem"))
	if err != nil {
		return err
	}
	name := private(dir, "aggregator_merchant_pub.pem")
	der, err := readPEM(name, "PUBLIC KEY")
	if err != nil {
		return err
	}
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a.keys = aggregatorKeys{merchant: public.(ed25519.PublicKey), platform: key.(ed25519.PrivateKey)}
	return a.offline.open(dir, &a.merchant)
}

func (a *aggregator) listening(dir, baseURL string) error {
	a.merchant.BaseURL, a.merchant.OfflinePage = baseURL, baseURL+strings.TrimSuffix(offlinePage, "/")
	return writeDeposit(dir, Aggregator, &a.merchant)
}

// layOut sets the paths, which follow the folder when it is moved.
func (m *AggregatorMerchant) layOut(dir string) {
	in := func(name string) string { return filepath.Join(dir, Aggregator, name) }
	m.CA, m.PrivateKey, m.PlatformKey = caFile(dir), in("merchant_key.pem"), in("platform_pub.pem")
	m.OfflineTerminal, m.OfflineKeyNumber, m.OfflineKey = offlineTerminal, offlineKeyNumber, in("offline_key.pem")
}

// make lays out what a new folder lacks. merchant.json is written last: without it all is begun anew.
func (m *AggregatorMerchant) make(dir string) error {
	m.MerchantID = AggregatorMerchantPrefix + randomDigits(8)
	m.KeyID, m.PlatformKeyID = AggregatorKeyPrefix+"-M-"+randomDigits(6), AggregatorKeyPrefix+"-P-"+randomDigits(6)
	_, own, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	_, merchant, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	w := &writer{}
	w.key(private(dir, "aggregator_key.pem"), own)
	w.publicKey(private(dir, "aggregator_merchant_pub.pem"), merchant)
	der, err := x509.MarshalPKCS8PrivateKey(merchant)
	w.file(m.PrivateKey, marked("PRIVATE KEY", der), err)
	der, err = x509.MarshalPKIXPublicKey(own.Public())
	w.file(m.PlatformKey, marked("PUBLIC KEY", der), err)
	if w.err != nil {
		return w.err
	}
	return writeDeposit(dir, Aggregator, m)
}
