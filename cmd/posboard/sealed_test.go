package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/device/secret"
	"smartpos/store"
)

// Whatever is wrong with the sealed keys when the terminal starts, it says so, takes cash, and loses nothing: with the
// right file it goes on as before.
func TestSealedKeysUnusable(t *testing.T) {
	dir := t.TempDir()
	sealed := filepath.Join(dir, "keys.sealed")
	s := openTill(t, dir)
	s.on()
	s.cash()
	s.cut()
	right, err := os.ReadFile(sealed)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := secret.NewFile(filepath.Join(t.TempDir(), "device.secret"))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := secret.Seal(stranger, secret.Bundle{"networks.wechat.api_v3_key": secret.NewValue([]byte("0123456789abcdef"))})
	if err != nil {
		t.Fatal(err)
	}
	write := func(text []byte) func() error { return func() error { return os.WriteFile(sealed, text, 0o600) } }
	flipped := bytes.Clone(right)
	flipped[len(flipped)-40] ^= 1
	newer := bytes.Clone(right)
	newer[len("SPSEALED")] = 0xff
	orders := 1
	for _, fault := range []struct {
		name  string
		make  func() error
		cause string // in the log
	}{
		{"missing", func() error { return nil }, "no such file"},
		{"unreadable: a loop of links", func() error { return os.Symlink("keys.sealed", sealed) }, "too many levels of symbolic links"},
		{"a folder in its place", func() error { return os.Mkdir(sealed, 0o700) }, "is a directory"},
		{"EIO at the first read", func() error { return os.Symlink("/proc/self/mem", sealed) }, "input/output error"}, // of address 0
		{"empty", write(nil), "damaged: it is no sealed file"},
		{"torn in its header", write(right[:30]), "damaged: its length is not what it says"},
		{"torn in its keys", write(right[:len(right)-100]), "damaged: its length is not what it says"},
		{"its end never written: zeroes", write(append(bytes.Clone(right[:len(right)-100]), make([]byte, 100)...)), "damaged: its seal doesn't hold"},
		{"one bit", write(flipped), "damaged: its seal doesn't hold"},
		{"another board's", write(foreign), "sealed for another board"},
		{"newer firmware's", write(newer), "made by newer firmware"},
	} {
		if err := errors.Join(os.RemoveAll(sealed), fault.make()); err != nil {
			t.Fatalf("%s: %v", fault.name, err)
		}
		s.on()
		s.keys("5 OK")
		s.until("无可用支付渠")
		if log := s.b.Log(1 << 16); !strings.Contains(log, fault.cause) {
			t.Errorf("%s: the log does not say %q:\n%s", fault.name, fault.cause, log)
		}
		s.keys("CLEAR")
		s.cash()
		s.cut()
		if orders++; s.orders(dir) != orders {
			t.Errorf("%s: %d orders, want %d", fault.name, s.orders(dir), orders)
		}
	}
	if err := errors.Join(os.RemoveAll(sealed), write(right)()); err != nil {
		t.Fatal(err)
	}
	s.on()
	s.show("wechat", "")
	s.cut()
	if n := s.orders(dir); n != orders+1 {
		t.Errorf("with the right file again: %d orders, want %d", n, orders+1)
	}
}

// cash sells for cash and waits for the receipt.
func (t till) cash() {
	t.Helper()
	t.keys("5 MENU 0 OK")
	t.until("小票已打印")
}

func (t till) cut() {
	t.Helper()
	if err := t.b.PowerCut(); err != nil {
		t.Fatal(err)
	}
}

// orders verifies the journal, with the power off, and counts its orders.
func (t till) orders(dir string) int {
	t.Helper()
	key, err := t.b.JournalKey()
	if err != nil {
		t.Fatal(err)
	}
	j, err := store.Open(filepath.Join(dir, "data"), store.Config{Terminal: "T0000001", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	report, err := j.Verify()
	if err != nil {
		t.Fatal(err)
	}
	return int(report.Orders)
}
