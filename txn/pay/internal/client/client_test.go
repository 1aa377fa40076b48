package client_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"smartpos/txn"
	"smartpos/txn/pay"
	"smartpos/txn/pay/internal/client"
)

func ExampleParse() {
	m, err := client.Parse([]byte(`{"url":"https:\/\/qr.alipay.com\/bax","Total":1}`))
	text, ok := m.Text("url")
	fmt.Println(text, ok, err)
	fmt.Println(string(m["url"]), len(m["total"])) // as it came; keys are exact
	_, err = client.Parse([]byte(`{"total":1,"total":2}`))
	fmt.Println(errors.Is(err, client.ErrShape))
	// Output:
	// https://qr.alipay.com/bax true <nil>
	// "https:\/\/qr.alipay.com\/bax" 0
	// true
}

// TestKeyForms reads a key in each form in which networks hand it out, and refuses what looks like one.
func TestKeyForms(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	public, _ := x509.MarshalPKIXPublicKey(key.Public())
	armour := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	bare := base64.StdEncoding.EncodeToString
	for _, tt := range []struct {
		name, text   string
		strict, bare bool // taken by a form without and with Bare
	}{
		{"PKCS#8", armour("PRIVATE KEY", pkcs8), true, true},
		{"PKCS#1", armour("RSA PRIVATE KEY", pkcs1), false, true},
		{"PKCS#8 alone", bare(pkcs8), false, true},
		{"PKCS#1 alone, in lines, with a mark of byte order", "\uFEFF" + bare(pkcs1)[:64] + "\r\n" + bare(pkcs1)[64:] + "\r\n", false, true},
		{"a public key", armour("PUBLIC KEY", public), false, false},
		{"a public key alone", bare(public), false, false},
		{"nothing", " ", false, false},
		{"torn", armour("PRIVATE KEY", pkcs8[:800]), false, false},
	} {
		for _, form := range []client.Form{{Setting: "private_key", Name: "key"}, {Setting: "private_key", Name: "key", Bare: true}} {
			got, err := client.Bytes([]byte(tt.text)).PrivateKey(form)
			want := form.Bare && tt.bare || !form.Bare && tt.strict
			if (err == nil) != want || want && !got.Equal(key) {
				t.Errorf("%s, bare %v: %v", tt.name, form.Bare, err)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "private_key") || len(tt.text) > 60 && strings.Contains(err.Error(), tt.text[40:60])) {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
	for _, text := range []string{armour("PUBLIC KEY", public), bare(public)} {
		if got, err := client.Bytes([]byte(text)).PublicKey(client.Form{Bare: true}); err != nil || !got.Equal(key.Public()) {
			t.Error(err)
		}
	}
	marked := client.Form{Bare: true, Mark: "sandbox of ours"}
	if _, err := client.Bytes([]byte(armour("PRIVATE KEY", pkcs8) + "the sandbox of ours")).PrivateKey(marked); err == nil || !strings.Contains(err.Error(), "sandbox's") {
		t.Error("a marked key was taken:", err)
	}
}

// TestCodes holds how a code is judged: the call's own rule, then the common one, then trouble at the network.
func TestCodes(t *testing.T) {
	codes := client.NewCodes(client.System.Of("BUSY"), client.Config.Of("KEY"), client.Exists.Of("KEY", txn.OpShow))
	o := txn.Order{No: "T0000001A0001"}
	for _, tt := range []struct {
		op    txn.Op
		code  string
		want  txn.Status
		fault txn.Fault
	}{
		{txn.OpShow, "KEY", txn.StatusExists, ""}, {txn.OpScan, "KEY", "", txn.FaultConfig},
		{txn.OpShow, "BUSY", "", txn.FaultSystem}, {txn.OpShow, "NEW", "", txn.FaultSystem}, {txn.OpShow, "", "", txn.FaultSystem},
	} {
		a, err := codes.Answer(txn.Alipay, tt.op, o, tt.code, false)
		if a.Status != tt.want || pay.FaultOf(err) != tt.fault {
			t.Errorf("%s answered %q: %+v, %v", tt.op, tt.code, a, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("one code has two meanings")
		}
	}()
	client.NewCodes(client.System.Of("A"), client.Config.Of("B A")).Known()
}

// FuzzParse compares with encoding/json: what is taken means the same there, and only objects are.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":"b","c":{"a":1}}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Add([]byte(`{"a":1}{}`))
	f.Add([]byte("{\"\xff\":1}"))
	f.Add([]byte(strings.Repeat(`{"a":`, 100)))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := client.Parse(body)
		if err != nil {
			if m != nil || !errors.Is(err, client.ErrShape) {
				t.Errorf("%q: %v, %v", body, m, err)
			}
			return
		}
		var other map[string]json.RawMessage
		if json.Unmarshal(body, &other) != nil || len(other) != len(m) || !utf8.Valid(body) {
			t.Errorf("%q was taken as %v", body, m)
		}
		for k, v := range m {
			if string(other[k]) != string(v) {
				t.Errorf("%q: %s is %s and %s", body, k, v, other[k])
			}
			m.Text(k)
		}
	})
}

// A source shows where a key comes from, and never the key: not by itself, and not as a field of what is printed.
func TestSourceIsMasked(t *testing.T) {
	const key = "0123456789abcdef"
	type config struct {
		Key  client.Source
		deep struct{ key client.Source }
	}
	for _, s := range []client.Source{client.Bytes([]byte(key)), client.Sealed([]byte(key))} {
		c := config{Key: s}
		c.deep.key = s
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
			said := fmt.Sprintf(verb, s) + fmt.Sprintf(verb, c) + fmt.Sprintf(verb, &c)
			for _, leak := range []string{key, "30313233", "48 49 50", "0x30, 0x31"} {
				if strings.Contains(said, leak) {
					t.Errorf("%s shows the key: %s", verb, said)
				}
			}
		}
		if text, err := json.Marshal(c); err != nil || strings.Contains(string(text), key) || s.Empty() {
			t.Errorf("%s, %v", text, err)
		}
	}
}
