package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"go.etcd.io/bbolt"

	"smartpos/store"
	"smartpos/store/pin"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// desk is a technician's: a terminal's folder and what `pos journal` says of it.
type desk struct {
	t    *testing.T
	dir  string
	safe *age.X25519Identity
	in   string // what is typed at the commands
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir()}
	var err error
	if d.safe, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	d.write("recovery.key", "# of the shop's safe\n"+d.safe.String()+"\n")
	d.write("profile.toml", minimal+noKeys+"[backup]\nrecovery_key = \""+d.safe.Recipient().String()+"\"\n")
	return d
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name, text string) {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// sell makes two paid orders and an open one in the journal of folder data.
func (d *desk) sell(data string) (orders []txn.Order) {
	d.t.Helper()
	j, err := store.Open(d.path(data), store.Config{Terminal: "T1"})
	if err != nil {
		d.t.Fatal(err)
	}
	defer j.Close()
	must := func(rec txn.Record) txn.Order {
		o, err := j.Commit(rec)
		if err != nil {
			d.t.Fatal(err)
		}
		return o
	}
	boss := storetest.Enrolled("9001")
	boss.PIN = pin.Hash(txn.NewPIN("482913"))
	must(boss)
	for _, in := range []*txn.Intent{storetest.Cash(500, 500, ""), storetest.Scan(350, j.Digest(txn.NewPaymentCode("130000000000000001"))), storetest.Intent(700, "")} {
		o := must(in)
		if o.Method == txn.Scan {
			o = must(storetest.Outcome(o, txn.Paid))
		}
		orders = append(orders, o)
	}
	return orders
}

// pos runs `pos journal` with the desk's profile and returns what it printed; it must end with code.
func (d *desk) pos(code int, args string) (stdout, stderr string) {
	d.t.Helper()
	var out, err bytes.Buffer
	args = strings.ReplaceAll(args, "~", d.dir)
	if got := run(append([]string{"journal"}, strings.Fields(args+" -profile "+d.path("profile.toml"))...), strings.NewReader(d.in), &out, &err); got != code {
		d.t.Errorf("pos journal %s: exit %d, want %d: %s%s", args, got, code, out.String(), err.String())
	}
	return out.String(), err.String()
}

// says runs a command that must end with code and say all of that, on either output.
func (d *desk) says(code int, args string, want ...string) {
	d.t.Helper()
	out, err := d.pos(code, args)
	for _, w := range want {
		if !strings.Contains(out+err, w) {
			d.t.Errorf("pos journal %s does not say %q: %s%s", args, w, out, err)
		}
	}
}

func lines(s string) int { return strings.Count(s, "\n") }

func TestJournalReads(t *testing.T) {
	d := newDesk(t)
	d.says(exitNone, "list", "no such file")
	orders := d.sell("data")
	before := d.folder("data")
	for args, want := range map[string]int{
		"list": 3, "list -state paid": 2, "list -state open": 1, "list -state pending": 3, "list -n 2": 2, "list -n 9": 3,
		"list -day 2026-03-01": 3, "list -day 2026-03-02": 0, "list -json -n 1 -state paid": 1, "export": 5,
	} {
		out, _ := d.pos(exitOK, args)
		if got := lines(out); got != want {
			t.Errorf("pos journal %s: %d lines, want %d:\n%s", args, got, want, out)
		}
		if strings.Contains(args, "json") || args == "export" {
			for line := range strings.Lines(out) {
				if !json.Valid([]byte(line)) {
					t.Errorf("pos journal %s: %s", args, line)
				}
			}
		}
		for _, secret := range []string{"argon2id", string(orders[1].Code)} {
			if strings.Contains(out, secret) {
				t.Errorf("pos journal %s gives a secret away: %s", args, out)
			}
		}
	}
	no := string(orders[1].No)
	d.says(exitOK, "list -n 2", no, "¥3.50", "paid", "wechat scan", "not printed", "2026-03-01 17:30:00")
	d.says(exitOK, "show "+no, no, "3 intent "+no, "4 outcome "+no+": paid", `"transaction_id"`)
	d.says(exitOK, "show -json "+no, `"records":[`)
	d.says(exitNone, "show T1TEST000100000001", "no such order")
	d.says(exitOK, "verify", "everything holds: 5 records, 3 orders", "head: 5-")
	d.says(exitOK, "verify -json", `"holds":true`, `"short":"5-`)
	d.says(exitUsage, "list -day yesterday", "it takes -day", "yesterday")
	d.says(exitUsage, "list -n -1")
	d.says(exitUsage, "list -state unpaid", "it takes -state open", "unpaid") // nothing listed would say that there is none
	d.says(exitUsage, "show", "one argument, not 0")
	d.says(exitUsage, "prune", "pos journal restore")
	d.says(exitOK, "-h", "pos journal restore")
	d.says(exitOK, "list -data ~/data", no)
	if after := d.folder("data"); after != before {
		t.Error("reading has changed something")
	}
	j, err := store.Open(d.path("data"), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	d.says(exitBusy, "verify", "in use", "stop that first")
}

func TestJournalVerifyDamage(t *testing.T) {
	d := newDesk(t)
	d.sell("data")
	path := d.path("data/" + store.FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	paid := []byte(storetest.Outcome(txn.Order{}, txn.Paid).TransactionID) // in a record and in the order
	b = bytes.ReplaceAll(b, paid, bytes.Repeat([]byte("9"), len(paid)))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(exitDamaged, "verify", "intact from the first on: 3 records", "4 records anywhere", "head: 3-", "damaged")
	d.says(exitDamaged, "verify -json", `"holds":false`, `"error":"`, `"records":3`)
	d.says(exitDamaged, "export", `"sequence":3`, "record 4")
	d.says(exitDamaged, "backup -o ~", "damaged", "backup -salvage")
	out, _ := d.pos(exitOK, "export -found")
	if lines(out) != 4 {
		t.Errorf("of 5 records, one of them damaged, are found:\n%s", out)
	}
	d.says(exitOK, "backup -salvage -o ~/saved.age", "3 records, 2 orders")
	d.says(exitRefused, "restore ~/saved.age -identity ~/recovery.key", "older", "record 5")
	d.says(exitRefused, "restore ~/saved.age -identity ~/recovery.key -older", "a supervisor's PIN", "no PIN")
	d.in = "111111\n222222\n333333\n482913\n"
	d.says(exitRefused, "restore ~/saved.age -identity ~/recovery.key -older", "that is not one", "3 wrong PINs")
	d.in = "111111\n482913\n"
	d.says(exitOK, "restore ~/saved.age -identity ~/recovery.key -older", "is kept as")
	d.says(exitOK, "export", `"by":"9001"`, `"forced":["older"]`)
	d.says(exitOK, "verify", "everything holds: 4 records, 2 orders")
}

// What the terminal does with its damaged journal at a start, a technician can do at a desk.
func TestJournalRepair(t *testing.T) {
	d := newDesk(t)
	d.sell("data")
	d.says(exitRefused, "repair", "not damaged", "nothing was changed")
	db, err := bbolt.Open(d.path("data/"+store.FileName), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("pending")) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	d.says(exitDamaged, "verify")
	d.says(exitOK, "repair", "repaired: 5 records, 3 orders", "is kept as")
	d.says(exitOK, "verify", "everything holds: 6 records, 3 orders")

	path := d.path("data/" + store.FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	paid := []byte(storetest.Outcome(txn.Order{}, txn.Paid).TransactionID)
	if err := os.WriteFile(path, bytes.ReplaceAll(b, paid, bytes.Repeat([]byte("9"), len(paid))), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(exitDamaged, "repair", "the first 3 of 6 records hold", "repair -lossy")
	d.says(exitRefused, "repair -lossy", "a supervisor's PIN", "no PIN")
	d.in = "482913\n"
	d.says(exitOK, "repair -lossy", "repaired: 3 records, 2 orders")
	d.says(exitOK, "export", `"by":"9001"`, `"forced":["lost"]`, `"repaired":true`)
}

// A terminal dies; its backup goes to its successor.
func TestJournalBackupAndRestore(t *testing.T) {
	d := newDesk(t)
	orders := d.sell("data")
	d.says(exitNone, "backup -o ~/none/b.age", "no such file")
	d.says(exitOK, "backup -o ~", d.path("smartpos-T1-"), "SHA-256", "terminal T1", "5 records, 3 orders", "head: 5-")
	d.says(exitOK, "backup -o ~/b.age -to "+d.safe.Recipient().String())
	d.says(exitOK, "backup -check ~/b.age -identity ~/recovery.key", "whole", "5 records")
	d.says(exitDamaged, "backup -check ~/profile.toml -identity ~/recovery.key", "not a whole backup")
	d.says(exitFail, "backup -check ~/b.age -identity ~/profile.toml", "no identity file")
	d.says(exitUsage, "backup")
	d.says(exitUsage, "backup -check ~/b.age")
	d.says(exitFail, "backup -o ~ -to age1", "recovery key")

	d.says(exitRefused, "restore ~/b.age -identity ~/recovery.key", "5 records here, 5 in the backup", "nothing was changed")
	d.says(exitUsage, "restore ~/b.age", "-identity KEYFILE")
	d.says(exitUsage, "restore ~/b.age -identity ~/recovery.key -head latest")
	d.says(exitRefused, "restore ~/b.age -data ~/new -identity ~/recovery.key -head 7-0000-1111-2222-3333", "older", "record 7 is known")
	out, _ := d.pos(exitOK, "verify")
	_, head, _ := strings.Cut(out, "head: ")
	head, _, _ = strings.Cut(head, "\n")
	d.says(exitOK, "restore ~/b.age -data ~/new -identity ~/recovery.key -head "+head, "restored", "new orders are of incarnation", "compare with the networks' bills")
	d.says(exitOK, "verify -data ~/new", "everything holds: 6 records, 3 orders")
	d.says(exitOK, "show -data ~/new "+string(orders[1].No), "paid")
	next := d.sell("new")[0]
	if next.No[2:10] == orders[0].No[2:10] || next.No[10:] != "00000004" {
		t.Errorf("%s comes after %s", next.No, orders[2].No)
	}
	d.write("profile.toml", strings.Replace(minimal, `"T1"`, `"T2"`, 1)+noKeys)
	d.says(exitRefused, "restore ~/b.age -data ~/other -identity ~/recovery.key", "another terminal", "-foreign")
	d.in = "482913\n"
	d.says(exitOK, "restore ~/b.age -data ~/other -identity ~/recovery.key -foreign", "restored")
	d.says(exitFail, "backup -o ~", "no recovery key")
}

// folder returns all that lies in a folder, with its times.
func (d *desk) folder(name string) string {
	d.t.Helper()
	entries, err := os.ReadDir(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			d.t.Fatal(err)
		}
		text, err := os.ReadFile(d.path(name + "/" + e.Name()))
		if err != nil {
			d.t.Fatal(err)
		}
		all.WriteString(e.Name() + info.ModTime().String() + string(text))
	}
	return all.String()
}
