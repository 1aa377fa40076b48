package client

import (
	"crypto/ed25519"
	"crypto/x509"
	"fmt"
)

// SigningKey reads an Ed25519 private key, PKCS#8.
func (s Source) SigningKey(f Form) (_ ed25519.PrivateKey, err error) {
	defer ofKey(f.Setting, &err)
	der, _, err := s.der(f, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	// The parsers' own errors can quote what they read: they are not repeated.
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s %s: damaged; copy %s again", f.Setting, s, f.Name)
	}
	key, ok := k.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s %s: not an Ed25519 key; use %s", f.Setting, s, f.Name)
	}
	return key, nil
}

// VerifyingKey reads an Ed25519 public key.
func (s Source) VerifyingKey(f Form) (_ ed25519.PublicKey, err error) {
	defer ofKey(f.Setting, &err)
	der, _, err := s.der(f, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	k, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s %s: damaged; copy %s again", f.Setting, s, f.Name)
	}
	key, ok := k.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%s %s: not an Ed25519 key; use %s", f.Setting, s, f.Name)
	}
	return key, nil
}
