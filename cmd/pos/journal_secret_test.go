package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"smartpos/cmd/internal/terminal"
	"smartpos/device"
	"smartpos/device/secret"
	"smartpos/store"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// board gives the desk's terminal a secret and returns its profile.
func (d *desk) board(name string) *device.Profile {
	d.t.Helper()
	d.write("profile.toml", minimal+noKeys+"[backup]\nrecovery_key = \""+d.safe.Recipient().String()+"\"\n"+
		"[secrets]\nstore = \""+name+".secret\"\n")
	if _, err := os.Stat(d.path(name + ".secret")); err != nil {
		if _, err := secret.NewFile(d.path(name + ".secret")); err != nil {
			d.t.Fatal(err)
		}
	}
	p, err := device.LoadProfile(d.path("profile.toml"))
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// The journal's key comes from the board's secret: the commands find it there, and a backup opens under another board's.
func TestJournalOfABoardWithASecret(t *testing.T) {
	d := newDesk(t)
	first := d.board("first")
	sell := func(p *device.Profile) {
		t.Helper()
		j, err := terminal.OpenJournal(p, store.Config{Terminal: p.Terminal.ID})
		if err != nil {
			t.Fatal(err)
		}
		_, err = j.Commit(storetest.Cash(500, 500, ""))
		if err := errors.Join(err, j.Close()); err != nil {
			t.Fatal(err)
		}
	}
	sell(first)
	d.says(exitOK, "verify", "1 records, 1 orders")
	d.says(exitOK, "backup -o ~/b.age", "1 orders")

	second := d.board("second")
	d.says(exitDamaged, "verify", "its key is not this terminal's", "another device's key")
	if err := os.Rename(d.path("data"), d.path("gone")); err != nil {
		t.Fatal(err)
	}
	d.says(exitOK, "restore ~/b.age -identity ~/recovery.key", "restored")
	sell(second)
	d.says(exitOK, "verify", "3 records, 2 orders")
	if _, err := os.Stat(d.path("data/" + store.KeyName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key lies beside the restored journal: %v", err)
	}
	if j, err := terminal.OpenJournal(d.board("first"), store.Config{}); !errors.Is(err, txn.ErrJournalKey) {
		t.Errorf("under the first board's secret: %v, %v", j, err)
	}
	out, stderr := d.pos(exitDamaged, "list")
	if out != "" || !strings.Contains(stderr, "another device's key") {
		t.Errorf("%s%s", out, stderr)
	}
}
