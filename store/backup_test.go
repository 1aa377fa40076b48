package store

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"smartpos/store/storetest"
	"smartpos/txn"
)

// A backup is taken while the terminal sells: it holds what was there when it began, whatever comes meanwhile.
func TestBackupWhileSelling(t *testing.T) {
	dir := worn(t)
	j := open(t, dir)
	before := must(j.Info())
	var b bytes.Buffer
	r, w := io.Pipe()
	done := make(chan error)
	var m Manifest
	go func() {
		var err error
		m, err = j.Backup(t.Context(), w, safe().Recipient())
		done <- errors.Join(err, w.Close())
	}()
	chunk := make([]byte, 100) // the medium is slow, and a sale comes with every few bytes
	for {
		n, err := r.Read(chunk)
		b.Write(chunk[:n])
		if err != nil {
			break
		}
		if b.Len()%1000 < 100 {
			sell(t, j, 1)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if after := must(j.Info()); after.Records <= before.Records {
		t.Fatal("nothing was sold meanwhile")
	}
	if m.Head != before.Head || m.Records != before.Records || m.Orders != before.Orders {
		t.Errorf("%+v, want what was there: %+v", m, before)
	}
	again, _ := mustRestore(t, t.TempDir(), b.Bytes())
	if info := must(again.Info()); info.Records != before.Records+1 || info.Orders != before.Orders {
		t.Errorf("restored: %+v", info)
	}
}

func TestBackupTo(t *testing.T) {
	dir, stick := worn(t), t.TempDir()
	j := open(t, dir)
	for _, path := range []string{stick, filepath.Join(stick, "mine.age")} {
		write(t, filepath.Join(stick, "smartpos-T0000001"+tempSuffix), []byte("of a stick that was pulled out"))
		b, err := j.BackupTo(t.Context(), path, safe().Recipient())
		if err != nil {
			t.Fatal(err)
		}
		want := path
		if path == stick {
			want = filepath.Join(stick, "smartpos-T0000001-"+incarnation(t, dir)+"-00000081.age")
		}
		content := read(t, b.Path)
		if b.Path != want || hashOf(content) != b.SHA256 || int64(len(content)) != b.Bytes || b.Records != wornRecords {
			t.Errorf("%+v, want %s", b, want)
		}
		m, err := CheckBackup(bytes.NewReader(content), safe())
		if err != nil || m != b.Manifest {
			t.Errorf("%+v, %v, want %+v", m, err, b.Manifest)
		}
		for name, secret := range map[string][]byte{"the device key": read(t, filepath.Join(dir, KeyName)), "an order": []byte("可口可乐")} {
			if bytes.Contains(content, secret) {
				t.Errorf("%s lies in clear in the backup", name)
			}
		}
	}
	if _, err := j.BackupTo(t.Context(), filepath.Join(stick, "none", "b.age"), safe().Recipient()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
	if _, err := os.Stat(filepath.Join(stick, "mine.age"+tempSuffix)); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was left")
	}
}

// Whatever happens to a backup's bytes, it is not taken for one; nor is a whole one of what was put together by hand.
func TestCheckBackup(t *testing.T) {
	dir := worn(t)
	whole := backup(t, dir)
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CheckBackup(bytes.NewReader(whole), stranger); !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), "another recovery key") {
		t.Errorf("another identity: %v", err)
	}
	for at := 0; at < len(whole); at += 97 {
		for name, b := range map[string][]byte{"cut short": whole[:at], "one bit": flipped(whole, at)} {
			if _, err := CheckBackup(bytes.NewReader(b), safe()); !errors.Is(err, ErrBackup) {
				t.Fatalf("%s at %d: %v, want ErrBackup", name, at, err)
			}
		}
	}
	clear := opened(t, whole)
	records := bytes.Index(clear, []byte(read(t, filepath.Join(dir, KeyName)))) + keySize
	size := func(b []byte) int { return 4 + int(b[2])<<8 + int(b[3]) }
	n := size(clear[records:])
	for name, change := range map[string]func(b []byte) []byte{
		"a record more": func(b []byte) []byte { return append(b, b[records:records+n]...) },
		"records swapped": func(b []byte) []byte {
			first, second := records+n, records+n+size(b[records+n:])
			return slices.Concat(b[:records], b[first:second], b[records:first], b[second:])
		},
		"a record less":     func(b []byte) []byte { return slices.Delete(b, records, records+n) },
		"another head":      func(b []byte) []byte { return replace(t, b, `"head":"`, `"head":"0`) },
		"more records said": func(b []byte) []byte { return replace(t, b, `"records":81`, `"records":82`) },
		"less records said": func(b []byte) []byte { return replace(t, b, `"records":81`, `"records":80`) },
		"a newer layout":    func(b []byte) []byte { return replace(t, b, `"version":1`, `"version":3`) },
		"a newer journal":   func(b []byte) []byte { return replace(t, b, `"format":4`, `"format":9`) },
		"more orders said":  func(b []byte) []byte { return replace(t, b, `"orders":29`, `"orders":30`) },
		"no terminal":       func(b []byte) []byte { return replace(t, b, `"T0000001"`, `"-0000001"`) },
		"another key":       func(b []byte) []byte { return flipped(b, records-1) },
		"nothing":           func([]byte) []byte { return nil },
		"gigabytes":         func(b []byte) []byte { return flipped(b, records) },
	} {
		if _, err := readArchive(bytes.NewReader(change(bytes.Clone(clear)))); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v, want ErrBackup", name, err)
		}
	}
}

// A damaged journal gives no backup that would pass for a whole one. What is being sold meanwhile is not what is damaged.
func TestBackupOfDamage(t *testing.T) {
	dir := worn(t)
	f := load(t, dir)
	f.flip(bucketRecords, u64(50), 80)
	write(t, filepath.Join(dir, FileName), f.b)
	j, err := Open(dir, Config{Terminal: "T0000001"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	stick := t.TempDir()
	if _, err := j.BackupTo(t.Context(), stick, safe().Recipient()); !errors.Is(err, txn.ErrJournalDamaged) {
		t.Errorf("%v, want ErrJournalDamaged", err)
	}
	if left, _ := os.ReadDir(stick); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	sell(t, j, 1)
}

func TestRecoveryKey(t *testing.T) {
	if _, err := ParseRecoveryKey(safe().Recipient().String()); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "age1", safe().String(), "ssh-ed25519 AAAA"} {
		_, err := ParseRecoveryKey(bad)
		if err == nil || bad != "" && bad != "age1" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzArchive holds that no bytes, whoever encrypted them, get further than [ErrBackup] unless they are a backup.
func FuzzArchive(f *testing.F) {
	dir := f.TempDir()
	j := must(Open(dir, Config{Terminal: "T0000001"}))
	sell(f, j, 2)
	if err := j.Close(); err != nil {
		f.Fatal(err)
	}
	clear := opened(f, backup(f, dir))
	f.Add(clear)
	f.Add(clear[:len(clear)/2])
	anchored := opened(f, backup(f, pruned(f)))
	f.Add(anchored[:1200]) // the anchor, and some records
	f.Add(anchored)
	f.Add([]byte(archiveMagic + "\x00\x00\x00\x02{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := readArchive(bytes.NewReader(b))
		if err == nil && (m.Records == 0 && m.Orders > 0 || len(b) < 100) {
			t.Errorf("%d bytes pass for %+v", len(b), m)
		}
		if err != nil && !errors.Is(err, ErrBackup) {
			t.Errorf("%v, want ErrBackup", err)
		}
	})
}

// BenchmarkBackup says how long commits take while a backup is taken, beside how long they take anyway.
func BenchmarkBackup(b *testing.B) {
	j := open(b, past(b, 50_000))
	defer func() { _ = j.Close() }()
	commits := func(into []time.Duration, enough func(n int) bool) []time.Duration {
		for n := 0; !enough(n); n++ {
			t0 := time.Now()
			commit(b, j, storetest.Intent(350, ""))
			into = append(into, time.Since(t0))
		}
		return into
	}
	var alone, beside []time.Duration
	var took time.Duration
	var err error
	for b.Loop() {
		alone = commits(alone, func(n int) bool { return n == 50 })
		done := make(chan error, 1)
		t0 := time.Now()
		go func() {
			_, err := j.Backup(b.Context(), io.Discard, safe().Recipient())
			done <- err
		}()
		beside = commits(beside, func(int) bool {
			select {
			case err = <-done:
				return true
			default:
				return false
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		took += time.Since(t0)
	}
	for name, of := range map[string][]time.Duration{"alone": alone, "beside": beside} {
		slices.Sort(of)
		b.ReportMetric(float64(of[len(of)/2].Microseconds()), "µs/median-"+name)
		b.ReportMetric(float64(of[len(of)*95/100].Microseconds()), "µs/95th-"+name)
	}
	b.ReportMetric(took.Seconds()/float64(b.N), "s/backup")
}

// opened returns what a backup holds, decrypted.
func opened(t testing.TB, b []byte) []byte {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(b), safe())
	if err != nil {
		t.Fatal(err)
	}
	clear, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return clear
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x10
	return b
}

// replace changes a manifest and the length before it.
func replace(t *testing.T, b []byte, old, with string) []byte {
	t.Helper()
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("no %s in it", old)
	}
	b = bytes.Replace(b, []byte(old), []byte(with), 1)
	b[len(archiveMagic)+3] += byte(len(with) - len(old))
	return b
}
