package unionpay

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

// sign adds the merchant's signature, as signMethod 01 makes it.
func (f form) sign(key *rsa.PrivateKey) error {
	sum := sha256.Sum256(f.digest())
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return err
	}
	f["signature"] = base64.StdEncoding.EncodeToString(signature)
	return nil
}

// Why a certificate is not believed.
var (
	errChain = errors.New("the answer's certificate is not the network's; check root and middle, and the clock")
	errEarly = fmt.Errorf("the answer's certificate is not valid yet: %w", pay.ErrClock)
)

// authority knows whose signatures are the network's.
type authority struct {
	root, middle *x509.Certificate
	owners       []string // names that the network's certificate may carry
}

// verify checks an answer: its certificate first, then the signature under its key.
func (a *authority) verify(f form, now time.Time) error {
	if f["signature"] == "" || f["signPubKeyCert"] == "" || f["signMethod"] != "01" {
		return client.ErrUnsigned
	}
	key, err := a.key(f["signPubKeyCert"], now)
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(f["signature"])
	if err != nil {
		return client.ErrForged
	}
	sum := sha256.Sum256(f.digest())
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return client.ErrForged
	}
	return nil
}

// key returns the key of a certificate that the network sent, if it hangs on the root, is valid now and names
// the network as its owner.
func (a *authority) key(text string, now time.Time) (*rsa.PublicKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errChain
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, errChain
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 || !slices.Contains(a.owners, owner(cert)) {
		return nil, errChain
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return nil, errChain
	}
	for _, link := range []struct{ cert, by *x509.Certificate }{{cert, a.middle}, {a.middle, a.root}} {
		if !issued(link.cert, link.by) || now.After(link.cert.NotAfter) {
			return nil, errChain
		}
	}
	if now.Before(cert.NotBefore) || now.Before(a.middle.NotBefore) {
		return nil, errEarly
	}
	return key, nil
}

// issued reports whether by signed cert. The network's certificates, of 2024 still, are
// signed with SHA-1, which [x509.Certificate.Verify] refuses; here the two authorities are pinned files, and only
// they could have made a second certificate of the same digest.
func issued(cert, by *x509.Certificate) bool {
	return bytes.Equal(cert.RawIssuer, by.RawSubject) &&
		by.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}

// owner returns who a certificate belongs to: the third part of "041@number@owner@number".
func owner(cert *x509.Certificate) string {
	parts := strings.Split(cert.Subject.CommonName, "@")
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}
