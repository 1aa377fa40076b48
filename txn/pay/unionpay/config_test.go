package unionpay_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/unionpay"
)

// TestConfigErrors gives the client what technicians give it. Each message names the setting or the file and
// the next step, and none a key.
func TestConfigErrors(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	m := net.UnionPayMerchant()
	secret, err := os.ReadFile(m.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) unionpay.Source {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return unionpay.File(path)
	}
	other := testKeys()
	for name, tt := range map[string]struct {
		set  func(*unionpay.Config)
		says []string
	}{
		"no merchant":          {func(c *unionpay.Config) { c.MerchantID = "" }, []string{"merchant_id", "商户代码"}},
		"a WeChat merchant":    {func(c *unionpay.Config) { c.MerchantID = "1900000109" }, []string{"merchant_id", "15"}},
		"a long terminal id":   {func(c *unionpay.Config) { c.TerminalID = "T00000001" }, []string{"terminal_id", "8"}},
		"an address of ours":   {func(c *unionpay.Config) { c.NotifyURL = "ftp://a" }, []string{"notify_url", "http"}},
		"an endless time-out":  {func(c *unionpay.Config) { c.Timeout = time.Hour }, []string{"time-out", "minute"}},
		"a base with a path":   {func(c *unionpay.Config) { c.BaseURL = "https://a/gateway" }, []string{"base_url"}},
		"no key":               {func(c *unionpay.Config) { c.PrivateKey = unionpay.Source{} }, []string{"private_key is missing"}},
		"no such key":          {func(c *unionpay.Config) { c.PrivateKey = unionpay.File(dir + "/none.pem") }, []string{"private_key", "none.pem", "no such file"}},
		"the .pfx file itself": {func(c *unionpay.Config) { c.PrivateKey = write("sign.pfx", "\x30\x82\x0a\x01") }, []string{"private_key", "sign.pfx", "not a PEM file"}},
		"a torn key": {func(c *unionpay.Config) {
			c.PrivateKey = write("torn.pem", strings.Replace(string(secret), "\nMII", "\nMJJ", 1))
		}, []string{"torn.pem", "damaged"}},
		"the certificate":      {func(c *unionpay.Config) { c.PrivateKey = unionpay.File(m.Certificate) }, []string{"private_key", "holds a CERTIFICATE"}},
		"another's key":        {func(c *unionpay.Config) { c.Certificate = unionpay.Bytes(other.merchantCert) }, []string{"certificate", "does not belong", ".pfx"}},
		"no root":              {func(c *unionpay.Config) { c.Root = unionpay.Source{} }, []string{"root is missing"}},
		"roots exchanged":      {func(c *unionpay.Config) { c.Root, c.Middle = c.Middle, c.Root }, []string{"middle", "does not hang on root"}},
		"another's middle":     {func(c *unionpay.Config) { c.Middle = unionpay.Bytes(other.middle) }, []string{"middle", "does not hang on root"}},
		"no certificate in ca": {func(c *unionpay.Config) { c.RootCAs = write("ca.pem", "x") }, []string{"ca", "ca.pem"}},
	} {
		cfg := config(net)
		tt.set(&cfg)
		_, err := unionpay.New(cfg)
		if !errors.Is(err, unionpay.ErrConfig) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, s := range tt.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q does not say %q", name, err, s)
			}
		}
		if lines := strings.Split(string(secret), "\n"); strings.Contains(err.Error(), lines[1]) {
			t.Errorf("%s: the message carries the key: %v", name, err)
		}
	}
}

// TestProductionRefusesTheSandbox takes the sandbox's and the test environment's things one at a time.
func TestProductionRefusesTheSandbox(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	own := func() unionpay.Config { // neither the sandbox's nor UnionPay's, and so fit for production as far as anybody can tell
		k := testKeys()
		return unionpay.Config{
			MerchantID: testMerchant, PrivateKey: unionpay.Bytes(keyPEM(k.merchantKey)), Certificate: unionpay.Bytes(k.merchantCert),
			Root: unionpay.Bytes(k.root), Middle: unionpay.Bytes(k.middle), Production: true,
		}
	}
	if _, err := unionpay.New(own()); err != nil {
		t.Fatal(err)
	}
	s := config(net)
	for name, tt := range map[string]struct {
		set  func(*unionpay.Config)
		says string
	}{
		"base_url":    {func(c *unionpay.Config) { c.BaseURL = s.BaseURL }, "base_url"},
		"ca":          {func(c *unionpay.Config) { c.RootCAs = s.RootCAs }, "ca is for the sandbox"},
		"certificate": {func(c *unionpay.Config) { c.Certificate, c.PrivateKey = s.Certificate, s.PrivateKey }, "certificate"},
		"root":        {func(c *unionpay.Config) { c.Root, c.Middle = s.Root, s.Middle }, "root"},
		"CFCA's test root": {func(c *unionpay.Config) {
			c.Root, c.Middle = unionpay.File("testdata/acp_test_root.cer"), unionpay.File("testdata/acp_test_middle.cer")
		}, "root"},
	} {
		cfg := own()
		tt.set(&cfg)
		if _, err := unionpay.New(cfg); !errors.Is(err, unionpay.ErrConfig) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", own(), own(), own()); strings.Contains(text, "PRIVATE KEY") {
		t.Error("a configuration prints its key")
	}
}
