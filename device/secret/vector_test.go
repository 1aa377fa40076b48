package secret

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The vector of docs/secrets.md, which holds the document to the code, too.
func TestVector(t *testing.T) {
	path := filepath.Join(t.TempDir(), "device.secret")
	var device []byte
	for i := range byte(Size) {
		device = append(device, i)
	}
	if err := os.WriteFile(path, device, 0o400); err != nil {
		t.Fatal(err)
	}
	store := File(path)
	doc, err := os.ReadFile("../../docs/secrets.md")
	if err != nil {
		t.Fatal(err)
	}
	spaceless := strings.Join(strings.Fields(string(doc)), "")
	says := func(what string, b []byte) {
		t.Helper()
		if !strings.Contains(spaceless, hex.EncodeToString(b)) {
			t.Errorf("the document does not have %s: %x", what, b)
		}
	}
	for _, p := range []Purpose{Journal, Merchant} {
		k, err := store.Key(p)
		if err != nil {
			t.Fatal(err)
		}
		says("the key "+string(p), k.Reveal())
	}
	b := Bundle{"networks.wechat.api_v3_key": NewValue([]byte("0123456789abcdef0123456789abcdef"))}
	file, err := seal(store, b, bytes.Repeat([]byte{0xAB}, saltSize))
	if err != nil {
		t.Fatal(err)
	}
	says("the header", file[:headerSize])
	says("the body", file[headerSize:])
	if out, err := Open(store, file); err != nil || !bytes.Equal(out["networks.wechat.api_v3_key"].Reveal(), b["networks.wechat.api_v3_key"].Reveal()) {
		t.Errorf("%v, %v", out, err)
	}
}

// What was sealed is read, and nothing else is: one bundle, one encoding.
func FuzzDecodeBundle(f *testing.F) {
	whole, _ := Bundle{"a": NewValue([]byte("x")), "b.c": NewValue([]byte("yz"))}.encode()
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte("\x01a\x00\x00\x00\x01x\x01a\x00\x00\x00\x01x"))
	f.Add([]byte("\xffa\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := decodeBundle(text)
		if err != nil {
			return
		}
		if again, err := b.encode(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%x is encoded as %x, %v", text, again, err)
		}
	})
}

// A file that nobody sealed never opens, and never breaks the firmware.
func FuzzOpen(f *testing.F) {
	store := fixed{}
	file, _ := seal(store, Bundle{"a": NewValue([]byte("x"))}, make([]byte, saltSize))
	f.Add(file)
	f.Add(file[:9])
	f.Add([]byte(magic + "\x02"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if b, err := Open(store, text); (b == nil) != (err != nil) {
			t.Errorf("%v, %v", b, err)
		} else if err == nil && !bytes.Equal(text, file) {
			t.Errorf("forged: %x", text)
		}
	})
}

// fixed is a board without a medium.
type fixed struct{}

func (fixed) Key(p Purpose) (Value, error) {
	return derive([]byte("a device secret of thirty-two b."), p)
}
