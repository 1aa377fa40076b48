package client_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"smartpos/txn/pay/internal/client"
)

// A key file comes from a USB stick. Whatever it holds, in PEM or as it is, it is a whole key or an error that quotes
// nothing of it.
func FuzzKeyFile(f *testing.F) {
	public := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("PUBLIC KEY", der)
	f.Add("CERTIFICATE", []byte{0x30, 0x82, 0x01, 0x00})
	f.Add("PRIVATE KEY", []byte{0x30, 0x03, 0x02, 0x01, 0x00})
	f.Add("\x1b[2J", []byte("MIIB"))
	f.Add("", []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Add("", []byte("\uFEFFMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"))
	f.Fuzz(func(t *testing.T, kind string, text []byte) {
		if kind != "" {
			text = pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: text})
		}
		s := client.Bytes(text)
		form := client.Form{Setting: "private_key", Network: "the network", Name: "the key", Bare: len(text)%2 == 0}
		private, err1 := s.PrivateKey(form)
		public, err2 := s.PublicKey(form)
		cert, _, err3 := s.Certificate(form)
		signing, err4 := s.SigningKey(form)
		verifying, err5 := s.VerifyingKey(form)
		_, err6 := s.Roots()
		whole := (private == nil) == (err1 != nil) && (public == nil) == (err2 != nil) && (cert == nil) == (err3 != nil)
		if !whole || (len(signing) == ed25519.PrivateKeySize) == (err4 != nil) || (len(verifying) == ed25519.PublicKeySize) == (err5 != nil) {
			t.Error("half a key, or a key and an error")
		}
		for _, err := range []error{err1, err2, err3, err4, err5, err6} {
			if err != nil && (strings.ContainsRune(err.Error(), '\x1b') || len(err.Error()) > 400) {
				t.Errorf("the error quotes the file: %q", err)
			}
		}
	})
}
