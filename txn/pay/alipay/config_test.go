package alipay_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/txn/pay/alipay"
	"smartpos/txn/pay/paynet"
)

// TestConfigErrors gives the client what technicians give it. Each message names the setting or the file and
// the next step, and none a key.
func TestConfigErrors(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	m := net.AlipayMerchant()
	secret, err := os.ReadFile(m.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	torn := write("torn.pem", strings.Replace(string(secret), "\nMII", "\nMJJ", 1))
	own := filepath.Join(filepath.Dir(m.CA), "private", "app_public_key.pem")
	for _, tt := range []struct {
		name   string
		change func(*alipay.Config)
		want   []string
	}{
		{"no app", func(c *alipay.Config) { c.AppID = "" }, []string{"app_id", "16 digits"}},
		{"an odd app", func(c *alipay.Config) { c.AppID = "wx1234567890" }, []string{"app_id", "wx1234567890"}},
		{"an odd seller", func(c *alipay.Config) { c.SellerID = "1900000109" }, []string{"seller_id", "2088"}},
		{"no key", func(c *alipay.Config) { c.PrivateKey = alipay.Source{} }, []string{"private_key is missing"}},
		{"no such file", func(c *alipay.Config) { c.PrivateKey = alipay.File(dir + "/gone.txt") }, []string{"gone.txt", "no such file", "copy"}},
		{"a folder", func(c *alipay.Config) { c.PrivateKey = alipay.File(dir) }, []string{dir, "not a key file"}},
		{"the public key as the private one", func(c *alipay.Config) { c.PrivateKey = alipay.File(m.AlipayPublicKey) }, []string{"private_key", "PUBLIC KEY", "应用私钥"}},
		{"the private key as the public one", func(c *alipay.Config) { c.PublicKey = alipay.File(m.PrivateKey) }, []string{"public_key", "支付宝公钥"}},
		{"the application's public key", func(c *alipay.Config) { c.PublicKey = alipay.File(own) }, []string{own, "应用公钥", "支付宝公钥"}},
		{"a torn key", func(c *alipay.Config) { c.PrivateKey = alipay.File(torn) }, []string{torn, "damaged", "again"}},
		{"no key at all", func(c *alipay.Config) { c.PrivateKey = alipay.File(write("x", "SECRET?")) }, []string{"private_key", "not a PEM"}},
		{"a path", func(c *alipay.Config) { c.BaseURL += "/gateway.do" }, []string{"base_url", "nothing after"}},
		{"no TLS", func(c *alipay.Config) { c.BaseURL = "http://127.0.0.1" }, []string{"base_url", "https"}},
		{"no root", func(c *alipay.Config) { c.RootCAs = alipay.File(m.AlipayPublicKey) }, []string{"ca", m.AlipayPublicKey}},
		{"a long terminal number", func(c *alipay.Config) { c.Terminal = strings.Repeat("1", 33) }, []string{"terminal"}},
		{"a long description", func(c *alipay.Config) { c.Description = strings.Repeat("店", 257) }, []string{"description"}},
		{"the sandbox in production", func(c *alipay.Config) { c.Production = true }, []string{"base_url", "ca is", "sandbox's"}},
		{"the sandbox's seller in production", func(c *alipay.Config) { production(c); c.AppID = testApp }, []string{"seller_id is the sandbox's"}},
		{"the sandbox's private key in production", func(c *alipay.Config) { production(c); c.AppID, c.SellerID = testApp, "" }, []string{"private_key", "sandbox's"}},
		{"the sandbox's public key in production", func(c *alipay.Config) {
			production(c)
			c.AppID, c.SellerID = testApp, ""
			c.PrivateKey = alipay.Bytes([]byte(strings.ReplaceAll(string(secret), "smartpos paynet sandbox", "")))
		}, []string{"public_key", "sandbox's"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(net)
			tt.change(&cfg)
			_, err := alipay.New(cfg)
			if !errors.Is(err, alipay.ErrConfig) {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v; want it to say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), string(secret[40:80])) {
				t.Error("the message carries a key")
			}
		})
	}
}

// production removes what a production profile would not have anyway.
func production(c *alipay.Config) {
	c.Production, c.BaseURL, c.RootCAs = true, "", alipay.Source{}
}

func TestSourcePrintsNoKey(t *testing.T) {
	s := alipay.Bytes([]byte("SECRET"))
	cfg := alipay.Config{PrivateKey: s, PublicKey: s}
	if text := fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, s); strings.Contains(text, "SECRET") || strings.Contains(text, "0x53") || strings.Contains(text, "83 69") {
		t.Error(text)
	}
}
