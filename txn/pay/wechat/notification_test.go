package wechat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"smartpos/txn"
	"smartpos/txn/pay/paynet"
	"smartpos/txn/pay/wechat"
)

// paidOrder is an order that a customer has paid, and the call-back about it.
func paidOrder(t *testing.T, opt paynet.Options) (*paynet.Paynet, *wechat.Client, txn.Order, http.Header, []byte) {
	t.Helper()
	net, c := sandbox(t, opt, nil)
	o, ph := order("T0000001A0001", txn.Show, 1234), phone(t, net)
	a, err := c.Show(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ph.Scan(a.CodeURL); err != nil {
		t.Fatal(err)
	}
	if err := ph.Confirm(); err != nil {
		t.Fatal(err)
	}
	h, body, err := net.WeChatNotification(string(o.No))
	if err != nil {
		t.Fatal(err)
	}
	return net, c, o, h, body
}

func TestNotification(t *testing.T) {
	_, c, o, h, body := paidOrder(t, paynet.Options{})
	n, err := c.ParseNotification(context.Background(), h, body)
	if err != nil || n.Order != o.No || n.Event != "TRANSACTION.SUCCESS" || time.Since(n.Created).Abs() > time.Minute {
		t.Fatalf("%+v, %v", n, err)
	}
	q, err := c.Query(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := n.Answer(o); err != nil || a != q || a.Status != txn.StatusPaid {
		t.Errorf("%+v, %v; the query says %+v", a, err, q)
	}
	for name, change := range map[string]func(*txn.Order){
		"another order":  func(o *txn.Order) { o.No = "T0000001A0002" },
		"another amount": func(o *txn.Order) { o.Amount.Fen++ },
		"another method": func(o *txn.Order) { o.Method = txn.Scan },
	} {
		other := o
		change(&other)
		if a, err := n.Answer(other); err != nil || a.Status != txn.StatusMismatch {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if a, err := (wechat.Notification{}).Answer(o); err == nil {
		t.Errorf("a notification that nobody verified: %+v", a)
	}
}

// TestNotificationBySDK reads the sandbox's call-back with the official SDK: both sides of ours by the same hand could
// agree on the wrong form.
func TestNotificationBySDK(t *testing.T) {
	net, _, o, h, body := paidOrder(t, paynet.Options{})
	m := net.WeChatMerchant()
	key, err := utils.LoadPublicKeyWithPath(m.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	apiV3, err := wechat.File(m.APIv3Key).Read("api_v3_key")
	if err != nil {
		t.Fatal(err)
	}
	handler, err := notify.NewRSANotifyHandler(string(apiV3), verifiers.NewSHA256WithRSAPubkeyVerifier(m.PublicKeyID, *key))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := http.NewRequest(http.MethodPost, m.NotifyURL, bytes.NewReader(body))
	r.Header = h
	var paid payments.Transaction
	if _, err := handler.ParseNotifyRequest(context.Background(), r, &paid); err != nil || *paid.OutTradeNo != string(o.No) || *paid.Amount.Total != 1234 {
		t.Error(paid, err)
	}
}

// TestNotificationRefused gives what must not be believed.
func TestNotificationRefused(t *testing.T) {
	now := time.Now()
	net, c, o, h, body := paidOrder(t, paynet.Options{})
	parse := func(h http.Header, body []byte) error {
		n, err := c.ParseNotification(context.Background(), h, body)
		if err != nil && n.Order != "" {
			t.Error("an order beside", err)
		}
		return err
	}
	for name, change := range map[string]func(http.Header) []byte{
		"a byte changed":    func(http.Header) []byte { return bytes.Replace(body, []byte("SUCCESS"), []byte("SUCCESs"), 1) },
		"cut short":         func(http.Header) []byte { return body[:len(body)/2] },
		"nothing":           func(http.Header) []byte { return nil },
		"no signature":      func(h http.Header) []byte { h.Del("Wechatpay-Signature"); return body },
		"no time":           func(h http.Header) []byte { h.Del("Wechatpay-Timestamp"); return body },
		"another time":      func(h http.Header) []byte { h.Set("Wechatpay-Timestamp", "1"); return body },
		"an unknown key":    func(h http.Header) []byte { h.Set("Wechatpay-Serial", "PUB_KEY_ID_1"); return body },
		"another nonce":     func(h http.Header) []byte { h.Set("Wechatpay-Nonce", "0"); return body },
		"an unknown serial": func(h http.Header) []byte { h.Set("Wechatpay-Serial", "5041594E45540000"); return body },
	} {
		other := h.Clone()
		if parse(other, change(other)) == nil {
			t.Errorf("%s: believed", name)
		}
	}
	if err := parse(h, body); err != nil {
		t.Error("the true one:", err)
	}
	if _, _, err := net.WeChatNotification("T0000001A0002"); err == nil {
		t.Error("a call-back about nothing")
	}

	// Signed five minutes ago, as one that was recorded and is played again.
	net, c, _, _, _ = paidOrder(t, paynet.Options{Stamp: func() time.Time { return now }})
	now = now.Add(-301 * time.Second)
	h, body, err := net.WeChatNotification(string(o.No))
	if err != nil {
		t.Fatal(err)
	}
	if parse(h, body) == nil {
		t.Error("an old one was believed")
	}
}

// TestSealedVector opens the official SDK's vector, whose key of 16 bytes makes it AES-128.
func TestSealedVector(t *testing.T) {
	sealed := map[string]string{
		"algorithm": "AEAD_AES_256_GCM", "nonce": "wCq51qZv4Yfg", "associated_data": "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8",
		"ciphertext": "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC",
	}
	open := func(key string) ([]byte, error) {
		raw, _ := json.Marshal(sealed) // never fails
		return wechat.OpenSealed(raw, []byte(key))
	}
	if text, err := open("testAPIv3Key0000"); err != nil || string(text) != "Hello World" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := open("testAPIv3Key0001"); err == nil {
		t.Error("opened with another key")
	}
	for key, v := range map[string]string{
		"nonce": "wCq51qZv4Yfg0", "algorithm": "AES", "ciphertext": "!", "associated_data": "",
	} {
		was := sealed[key]
		sealed[key] = v
		if _, err := open("testAPIv3Key0000"); err == nil {
			t.Errorf("opened with %s %q", key, v)
		}
		sealed[key] = was
	}
}
