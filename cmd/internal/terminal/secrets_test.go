package terminal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smartpos/device"
	"smartpos/device/display"
	"smartpos/device/display/displaytest"
	"smartpos/device/secret"
	"smartpos/store"
	"smartpos/txn"
	"smartpos/txn/pay"
)

// sealedProfile is a profile with a new board's secret beside it, and nothing sealed yet.
func sealedProfile(t *testing.T) *device.Profile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "profile.toml")
	p, err := device.ParseProfile(path, []byte("version = 1\n[terminal]\nid = \"T1\"\n[merchant]\nname = \"店\"\n[sale]\ndefault_network = \"alipay\"\n"+
		"[networks.alipay]\napp_id = \"2021000000000001\"\npublic_key = \"p\"\n[secrets]\nstore = \"secret/device.secret\"\nsealed = \"keys.sealed\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Dir(p.Path(p.Secrets.Store)), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.NewFile(p.Path(p.Secrets.Store)); err != nil {
		t.Fatal(err)
	}
	return p
}

// opens opens a journal and closes it.
func opens(t *testing.T, p *device.Profile) error {
	t.Helper()
	j, err := OpenJournal(p, store.Config{Terminal: p.Terminal.ID})
	if err == nil {
		err = j.Close()
	}
	return err
}

// everything is what lies in a folder, byte for byte.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for _, f := range must(os.ReadDir(dir)) {
		fmt.Fprintf(&b, "%s %q\n", f.Name(), must(os.ReadFile(filepath.Join(dir, f.Name()))))
	}
	return b.String()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The journal opens on the board that made it; its data in another board opens nothing, and stays as it is.
func TestJournalBelongsToItsBoard(t *testing.T) {
	p := sealedProfile(t)
	if err := errors.Join(opens(t, p), opens(t, p)); err != nil {
		t.Fatal(err)
	}
	dir := p.Path(p.Data)
	if _, err := os.Stat(filepath.Join(dir, store.KeyName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key lies beside the journal: %v", err)
	}
	before := everything(t, dir)
	for name, change := range map[string]func(path string){
		"another board's secret": func(path string) { must(secret.NewFile(path)) },
		"no secret":              func(string) {},
	} {
		other := sealedProfile(t)
		path := other.Path(other.Secrets.Store)
		if err := errors.Join(os.Remove(path), os.Rename(dir, other.Path(other.Data))); err != nil {
			t.Fatal(err)
		}
		change(path)
		if err := opens(t, other); !errors.Is(err, txn.ErrJournalKey) {
			t.Errorf("%s: %v", name, err)
		}
		if after := everything(t, other.Path(other.Data)); after != before {
			t.Errorf("%s: the data was changed", name)
		}
		if err := os.Rename(other.Path(other.Data), dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := opens(t, p); err != nil {
		t.Errorf("back in its board: %v", err)
	}
}

// A journal from before the board had a secret opens when its key has been sealed, and says so until then.
func TestJournalFromBefore(t *testing.T) {
	p := sealedProfile(t)
	dir := p.Path(p.Data)
	j := must(store.Open(dir, store.Config{Terminal: "T1"}))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := opens(t, p); !errors.Is(err, txn.ErrJournalKey) || !strings.Contains(err.Error(), "pos seal") {
		t.Fatalf("before it was sealed: %v", err)
	}
	beside := filepath.Join(dir, store.KeyName)
	old := secret.Bundle{JournalKeyName: secret.NewValue(must(os.ReadFile(beside)))}
	if err := secret.Save(p.Path(p.Secrets.Sealed), SecretStore(p), old); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(opens(t, p), os.Remove(beside), opens(t, p)); err != nil {
		t.Fatal(err)
	}
	// Damaged so that nothing of it is read before the pages' tree is found broken, it is repaired under the same key.
	breakTree(t, filepath.Join(dir, store.FileName))
	if err := opens(t, p); !repairable(err) {
		t.Fatalf("damaged: %v", err)
	}
	if err := errors.Join(repairer(p, slog.New(slog.DiscardHandler))(t.Context(), "", nil), opens(t, p)); err != nil {
		t.Error(err)
	}
	// Sealed for nothing: a journal under the board's own secret needs no other.
	if err := errors.Join(os.RemoveAll(dir), opens(t, p), opens(t, p)); err != nil {
		t.Error(err)
	}
}

// breakTree zeroes what says which pages of a journal are free.
func breakTree(t *testing.T, path string) {
	t.Helper()
	const freelist = 0x10 // among the flags at offset 8 of a page
	b, size := must(os.ReadFile(path)), os.Getpagesize()
	for at := 0; at < len(b); at += size {
		if b[at+8] == freelist {
			clear(b[at : at+size])
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where money is real, the secret does not lie with the data.
func TestSecretOnTheMediumOfTheData(t *testing.T) {
	p := sealedProfile(t)
	p.Environment = device.Production
	if err := opens(t, p); !errors.Is(err, txn.ErrJournalKey) || !strings.Contains(err.Error(), "medium of the data") {
		t.Errorf("OpenJournal = %v", err)
	}
	if _, err := os.Stat(p.Path(p.Data)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a journal was begun")
	}
}

// What the sealed file lacks is named; a file that doesn't open takes its networks, and no other setting, along.
func TestNetworksWithoutTheirKeys(t *testing.T) {
	p := sealedProfile(t)
	out := func() error {
		return openNetworks(p, Config(p).Networks, slog.New(slog.DiscardHandler)).Out[txn.Alipay]
	}
	if err := out(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no sealed file: %v", err)
	}
	if err := secret.Save(p.Path(p.Secrets.Sealed), SecretStore(p), secret.Bundle{}); err != nil {
		t.Fatal(err)
	}
	if err := out(); keyOf(err) != txn.KeyPrivate || !strings.Contains(err.Error(), "networks.alipay.private_key is not in") {
		t.Errorf("an empty file: %v", err)
	}
	bad := secret.Bundle{"networks.alipay.private_key": secret.NewValue([]byte("0123456789abcdef"))}
	if err := secret.Save(p.Path(p.Secrets.Sealed), SecretStore(p), bad); err != nil {
		t.Fatal(err)
	}
	if err := out(); keyOf(err) != txn.KeyPrivate || strings.Contains(err.Error(), "0123") {
		t.Errorf("no key: %v", err)
	}
}

// certified is a network with a certificate.
type certified struct {
	pay.Network
	all []pay.Expiry
}

func (certified) ID() txn.NetworkID        { return txn.UnionPay }
func (c certified) Expiries() []pay.Expiry { return c.all }

func TestRunningOut(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	n := certified{all: []pay.Expiry{
		{Setting: "certificate", At: now.Add(-time.Hour)}, {Setting: "middle", At: now.Add(29 * 24 * time.Hour)}, {Setting: "root", At: now.Add(31 * 24 * time.Hour)},
	}}
	soon := runningOut([]pay.Network{n}, now)
	if len(soon) != 2 {
		t.Fatalf("%v", soon)
	}
	for i, want := range []string{
		"networks.unionpay.certificate has run out on 2026-11-28: get a new one from the network",
		"networks.unionpay.middle runs out on 2026-12-27: get a new one from the network",
	} {
		if got := soon[i].String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if code := refusedFor(n, "UP11", now); code != txn.CodeExpired {
		t.Errorf("an expired merchant is refused for %s", code)
	}
	if code := refusedFor(n, "UP11", now.Add(-2*time.Hour)); code != "UP11" {
		t.Errorf("before, for %s", code)
	}
	if code := refusedFor(nil, "UP11", now); code != "UP11" {
		t.Errorf("without a client, for %s", code)
	}
}

// Why nothing is sold stands on the smallest display whole, in both languages.
func TestHaltedForTheKeyFits(t *testing.T) {
	for _, language := range []txn.Language{txn.Chinese, txn.English} {
		m := txn.NewHalted(txn.Config{Language: language, Sandbox: true}, txn.ErrJournalKey, txn.Time{})
		for _, e := range m.Step(txn.Time{}, txn.Tick{}) {
			if d, ok := e.(txn.Draw); ok {
				c := display.NewCanvas(320, 240)
				Draw(c, d.Screen)
				if got := squeeze(displaytest.ReadText(c)); !strings.Contains(got, squeeze(d.Screen.Lines[0])) {
					t.Errorf("%q does not fit:\n%s", d.Screen.Lines[0], got)
				}
			}
		}
	}
}
