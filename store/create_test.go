package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// A cut during the first start can leave any of these behind. None of them is a journal, none may be taken for
// one, and the next start must make one.
func TestCutDuringCreation(t *testing.T) {
	whole := t.TempDir()
	open(t, whole)
	journal := read(t, filepath.Join(whole, FileName))
	key := read(t, filepath.Join(whole, KeyName))
	for name, files := range map[string]map[string][]byte{
		"nothing but the folder":        {},
		"an empty new key":              {KeyName + tempSuffix: {}},
		"half a new key":                {KeyName + tempSuffix: key[:7]},
		"the key":                       {KeyName: key},
		"the key and an empty file":     {KeyName: key, FileName + tempSuffix: {}},
		"the key and half a journal":    {KeyName: key, FileName + tempSuffix: journal[:5000]},
		"the key and an unnamed whole":  {KeyName: key, FileName + tempSuffix: journal},
		"a whole and an old beginning":  {KeyName: key, FileName: journal, FileName + tempSuffix: journal[:100]},
		"zeros where a journal will be": {KeyName: key, FileName + tempSuffix: make([]byte, 16384)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, content := range files {
				write(t, filepath.Join(dir, file), content)
			}
			j := open(t, dir)
			sell(t, j, 1)
			if left, _ := filepath.Glob(filepath.Join(dir, "*"+tempSuffix)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			kept := files[FileName] != nil
			if info, err := j.Info(); err != nil || (info.Incarnation == incarnation(t, whole)) != kept {
				t.Errorf("incarnation %s, %v; journal kept: %t", info.Incarnation, err, kept)
			}
		})
	}
}

// A file system may lose the content of a file that was never ours to lose; bbolt would take the empty file for
// a new one, and the numbers would be a new incarnation's, with nobody told that sales are gone.
func TestEmptyFileIsNoJournal(t *testing.T) {
	for _, size := range []int{0, 1, 4095, 8192, 16384} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, KeyName), make([]byte, keySize))
		write(t, filepath.Join(dir, FileName), make([]byte, size))
		if _, err := Open(dir, Config{}); !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("%d zeros: %v, want ErrJournalDamaged", size, err)
		}
	}
}

func TestIncarnationIsNew(t *testing.T) {
	seen := map[string]bool{}
	for range 5 {
		dir := t.TempDir()
		o := commit(t, open(t, dir), storetest.Intent(1, ""))
		i := incarnation(t, dir)
		if seen[i] {
			t.Fatalf("incarnation %s a second time", i)
		}
		seen[i] = true
		if want := "T0000001" + i + "00000001"; string(o.No) != want {
			t.Errorf("number %s, want %s", o.No, want)
		}
	}
}

func TestTerminalChanges(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{Terminal: "T0000001"}
	j := openWith(t, dir, cfg)
	a := commit(t, j, storetest.Intent(1, ""))
	commit(t, j, storetest.Move(a, txn.Closing))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Terminal = "9"
	j = openWith(t, dir, cfg)
	b := commit(t, j, storetest.Intent(1, a.No))
	if !strings.HasPrefix(string(b.No), "9"+incarnation(t, dir)) || !strings.HasSuffix(string(b.No), "00000002") {
		t.Errorf("number %s", b.No)
	}
	if got, err := j.Order(a.No); err != nil || got.No != a.No {
		t.Errorf("the earlier order: %v, %v", got, err)
	}
	if _, err := j.Order("9" + a.No[8:]); !errors.Is(err, txn.ErrNoOrder) {
		t.Errorf("an order of the right sequence and another id: %v, want ErrNoOrder", err)
	}
}

func TestTerminalThatDoesNotFit(t *testing.T) {
	for _, id := range []string{"t1", "T-1", "T00000001", "T_1", "收银1", " ", "T1\x00"} {
		if _, err := Open(t.TempDir(), Config{Terminal: id}); !errors.Is(err, ErrTerminal) {
			t.Errorf("%q: %v, want ErrTerminal", id, err)
		}
	}
	j := openWith(t, t.TempDir(), Config{})
	if _, err := j.Commit(storetest.Intent(1, "")); !errors.Is(err, ErrTerminal) {
		t.Errorf("an intent without a terminal: %v, want ErrTerminal", err)
	}
}

func TestBusy(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	sell(t, j, 1)
	for _, cfg := range []Config{{LockTimeout: 1}, {LockTimeout: 1, ReadOnly: true}} {
		if _, err := Open(dir, cfg); !errors.Is(err, txn.ErrJournalBusy) {
			t.Errorf("second open, %+v: %v, want ErrJournalBusy", cfg, err)
		}
	}
	sell(t, j, 1)
}

// A terminal that starts while a restore ends never goes on with the journal that was set aside: between its look at the
// file and bbolt's lock on it nobody gets into the folder.
func TestOpenBesideARestore(t *testing.T) {
	dir := worn(t)
	path := filepath.Join(dir, FileName)
	f, err := os.Open(path) // as a restore keeps terminals away
	if err != nil {
		t.Fatal(err)
	}
	if err := lock(f, unix.LOCK_SH, 0); err != nil {
		t.Fatal(err)
	}
	result := make(chan error)
	go func() {
		j, err := Open(dir, Config{LockTimeout: time.Minute})
		if err == nil {
			err = j.Close()
		}
		result <- err
	}()
	for !writable(t, path) { // until bbolt has the file, and waits
		select {
		case err := <-result:
			t.Fatalf("it does not wait: %v", err)
		default:
			runtime.Gosched()
		}
	}
	if unlock, err := lockDir(dir, 0); err == nil {
		t.Error("another may change the file that bbolt is about to lock")
		unlock()
	}
	if err := errors.Join(f.Close(), <-result); err != nil {
		t.Error(err)
	}
}

// writable reports whether this process has a file open to write to it.
func writable(t *testing.T, path string) bool {
	t.Helper()
	const open = "/proc/self/fd"
	entries, err := os.ReadDir(open)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if is, err := os.Readlink(filepath.Join(open, e.Name())); err != nil || is != path {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil && flags&unix.O_ACCMODE == unix.O_RDWR {
			return true
		}
	}
	return false
}

func TestKey(t *testing.T) {
	key := bytes.Repeat([]byte{7}, keySize)
	dir := t.TempDir()
	j, err := Open(dir, Config{Terminal: "T1", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	sell(t, j, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, KeyName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key file beside a journal whose key was given: %v", err)
	}
	for name, bad := range map[string][]byte{"another": make([]byte, keySize), "none": nil} {
		_, err := Open(dir, Config{Key: bad})
		if !errors.Is(err, ErrKey) || !errors.Is(err, txn.ErrJournalDamaged) {
			t.Errorf("%s key: %v, want ErrKey", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, KeyName)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s key: a fresh key was made for a journal that has one: %v", name, err)
		}
	}
	if _, err := Open(dir, Config{Key: key[:31]}); err == nil {
		t.Error("31 bytes pass for a key")
	}
	if j, err = Open(dir, Config{Key: key}); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Verify(); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none"), Config{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no journal: %v, want ErrNotExist", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Fatalf("reading made %v", entries)
	}
	j := open(t, dir)
	sell(t, j, 2)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	before := stat(t, dir)
	a := openWith(t, dir, Config{Terminal: "T1", ReadOnly: true})
	b := openWith(t, dir, Config{Terminal: "T1", ReadOnly: true}) // readers may be several
	for _, j := range []*Journal{a, b} {
		if _, err := j.Commit(storetest.Intent(1, "")); !errors.Is(err, ErrReadOnly) {
			t.Errorf("commit: %v, want ErrReadOnly", err)
		}
		if got, err := j.Recent(9); len(got) != 2 || err != nil {
			t.Errorf("Recent: %v, %v", got, err)
		}
	}
	if after := stat(t, dir); after != before {
		t.Errorf("reading changed the file: %v, was %v", after, before)
	}
}

func TestClosed(t *testing.T) {
	j := open(t, t.TempDir())
	for range 2 {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Commit(storetest.Intent(1, "")); !errors.Is(err, ErrClosed) {
		t.Errorf("commit after close: %v, want ErrClosed", err)
	}
	if _, err := j.Start(); !errors.Is(err, ErrClosed) {
		t.Errorf("start after close: %v, want ErrClosed", err)
	}
}

// fileStat is all of a file that a careless reader could change.
type fileStat struct {
	content string
	mtime   time.Time
}

func stat(t testing.TB, dir string) fileStat {
	t.Helper()
	path := filepath.Join(dir, FileName)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fileStat{string(read(t, path)), info.ModTime()}
}

func incarnation(t testing.TB, dir string) (s string) {
	t.Helper()
	b := read(t, filepath.Join(dir, FileName)) // without a lock: it may be open in this test
	p, err := openPages(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	err = p.each(bucketMeta, strict, func(key, value []byte) error {
		if string(key) == keyIdentity {
			s = string(value[40:48])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, fileMode); err != nil {
		t.Fatal(err)
	}
}
