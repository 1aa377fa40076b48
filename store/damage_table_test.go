package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"smartpos/txn"
)

// tableLine begins the table of damage in docs/journal.md.
const tableLine = "| damage | found at | saved | the terminal itself |\n|---|---|---|---|\n"

// What is found of each damage and what is saved of it stands in docs/journal.md. What is saved is proved by a restore
// in the place of the damaged journal.
func TestDamageTable(t *testing.T) {
	if testing.Short() {
		t.Skip("repairs and restores dozens of journals, one after the other")
	}
	var table strings.Builder
	table.WriteString(tableLine)
	row := func(name string, of base, damage func(dir string)) {
		dir := of.of(t)
		damage(dir)
		twin := t.TempDir()
		if err := os.CopyFS(twin, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(twin, KeyName), fileMode); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", name, noticed(t, dir), saved(t, dir), repaired(t, twin))
	}
	for _, d := range damages {
		row(d.name, d.base, func(dir string) {
			f := load(t, dir)
			d.damage(f)
			write(t, filepath.Join(dir, FileName), f.b)
		})
	}
	for _, f := range forgeries {
		row(f.name, f.base, func(dir string) { edit(t, dir, f.forge) })
	}
	doc, err := os.ReadFile("../docs/journal.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(doc, []byte(table.String())) {
		t.Errorf("docs/journal.md should have this table:\n%s", table.String())
	}
}

// noticed says who finds the damage first: what a terminal does at its start, or a check of everything.
func noticed(t *testing.T, dir string) string {
	t.Helper()
	j, err := Open(dir, Config{Terminal: "T0000001", ReadOnly: true})
	if err != nil {
		return "opening"
	}
	defer func() { _ = j.Close() }()
	if _, err := j.Start(); err != nil {
		return "start"
	}
	if _, err := j.Verify(); err != nil {
		return "verify"
	}
	t.Error("nobody finds it")
	return "never"
}

// saved says what a backup of what holds brings back.
func saved(t *testing.T, dir string) string {
	t.Helper()
	b, err := Salvage(t.Context(), dir, Config{Terminal: "T0000001"}, t.TempDir(), safe().Recipient())
	if err != nil {
		if !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("%v, want ErrJournalDamaged", err)
		}
		return "nothing here: the latest backup"
	}
	whole := read(t, filepath.Join(dir, FileName))
	opt := RestoreOptions{Older: true, Identities: []age.Identity{safe()}}
	done, err := Restore(dir, Config{Terminal: "T0000001"}, bytes.NewReader(read(t, b.Path)), opt)
	if err != nil {
		t.Errorf("restore: %v", err)
		return ""
	}
	if !bytes.Equal(read(t, done.Kept), whole) {
		t.Error("the damaged journal is not kept as it was")
	}
	j := open(t, dir)
	if info := must(j.Info()); info.Records != b.Records+1 || info.Orders != b.Orders {
		t.Errorf("%+v, want %+v", info, b)
	}
	sell(t, j, 1)
	if b.Records == wornRecords && b.Orders == wornOrders {
		return "everything"
	}
	return fmt.Sprintf("%d of %d records, %d of %d orders", b.Records, wornRecords, b.Orders, wornOrders)
}

// What lies behind the damage is no part of the new journal, but it can still be read where it is kept.
func TestFound(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	f.flip(bucketRecords, u64(50), 80)
	write(t, filepath.Join(dir, FileName), f.b)
	var found []uint64
	err := Found(dir, Config{}, func(e Entry) error { found = append(found, e.Sequence); return nil })
	if err != nil || len(found) != wornRecords-1 || found[48] != 49 || found[49] != 51 {
		t.Errorf("%d records, %v: %d", len(found), err, found)
	}
}

// A branch can be made to share its children a billion times over: what reads a damaged file must come to an end.
func TestInspectEnds(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	root := f.bucketRoot(bucketRecords)
	page, _ := f.read(root)
	for i := range page.count {
		order.PutUint64(f.page(root)[pageHeader+i*pageElement+8:], root)
	}
	write(t, filepath.Join(dir, FileName), f.b)
	if in, err := Inspect(dir, Config{}); !errors.Is(err, txn.ErrJournalDamaged) || in.Found != 0 {
		t.Errorf("%+v, %v", in, err)
	}
}
