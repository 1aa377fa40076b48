package paynet

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Marks of everything the sandbox makes. A client in production refuses what carries one.
const (
	// Organization is in the subject of every certificate.
	Organization = "smartpos paynet sandbox"
	// PublicKeyPrefix begins the id of the network's public key.
	PublicKeyPrefix = "PUB_KEY_ID_SANDBOX"
	// SerialPrefix begins the serial number of every certificate: "PAYNET" in hexadecimal.
	SerialPrefix = "5041594E4554"
	// APIv3Prefix begins the API v3 key.
	APIv3Prefix = "PAYNETSANDBOX"
)

// Merchant is what a merchant gets from the network, and where it lies. Paths are absolute where Open was
// given an absolute folder.
type Merchant struct {
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

// keys is the network's side.
type keys struct {
	merchant  *rsa.PublicKey  // verifies requests
	publicKey *rsa.PrivateKey // signs answers, under PublicKeyID
	platform  *rsa.PrivateKey // signs answers for those who ask for the platform certificate
	caKey     crypto.Signer
	caCert    *x509.Certificate

	once  sync.Once
	other *rsa.PrivateKey // of nobody, made when a fault needs it
}

// openKeys loads the keys in dir, or makes them.
func openKeys(dir string) (*keys, Merchant, error) {
	m, err := readMerchant(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if m, err = makeKeys(dir); err != nil {
			return nil, m, err
		}
	}
	if err != nil {
		return nil, m, err
	}
	k := &keys{}
	if k.publicKey, err = readRSA(private(dir, "public_key_key.pem")); err != nil {
		return nil, m, err
	}
	if k.platform, err = readRSA(private(dir, "platform_key.pem")); err != nil {
		return nil, m, err
	}
	cert, err := readCertificate(m.Certificate)
	if err != nil {
		return nil, m, err
	}
	k.merchant = cert.PublicKey.(*rsa.PublicKey)
	if k.caCert, err = readCertificate(m.CA); err != nil {
		return nil, m, err
	}
	k.caKey, err = readKey(private(dir, "ca_key.pem"))
	return k, m, err
}

func private(dir, name string) string { return filepath.Join(dir, "private", name) }

func readMerchant(dir string) (Merchant, error) {
	var m Merchant
	path := filepath.Join(dir, WeChat, "merchant.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	m.layOut(dir)
	return m, nil
}

// layOut sets the paths, which follow the folder when it is moved.
func (m *Merchant) layOut(dir string) {
	in := func(name string) string { return filepath.Join(dir, WeChat, name) }
	m.CA = filepath.Join(dir, "ca.pem")
	m.PrivateKey, m.Certificate = in("apiclient_key.pem"), in("apiclient_cert.pem")
	m.APIv3Key, m.PublicKey, m.PlatformCertificate = in("apiv3.key"), in("pub_key.pem"), in("platform_cert.pem")
}

// makeKeys lays out a new folder. merchant.json is written last: a folder without it is begun anew.
func makeKeys(dir string) (Merchant, error) {
	m := Merchant{
		MerchantID: "1900000001", AppID: "wx" + randomHex(8), NotifyURL: "https://notify.invalid/wechat",
		PublicKeyID: PublicKeyPrefix + strings.ToUpper(randomHex(12)),
	}
	m.layOut(dir)
	for _, sub := range []string{WeChat, "private"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return m, err
		}
	}
	var merchant, public, platform *rsa.PrivateKey
	var g errgroup.Group
	for _, k := range []**rsa.PrivateKey{&merchant, &public, &platform} {
		g.Go(func() (err error) { *k, err = rsa.GenerateKey(rand.Reader, 2048); return err })
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err, g.Wait()); err != nil {
		return m, err
	}
	ca := template("paynet CA")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	api, own := template("merchant "+m.MerchantID), template("platform")
	m.Serial, m.PlatformSerial = serialOf(api), serialOf(own)
	w := &writer{}
	w.certificate(m.CA, ca, ca, caKey.Public(), caKey)
	w.certificate(m.Certificate, api, ca, merchant.Public(), caKey)
	w.certificate(m.PlatformCertificate, own, ca, platform.Public(), caKey)
	w.key(private(dir, "ca_key.pem"), caKey)
	w.key(m.PrivateKey, merchant)
	w.key(private(dir, "public_key_key.pem"), public)
	w.key(private(dir, "platform_key.pem"), platform)
	der, err := x509.MarshalPKIXPublicKey(public.Public())
	w.pem(m.PublicKey, "PUBLIC KEY", der, err)
	w.file(m.APIv3Key, []byte(APIv3Prefix+randomHex(16)[:32-len(APIv3Prefix)]), nil)
	if w.err != nil {
		return m, w.err
	}
	return m, m.write(dir)
}

// write keeps the merchant for clients that read it from the folder.
func (m *Merchant) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, WeChat, "merchant.json"), append(text, '\n'), 0o600)
}

// template is a certificate that never expires in a terminal's life, whatever its clock says.
func template(name string) *x509.Certificate {
	serial, _ := new(big.Int).SetString(SerialPrefix+randomHex(14), 16)
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: []string{Organization}},
		NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func serialOf(c *x509.Certificate) string { return fmt.Sprintf("%X", c.SerialNumber) }

// serverCertificate makes the certificate of this run's server, for hosts beside the usual ones.
// 10.0.2.2 is this machine as a guest of QEMU's user network sees it.
func (k *keys) serverCertificate(hosts []string) (tls.Certificate, error) {
	c := template("paynet")
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, h := range append([]string{"127.0.0.1", "::1", "10.0.2.100", "localhost"}, hosts...) {
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, c, k.caCert, key.Public(), k.caKey)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// writer writes files until the first error.
type writer struct{ err error }

func (w *writer) file(path string, text []byte, err error) {
	if w.err == nil {
		w.err = err
	}
	if w.err == nil {
		w.err = writeFile(path, text, 0o600)
	}
}

func (w *writer) pem(path, kind string, der []byte, err error) {
	w.file(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), err)
}

func (w *writer) key(path string, key crypto.Signer) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	w.pem(path, "PRIVATE KEY", der, err)
}

func (w *writer) certificate(path string, c, ca *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) {
	der, err := x509.CreateCertificate(rand.Reader, c, ca, pub, by)
	w.pem(path, "CERTIFICATE", der, err)
}

func readPEM(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s: not a PEM %s; delete the folder to begin anew", path, kind)
	}
	return block.Bytes, nil
}

func readKey(path string) (crypto.Signer, error) {
	der, err := readPEM(path, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key.(crypto.Signer), nil
}

func readRSA(path string) (*rsa.PrivateKey, error) {
	key, err := readKey(path)
	if err != nil {
		return nil, err
	}
	r, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: not an RSA key", path)
	}
	return r, nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	der, err := readPEM(path, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// randomHex returns n random bytes in lower-case hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
