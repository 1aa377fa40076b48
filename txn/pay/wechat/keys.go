package wechat

import (
	"context"
	"crypto/rsa"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"smartpos/txn/pay/internal/client"
)

// Source is where a key or certificate comes from: a file or the PEM text itself. It never prints what it
// holds.
type Source = client.Source

// File returns a source that reads path when New is called. An empty path is no source.
func File(path string) Source { return client.File(path) }

// Bytes returns a source that holds the text itself.
func Bytes(text []byte) Source { return client.Bytes(text) }

// Sealed returns a source that holds the text itself, as it was opened from the sealed file of the merchant's keys.
func Sealed(text []byte) Source { return client.Sealed(text) }

func loadPrivateKey(s Source) (*rsa.PrivateKey, error) {
	key, err := s.PrivateKey(client.Form{Setting: "private_key", Name: "apiclient_key.pem", Network: "WeChat Pay"})
	if err != nil {
		return nil, bad("%w", err)
	}
	return key, nil
}

// loadAPIv3 reads the API v3 key, where one is given.
func loadAPIv3(s Source, production bool) ([]byte, error) {
	if s.Empty() {
		return nil, nil
	}
	text, err := s.Read("api_v3_key")
	if err != nil {
		return nil, bad("%w", err)
	}
	key := strings.TrimSpace(string(text))
	if len(key) != 32 {
		return nil, bad("%w", client.BadKey("api_v3_key", "api_v3_key %s: has %d characters, the API v3 key has 32; copy it from the merchant platform", s, len(key)))
	}
	if production && strings.HasPrefix(key, sandboxAPIv3) {
		return nil, bad("%w", client.BadKey("api_v3_key", "api_v3_key %s: is the sandbox's; in production use the merchant's own", s))
	}
	return []byte(key), nil
}

// keyring verifies signatures with the network's public keys and platform certificates, by serial number. During WeChat
// Pay's change from certificates to public keys, and from one public key to the next, answers come with either. It
// implements the SDK's auth.Verifier, for several goroutines.
type keyring struct {
	public map[string]verifier // by id; they do not expire, and stay as they are
	accept string              // the first of them; empty for none

	mu    sync.RWMutex
	certs []certificate // by when they begin
}

type verifier = *verifiers.SHA256WithRSAPubkeyVerifier

// certificate is a platform certificate.
type certificate struct {
	serial      string // upper-case hexadecimal
	from, until time.Time
	verifier    verifier
}

var errUnknownKey = errors.New("signed with a key that is not in the profile")

// Verify implements auth.Verifier.
func (r *keyring) Verify(ctx context.Context, serial, message, signature string) error {
	if v := r.find(serial, time.Now()); v != nil {
		return v.Verify(ctx, serial, message, signature)
	}
	return errUnknownKey
}

func (r *keyring) find(serial string, now time.Time) verifier {
	if v := r.public[serial]; v != nil {
		return v
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, c := range r.certs {
		if c.serial == serial && !now.After(c.until) {
			return c.verifier
		}
	}
	return nil
}

// GetSerial implements auth.Verifier: which key answers should be signed with. Empty for none.
func (r *keyring) GetSerial(context.Context) (string, error) {
	if r.accept != "" {
		return r.accept, nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	now, serial := time.Now(), ""
	for _, c := range r.certs {
		if serial == "" || !now.Before(c.from) { // the latest that has begun
			serial = c.serial
		}
	}
	return serial, nil
}

// until is when the last certificate ends; used is false where there is none.
func (r *keyring) until() (at time.Time, used bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, c := range r.certs {
		if c.until.After(at) {
			at = c.until
		}
	}
	return at, len(r.certs) > 0
}

// empty reports whether no answer can be verified.
func (r *keyring) empty() bool {
	at, _ := r.until()
	return len(r.public) == 0 && time.Now().After(at)
}

// with returns a ring that has the certificates beside its own.
func (r *keyring) with(list []certificate) *keyring {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &keyring{public: r.public, accept: r.accept, certs: slices.Concat(r.certs, list)}
}

// replace puts the certificates that the network hands out in the place of the others: one that it withdrew does not count.
func (r *keyring) replace(list []certificate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.certs = list
}

func loadKeyring(c *Config) (*keyring, error) {
	r := &keyring{public: map[string]verifier{}, accept: c.PublicKeyID}
	for _, k := range []struct {
		id      string
		key     Source
		setting string
	}{{c.PublicKeyID, c.PublicKey, "public_key"}, {c.NextKeyID, c.NextKey, "next.public_key"}} {
		if k.id == "" {
			continue
		}
		key, err := k.key.PublicKey(client.Form{Setting: k.setting, Name: "pub_key.pem", Network: "WeChat Pay"})
		if err != nil {
			return nil, bad("%w", err)
		}
		r.public[k.id] = verifiers.NewSHA256WithRSAPubkeyVerifier(k.id, *key)
	}
	for _, s := range c.Certificates {
		one, err := readCertificate(s, c.Production)
		if err != nil {
			return nil, err
		}
		r.certs = append(r.certs, one)
	}
	slices.SortFunc(r.certs, func(a, b certificate) int { return a.from.Compare(b.from) })
	return r, nil
}

func readCertificate(s Source, production bool) (certificate, error) {
	cert, key, err := s.Certificate(client.Form{Setting: "platform certificate", Name: "the platform certificate", Network: "WeChat Pay"})
	if err != nil {
		return certificate{}, bad("%w", err)
	}
	if production && slices.Contains(append(cert.Subject.Organization, cert.Issuer.Organization...), sandboxOrganization) {
		return certificate{}, bad("platform certificate %s: is the sandbox's; in production use WeChat Pay's", s)
	}
	serial := utils.GetCertificateSerialNumber(*cert)
	return certificate{serial, cert.NotBefore, cert.NotAfter, verifiers.NewSHA256WithRSAPubkeyVerifier(serial, *key)}, nil
}
