package image

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two partitions of the same files are the same, whenever they are made.
func TestDataPartition(t *testing.T) {
	if _, err := findTool("mke2fs"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	var images [2][]byte
	for i := range images {
		if i > 0 { // file systems count seconds
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
		}
		from := filepath.Join(dir, fmt.Sprint("from", i))
		if err := os.MkdirAll(filepath.Join(from, "wechat"), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"profile.toml", "wechat/key.pem"} {
			if err := os.WriteFile(filepath.Join(from, name), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		when := time.Now().Add(time.Duration(i) * time.Hour)
		if err := os.Chtimes(filepath.Join(from, "profile.toml"), when, when); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, fmt.Sprint("data", i))
		if err := testPartition(out, from).Make(t.Context()); err != nil {
			t.Fatal(err)
		}
		var err error
		if images[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(images[0], images[1]) || len(images[0]) != 16<<20 {
		t.Errorf("two partitions of the same files differ (%d bytes)", len(images[0]))
	}
	debugfs, err := findTool("debugfs")
	if err != nil {
		t.Skip(err)
	}
	out, err := exec.Command(debugfs, "-R", "stat /wechat/key.pem", filepath.Join(dir, "data1")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Mode:  0600") || !strings.Contains(string(out), "User:     0") {
		t.Errorf("%v: %s", err, out)
	}
}

func testPartition(out, from string) Partition {
	return Partition{Out: out, From: from, Label: "virt", Seed: "virt", Size: 16 << 20, Epoch: epoch}
}

func TestDataPartitionRefuses(t *testing.T) {
	if _, err := findTool("mke2fs"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"a link": dir, "no folder": filepath.Join(dir, "none")} {
		if err := testPartition(filepath.Join(t.TempDir(), "d"), from).Make(t.Context()); !errors.Is(err, ErrData) {
			t.Errorf("%s: %v", name, err)
		}
	}
	big := t.TempDir()
	if err := os.WriteFile(filepath.Join(big, "f"), bytes.Repeat([]byte("x"), 17<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := testPartition(filepath.Join(t.TempDir(), "d"), big).Make(t.Context()); !errors.Is(err, ErrData) {
		t.Errorf("more files than room: %v", err)
	}
}
