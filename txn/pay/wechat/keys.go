package wechat

import (
	"context"
	"crypto/rsa"
	"errors"
	"slices"
	"strings"
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

// checkAPIv3 checks the API v3 key's form where one is given.
func checkAPIv3(s Source, production bool) error {
	if s.Empty() {
		return nil
	}
	text, err := s.Read("api_v3_key")
	if err != nil {
		return bad("%w", err)
	}
	key := strings.TrimSpace(string(text))
	if len(key) != 32 {
		return bad("%w", client.BadKey("api_v3_key", "api_v3_key %s: has %d characters, the API v3 key has 32; copy it from the merchant platform", s, len(key)))
	}
	if production && strings.HasPrefix(key, sandboxAPIv3) {
		return bad("%w", client.BadKey("api_v3_key", "api_v3_key %s: is the sandbox's; in production use the merchant's own", s))
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
		key, err := c.PublicKey.PublicKey(client.Form{Setting: "public_key", Name: "pub_key.pem", Network: "WeChat Pay"})
		if err != nil {
			return nil, bad("%w", err)
		}
		r.add(c.PublicKeyID, key)
	}
	for _, s := range c.Certificates {
		cert, key, err := s.Certificate(client.Form{Setting: "platform certificate", Name: "the platform certificate", Network: "WeChat Pay"})
		if err != nil {
			return nil, bad("%w", err)
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
