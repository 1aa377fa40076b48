package offlineqr

import (
	"bytes"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/txn"
)

// The test vector of docs/offline-qr.md.
var (
	vectorKey       = bytes.Repeat([]byte{0x11}, KeySize)
	vectorNonce     = []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	vectorChallenge = Challenge{
		Order: "T00000017Q3KZ9XB00000042", Amount: txn.Yuan(1250),
		Expires: time.Date(2026, 3, 1, 9, 35, 0, 0, time.UTC), Answer: Answer{"042917"},
	}
)

// The document's vector is what the code makes, byte by byte.
func TestVectorOfTheDocument(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/offline-qr.md")
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.NewReplacer(" ", "", "\n", "", "|", "").Replace(string(doc))
	key, err := NewKey(vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSealer("T0000001", 1, key, "https://pay.example.cn/O")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := vectorChallenge.plain()
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.seal(vectorChallenge, vectorNonce)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := encoding.DecodeString(text[strings.LastIndex(text, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sealing key": hex.EncodeToString(key.derive(infoSeal)),
		"answer key":  hex.EncodeToString(key.derive(infoAnswer)),
		"header":      hex.EncodeToString(raw[:headerSize]),
		"plain":       hex.EncodeToString(plain),
		"sealed":      hex.EncodeToString(raw[headerSize+nonceSize:]),
		"text":        text,
		"digest":      hex.EncodeToString(s.mac(vectorChallenge.Order, "042917")),
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("the document does not have the %s\n%s", name, want)
		}
	}
	terminal, c, err := Open(text, func(string, uint8) (Key, bool) { return key, true })
	if err != nil || terminal != "T0000001" || c != vectorChallenge {
		t.Errorf("opened %s %+v, %v", terminal, c, err)
	}
}

// Another version is another format, whoever sealed it.
func TestOtherVersion(t *testing.T) {
	key, err := NewKey(vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := vectorChallenge.plain()
	if err != nil {
		t.Fatal(err)
	}
	head := header(1, "T0000001")
	head[0] = version + 1
	code := key.aead().Seal(slices.Concat(head, vectorNonce), vectorNonce, plain, head)
	if _, c, err := Open(encoding.EncodeToString(code), func(string, uint8) (Key, bool) { return key, true }); err != ErrCode {
		t.Errorf("%+v, %v", c, err)
	}
}

// A sealed text that is authentic may still be of a terminal gone mad: it is held against the same rules.
func TestAuthenticNonsense(t *testing.T) {
	key, err := NewKey(vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	good, err := vectorChallenge.plain()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"nothing":             func([]byte) []byte { return nil },
		"cut short":           func(b []byte) []byte { return b[:fixedSize] },
		"no amount":           func(b []byte) []byte { copy(b, make([]byte, 6)); return b },
		"currency":            func(b []byte) []byte { b[6] = 'c'; return b },
		"no expiry":           func(b []byte) []byte { copy(b[9:], make([]byte, 4)); return b },
		"5 digits":            func(b []byte) []byte { b[13] = 5; return b },
		"9 digits":            func(b []byte) []byte { b[13] = 9; return b },
		"answer of 7, says 6": func(b []byte) []byte { b[15] = 0x0f; b[16] = 0xff; return b },
		"small letters":       func(b []byte) []byte { b[fixedSize] = 't'; return b },
		"order too long":      func(b []byte) []byte { return append(b, "000000000"...) },
	} {
		head := header(1, "T0000001")
		code := key.aead().Seal(slices.Concat(head, vectorNonce), vectorNonce, change(bytes.Clone(good)), head)
		_, c, err := Open(encoding.EncodeToString(code), func(string, uint8) (Key, bool) { return key, true })
		if err != ErrCode || c != (Challenge{}) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}
