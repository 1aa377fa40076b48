package secret_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"smartpos/device/secret"
)

// device is the secret of the test vector: 00 01 02 … 1f.
func device() (b []byte) {
	for i := range byte(secret.Size) {
		b = append(b, i)
	}
	return b
}

// board makes a board's secret file of the given bytes.
func board(t testing.TB, text []byte) secret.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "device.secret")
	if err := os.WriteFile(path, text, 0o400); err != nil {
		t.Fatal(err)
	}
	return secret.File(path)
}

func TestFileRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		make func(path string) error
		says string
	}{
		"missing": {func(string) error { return nil }, "is missing: put in the medium"},
		"short":   {func(p string) error { return os.WriteFile(p, device()[:31], 0o400) }, "has 31 bytes"},
		"long":    {func(p string) error { return os.WriteFile(p, append(device(), '\n'), 0o400) }, "exactly 32"},
		"empty":   {func(p string) error { return os.WriteFile(p, nil, 0o400) }, "has 0 bytes"},
		"zeros":   {func(p string) error { return os.WriteFile(p, make([]byte, 32), 0o400) }, "is blank"},
		"erased":  {func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte{0xFF}, 32), 0o400) }, "is blank"},
		"open":    {func(p string) error { return os.WriteFile(p, device(), 0o444) }, "chmod 400"},
		"folder":  {func(p string) error { return os.Mkdir(p, 0o700) }, "no plain file"},
		"pipe":    {func(p string) error { return syscall.Mkfifo(p, 0o600) }, "no plain file"},
	} {
		path := filepath.Join(t.TempDir(), "device.secret")
		if err := c.make(path); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.File(path).Key(secret.Journal); !errors.Is(err, secret.ErrStore) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key has its purpose and its board, and is never the device secret.
func TestKeysDiffer(t *testing.T) {
	other := device()
	other[31] ^= 1
	seen := map[string]bool{string(device()): true, string(other): true}
	for _, f := range []secret.File{board(t, device()), board(t, other)} {
		for _, p := range []secret.Purpose{secret.Journal, secret.Merchant} {
			k, err := f.Key(p)
			if err != nil || len(k.Reveal()) != secret.Size || seen[string(k.Reveal())] {
				t.Errorf("%s: a key that was there before, or none: %v", p, err)
			}
			again, err := f.Key(p)
			if err != nil || !bytes.Equal(again.Reveal(), k.Reveal()) {
				t.Errorf("%s: another key the second time", p)
			}
			seen[string(k.Reveal())] = true
		}
	}
}

// A new secret is never written over one that is there.
func TestNewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "device.secret")
	f, err := secret.NewFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o400 || info.Size() != secret.Size {
		t.Errorf("%v, %v", info, err)
	}
	before, _ := os.ReadFile(path)
	if _, err := secret.NewFile(path); !errors.Is(err, secret.ErrStore) {
		t.Errorf("made again: %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the secret was replaced")
	}
	if _, err := f.Key(secret.Merchant); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
