package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeModule makes a module with two targets: one finds nothing, one fails on what it is given first.
func writeModule(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.26\n",
		"m.go":   "package m\n",
		"m_test.go": `package m

import "testing"

func FuzzGood(f *testing.F) { f.Add(1); f.Fuzz(func(*testing.T, int) {}) }

func FuzzBad(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) { t.Error("as asked") }) }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module")
	}
	writeModule(t)
	if err := run(t.Context(), nil, "Good", time.Second, 0, 1); err != nil {
		t.Errorf("a target that finds nothing: %v", err)
	}
	if err := run(t.Context(), nil, ".", 0, 2*time.Second, 1); err != errFound {
		t.Errorf("a target that fails: %v", err)
	}
	if err := run(t.Context(), nil, "Nobody", time.Second, 0, 1); err == nil {
		t.Error("no target, and no error")
	}
}

func TestRead(t *testing.T) {
	var r result
	r.read("fuzz: elapsed: 3s, execs: 5 (2/sec), new interesting: 1 (total: 3)\nfuzz: elapsed: 6s, execs: 86649 (15556/sec), new interesting: 8 (total: 12)\nPASS\n")
	if r.execs != 86649 || r.interesting != 8 {
		t.Errorf("%+v", r)
	}
	p := &goPackage{path: "smartpos/device/qemu"}
	if line := r.line(target{pkg: p, name: "FuzzX"}); !strings.Contains(line, "device/qemu") || strings.Contains(line, "FAILED") {
		t.Error(line)
	}
}
