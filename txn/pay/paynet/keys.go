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
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Marks of everything the sandbox makes. A client in production refuses what carries one.
const (
	// Organization is in the subject of every certificate, and before every key that carries no other mark.
	Organization = "smartpos paynet sandbox"
	// SerialPrefix begins the serial number of every certificate: "PAYNET" in hexadecimal.
	SerialPrefix = "5041594E4554"
)

// authority signs every certificate of the sandbox.
type authority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// openAuthority loads the authority in dir, or makes it. The certificate is written last: a folder without it
// is begun anew.
func openAuthority(dir string) (*authority, error) {
	cert, err := readCertificate(caFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return makeAuthority(dir)
	}
	if err != nil {
		return nil, err
	}
	key, err := readKey(private(dir, "ca_key.pem"))
	return &authority{key, cert}, err
}

func makeAuthority(dir string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := template("paynet CA")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	w := &writer{}
	w.key(private(dir, "ca_key.pem"), key)
	w.certificate(caFile(dir), ca, &authority{key, ca}, key.Public())
	if w.err != nil {
		return nil, w.err
	}
	return openAuthority(dir)
}

func caFile(dir string) string { return filepath.Join(dir, "ca.pem") }

func private(dir, name string) string { return filepath.Join(dir, "private", name) }

// makeRSA makes keys side by side, since each takes a while.
func makeRSA(into ...**rsa.PrivateKey) error {
	var g errgroup.Group
	for _, k := range into {
		g.Go(func() (err error) { *k, err = rsa.GenerateKey(rand.Reader, 2048); return err })
	}
	return g.Wait()
}

// stranger is the key of somebody in between, made when a fault needs it: one for every sandbox of a program.
var stranger = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 2048) // never fails
	return key
})

// readDeposit reads what a merchant got from a network, for a folder that has it.
func readDeposit(dir, network string, m any) error {
	path := depositFile(dir, network)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, m); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// writeDeposit keeps it for clients that read it from the folder.
func writeDeposit(dir, network string, m any) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(depositFile(dir, network), append(text, '\n'), 0o600)
}

func depositFile(dir, network string) string { return filepath.Join(dir, network, "merchant.json") }

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
func (a *authority) serverCertificate(hosts []string) (tls.Certificate, error) {
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
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
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

func (w *writer) publicKey(path string, key crypto.Signer) {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	w.pem(path, "PUBLIC KEY", der, err)
}

func (w *writer) certificate(path string, c *x509.Certificate, by *authority, pub crypto.PublicKey) {
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, pub, by.key)
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
