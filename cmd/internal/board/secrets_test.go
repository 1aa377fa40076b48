package board

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bootimage "smartpos/cmd/internal/image"
	"smartpos/device"
	"smartpos/device/secret"
	"smartpos/txn/pay/paynet"
)

// sealedBoard is a board's folder as Open leaves it, without a backend.
func sealedBoard(t *testing.T) (dir string, net *paynet.Paynet) {
	t.Helper()
	dir = t.TempDir()
	net, err := paynet.Open(filepath.Join(dir, SandboxDir), paynet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = net.Close() })
	if _, err := net.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if _, err := writeProfile(dir, defaultProfile, nil, boardSettings(net)); err != nil {
		t.Fatal(err)
	}
	if err := sealKeys(dir, "", net); err != nil {
		t.Fatal(err)
	}
	return dir, net
}

// A board keeps its secret for ever, and every key that its profile does without is sealed under it.
func TestSealKeys(t *testing.T) {
	dir, net := sealedBoard(t)
	path := filepath.Join(dir, secretFile)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := sealKeys(dir, "", net); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("another secret the second time: %v", err)
	}
	keys, err := secret.Load(filepath.Join(dir, sealedFile), secret.File(path))
	if err != nil {
		t.Fatal(err)
	}
	p, err := device.LoadProfile(filepath.Join(dir, profileFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.SecretFiles() {
		if f.File != "" || keys[f.Name].IsZero() {
			t.Errorf("%s: in clear in %q; sealed: %v", f.Name, f.File, !keys[f.Name].IsZero())
		}
	}
}

// The medium that a machine is set up with has the board's secret and the sealed keys, and none in clear.
func TestSettingsMediumHasNoKeysInClear(t *testing.T) {
	dir, _ := sealedBoard(t)
	b, err := bootimage.LoadBoard("virt-arm64")
	if err != nil {
		t.Fatal(err)
	}
	medium, out := filepath.Join(dir, settingsDisk), t.TempDir()
	err = settingsMedium(t.Context(), &Image{board: b, epoch: time.Unix(1_700_000_000, 0)}, dir, medium)
	if errors.Is(err, bootimage.ErrData) && strings.Contains(err.Error(), "install e2fsprogs") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := bootimage.Extract(t.Context(), medium, out); err != nil {
		t.Fatal(err)
	}
	p, err := device.LoadProfile(filepath.Join(out, profileFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Load(p.Path(p.Secrets.Sealed), secret.File(p.Path(p.Secrets.Store))); err != nil {
		t.Error(err)
	}
	for _, f := range []string{p.Networks.Wechat.PublicKey, p.Networks.Unionpay.Certificate} {
		if _, err := os.Stat(p.Path(f)); err != nil {
			t.Error(err)
		}
	}
	raw, err := os.ReadFile(medium)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("PRIVATE KEY")) || !bytes.Contains(raw, []byte("PUBLIC KEY")) {
		t.Error("a private key lies there in clear, or no key at all")
	}
}
