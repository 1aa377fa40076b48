package wechat_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/paynet/paynettest"
	"smartpos/txn/pay/wechat"
)

// byCertificates leaves the API v3 key as the only way to verify anything.
func byCertificates(c *wechat.Config) { c.PublicKeyID, c.PublicKey = "", wechat.Source{} }

// TestContractByCertificates runs the suite for a merchant from before public keys.
func TestContractByCertificates(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, byCertificates)
	if _, err := c.Query(context.Background(), order("T0000001A0001", txn.Show, 1)); err != nil {
		t.Fatal(err) // fetched before anything is broken
	}
	paynettest.Run(t, net, paynettest.Case{
		Client: c, Network: paynet.WeChat,
		Ops: map[txn.Op]string{
			txn.OpShow: paynet.OpNative, txn.OpScan: paynet.OpCodePay, txn.OpQuery: paynet.OpQuery,
			txn.OpClose: paynet.OpClose, txn.OpReverse: paynet.OpReverse,
		},
	})
}

// TestCertificateRotation follows WeChat Pay from one certificate to the next, at a client that has nothing but the API
// v3 key.
func TestCertificateRotation(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, byCertificates)
	ask := func(want txn.Fault, requests int, when string) {
		t.Helper()
		before := net.Requests()
		_, err := c.Query(context.Background(), order("T0000001A0001", txn.Show, 1))
		if f := pay.FaultOf(err); f != want || net.Requests()-before != requests {
			t.Errorf("%s: %v after %d requests; want %q after %d", when, err, net.Requests()-before, want, requests)
		}
	}
	rotate := func() {
		t.Helper()
		if err := net.RotateWeChatCertificate(); err != nil {
			t.Fatal(err)
		}
	}
	ask("", 2, "the first question, with none")
	ask("", 1, "with one")
	c.Age(11 * time.Hour)
	ask("", 2, "after half a day")
	rotate()
	ask(txn.FaultUnverified, 1, "an unknown certificate, just after a fetch")
	c.Age(10*time.Minute + time.Second)
	ask("", 2, "an unknown certificate")
	net.RetireWeChatCertificates()
	ask("", 1, "the old one withdrawn")
	rotate()
	net.RetireWeChatCertificates()
	c.Age(11 * time.Hour)
	ask("", 2, "rotated in time")
}

// TestCertificatesSideBySide: a client with a public key and the certificates' key takes answers under either.
func TestCertificatesSideBySide(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, nil)
	m := net.WeChatMerchant()
	for name, set := range map[string]func(*wechat.Config){
		"public key":                 func(*wechat.Config) {},
		"public key and certificate": func(c *wechat.Config) { c.Certificates = []wechat.Source{wechat.File(m.PlatformCertificate)} },
		"certificate": func(c *wechat.Config) {
			byCertificates(c)
			c.Certificates = []wechat.Source{wechat.File(m.PlatformCertificate)}
		},
		"the key that comes next": func(c *wechat.Config) {
			c.PublicKeyID, c.NextKeyID, c.NextKey = "PUB_KEY_ID_SANDBOX0LD", c.PublicKeyID, c.PublicKey
		},
	} {
		cfg := config(net)
		set(&cfg)
		other, err := wechat.New(cfg)
		if err != nil {
			t.Fatal(name, err)
		}
		if a, err := other.Query(context.Background(), order("T0000001A0001", txn.Show, 1)); err != nil || a.Status != txn.StatusNotFound {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	before := net.Requests()
	if _, err := c.Query(context.Background(), order("T0000001A0001", txn.Show, 1)); err != nil || net.Requests() != before+1 {
		t.Error("a client with a public key needs no certificates:", err)
	}
}

// TestCertificatesAreVerified breaks the fetching in every way: nothing is believed, and nothing was asked of the order.
func TestCertificatesAreVerified(t *testing.T) {
	net, c := sandbox(t, paynet.Options{}, byCertificates)
	o := order("T0000001A0001", txn.Scan, 1234)
	scan := func() (txn.Answer, error) {
		code, err := phone(t, net).Code()
		if err != nil {
			t.Fatal(err)
		}
		c.Age(time.Hour)
		return c.Scan(context.Background(), o, txn.NewPaymentCode(code))
	}
	for _, kind := range paynet.FaultKinds {
		switch kind {
		case paynet.FaultOK, paynet.FaultDown, paynet.FaultSlow, paynet.FaultSlowReply, paynet.FaultTwice, // the truth, late
			paynet.FaultWrongOrder, paynet.FaultWrongRefund, paynet.FaultWrongAmount, paynet.FaultWrongCurrency,
			paynet.FaultWrongMerchant, paynet.FaultWrongApp, paynet.FaultWrongType, paynet.FaultNoFacts: // of orders
			continue
		}
		if err := net.SetFault(paynet.Fault{Kind: kind, Network: paynet.WeChat, Op: paynet.OpCertificates}); err != nil {
			t.Fatal(err)
		}
		if _, err := scan(); pay.FaultOf(err) != txn.FaultNotSent {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := net.SetFault(paynet.Fault{}); err != nil {
		t.Fatal(err)
	}
	if len(net.Ledger().Orders) != 0 {
		t.Error("an order was asked for without a key to verify the answer")
	}
	if a, err := scan(); err != nil || a.Status != txn.StatusPaid {
		t.Error("mended:", a, err)
	}

	// Another's API v3 key opens nothing.
	cfg := config(net)
	byCertificates(&cfg)
	cfg.APIv3Key = wechat.Bytes([]byte("00000000000000000000000000000000"))
	stranger, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Query(context.Background(), o); pay.FaultOf(err) != txn.FaultNotSent {
		t.Error("under another API v3 key:", err)
	}
}

// TestCertificatesBySDK fetches the sandbox's certificates with the official SDK's own downloader: both sides of ours by
// the same hand could agree on the wrong form.
func TestCertificatesBySDK(t *testing.T) {
	net, _ := sandbox(t, paynet.Options{}, nil)
	if err := net.RotateWeChatCertificate(); err != nil {
		t.Fatal(err)
	}
	m := net.WeChatMerchant()
	key, err := utils.LoadPrivateKeyWithPath(m.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	roots, err := wechat.File(m.CA).Roots()
	if err != nil {
		t.Fatal(err)
	}
	apiV3, err := wechat.File(m.APIv3Key).Read("api_v3_key")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	sdk, err := core.NewClient(ctx,
		option.WithMerchantCredential(m.MerchantID, m.Serial, key), option.WithoutValidator(),
		option.WithHTTPClient(&http.Client{Transport: redirected{m.BaseURL, &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true,
		}}}))
	if err != nil {
		t.Fatal(err)
	}
	d, err := downloader.NewCertificateDownloaderWithClient(ctx, sdk, string(apiV3))
	if err != nil {
		t.Fatal(err)
	}
	if all := d.GetAll(ctx); len(all) != 2 || d.GetNewestSerial(ctx) == "" {
		t.Errorf("%d certificates", len(all))
	}
}

// redirected sends what is meant for WeChat Pay to the sandbox.
type redirected struct {
	base string
	http.RoundTripper
}

func (r redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host, req.Host = strings.TrimPrefix(r.base, "https://"), ""
	return r.RoundTripper.RoundTrip(req)
}
