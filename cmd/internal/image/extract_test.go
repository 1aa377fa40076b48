package image

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A superblock of which the power let one sector through is mended, and all else is checked: what is damaged beside it
// still is.
func TestExtractTorn(t *testing.T) {
	if _, err := findTool("mke2fs"); err != nil {
		t.Skip(err)
	}
	from := t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "f"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "data")
	if err := testPartition(file, from).Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tear := func(damage ...int) error {
		p := bytes.Clone(whole)
		p[1024+0x2c]++ // the time of a mount that the second sector knows nothing of
		for _, at := range damage {
			p[at] ^= 0xff
		}
		if err := os.WriteFile(file, p, 0o600); err != nil {
			t.Fatal(err)
		}
		out := t.TempDir()
		if err := Extract(t.Context(), file, out); err != nil {
			return err
		}
		if text, err := os.ReadFile(filepath.Join(out, "f")); err != nil || string(text) != "kept" {
			t.Errorf("%q, %v", text, err)
		}
		return nil
	}
	if err := tear(); err != nil {
		t.Error(err)
	}
	if err := tear(4096+0x1e, 4096+0x08); !errors.Is(err, ErrData) { // of the block group's descriptor
		t.Errorf("with a damaged group, too: %v", err)
	}
}
