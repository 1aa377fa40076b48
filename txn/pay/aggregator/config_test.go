package aggregator_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/txn/pay/aggregator"
	"smartpos/txn/pay/paynet"
)

// TestConfigErrors gives the client what technicians give it. Each message names the setting or the file and
// the next step, and none a key.
func TestConfigErrors(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	m := net.AggregatorMerchant()
	secret, err := os.ReadFile(m.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	torn := filepath.Join(dir, "torn.pem")
	if err := os.WriteFile(torn, []byte(strings.Replace(string(secret), "\nMC", "\nMD", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(filepath.Dir(m.CA), "private", "aggregator_merchant_pub.pem")
	for _, tt := range []struct {
		name   string
		change func(*aggregator.Config)
		want   []string
	}{
		{"no address", func(c *aggregator.Config) { c.BaseURL = "" }, []string{"base_url is missing", "contract"}},
		{"a path", func(c *aggregator.Config) { c.BaseURL += "/agg" }, []string{"base_url", "nothing after"}},
		{"no TLS", func(c *aggregator.Config) { c.BaseURL = "http://127.0.0.1" }, []string{"base_url", "https"}},
		{"no merchant", func(c *aggregator.Config) { c.MerchantID = "" }, []string{"merchant_id", "商户号"}},
		{"an odd key id", func(c *aggregator.Config) { c.KeyID = "a\nb" }, []string{"key_id"}},
		{"no platform key id", func(c *aggregator.Config) { c.PlatformKeyID = "" }, []string{"platform_key_id"}},
		{"no key", func(c *aggregator.Config) { c.PrivateKey = aggregator.Source{} }, []string{"private_key is missing"}},
		{"no such file", func(c *aggregator.Config) { c.PrivateKey = aggregator.File(dir + "/gone.pem") }, []string{"gone.pem", "no such file"}},
		{"the public key as the private one", func(c *aggregator.Config) { c.PrivateKey = aggregator.File(m.PlatformKey) }, []string{"private_key", "PUBLIC KEY"}},
		{"the private key as the public one", func(c *aggregator.Config) { c.PlatformKey = aggregator.File(m.PrivateKey) }, []string{"platform_key", "PRIVATE KEY"}},
		{"the merchant's public key", func(c *aggregator.Config) { c.PlatformKey = aggregator.File(own) }, []string{own, "the merchant's own"}},
		{"an RSA key", func(c *aggregator.Config) { c.PrivateKey = aggregator.File(net.AlipayMerchant().PrivateKey) }, []string{"private_key", "not an Ed25519 key"}},
		{"an RSA public key", func(c *aggregator.Config) { c.PlatformKey = aggregator.File(net.AlipayMerchant().AlipayPublicKey) }, []string{"platform_key", "not an Ed25519 key"}},
		{"a torn key", func(c *aggregator.Config) { c.PrivateKey = aggregator.File(torn) }, []string{torn, "damaged", "again"}},
		{"no root", func(c *aggregator.Config) { c.RootCAs = aggregator.File(m.PlatformKey) }, []string{"ca", m.PlatformKey}},
		{"a long terminal number", func(c *aggregator.Config) { c.Terminal = strings.Repeat("1", 33) }, []string{"terminal"}},
		{"a long description", func(c *aggregator.Config) { c.Description = strings.Repeat("店", 65) }, []string{"description"}},
		{"the sandbox in production", func(c *aggregator.Config) { c.Production = true }, []string{"ca is", "sandbox's"}},
		{"the sandbox's merchant in production", func(c *aggregator.Config) { production(c); c.MerchantID = m.MerchantID }, []string{"merchant_id", "sandbox's"}},
		{"the sandbox's key id in production", func(c *aggregator.Config) { production(c); c.PlatformKeyID = m.PlatformKeyID }, []string{"platform_key_id", "sandbox's"}},
		{"the sandbox's private key in production", production, []string{"private_key", "sandbox's"}},
		{"the sandbox's platform key in production", func(c *aggregator.Config) {
			production(c)
			c.PrivateKey = aggregator.Bytes([]byte(strings.ReplaceAll(string(secret), "smartpos paynet sandbox", "")))
		}, []string{"platform_key", "sandbox's"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(net)
			tt.change(&cfg)
			_, err := aggregator.New(cfg)
			if !errors.Is(err, aggregator.ErrConfig) {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v; want it to say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), string(secret[40:80])) {
				t.Error("the message carries a key")
			}
		})
	}
}

// production removes what a production profile would not have anyway.
func production(c *aggregator.Config) {
	c.Production, c.RootCAs = true, aggregator.Source{}
	c.MerchantID, c.KeyID, c.PlatformKeyID = testMerchant, testKeyID, platformID
}

func TestSourcePrintsNoKey(t *testing.T) {
	s := aggregator.Bytes([]byte("SECRET"))
	cfg := aggregator.Config{PrivateKey: s, PlatformKey: s}
	if text := fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, s); strings.Contains(text, "SECRET") || strings.Contains(text, "83 69") {
		t.Error(text)
	}
}
