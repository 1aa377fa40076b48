package secret_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/device/secret"
)

func merchant() secret.Bundle {
	return secret.Bundle{
		"networks.wechat.api_v3_key":  secret.NewValue([]byte("0123456789abcdef0123456789abcdef")),
		"networks.wechat.private_key": secret.NewValue([]byte("-----BEGIN PRIVATE KEY-----\n")),
	}
}

func TestSealAndOpen(t *testing.T) {
	b := board(t, device())
	for _, in := range []secret.Bundle{{}, merchant()} {
		one, err := secret.Seal(b, in)
		if err != nil {
			t.Fatal(err)
		}
		two, err := secret.Seal(b, in)
		if err != nil || bytes.Equal(one, two) {
			t.Errorf("sealed twice the same: %v", err)
		}
		out, err := secret.Open(b, one)
		if err != nil || len(out) != len(in) {
			t.Fatalf("%v, %v", out, err)
		}
		for _, n := range in.Names() {
			if !bytes.Equal(out[n].Reveal(), in[n].Reveal()) {
				t.Errorf("%s is another", n)
			}
			if bytes.Contains(one, in[n].Reveal()) || bytes.Contains(one, []byte(n)) {
				t.Errorf("%s stands in clear", n)
			}
		}
	}
}

// Whatever one byte says else, cut off or added, nothing opens, and the error is one of the three.
func TestEveryByteCounts(t *testing.T) {
	b := board(t, device())
	file, err := secret.Seal(b, merchant())
	if err != nil {
		t.Fatal(err)
	}
	judge := func(what string, i int, file []byte) {
		out, err := secret.Open(b, file)
		if out != nil || !errors.Is(err, secret.ErrDamaged) && !errors.Is(err, secret.ErrForeign) && !errors.Is(err, secret.ErrNewer) {
			t.Errorf("%s %d: %v, %v", what, i, out, err)
		}
	}
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 0x40
		judge("changed", i, bad)
		judge("cut at", i, file[:i])
	}
	judge("added", len(file), append(bytes.Clone(file), 0))
	newer := bytes.Clone(file)
	newer[8] = 2
	if _, err := secret.Open(b, newer); !errors.Is(err, secret.ErrNewer) {
		t.Errorf("a newer version: %v", err)
	}
	other := device()
	other[0] = 0xFF
	if _, err := secret.Open(board(t, other), file); !errors.Is(err, secret.ErrForeign) {
		t.Errorf("another board: %v", err)
	}
	if _, err := secret.Open(secret.File("/nowhere"), file); !errors.Is(err, secret.ErrStore) {
		t.Errorf("no secret: %v", err)
	}
}

func TestSealRefuses(t *testing.T) {
	b := board(t, device())
	many := secret.Bundle{}
	for i := range secret.MaxSecrets + 1 {
		many[strings.Repeat("a", i+1)] = secret.NewValue([]byte("x"))
	}
	for name, in := range map[string]secret.Bundle{
		"no name":   {"": secret.NewValue([]byte("x"))},
		"capitals":  {"A": secret.NewValue([]byte("x"))},
		"long name": {strings.Repeat("a", 65): secret.NewValue([]byte("x"))},
		"empty":     {"a": {}},
		"too large": {"a": secret.NewValue(make([]byte, secret.MaxSecret+1))},
		"too many":  many,
	} {
		if _, err := secret.Seal(b, in); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
	full := secret.Bundle{}
	for i := range secret.MaxSecrets {
		full[strings.Repeat("a", i+33)] = secret.NewValue(make([]byte, secret.MaxSecret))
	}
	file, err := secret.Seal(b, full)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := secret.Open(b, file); err != nil || len(out) != secret.MaxSecrets {
		t.Errorf("the largest file: %d secrets, %v", len(out), err)
	}
}

// Saving replaces the whole file; where it can't, the old one stays and nothing lies beside it.
func TestSave(t *testing.T) {
	b := board(t, device())
	path := filepath.Join(t.TempDir(), "keys.sealed")
	if err := secret.Save(path, b, secret.Bundle{}); err != nil {
		t.Fatal(err)
	}
	if err := secret.Save(path, b, merchant()); err != nil {
		t.Fatal(err)
	}
	if out, err := secret.Load(path, b); err != nil || len(out) != 2 {
		t.Errorf("%v, %v", out, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	taken := filepath.Join(t.TempDir(), "keys.sealed")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := secret.Save(taken, b, merchant()); err == nil {
		t.Error("a folder was replaced")
	}
	if left, _ := filepath.Glob(taken + "?*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := secret.Load(taken, b); err == nil {
		t.Error("a folder was opened")
	}
	if err := os.WriteFile(path, []byte("not sealed at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Load(path, b); !errors.Is(err, secret.ErrDamaged) || !strings.Contains(err.Error(), path) {
		t.Errorf("Load = %v", err)
	}
}
