package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/wechat"
)

// TestConfigErrors gives the client what technicians give it. Each message names the setting or the file and
// the next step, and none a key.
func TestConfigErrors(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	m := net.WeChatMerchant()
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
	for _, tt := range []struct {
		name   string
		change func(*wechat.Config)
		want   []string
	}{
		{"no merchant", func(c *wechat.Config) { c.MerchantID = "" }, []string{"merchant_id", "商户号"}},
		{"no app", func(c *wechat.Config) { c.AppID = "wx 1" }, []string{"app_id"}},
		{"no serial", func(c *wechat.Config) { c.Serial = "xyz" }, []string{"serial", "证书序列号"}},
		{"no key", func(c *wechat.Config) { c.PrivateKey = wechat.Source{} }, []string{"private_key is missing"}},
		{"no such file", func(c *wechat.Config) { c.PrivateKey = wechat.File(dir + "/gone.pem") }, []string{"gone.pem", "no such file", "copy"}},
		{"a folder", func(c *wechat.Config) { c.PrivateKey = wechat.File(dir) }, []string{dir, "not a key file"}},
		{"the certificate as the key", func(c *wechat.Config) { c.PrivateKey = wechat.File(m.Certificate) }, []string{m.Certificate, "CERTIFICATE", "apiclient_key.pem"}},
		{"a torn key", func(c *wechat.Config) { c.PrivateKey = wechat.File(torn) }, []string{torn, "damaged", "again"}},
		{"no PEM", func(c *wechat.Config) { c.PrivateKey = wechat.File(m.APIv3Key) }, []string{m.APIv3Key, "not a PEM"}},
		{"a key that is none", func(c *wechat.Config) {
			c.PrivateKey = wechat.File(filepath.Join(filepath.Dir(m.CA), "private", "ca_key.pem"))
		}, []string{"ca_key.pem", "not an RSA key"}},
		{"the private key as the public one", func(c *wechat.Config) { c.PublicKey = wechat.File(m.PrivateKey) }, []string{m.PrivateKey, "pub_key.pem"}},
		{"no way to verify", func(c *wechat.Config) { c.PublicKeyID, c.APIv3Key = "", wechat.Source{} }, []string{"public_key_id", "can't be verified"}},
		{"the next key under the same id", func(c *wechat.Config) { c.NextKeyID = c.PublicKeyID }, []string{"next.public_key_id"}},
		{"no next key", func(c *wechat.Config) { c.NextKeyID = "PUB_KEY_ID_1" }, []string{"next.public_key is missing"}},
		{"an odd key id", func(c *wechat.Config) { c.PublicKeyID = "KEY\n" }, []string{"PUB_KEY_ID_"}},
		{"public key as certificate", func(c *wechat.Config) { c.Certificates = []wechat.Source{wechat.File(m.PublicKey)} }, []string{"platform certificate", m.PublicKey}},
		{"certificate without RSA", func(c *wechat.Config) { c.Certificates = []wechat.Source{wechat.File(m.CA)} }, []string{"platform certificate", "RSA"}},
		{"a short API v3 key", func(c *wechat.Config) { c.APIv3Key = wechat.Bytes([]byte("SECRETSECRET")) }, []string{"12 characters", "32"}},
		{"no notify_url", func(c *wechat.Config) { c.NotifyURL = "" }, []string{"notify_url"}},
		{"notify_url with a query", func(c *wechat.Config) { c.NotifyURL += "?a=1" }, []string{"notify_url"}},
		{"a path", func(c *wechat.Config) { c.BaseURL += "/v3" }, []string{"base_url", "nothing after"}},
		{"no TLS", func(c *wechat.Config) { c.BaseURL = "http://127.0.0.1" }, []string{"base_url", "https"}},
		{"no root", func(c *wechat.Config) { c.RootCAs = wechat.File(m.PublicKey) }, []string{"ca", m.PublicKey}},
		{"a long terminal number", func(c *wechat.Config) { c.Terminal = strings.Repeat("1", 17) }, []string{"terminal"}},
		{"a long description", func(c *wechat.Config) { c.Description = strings.Repeat("店", 128) }, []string{"description"}},
		{"the sandbox in production", func(c *wechat.Config) { c.Production = true }, []string{"base_url", "ca is", "sandbox's"}},
		{"the sandbox's key id in production", func(c *wechat.Config) { production(c); c.Serial = "51" + c.Serial[2:] }, []string{"public_key_id or serial is the sandbox's"}},
		{"the sandbox's serial in production", func(c *wechat.Config) { production(c); c.PublicKeyID = "PUB_KEY_ID_1" }, []string{"public_key_id or serial is the sandbox's"}},
		{"the sandbox's API v3 key in production", func(c *wechat.Config) { production(c); c.PublicKeyID = "PUB_KEY_ID_1"; c.Serial = "51" + c.Serial[2:] }, []string{"api_v3_key", "sandbox's"}},
		{"the sandbox's certificate in production", func(c *wechat.Config) {
			production(c)
			c.PublicKeyID, c.Serial, c.APIv3Key = "", "51"+c.Serial[2:], wechat.Source{}
			c.Certificates = []wechat.Source{wechat.File(m.PlatformCertificate)}
		}, []string{"platform certificate", "sandbox's"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(net)
			tt.change(&cfg)
			_, err := wechat.New(cfg)
			if !errors.Is(err, wechat.ErrConfig) {
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
func production(c *wechat.Config) {
	c.Production, c.BaseURL, c.RootCAs = true, "", wechat.Source{}
}

func TestSourcePrintsNoKey(t *testing.T) {
	s := wechat.Bytes([]byte("SECRET"))
	cfg := wechat.Config{PrivateKey: s, APIv3Key: s}
	if text := fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, s); strings.Contains(text, "SECRET") || strings.Contains(text, "0x53") || strings.Contains(text, "83 69") {
		t.Error(text)
	}
}

// TestVerifiesByCertificate serves merchants who have platform certificates, or both during the change.
func TestVerifiesByCertificate(t *testing.T) {
	for name, set := range map[string]func(*wechat.Config, paynet.WeChatMerchant){
		"certificate alone": func(c *wechat.Config, m paynet.WeChatMerchant) {
			c.PublicKeyID, c.PublicKey = "", wechat.Source{}
			c.Certificates = []wechat.Source{wechat.File(m.PlatformCertificate)}
		},
		"both": func(c *wechat.Config, m paynet.WeChatMerchant) {
			c.Certificates = []wechat.Source{wechat.File(m.PlatformCertificate)}
		},
	} {
		net, _ := sandbox(t, paynet.Options{}, nil)
		cfg := config(net)
		set(&cfg, net.WeChatMerchant())
		c, err := wechat.New(cfg)
		if err != nil {
			t.Fatal(name, err)
		}
		a, err := c.Query(context.Background(), order("T0000001A0030", txn.Show, 1))
		if err != nil || a.Status != txn.StatusNotFound {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}
