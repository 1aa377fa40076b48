package unionpay

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"smartpos/txn/pay"
)

// The messages in testdata were signed by UnionPay's own test environment and published with public clients'
// tests; the certificates are those of its development kit (acp_test_root.cer, acp_test_middle.cer). They prove
// the double hash, the chain and the form of an answer without any code or key of ours.

func testCertificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// published is UnionPay's test environment.
func published(t testing.TB) *authority {
	return &authority{testCertificate(t, "acp_test_root.cer"), testCertificate(t, "acp_test_middle.cer"), owners(false)}
}

// vectors are the messages and when they were signed.
var vectors = []struct {
	file, order, state string
	at                 time.Time
}{
	{"query-paid-2024.txt", "pay20240105145046", "00", time.Date(2024, 1, 5, 6, 50, 46, 0, time.UTC)},
	{"query-accepted-2018.txt", "20180614042747", "05", time.Date(2018, 6, 13, 20, 27, 47, 0, time.UTC)},
	{"notification-2018.txt", "201807251814000000175473", "", time.Date(2018, 7, 26, 2, 2, 32, 0, time.UTC)},
}

func readVector(t testing.TB, file string) form {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(file, "notification") { // notifications, unlike answers, are percent-encoded
		v, err := url.ParseQuery(string(text))
		if err != nil {
			t.Fatal(err)
		}
		f := form{}
		for k := range v {
			f[k] = v.Get(k)
		}
		return f
	}
	f, err := parseForm(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPublishedMessages(t *testing.T) {
	network := published(t)
	for _, v := range vectors {
		f := readVector(t, v.file)
		if f["orderId"] != v.order || f["origRespCode"] != v.state {
			t.Errorf("%s: read as order %q in state %q", v.file, f["orderId"], f["origRespCode"])
		}
		if err := network.verify(f, v.at); err != nil {
			t.Errorf("%s: %v", v.file, err)
		}
		for _, k := range []string{"orderId", "respCode", "txnAmt", "signPubKeyCert", "respMsg"} {
			old := f[k]
			f[k] = strings.Replace(old, old[:1], "x", 1)
			if network.verify(f, v.at) == nil {
				t.Errorf("%s: a change of %s went unseen", v.file, k)
			}
			f[k] = old
		}
		f["added"] = "1"
		if network.verify(f, v.at) == nil {
			t.Errorf("%s: a field added after signing went unseen", v.file)
		}
	}
}

// TestWhoseCertificate refuses a good signature under a certificate that is not the network's, or not now.
func TestWhoseCertificate(t *testing.T) {
	f, at := readVector(t, vectors[0].file), vectors[0].at
	good := published(t)
	for name, tt := range map[string]struct {
		network authority
		at      time.Time
	}{
		"another owner's":    {authority{good.root, good.middle, []string{testOwner}}, at},
		"roots exchanged":    {authority{good.middle, good.root, good.owners}, at},
		"no middle between":  {authority{good.root, good.root, good.owners}, at},
		"after it was valid": {*good, at.AddDate(2, 0, 0)},
	} {
		if err := tt.network.verify(f, tt.at); err != errChain {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := good.verify(f, at.AddDate(-4, 0, 0)); !errors.Is(err, pay.ErrClock) {
		t.Error("before it was valid:", err)
	}
	old := readVector(t, "notification-2018.txt") // under the test environment's name of then
	production := authority{good.root, good.middle, owners(true)}
	if err := production.verify(old, vectors[2].at); err != errChain {
		t.Error("a test certificate in production:", err)
	}
	if err := production.verify(f, at); err != nil { // the same name as in production
		t.Error(err)
	}
	twice := f["signPubKeyCert"]
	f["signPubKeyCert"] = twice + "\n" + twice
	if err := good.verify(f, at); err != errChain {
		t.Error("two certificates:", err)
	}
}

// TestForm reads what a message may hold: values within braces or brackets keep their "&".
func TestForm(t *testing.T) {
	f, err := parseForm("customerInfo={a=1&b=[2}&respMsg=成功[0000000]&couponInfo=[{x&y}]&signature=A+B/C==&empty=\r\n")
	want := form{"customerInfo": "{a=1&b=[2}", "respMsg": "成功[0000000]", "couponInfo": "[{x&y}]", "signature": "A+B/C==", "empty": ""}
	if err != nil || !maps.Equal(f, want) {
		t.Errorf("%v, %v", f, err)
	}
	for _, text := range []string{"", "a", "=1", "a=1&", "a=1&&b=2", "a=1&a=2", "a b=1", "1=1", "a=\xff", strings.Repeat("x", 41) + "=1"} {
		if f, err := parseForm(text); err == nil {
			t.Errorf("%q was read as %v", text, f)
		}
	}
}
