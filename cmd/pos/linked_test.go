package main

import (
	"os/exec"
	"strings"
	"testing"
)

// Nothing that injects faults, emulates or listens is linked into the firmware.
func TestLinkedIn(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	if len(linked) < 100 {
		t.Fatalf("%d packages", len(linked))
	}
	for _, path := range linked {
		ours, is := strings.CutPrefix(path, "smartpos/")
		switch {
		case path == "testing", path == "net/http/httptest", path == "net/http/pprof", path == "expvar":
			t.Errorf("%s is linked in", path)
		case !is:
		case strings.HasSuffix(path, "test"), strings.Contains(ours, "paynet"), strings.HasPrefix(ours, "device/qemu"), strings.HasPrefix(ours, "device/pty"),
			strings.HasPrefix(ours, "cmd/internal/") && ours != "cmd/internal/terminal" && ours != "cmd/internal/daybook":
			t.Errorf("%s is for tests and the emulated board, and is linked in", path)
		}
	}
}
