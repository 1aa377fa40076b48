package client

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"smartpos/txn/pay"
)

// Source is where a key or certificate comes from: a file or the text itself. It never prints what it holds.
type Source struct {
	path  string
	name  string        // of a given text
	given func() []byte // a function: fmt shows of one only where it is, also in a field that it goes around methods for
}

// File returns a source that reads path when it is needed. An empty path is no source.
func File(path string) Source { return Source{path: path} }

// Bytes returns a source that holds the text itself.
func Bytes(text []byte) Source {
	return Source{name: "(given text)", given: func() []byte { return text }}
}

// Sealed returns a source that holds the text itself, which came from the sealed file of the merchant's keys.
func Sealed(text []byte) Source {
	return Source{name: "(sealed)", given: func() []byte { return text }}
}

func (s Source) text() []byte {
	if s.given == nil {
		return nil
	}
	return s.given()
}

// String names the source.
func (s Source) String() string {
	switch {
	case s.path != "":
		return s.path
	case len(s.text()) > 0:
		return s.name
	}
	return "(none)"
}

// Format implements [fmt.Formatter], so that %#v and %x show no key either.
func (s Source) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements [encoding.TextMarshaler] with the source's name.
func (s Source) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Empty reports whether there is no source.
func (s Source) Empty() bool { return s.path == "" && len(s.text()) == 0 }

// BadKey is a [pay.KeyError] about a setting, which the text names.
func BadKey(setting, format string, args ...any) error {
	return &pay.KeyError{Setting: setting, Err: fmt.Errorf(format, args...)}
}

// ofKey makes an error one about a setting, if it isn't.
func ofKey(setting string, err *error) {
	var k *pay.KeyError
	if *err != nil && !errors.As(*err, &k) {
		*err = &pay.KeyError{Setting: setting, Err: *err}
	}
}

// maxFile is more than any key or bundle of certificates has.
const maxFile = 1 << 20

// Read returns the text; setting names the key of the profile in errors.
func (s Source) Read(setting string) (_ []byte, err error) {
	defer ofKey(setting, &err)
	if s.Empty() {
		return nil, fmt.Errorf("%s is missing: name its file in the profile, or seal it", setting)
	}
	if s.path == "" {
		return s.text(), nil
	}
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s %s: no such file; copy it there from the merchant platform's download", setting, s.path)
	case err != nil:
		return nil, fmt.Errorf("%s: %v", setting, err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, fmt.Errorf("%s %s: not a key file", setting, s.path)
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %v; check its owner and mode", setting, err)
	}
	return text, nil
}

// Form is how a network gives out a key or certificate.
type Form struct {
	Setting string // of the profile
	Name    string // of the file, as the network gives it out
	Network string // who gives it out
	Bare    bool   // base64 alone is taken, too, without the first and last line of PEM
	// Mark is what the sandbox writes beside its keys; a source that holds it is refused. Empty: none is.
	Mark string
}

// der returns what the source holds, of one of the wanted PEM types, and which; an empty type for bare base64.
func (s Source) der(f Form, kinds ...string) ([]byte, string, error) {
	text, err := s.Read(f.Setting)
	if err != nil {
		return nil, "", err
	}
	if f.Mark != "" && bytes.Contains(text, []byte(f.Mark)) {
		return nil, "", fmt.Errorf("%s %s: is the sandbox's; in production use %s's", f.Setting, s, f.Network)
	}
	b, _ := pem.Decode(text)
	if b == nil && f.Bare {
		text = bytes.Join(bytes.Fields(bytes.TrimPrefix(text, []byte("\uFEFF"))), nil)
		if raw, err := base64.StdEncoding.DecodeString(string(text)); err == nil && len(raw) > 0 {
			return raw, "", nil
		}
	}
	switch {
	case b == nil:
		return nil, "", fmt.Errorf("%s %s: not a PEM file; use %s as %s gave it", f.Setting, s, f.Name, f.Network)
	case !slices.Contains(kinds, b.Type):
		return nil, "", fmt.Errorf("%s %s: holds a %s where a %s is needed; use %s", f.Setting, s, printable(b.Type), kinds[0], f.Name)
	}
	return b.Bytes, b.Type, nil
}

// printable keeps a PEM type from carrying anything odd into a message.
func printable(kind string) string {
	known := []string{"CERTIFICATE", "PRIVATE KEY", "PUBLIC KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}
	if slices.Contains(known, kind) {
		return kind
	}
	return "PEM block of another kind"
}

// minBits is the shortest RSA key that any network hands out today.
const minBits = 2048

// PrivateKey reads an RSA private key: PKCS#8 and, with Form.Bare, PKCS#1 too.
func (s Source) PrivateKey(f Form) (_ *rsa.PrivateKey, err error) {
	defer ofKey(f.Setting, &err)
	kinds := []string{"PRIVATE KEY"}
	if f.Bare {
		kinds = append(kinds, "RSA PRIVATE KEY")
	}
	der, kind, err := s.der(f, kinds...)
	if err != nil {
		return nil, err
	}
	// The parsers' own errors can quote what they read: they are not repeated.
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil && kind != "PRIVATE KEY" {
		k, err = x509.ParsePKCS1PrivateKey(der)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: damaged; copy %s again", f.Setting, s, f.Name)
	}
	key, ok := k.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < minBits {
		return nil, fmt.Errorf("%s %s: not an RSA key of %d bits; use %s", f.Setting, s, minBits, f.Name)
	}
	return key, nil
}

// PublicKey reads an RSA public key.
func (s Source) PublicKey(f Form) (_ *rsa.PublicKey, err error) {
	defer ofKey(f.Setting, &err)
	der, _, err := s.der(f, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	k, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s %s: damaged; copy %s again", f.Setting, s, f.Name)
	}
	key, ok := k.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minBits {
		return nil, fmt.Errorf("%s %s: not an RSA key of %d bits; use %s", f.Setting, s, minBits, f.Name)
	}
	return key, nil
}

// Certificate reads a certificate of an RSA key.
func (s Source) Certificate(f Form) (_ *x509.Certificate, _ *rsa.PublicKey, err error) {
	defer ofKey(f.Setting, &err)
	der, _, err := s.der(f, "CERTIFICATE")
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: damaged; download it again", f.Setting, s)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minBits {
		return nil, nil, fmt.Errorf("%s %s: not of an RSA key of %d bits", f.Setting, s, minBits)
	}
	return cert, key, nil
}

// Roots reads the roots that a test server's certificate hangs on; nil, which is the system's, for no source.
func (s Source) Roots() (*x509.CertPool, error) {
	if s.Empty() {
		return nil, nil
	}
	text, err := s.Read("ca")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("ca %s: holds no PEM certificate; use ca.pem of the sandbox", s)
	}
	return pool, nil
}
