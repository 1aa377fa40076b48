package aggregator

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
	"smartpos/txn/pay/paytest"
)

const goodBody = `{"amount":1234,"code":"OK","currency":"CNY","merchant_id":"M1","method":"show","order_no":"T0000001A0001","paid_at":1795401296,"payer_paid":1200,"platform_id":"AGG1","state":"PAID","wallet":"alipay","wallet_id":"20261123"}`

// FuzzBodies lets the platform say anything, well signed, to every request: no panic, and paid only for a body that by its
// exact keys is a success of ours. It goes in behind the signature: with one for each try it would try little.
func FuzzBodies(f *testing.F) {
	c := &Client{cfg: Config{MerchantID: "M1"}}
	for _, body := range []string{
		goodBody, strings.Replace(goodBody, "PAID", "NOT_PAID", 1), strings.Replace(goodBody, "show", "scan", 1),
		`{"code":"OK","merchant_id":"M1","method":"show","order_no":"T0000001A0001","qr_url":"https://a/q/1"}`,
		`{"code":"ORDER_NOT_FOUND","message":"x"}`, `{"code":"SYSTEM_ERROR"}`, `{"amount":1e3,"amount":1}`, `[]`,
	} {
		f.Add(200, body)
		f.Add(404, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		for op := range paths {
			for _, method := range []txn.Method{txn.Show, txn.Scan} {
				o := txn.Order{No: "T0000001A0001", Method: method, Amount: txn.Yuan(1234)}
				a, err := c.read(op, o, status, []byte(body))
				paytest.CheckWild(t, op, a, err, status == 200 && exactly(body, method))
			}
		}
	})
}

// exactly is an independent reading of what a success of ours is.
func exactly(body string, method txn.Method) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &m) != nil {
		return false
	}
	text := func(key string) (s string) { _ = json.Unmarshal(m[key], &s); return s }
	return text("code") == "OK" && text("merchant_id") == "M1" && text("order_no") == "T0000001A0001" && text("state") == "PAID" &&
		text("method") == string(method) && text("currency") == "CNY" && string(m["amount"]) == "1234" &&
		text("platform_id") != "" && text("wallet") != "" && text("wallet_id") != ""
}

// FuzzEnvelopes lets anybody send anything as the whole answer: believed is only what carries the platform's signature over
// exactly these bytes, this status and our nonce.
func FuzzEnvelopes(f *testing.F) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	c := &Client{cfg: Config{MerchantID: "M1", PlatformKeyID: "P1"}, platform: public}
	const nonce = "00112233445566778899aabbccddeeff"
	f.Add(200, "P1", "", "", goodBody)
	f.Add(201, "P1", "", "", goodBody)
	f.Add(200, "P1", "1795401296", "AAAA", goodBody)
	f.Add(502, "", "", "", "<html>")
	f.Add(200, "P1", "", "", strings.Replace(goodBody, "1234", "1235", 1))
	f.Fuzz(func(t *testing.T, status int, keyID, stamp, signature, body string) {
		now := strconv.FormatInt(time.Now().Unix(), 10)
		ours := ed25519.Sign(private, toVerify(http.StatusOK, paths[txn.OpQuery], "P1", now, nonce, []byte(goodBody)))
		if stamp == "" {
			stamp = now
		}
		if signature == "" {
			signature = base64.StdEncoding.EncodeToString(ours)
		}
		h := http.Header{}
		h.Set(headKeyID, keyID)
		h.Set(headTimestamp, stamp)
		h.Set(headSignature, signature)
		o := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1234)}
		a, err := c.judge(txn.OpQuery, o, nonce, &client.Exchange{Sent: true, Status: status, Header: h, Body: []byte(body)})
		signed := status == 200 && keyID == "P1" && stamp == now && body == goodBody
		paytest.CheckWild(t, txn.OpQuery, a, err, signed)
		if a.Status != "" && !signed {
			t.Errorf("%q was believed: %+v", body, a)
		}
	})
}

// FuzzRefundBodies does for refunds what FuzzBodies does for orders.
func FuzzRefundBodies(f *testing.F) {
	c := &Client{cfg: Config{MerchantID: "M1"}}
	good := `{"amount":500,"code":"OK","currency":"CNY","done_at":1795401296,"merchant_id":"M1","method":"show","order_no":"T0000001A0001","refund_id":"AGGR1","refund_no":"T0000001R0001","refund_state":"DONE","total":1234}`
	for _, body := range []string{good, strings.Replace(good, "DONE", "CLOSED", 1), `{"code":"REFUND_OVER"}`, `{"code":"SYSTEM_ERROR"}`, `[]`} {
		f.Add(200, body)
		f.Add(409, body)
	}
	r := paytest.NewRefund(txn.Aggregator, 500)
	f.Fuzz(func(t *testing.T, status int, body string) {
		var m map[string]json.RawMessage
		_ = json.Unmarshal([]byte(body), &m)
		text := func(key string) (s string) { _ = json.Unmarshal(m[key], &s); return s }
		success := status == 200 && text("code") == "OK" && text("refund_state") == "DONE" && text("merchant_id") == "M1" &&
			text("order_no") == string(r.Order) && text("refund_no") == string(r.No) && string(m["amount"]) == "500" && string(m["total"]) == "1234"
		for op := range refundPaths {
			a, err := c.readRefund(op, r, status, []byte(body))
			paytest.CheckWildRefund(t, op, r, a, err, success && op == txn.OpQueryRefund)
		}
	})
}
