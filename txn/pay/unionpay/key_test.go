package unionpay_test

import (
	"errors"
	"testing"
	"time"

	"smartpos/txn/pay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/unionpay"
)

// A client says which key it can't use, and when its certificates run out.
func TestKeys(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	other := testKeys()
	for setting, set := range map[string]func(*unionpay.Config){
		"private_key": func(c *unionpay.Config) { c.PrivateKey = unionpay.Sealed([]byte("no key")) },
		"certificate": func(c *unionpay.Config) { c.Certificate = unionpay.Bytes(other.merchantCert) },
		"root":        func(c *unionpay.Config) { c.Root = unionpay.Source{} },
		"middle":      func(c *unionpay.Config) { c.Middle = unionpay.Bytes(other.middle) },
	} {
		cfg := config(net)
		set(&cfg)
		_, err := unionpay.New(cfg)
		var k *pay.KeyError
		if !errors.As(err, &k) || k.Setting != setting || !errors.Is(err, unionpay.ErrConfig) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	c, err := unionpay.New(config(net))
	if err != nil {
		t.Fatal(err)
	}
	for i, setting := range []string{"certificate", "middle", "root"} {
		if e := c.Expiries()[i]; e.Setting != setting || e.At.Year() != 2060 || e.At.Before(time.Now()) {
			t.Errorf("%+v", e) // the sandbox's certificates end with 2059
		}
	}
}
