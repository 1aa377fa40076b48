package boot_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"smartpos/device/boot"
)

// Who reads a file while it is replaced reads the old one or the new one: a resolver that finds an empty one in between asks
// nobody for some seconds.
func TestReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "etc", "resolv.conf")
	for _, text := range []string{"nameserver 10.0.2.3\n", "nameserver 10.0.2.9\n"} {
		before, openErr := os.Open(path)
		if err := boot.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("it holds %q, %v", got, err)
		}
		if openErr != nil {
			continue // the first
		}
		defer before.Close()
		if old, err := io.ReadAll(before); err != nil || string(old) != "nameserver 10.0.2.3\n" {
			t.Errorf("who was reading gets %q, %v", old, err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
