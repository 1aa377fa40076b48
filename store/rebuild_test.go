package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"smartpos/store/internal/rules"
	"smartpos/store/storetest"
	"smartpos/txn"
)

// safe is the shop's pair of recovery keys.
var safe = sync.OnceValue(func() *age.X25519Identity {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return id
})

// backup returns a backup of the journal that lies in dir.
func backup(t testing.TB, dir string) []byte {
	t.Helper()
	j, err := Open(dir, Config{Terminal: "T0000001", ReadOnly: true, Now: func() time.Time { return storetest.Day }})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	_, err = j.Backup(t.Context(), &b, safe().Recipient())
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restore(dir string, b []byte, opt RestoreOptions) (Restoration, error) {
	opt.Identities = []age.Identity{safe()}
	cfg := Config{Terminal: "T0000001", Now: func() time.Time { return storetest.Day }}
	return Restore(dir, cfg, bytes.NewReader(b), opt)
}

// mustRestore restores a backup into dir and opens the journal.
func mustRestore(t testing.TB, dir string, b []byte) (*Journal, Restoration) {
	t.Helper()
	r, err := restore(dir, b, RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, dir), r
}

// The successor of a dead terminal knows all that the dead one knew, and gives no number that it gave.
func TestRestore(t *testing.T) {
	old := worn(t)
	j := open(t, old)
	commit(t, j, storetest.Enrolled("9001"))
	commit(t, j, storetest.PINTried("9001", false))
	want, wantStart := must(j.Recent(1000)), must(j.Start())
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	b := backup(t, old)
	dir := t.TempDir()
	open(t, dir).Close() // the firmware has started once before anybody came to restore

	j, done := mustRestore(t, dir, b)
	if done.Records != wornRecords+2 || done.Orders != wornOrders || done.Kept == "" || done.From != incarnation(t, old) {
		t.Errorf("%+v", done)
	}
	if got := must(j.Recent(1000)); storetest.Text(got) != storetest.Text(want) {
		t.Errorf("orders: %s\nwere %s", storetest.Text(got), storetest.Text(want))
	}
	start := must(j.Start())
	if r := start.Restored; r == nil || r.Repaired || r.Incarnation != done.Now {
		t.Errorf("the latest record: %+v", r)
	}
	start.Restored = nil
	if wantStart.Till.Incarnation = done.Now; storetest.Text(start) != storetest.Text(wantStart) {
		t.Errorf("start: %s\nwas %s", storetest.Text(start), storetest.Text(wantStart))
	}
	code := txn.NewPaymentCode("130000000000000001")
	if !slices.Contains(start.Codes, j.Digest(code)) {
		t.Error("a code that the dead terminal used up is not known again")
	}
	next := commit(t, j, storetest.Intent(1, ""))
	if want := must(rules.Number("T0000001", done.Now, wornOrders+1)); next.No != want || done.Now == done.From {
		t.Errorf("the next order is %s, want %s", next.No, want)
	}
	for _, o := range start.Pending { // and what was open is found out as ever
		commit(t, j, storetest.Outcome(o, txn.Failed))
	}
	for _, o := range append(want, next) {
		if got, err := j.Order(o.No); err != nil || got.No != o.No {
			t.Errorf("%s: %v, %v", o.No, got.No, err)
		}
	}
	other := txn.OrderNo(strings.Replace(string(want[0].No), done.From, done.Now, 1))
	if _, err := j.Order(other); !errors.Is(err, txn.ErrNoOrder) {
		t.Errorf("an old order under the new incarnation: %v, want ErrNoOrder", err)
	}
	if _, err := j.Commit(&txn.Restored{Incarnation: "0123WXYZ", From: done.Now}); !errors.Is(err, ErrRecord) {
		t.Errorf("an incarnation that nobody restored: %v, want ErrRecord", err)
	}
}

// The chain goes on where it was: what slips have shown of it still stands, and the next backup opens on a third device.
func TestRestoredChain(t *testing.T) {
	old := worn(t)
	before := load(t, old).value(bucketRecords, u64(wornRecords))
	b := backup(t, old)
	for range 3 {
		dir := t.TempDir()
		j, _ := mustRestore(t, dir, b)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if got := load(t, dir).value(bucketRecords, u64(wornRecords)); !bytes.Equal(got, before) {
			t.Fatal("a record is not what it was")
		}
		b = backup(t, dir)
	}
	if m, err := CheckBackup(bytes.NewReader(b), safe()); err != nil || m.Records != wornRecords+3 {
		t.Errorf("the third's backup: %+v, %v", m, err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	old := worn(t)
	early := backup(t, old)
	j := open(t, old)
	commit(t, j, storetest.Enrolled("9001"))
	info := must(j.Info())
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	late := backup(t, old)

	newer := func(t *testing.T, dir string) { copyJournal(t, old, dir) }
	damaged := func(t *testing.T, dir string) {
		newer(t, dir)
		f := load(t, dir)
		f.flip(bucketRecords, u64(50), 80)
		write(t, filepath.Join(dir, FileName), f.b)
	}
	uncounted := func(t *testing.T, dir string) {
		newer(t, dir)
		f := load(t, dir)
		f.flip(bucketMeta, []byte(keyState), 3)
		f.flip(bucketRecords, u64(info.Records), 80)
		write(t, filepath.Join(dir, FileName), f.b)
	}
	unreadable := func(t *testing.T, dir string) { write(t, filepath.Join(dir, FileName), []byte("what was it")) }
	other := func(t *testing.T, dir string) {
		j := open(t, dir)
		sell(t, j, 1)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(*testing.T, string) {}
	witness := func(n uint64, head string) RestoreOptions { return RestoreOptions{Witness: &Witness{n, head}} }
	refuse := func(txn.Till) (string, error) { return "", errors.New("that is not one") }
	allow := func(till txn.Till) (string, error) {
		if _, ok := till.Operator("9001"); !ok {
			t.Errorf("who could allow it is not known: %+v", till)
		}
		return "9001", nil
	}
	for _, test := range []struct {
		name   string
		here   func(t *testing.T, dir string)
		backup []byte
		opt    RestoreOptions
		want   error
	}{
		{"over a journal that holds more", newer, early, RestoreOptions{}, ErrHoldsMore},
		{"over a journal that holds more, although told to", newer, early, RestoreOptions{Older: true, Foreign: true}, ErrHoldsMore},
		{"over a journal that holds the same", newer, late, RestoreOptions{}, ErrHoldsMore},
		{"over another journal with sales", other, late, RestoreOptions{Older: true}, ErrHoldsMore},
		{"over damage with a later record", damaged, early, RestoreOptions{}, ErrOlder},
		{"over damage with a later record, told to", damaged, early, RestoreOptions{Older: true}, nil},
		{"over damage that it covers", damaged, late, RestoreOptions{}, nil},
		{"over damage that hides a later record", uncounted, early, RestoreOptions{}, ErrOlder},
		{"over damage that hides a later record, told to", uncounted, early, RestoreOptions{Older: true}, nil},
		{"over what nobody can read", unreadable, late, RestoreOptions{}, ErrOlder},
		{"over what nobody can read, told to by nobody", unreadable, late, RestoreOptions{Older: true}, ErrNotAllowed},
		{"over what nobody can read, told to without a PIN", unreadable, late, RestoreOptions{Older: true, Allow: refuse}, ErrNotAllowed},
		{"over what nobody can read, told to", unreadable, late, RestoreOptions{Older: true, Allow: allow}, nil},
		{"an older one than a slip shows", nothing, early, witness(info.Records, Head(info.Head).Short()), ErrOlder},
		{"the one that a slip shows", nothing, late, witness(info.Records, Head(info.Head).Short()), nil},
		{"one of another chain than a slip shows", nothing, late, witness(5, Head(info.Head).Short()), ErrOlder},
		{"half a backup", nothing, late[:len(late)/2], RestoreOptions{}, ErrBackup},
		{"no backup", nothing, []byte("no backup"), RestoreOptions{}, ErrBackup},
		{"one of another terminal", nothing, foreign(t), RestoreOptions{}, ErrForeign},
		{"one of another terminal, told to", nothing, foreign(t), RestoreOptions{Foreign: true}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.here(t, dir)
			before := folder(t, dir)
			done, err := restore(dir, test.backup, test.opt)
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
				t.Fatalf("%v, want %v", err, test.want)
			}
			if err != nil {
				if after := folder(t, dir); !sameFolder(before, after) {
					t.Errorf("a refused restore left %v", after)
				}
				return
			}
			if want := before[FileName]; want != "" && string(read(t, done.Kept)) != want {
				t.Error("what was there is not kept")
			}
			sell(t, open(t, dir), 1)
		})
	}
}

// While a terminal runs, nothing is restored under it.
func TestRestoreBusy(t *testing.T) {
	dir := worn(t)
	b := backup(t, dir)
	j := open(t, dir)
	_, err := Restore(dir, Config{Terminal: "T0000001", LockTimeout: 1}, bytes.NewReader(b), RestoreOptions{Identities: []age.Identity{safe()}})
	if !errors.Is(err, txn.ErrJournalBusy) {
		t.Errorf("%v, want ErrJournalBusy", err)
	}
	sell(t, j, 1)
}

// A cut between any two steps leaves the journal that was there, or the new one; the restore can be begun again.
func TestCutDuringRestore(t *testing.T) {
	old := worn(t)
	b := backup(t, old)
	steps := len((&restorer{}).steps())
	for n := range steps + 1 {
		dir := t.TempDir()
		j := open(t, dir)
		first := must(j.Info()).Incarnation
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := newRestorer(dir, Config{Terminal: "T0000001"}, RestoreOptions{Identities: []age.Identity{safe()}})
		if err == nil {
			err = r.open(bytes.NewReader(b))
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range r.steps()[:n] {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		if r.j != nil { // the process is gone, and its locks with it
			_ = r.j.Close()
		}
		_ = r.was.release()
		if n > 1 && n < steps { // what was not synced may have come out as zeros
			tear(t, r.temp())
		}

		j = open(t, dir)
		info := must(j.Info())
		wantOrders, restored := uint64(0), n == steps
		if restored {
			wantOrders = wornOrders
		}
		if info.Orders != wantOrders || (info.Incarnation == first) == restored {
			t.Errorf("after %d steps: %+v", n, info)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		want := error(nil)
		if restored {
			want = ErrHoldsMore
		}
		if _, err := restore(dir, b, RestoreOptions{}); !errors.Is(err, want) {
			t.Errorf("again after %d steps: %v, want %v", n, err, want)
		}
		if got := must(open(t, dir).Info()); got.Orders != wornOrders || got.Records != wornRecords+1 {
			t.Errorf("after %d steps and again: %+v", n, got)
		}
	}
}

// A restored journal is a journal like any other.
func TestRestoredJournal(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).Close()
	b := backup(t, dir)
	storetest.Run(t, func(t *testing.T) txn.Journal {
		j, _ := mustRestore(t, t.TempDir(), b)
		return j
	})
}

// A restored journal whose device key is gone, or another's, says so; its key alone opens it not.
func TestRestoredKey(t *testing.T) {
	old := worn(t)
	b := backup(t, old)
	dir := t.TempDir()
	j, _ := mustRestore(t, dir, b)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][]byte{"the journal's own": read(t, filepath.Join(old, KeyName)), "another": make([]byte, keySize)} {
		if _, err := Open(dir, Config{Key: key}); !errors.Is(err, ErrKey) {
			t.Errorf("%s key: %v, want ErrKey", name, err)
		}
	}
	f := load(t, dir)
	f.flip(bucketMeta, []byte(keyWrapped), 30)
	write(t, filepath.Join(dir, FileName), f.b)
	if _, err := Open(dir, Config{}); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("a bit in the wrapped key: %v, want ErrJournalDamaged", err)
	}
	f.flip(bucketMeta, []byte(keyWrapped), 30)
	write(t, filepath.Join(dir, FileName), f.b)
}

// foreign returns a backup of another terminal.
func foreign(t *testing.T) []byte {
	t.Helper()
	j := openWith(t, t.TempDir(), Config{Terminal: "T0000002"})
	sell(t, j, 1)
	var b bytes.Buffer
	if _, err := j.Backup(t.Context(), &b, safe().Recipient()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func copyJournal(t *testing.T, from, to string) {
	t.Helper()
	for _, name := range []string{FileName, KeyName} {
		write(t, filepath.Join(to, name), read(t, filepath.Join(from, name)))
	}
}

// tear zeroes the second half of a file.
func tear(t *testing.T, path string) {
	t.Helper()
	b := read(t, path)
	clear(b[len(b)/2:])
	write(t, path, b)
}

// folder returns what lies in dir.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		out[e.Name()] = string(read(t, filepath.Join(dir, e.Name())))
	}
	return out
}

// sameFolder compares what lies in a folder; a device key may have been made.
func sameFolder(a, b map[string]string) bool {
	for _, m := range []map[string]string{a, b} {
		for name := range m {
			if name != KeyName && a[name] != b[name] {
				return false
			}
		}
	}
	return true
}
