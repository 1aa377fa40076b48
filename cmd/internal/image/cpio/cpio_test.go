package cpio_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"smartpos/cmd/internal/image/cpio"
)

var members = []cpio.Member{
	cpio.Dir("dev", 0o755),
	cpio.CharDevice("dev/console", 0o600, 5, 1),
	cpio.File("init", 0o755, []byte("abc")),
	cpio.File("empty", 0o644, []byte{}),
	cpio.Symlink("bin", "usr/bin"),
	cpio.File("four", 0o644, []byte("1234")),
}

func archive(t testing.TB, members ...cpio.Member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := cpio.NewWriter(&b)
	for _, m := range members {
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(data []byte) (members []cpio.Member, err error) {
	r := cpio.NewReader(data)
	for {
		m, err := r.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return members, err
		}
		members = append(members, m)
	}
}

func TestRoundTrip(t *testing.T) {
	got, err := read(archive(t, members...))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		want := members[i]
		if len(want.Data) == 0 {
			want.Data, got[i].Data = nil, nil
		}
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("member %d: %+v, want %+v", i, got[i], want)
		}
	}
	if len(got) != len(members) {
		t.Errorf("%d members, want %d", len(got), len(members))
	}
}

// The bytes are what the kernel reads, so they are held here and not only by our own reader.
func TestBytes(t *testing.T) {
	got := archive(t, cpio.File("a", 0o755, []byte("xyz!!")))
	want := "070701" + "00000001" + "000081ED" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000002" + "00000000" + "a\x00" + "xyz!!\x00\x00\x00" +
		"070701" + strings.Repeat("0", 32) + "00000001" + strings.Repeat("0", 48) + "0000000B" + "00000000" +
		"TRAILER!!!\x00\x00\x00\x00"
	if string(got) != want {
		t.Errorf("archive is\n%s\nwant\n%s", hex.Dump(got), hex.Dump([]byte(want)))
	}
}

// An unpacker that is not ours reads the same.
func TestGNUCpioReads(t *testing.T) {
	gnu, err := exec.LookPath("cpio")
	if err != nil {
		t.Skip("there is no cpio program here")
	}
	dir := t.TempDir()
	cmd := exec.Command(gnu, "-i", "-d", "--quiet")
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(archive(t, cpio.Dir("d", 0o755), cpio.File("d/f", 0o644, []byte("hello")), cpio.Symlink("l", "d/f")))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "l")); err != nil || string(got) != "hello" {
		t.Errorf("through the link: %q, %v", got, err)
	}
}

func TestImpossibleMembers(t *testing.T) {
	for _, name := range []string{"", ".", "/init", "a/../b", "a//b", "a/", "TRAILER!!!", "a\x00b", strings.Repeat("x", 4096)} {
		w := cpio.NewWriter(io.Discard)
		if err := w.Write(cpio.File(name, 0o644, nil)); !errors.Is(err, cpio.ErrMember) {
			t.Errorf("%.20q: %v", name, err)
		}
		if err := w.Close(); !errors.Is(err, cpio.ErrMember) {
			t.Errorf("%.20q: Close hides the error: %v", name, err)
		}
	}
}

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestDiskFull(t *testing.T) {
	whole := len(archive(t, members...))
	for room := 0; room < whole; room += 7 {
		w := cpio.NewWriter(&fullDisk{room})
		var err error
		for _, m := range members {
			err = errors.Join(err, w.Write(m))
		}
		if err = errors.Join(err, w.Close()); err == nil {
			t.Fatalf("%d bytes of room took %d", room, whole)
		}
	}
}

func TestTorn(t *testing.T) {
	whole := archive(t, members...)
	for n := range len(whole) - 4 { // the last bytes are padding
		if _, err := read(whole[:n]); !errors.Is(err, cpio.ErrFormat) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(whole), err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(archive(f, members...))
	f.Add([]byte("070701"))
	f.Add(bytes.ReplaceAll(archive(f, members...), []byte("00000003"), []byte("FFFFFFFF")))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := read(data)
		if err != nil && !errors.Is(err, cpio.ErrFormat) {
			t.Fatal(err)
		}
		w := cpio.NewWriter(io.Discard)
		for _, m := range got {
			if err := w.Write(m); err != nil && !errors.Is(err, cpio.ErrMember) {
				t.Fatal(err)
			}
		}
	})
}

func Example() {
	var b bytes.Buffer
	w := cpio.NewWriter(&b)
	w.Write(cpio.Dir("etc", 0o755))
	w.Write(cpio.File("etc/motd", 0o644, []byte("hello\n")))
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	r := cpio.NewReader(b.Bytes())
	for {
		m, err := r.Next()
		if err != nil {
			break
		}
		fmt.Printf("%o %s %q\n", m.Mode, m.Name, m.Data)
	}
	// Output:
	// 40755 etc ""
	// 100644 etc/motd "hello\n"
}
