package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
	"smartpos/txn/pay/paytest"
)

// FuzzAnswers lets the network say anything, under any status and well signed, to every request: no panic, and
// paid only for a body that by its exact keys is a success of ours. It goes in behind the transport: with a
// handshake and signatures for each try it would try little.
func FuzzAnswers(f *testing.F) {
	c := &Client{cfg: Config{MerchantID: "1900000109", AppID: "wx8888888888888888"}}
	const good = `{"appid":"wx8888888888888888","mchid":"1900000109","out_trade_no":"T0000001A0001","trade_state":"SUCCESS","trade_type":%q,"transaction_id":"4200001234202611230000000001","success_time":"2026-11-23T10:34:56+08:00","amount":{"total":1234,"payer_total":%d,"currency":"CNY"}}`
	f.Add(200, fmt.Sprintf(good, "NATIVE", 1234))
	f.Add(200, fmt.Sprintf(good, "MICROPAY", 1))
	f.Add(200, `{"code_url":"weixin://wxpay/bizpayurl?pr=abc"}`)
	f.Add(202, `{"code":"USERPAYING","message":"需要用户输入支付密码"}`)
	f.Add(404, `{"code":"ORDER_NOT_EXIST","message":"订单不存在"}`)
	f.Add(500, `{"code":"SYSTEM_ERROR"}`)
	f.Add(204, ``)
	f.Add(302, `{}`)
	f.Add(200, `{"trade_state":"SUCCESS"`)
	f.Add(200, `{"amount":{"total":1e3},"amount":{}}`)
	f.Add(200, strings.Repeat("[", 2000))
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, op := range []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse} {
			for _, method := range []txn.Method{txn.Show, txn.Scan} {
				o := txn.Order{No: "T0000001A0001", Method: method, Amount: txn.Yuan(1234)}
				a, err := c.judge(op, o, &exchange{Exchange: client.Exchange{Sent: true, Status: status, Body: []byte(body)}}, nil)
				paytest.CheckWild(t, op, a, err, exactly(body))
			}
		}
	})
}

// exactly is an independent reading of what a success of ours is.
func exactly(body string) bool {
	var m, sum map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &m) != nil || json.Unmarshal(m["amount"], &sum) != nil {
		return false
	}
	text := func(raw json.RawMessage) (s string) { _ = json.Unmarshal(raw, &s); return s }
	return text(m["trade_state"]) == "SUCCESS" && text(m["out_trade_no"]) == "T0000001A0001" &&
		text(m["mchid"]) == "1900000109" && text(m["appid"]) == "wx8888888888888888" &&
		string(sum["total"]) == "1234" && text(m["transaction_id"]) != ""
}

// FuzzRefunds does the same for refunds.
func FuzzRefunds(f *testing.F) {
	const good = `{"amount":{"currency":"CNY","refund":500,"total":1234},"out_refund_no":"T0000001R0001","out_trade_no":"T0000001A0001","refund_id":"503","status":%q,"transaction_id":"4200001234202611230000000001"}`
	for _, state := range []string{"SUCCESS", "PROCESSING", "CLOSED", "ABNORMAL"} {
		f.Add(200, fmt.Sprintf(good, state))
	}
	f.Add(403, `{"code":"NOT_ENOUGH","message":"余额不足"}`)
	f.Add(404, `{"code":"RESOURCE_NOT_EXISTS"}`)
	f.Add(200, `{"amount":{"refund":1e3},"amount":{}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := paytest.NewRefund(txn.WeChat, 500)
		for _, op := range paytest.RefundOps {
			x := &exchange{Exchange: client.Exchange{Sent: true, Status: status, Body: []byte(body)}}
			a, err := judgeRefund(op, r, x, nil)
			paytest.CheckWildRefund(t, op, r, a, err, givenBack(body))
		}
	})
}

// givenBack is an independent reading of what a refund of ours is that was made.
func givenBack(body string) bool {
	var m, sum map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &m) != nil || json.Unmarshal(m["amount"], &sum) != nil {
		return false
	}
	text := func(key string) (s string) { _ = json.Unmarshal(m[key], &s); return s }
	return text("status") == "SUCCESS" && text("out_refund_no") == "T0000001R0001" && text("out_trade_no") == "T0000001A0001" &&
		text("transaction_id") == "4200001234202611230000000001" && string(sum["refund"]) == "500" && string(sum["total"]) == "1234"
}

// FuzzNotification lets whoever has the network's key call back with anything: no panic, and paid only for a transaction
// that by its exact keys is a success of ours. The resource is sealed here, so that the fuzzer gets behind it.
func FuzzNotification(f *testing.F) {
	const key = "00000000000000000000000000000000"
	c := &Client{
		cfg:       Config{MerchantID: "1900000109", AppID: "wx8888888888888888"},
		transport: &transport{renewal: &renewal{apiV3: []byte(key)}},
	}
	block, _ := aes.NewCipher([]byte(key))
	gcm, _ := cipher.NewGCM(block)
	const good = `{"appid":"wx8888888888888888","mchid":"1900000109","out_trade_no":"T0000001A0001","trade_state":"SUCCESS","trade_type":"NATIVE","transaction_id":"4200001234202611230000000001","success_time":"2026-11-23T10:34:56+08:00","amount":{"total":1234,"payer_total":1234,"currency":"CNY"}}`
	f.Add("TRANSACTION.SUCCESS", "transaction", "2026-11-23T10:34:57+08:00", good)
	f.Add("TRANSACTION.SUCCESS", "transaction", "", strings.Replace(good, "1234", "1e3", 1))
	f.Add("TRANSACTION.SUCCESS", "transaction", "now", `{"out_trade_no":"T0000001A0001","amount":{},"amount":{}}`)
	f.Add("REFUND.SUCCESS", "refund", "2026-11-23T10:34:57+08:00", `{"refund_status":"SUCCESS"}`)
	f.Fuzz(func(t *testing.T, event, kind, at, transaction string) {
		body, err := json.Marshal(map[string]any{
			"id": "EV-1", "event_type": event, "create_time": at, "resource": map[string]string{
				"algorithm": "AEAD_AES_256_GCM", "nonce": "wCq51qZv4Yfg", "original_type": kind,
				"ciphertext": base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte("wCq51qZv4Yfg"), []byte(transaction), nil)),
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.openNotification([]byte(transaction)) // and what is no call-back at all
		n, err := c.openNotification(body)
		if err != nil {
			return
		}
		a, err := n.Answer(txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1234)})
		paytest.CheckWild(t, txn.OpQuery, a, err, exactly(transaction))
	})
}

// FuzzCertificates lets whoever has the API v3 key hand out anything as platform certificates: what is taken holds now, has
// the serial number that it was handed out under, and there are few of them.
func FuzzCertificates(f *testing.F) {
	key := []byte("00000000000000000000000000000000")
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	now := time.Now()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(0xABCDEF), NotBefore: now, NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		f.Fatal(err)
	}
	good := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	f.Add(good, "ABCDEF", 1)
	f.Add(good, "abcdef", maxCertificates+1)
	f.Add(good[:len(good)/2], "ABCDEF", 1)
	f.Add(`{"data":[{"serial_no":"1","encrypt_certificate":{}}]}`, "", 0)
	f.Fuzz(func(t *testing.T, text, serial string, times int) {
		one := map[string]any{"serial_no": serial, "encrypt_certificate": map[string]string{
			"algorithm": "AEAD_AES_256_GCM", "nonce": "wCq51qZv4Yfg",
			"ciphertext": base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte("wCq51qZv4Yfg"), []byte(text), nil)),
		}}
		body, err := json.Marshal(map[string]any{"data": slices.Repeat([]any{one}, max(0, times%32))})
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range [][]byte{body, []byte(text)} {
			list, err := openCertificates(body, key, false, now)
			if (err == nil) != (len(list) > 0) || len(list) > maxCertificates {
				t.Errorf("%d certificates, %v", len(list), err)
			}
			for _, c := range list {
				if c.serial != strings.ToUpper(serial) || !now.Before(c.until) || c.verifier == nil {
					t.Errorf("taken under %q: %+v", serial, c)
				}
			}
		}
	})
}
