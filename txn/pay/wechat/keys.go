package wechat

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

// Source is where a key or certificate comes from: a file or the PEM text itself. It never prints what it
// holds.
type Source struct {
	path string
	text []byte
}

// File returns a source that reads path when New is called.
func File(path string) Source { return Source{path: path} }

// Bytes returns a source that holds the text itself.
func Bytes(text []byte) Source { return Source{text: text} }

// String names the source.
func (s Source) String() string {
	switch {
	case s.path != "":
		return s.path
	case len(s.text) > 0:
		return "(given text)"
	}
	return "(none)"
}

// GoString implements fmt.GoStringer, so that %#v shows no key either.
func (s Source) GoString() string { return s.String() }

func (s Source) empty() bool { return s.path == "" && len(s.text) == 0 }

// maxFile is more than any key or bundle of certificates has.
const maxFile = 1 << 20

// read returns the text; setting names the key in the profile.
func (s Source) read(setting string) ([]byte, error) {
	if s.empty() {
		return nil, bad("%s is missing: name its file in the profile", setting)
	}
	if s.path == "" {
		return s.text, nil
	}
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, bad("%s %s: no such file; copy it there from the merchant platform's download", setting, s.path)
	case err != nil:
		return nil, bad("%s: %v", setting, err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, bad("%s %s: not a key file", setting, s.path)
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		return nil, bad("%s: %v; check its owner and mode", setting, err)
	}
	return text, nil
}

// block returns the PEM block of the wanted type, or says what the file holds instead.
func (s Source) block(setting, kind, file string) ([]byte, error) {
	text, err := s.read(setting)
	if err != nil {
		return nil, err
	}
	b, _ := pem.Decode(text)
	switch {
	case b == nil:
		return nil, bad("%s %s: not a PEM file; use %s as WeChat Pay gave it", setting, s, file)
	case b.Type != kind:
		return nil, bad("%s %s: holds a %s where a %s is needed; use %s", setting, s, printable(b.Type), kind, file)
	}
	return b.Bytes, nil
}

// printable keeps a PEM type from carrying anything odd into a message.
func printable(kind string) string {
	for _, known := range []string{"CERTIFICATE", "PRIVATE KEY", "PUBLIC KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"} {
		if kind == known {
			return kind
		}
	}
	return "PEM block of another kind"
}

func loadPrivateKey(s Source) (*rsa.PrivateKey, error) {
	der, err := s.block("private_key", "PRIVATE KEY", "apiclient_key.pem")
	if err != nil {
		return nil, err
	}
	// The parser's own errors can quote what they read: they are not repeated.
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, bad("private_key %s: damaged; copy apiclient_key.pem again", s)
	}
	key, ok := k.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < 2048 {
		return nil, bad("private_key %s: not an RSA key of 2048 bits; use apiclient_key.pem", s)
	}
	return key, nil
}

// checkAPIv3 checks the API v3 key's form where one is given.
func checkAPIv3(s Source, production bool) error {
	if s.empty() {
		return nil
	}
	text, err := s.read("api_v3_key")
	if err != nil {
		return err
	}
	key := strings.TrimSpace(string(text))
	if len(key) != 32 {
		return bad("api_v3_key %s: has %d characters, the API v3 key has 32; copy it from the merchant platform", s, len(key))
	}
	if production && strings.HasPrefix(key, sandboxAPIv3) {
		return bad("api_v3_key %s: is the sandbox's; in production use the merchant's own", s)
	}
	return nil
}

// keyring verifies signatures with the network's public key and platform certificates, by serial number.
// During WeChat Pay's change from certificates to public keys, answers come with either. It implements the
// SDK's auth.Verifier.
type keyring struct {
	keys   map[string]*verifiers.SHA256WithRSAPubkeyVerifier
	until  map[string]time.Time // certificates alone expire
	accept string               // what Wechatpay-Serial asks for
}

var errUnknownKey = errors.New("signed with a key that is not in the profile")

// Verify implements auth.Verifier.
func (r *keyring) Verify(ctx context.Context, serial, message, signature string) error {
	v, ok := r.keys[serial]
	if !ok {
		return errUnknownKey
	}
	if until, ok := r.until[serial]; ok && time.Now().After(until) {
		return errUnknownKey
	}
	return v.Verify(ctx, serial, message, signature)
}

// GetSerial implements auth.Verifier.
func (r *keyring) GetSerial(context.Context) (string, error) { return r.accept, nil }

func (r *keyring) add(serial string, key *rsa.PublicKey) {
	r.keys[serial] = verifiers.NewSHA256WithRSAPubkeyVerifier(serial, *key)
	if r.accept == "" {
		r.accept = serial
	}
}

func loadKeyring(c *Config) (*keyring, error) {
	r := &keyring{keys: map[string]*verifiers.SHA256WithRSAPubkeyVerifier{}, until: map[string]time.Time{}}
	if c.PublicKeyID != "" {
		key, err := loadPublicKey(c.PublicKey)
		if err != nil {
			return nil, err
		}
		r.add(c.PublicKeyID, key)
	}
	for _, s := range c.Certificates {
		cert, key, err := loadCertificate(s)
		if err != nil {
			return nil, err
		}
		if c.Production && slices.Contains(append(cert.Subject.Organization, cert.Issuer.Organization...), sandboxOrganization) {
			return nil, bad("platform certificate %s: is the sandbox's; in production use WeChat Pay's", s)
		}
		serial := utils.GetCertificateSerialNumber(*cert)
		r.add(serial, key)
		r.until[serial] = cert.NotAfter
	}
	return r, nil
}

func loadPublicKey(s Source) (*rsa.PublicKey, error) {
	der, err := s.block("public_key", "PUBLIC KEY", "pub_key.pem")
	if err != nil {
		return nil, err
	}
	k, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, bad("public_key %s: damaged; copy pub_key.pem again", s)
	}
	key, ok := k.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 {
		return nil, bad("public_key %s: not an RSA key of 2048 bits; use pub_key.pem", s)
	}
	return key, nil
}

func loadCertificate(s Source) (*x509.Certificate, *rsa.PublicKey, error) {
	der, err := s.block("platform certificate", "CERTIFICATE", "the platform certificate")
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, bad("platform certificate %s: damaged; download it again", s)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 {
		return nil, nil, bad("platform certificate %s: not of an RSA key of 2048 bits", s)
	}
	return cert, key, nil
}
