package unionpay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
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
		return nil, bad("%s %s: no such file; copy it there from UnionPay's download", setting, s.path)
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
		return nil, bad("%s %s: not a PEM file; use %s as UnionPay gave it", setting, s, file)
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
	der, err := s.block("private_key", "PRIVATE KEY", "the key of the .pfx file, converted to PEM,")
	if err != nil {
		return nil, err
	}
	// The parser's own errors can quote what they read: they are not repeated.
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, bad("private_key %s: damaged; convert the .pfx file again", s)
	}
	key, ok := k.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < 2048 {
		return nil, bad("private_key %s: not an RSA key of 2048 bits; use that of the signing certificate", s)
	}
	return key, nil
}

func loadCertificate(setting string, s Source, production bool) (*x509.Certificate, error) {
	der, err := s.block(setting, "CERTIFICATE", "the certificate")
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, bad("%s %s: damaged; download it again", setting, s)
	}
	if _, ok := cert.PublicKey.(*rsa.PublicKey); !ok {
		return nil, bad("%s %s: not of an RSA key; use UnionPay's RSA certificates", setting, s)
	}
	if production && fromSandbox(cert) {
		return nil, bad("%s %s: is of the sandbox or of a test environment; in production use the merchant's own", setting, s)
	}
	return cert, nil
}
