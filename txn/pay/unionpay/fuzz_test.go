package unionpay

import (
	"bytes"
	"maps"
	"os"
	"strings"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay/paytest"
)

// FuzzForm reads anything as an answer: no panic, no field twice, and what it reads is the text again.
func FuzzForm(f *testing.F) {
	for _, v := range vectors {
		text, err := os.ReadFile("testdata/" + v.file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("a={b=1&c=[2}]&d=1")
	f.Add("a=[&b=1")
	f.Add("a=&b=")
	f.Add("a=1&")
	f.Add("&&&===")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseForm(text)
		if err != nil {
			return
		}
		size := len(m) - 1
		for k, v := range m {
			if !strings.Contains(text, k+"="+v) {
				t.Errorf("%q holds no %q = %q", text, k, v)
			}
			size += len(k) + 1 + len(v)
		}
		if size != len(strings.TrimRight(text, "\r\n")) {
			t.Errorf("%q was read as %d bytes: %v", text, size, m)
		}
	})
}

// FuzzSignature lets somebody on the line say anything, with a certificate of his own: it is read before any signature
// holds, and nothing is believed but what the network has signed.
func FuzzSignature(f *testing.F) {
	network, at := published(f), vectors[0].at
	signed := readVector(f, vectors[0].file)
	f.Add(signed["signPubKeyCert"], signed["signature"], "01")
	f.Add(signed["signPubKeyCert"][:400]+"\n-----END CERTIFICATE-----\n", signed["signature"], "01")
	f.Add("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "MAA=", "01")
	f.Fuzz(func(t *testing.T, certificate, signature, method string) {
		m := maps.Clone(signed)
		m["signPubKeyCert"], m["signature"], m["signMethod"] = certificate, signature, method
		if network.verify(m, at) == nil && !bytes.Equal(m.digest(), signed.digest()) {
			t.Errorf("believed: %q", m)
		}
	})
}

// FuzzAnswers lets the network say anything, well signed, to every request: paid only for a message that by its
// fields is a success of ours. It goes in behind the signature: with one to make for each try it would try little.
func FuzzAnswers(f *testing.F) {
	c := &Client{cfg: Config{MerchantID: "777290058110097"}}
	o := txn.Order{No: "T0000001A0001", Amount: txn.Yuan(1234)}
	o.Created = vectors[0].at
	head := "merId=777290058110097&orderId=T0000001A0001&txnTime=20240105145046&respCode="
	f.Add(head + "00&origRespCode=00&txnAmt=1234&queryId=442401051450467846498&txnType=01&traceTime=0105145046")
	f.Add(head + `00&origRespCode=A6&txnAmt=1234&queryId=1&couponInfo=[{"offstAmt":"34"}]`)
	f.Add(head + "00&origRespCode=05&txnAmt=1234")
	f.Add(head + "00&origRespCode=00&txnType=99")
	f.Add(head + "00&origRespCode=\x1b[2J6225000011112222")
	f.Add(head + "34")
	f.Add(head + "00&qrCode=https://qr.95516.com/00010001/62112028173283416953321113029241")
	f.Add("respCode=12")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseForm(text)
		if err != nil || !codeForm().MatchString(m["respCode"]) {
			return // as call does
		}
		for _, method := range []txn.Method{txn.Show, txn.Scan} {
			o.Method = method
			for _, op := range []txn.Op{show, scan, query, closing, reverse} {
				a, err := c.verdict(op, o, m, typePay)
				holds(t, op, a, err, m)
			}
			a, err := c.found(txn.OpQuery, o, m)
			holds(t, txn.OpQuery, a, err, m)
		}
	})
}

func holds(t *testing.T, op txn.Op, a txn.Answer, err error, m form) {
	success := m["merId"] == "777290058110097" && m["orderId"] == "T0000001A0001" && m["txnTime"] == "20240105145046" &&
		m["txnAmt"] == "1234" && m["queryId"] != "" && (m["origRespCode"] == "00" || m["origRespCode"] == "A6") &&
		(m["txnType"] == "01" || m["txnType"] == "")
	paytest.CheckWild(t, op, a, err, success)
	if a.Status == txn.StatusPaid && (op != txn.OpQuery || a.Payer.Fen < 0 || a.Payer.Fen > 1234) {
		t.Errorf("%s: %v paid of 1234", op, a.Payer)
	}
}
