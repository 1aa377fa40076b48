package stick_test

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"smartpos/cmd/internal/board/stick"
)

// sticks are one of each sort; images only where there is what makes them.
func sticks(t *testing.T) map[string]stick.Stick {
	all := map[string]stick.Stick{"folder": stick.Folder(filepath.Join(t.TempDir(), "stick"))}
	if _, err := exec.LookPath("mcopy"); err == nil {
		all["image"] = stick.Image(filepath.Join(t.TempDir(), "stick.img"))
	}
	return all
}

// What is put on a stick is found there again, in folders too.
func TestFiles(t *testing.T) {
	for name, s := range sticks(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if err := s.New(ctx, stick.FAT); err != nil {
				t.Fatal(err)
			}
			if files, err := s.List(ctx); err != nil || len(files) != 0 {
				t.Errorf("a new one holds %v, %v", files, err)
			}
			bill := bytes.Repeat([]byte("账单,"), 5000)
			for file, data := range map[string][]byte{
				"1900000001All2026-11-27.csv": bill, "smartpos/smartpos-T0000001-7Q3KZ9XB-00000123.age": []byte("x"), "smartpos/b": nil,
			} {
				if err := s.Put(ctx, file, data); err != nil {
					t.Fatal(err)
				}
			}
			want := []stick.File{{"1900000001All2026-11-27.csv", int64(len(bill))}, {"smartpos/b", 0}, {"smartpos/smartpos-T0000001-7Q3KZ9XB-00000123.age", 1}}
			if files, err := s.List(ctx); err != nil || !reflect.DeepEqual(files, want) {
				t.Errorf("it holds %v, %v", files, err)
			}
			if data, err := s.Get(ctx, "1900000001All2026-11-27.csv"); err != nil || !bytes.Equal(data, bill) {
				t.Errorf("%d bytes came back, %v", len(data), err)
			}
			if _, err := s.Get(ctx, "smartpos/c"); !errors.Is(err, stick.ErrFile) {
				t.Error(err)
			}
			for _, bad := range []string{"", "..", "/etc/passwd", "a/../b", "a b", "-\n", "a//b", "::x", "a/b/c/d/e"} {
				if err := s.Put(ctx, bad, nil); !errors.Is(err, stick.ErrName) {
					t.Errorf("%q: %v", bad, err)
				}
			}
			if err := s.New(ctx, "tape"); !errors.Is(err, stick.ErrKind) {
				t.Error(err)
			}
		})
	}
}

// A full image takes nothing any more, and noise holds no files.
func TestKinds(t *testing.T) {
	s, ok := sticks(t)["image"]
	if !ok {
		t.Skip("mtools are missing")
	}
	ctx := t.Context()
	if err := s.New(ctx, stick.Full); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, "one.more", []byte("x")); err == nil {
		t.Error("a full one took a file")
	}
	if err := s.New(ctx, stick.Noise); err != nil {
		t.Fatal(err)
	}
	if files, err := s.List(ctx); !errors.Is(err, stick.ErrFile) {
		t.Errorf("noise holds %v, %v", files, err)
	}
	if err := s.New(ctx, stick.Protected); err != nil {
		t.Fatal(err)
	}
}
