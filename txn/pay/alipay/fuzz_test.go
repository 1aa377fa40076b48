package alipay

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
	"smartpos/txn/pay/paytest"
)

const goodNode = `{"code":"10000","msg":"Success","out_trade_no":"T0000001A0001","trade_no":"2026112322001400000000000001","trade_status":"TRADE_SUCCESS","total_amount":"12.34","buyer_pay_amount":"12.00","send_pay_date":"2026-11-23 10:34:56"}`

// FuzzNodes lets the network say anything, well signed, to every request: no panic, and paid only for a node that by
// its exact keys is a success of ours. It goes in behind the signature: with one for each try it would try little.
func FuzzNodes(f *testing.F) {
	c := &Client{cfg: Config{AppID: "2021000000000001"}}
	f.Add(goodNode)
	f.Add(strings.Replace(goodNode, "TRADE_SUCCESS", "TRADE_CLOSED", 1))
	f.Add(`{"code":"10003","out_trade_no":"T0000001A0001"}`)
	f.Add(`{"code":"10000","out_trade_no":"T0000001A0001","qr_code":"https:\/\/qr.alipay.com\/bax1"}`)
	f.Add(`{"code":"10000","out_trade_no":"T0000001A0001","retry_flag":"N","action":"refund"}`)
	f.Add(`{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}`)
	f.Add(`{"code":"20000","sub_code":"isp.unknow-error"}`)
	f.Add(`{"total_amount":"1e3","total_amount":"1"}`)
	f.Fuzz(func(t *testing.T, node string) {
		m, err := client.Parse([]byte(node))
		if err != nil {
			return
		}
		for _, op := range []txn.Op{txn.OpShow, txn.OpScan, txn.OpQuery, txn.OpClose, txn.OpReverse} {
			for _, method := range []txn.Method{txn.Show, txn.Scan} {
				o := txn.Order{No: "T0000001A0001", Method: method, Amount: txn.Yuan(1234)}
				a, err := c.read(op, o, m)
				paytest.CheckWild(t, op, a, err, exactly(node))
			}
		}
	})
}

// exactly is an independent reading of what a success of ours is.
func exactly(node string) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(node), &m) != nil {
		return false
	}
	text := func(key string) (s string) { _ = json.Unmarshal(m[key], &s); return s }
	state := text("trade_status")
	return text("code") == "10000" && text("out_trade_no") == "T0000001A0001" && text("trade_no") != "" &&
		(text("total_amount") == "12.34" || text("total_amount") == "012.34" || strings.TrimLeft(text("total_amount"), "0") == "12.34") &&
		(m["trade_status"] == nil || state == "TRADE_SUCCESS" || state == "TRADE_FINISHED")
}

// FuzzEnvelopes lets anybody send anything as the whole answer: believed is only what carries our network's signature
// over exactly the bytes that were signed.
func FuzzEnvelopes(f *testing.F) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	sum := sha256.Sum256([]byte(goodNode))
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		f.Fatal(err)
	}
	sign := base64.StdEncoding.EncodeToString(raw)
	c := &Client{cfg: Config{AppID: "2021000000000001"}, public: &key.PublicKey}
	f.Add(200, `{"alipay_trade_query_response":`, `,"sign":"`, `"}`)
	f.Add(200, `{"sign":"","alipay_trade_query_response":`, `,"x":"`, `"}`)
	f.Add(502, `<html>`, ``, ``)
	f.Add(302, `{"error_response":`, `,"sign":"`, `"}`)
	f.Fuzz(func(t *testing.T, status int, a, b, d string) {
		o := txn.Order{No: "T0000001A0001", Method: txn.Show, Amount: txn.Yuan(1234)}
		for _, node := range []string{goodNode, strings.Replace(goodNode, "12.34", "12.35", 1)} {
			body := a + node + b + sign + d
			answer, err := c.judge(txn.OpQuery, o, &client.Exchange{Sent: true, Status: status, Body: []byte(body)})
			paytest.CheckWild(t, txn.OpQuery, answer, err, exactly(node))
			if answer.Status != "" && (node != goodNode || answer.Status != txn.StatusPaid) {
				t.Errorf("%q was believed: %+v", body, answer)
			}
		}
	})
}

// FuzzRefunds lets the network say anything, well signed, about a refund.
func FuzzRefunds(f *testing.F) {
	c := &Client{cfg: Config{AppID: "2021000000000001"}}
	f.Add(`{"code":"10000","out_trade_no":"T0000001A0001","trade_no":"4200001234202611230000000001","fund_change":"Y","refund_fee":"5.00"}`)
	f.Add(`{"code":"10000","out_trade_no":"T0000001A0001","trade_no":"4200001234202611230000000001","out_request_no":"T0000001R0001","refund_amount":"5.00","total_amount":"12.34","refund_status":"REFUND_SUCCESS","gmt_refund_pay":"2026-11-23 10:34:56"}`)
	f.Add(`{"code":"10000","msg":"Success"}`)
	f.Add(`{"code":"40004","sub_code":"ACQ.SELLER_BALANCE_NOT_ENOUGH"}`)
	f.Fuzz(func(t *testing.T, node string) {
		m, err := client.Parse([]byte(node))
		if err != nil {
			return
		}
		r := paytest.NewRefund(txn.Alipay, 500)
		for _, op := range paytest.RefundOps {
			a, err := c.readRefund(op, r, m)
			paytest.CheckWildRefund(t, op, r, a, err, givenBack(node))
		}
	})
}

// givenBack is an independent reading of what a refund of ours is that was made.
func givenBack(node string) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(node), &m) != nil {
		return false
	}
	text := func(key string) (s string) { _ = json.Unmarshal(m[key], &s); return s }
	is := func(key string, fen int64) bool {
		sum, err := txn.ParseYuan(text(key))
		return err == nil && sum.Fen == fen
	}
	return text("code") == "10000" && text("refund_status") == "REFUND_SUCCESS" && text("out_request_no") == "T0000001R0001" &&
		text("out_trade_no") == "T0000001A0001" && is("refund_amount", 500) && is("total_amount", 1234)
}
