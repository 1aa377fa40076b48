package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
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
	if err := run(t.Context(), nil, options{pattern: "Good", each: time.Second, workers: 1, memory: 768, keep: 2}); err != nil {
		t.Errorf("a target that finds nothing: %v", err)
	}
	if err := run(t.Context(), nil, options{pattern: ".", total: 2 * time.Second, workers: 1, memory: 768}); !errors.Is(err, errFound) {
		t.Errorf("a target that fails: %v", err)
	}
	if err := run(t.Context(), nil, options{pattern: "Good", each: time.Second, workers: 1, memory: 1}); !errors.Is(err, errFound) {
		t.Errorf("a target that takes more memory than it may: %v", err)
	}
	if err := run(t.Context(), nil, options{pattern: "Nobody", each: time.Second, workers: 1, memory: 768}); err == nil {
		t.Error("no target, and no error")
	}
}

// What targets have had adds up over runs, and a target that has had enough is not run again.
func TestRecordAddsUp(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module")
	}
	writeModule(t)
	o := options{pattern: "Good", cpu: 2 * time.Second, record: "had.txt", workers: 1, memory: 768}
	if err := run(t.Context(), nil, o); err != nil {
		t.Fatal(err)
	}
	first, err := readRecord("had.txt")
	good := first["example.org/m.FuzzGood"]
	if err != nil || good.cpu < o.cpu || good.tries == 0 || good.mega == 0 || good.last == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := run(t.Context(), nil, o); err != nil {
		t.Fatal(err)
	}
	if again, _ := readRecord("had.txt"); again["example.org/m.FuzzGood"] != good {
		t.Errorf("ran again: %+v after %+v", again, good)
	}
	o.pattern = "."
	if err := run(t.Context(), nil, o); !errors.Is(err, errFound) {
		t.Errorf("a target that fails: %v", err)
	}
	last, _ := readRecord("had.txt")
	if last["example.org/m.FuzzGood"] != good {
		t.Errorf("lost what was there: %+v", last)
	}
	if bad, ok := last["example.org/m.FuzzBad"]; ok {
		t.Errorf("a target that found something has had %+v", bad)
	}
}

func TestRecordIsJudged(t *testing.T) {
	name := filepath.Join(t.TempDir(), "had.txt")
	if rec, err := readRecord(name); len(rec) != 0 || err != nil {
		t.Errorf("a first run: %v, %v", rec, err)
	}
	if err := os.WriteFile(name, []byte("# head\nstore.FuzzPages ten 5 20 2026-11-28\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readRecord(name); err == nil || !strings.Contains(err.Error(), "had.txt:2") {
		t.Errorf("a line that means nothing: %v", err)
	}
}

// Who has had least comes first, who has had enough not at all.
func TestLeastFirst(t *testing.T) {
	p := &goPackage{path: "smartpos/store"}
	a, b, c := target{pkg: p, name: "A"}, target{pkg: p, name: "B"}, target{pkg: p, name: "C"}
	rec := record{"store.A": {cpu: 5 * time.Second}, "store.B": {cpu: 10 * time.Second}}
	if got := rec.least([]target{a, b, c}, 10*time.Second); !slices.Equal(got, []target{c, a}) {
		t.Errorf("%v", got)
	}
}

// What is kept is spread over all sizes, and nothing large is.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	at := target{pkg: &goPackage{dir: filepath.Join(dir, "tree")}, name: "FuzzX", cache: filepath.Join(dir, "cache")}
	if n, err := at.keep(3); n != 0 || err != nil {
		t.Errorf("without a cache: %d, %v", n, err)
	}
	if err := os.MkdirAll(filepath.Join(at.cache, "FuzzX"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"a": 10, "b": 20, "c": 30, "d": 40, "e": 50, "f": 60, "g": maxKept + 1} {
		if err := os.WriteFile(filepath.Join(at.cache, "FuzzX", name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := at.keep(3); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	var names []string
	entries, err := os.ReadDir(filepath.Join(dir, "tree", "testdata", "fuzz", "FuzzX"))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if err != nil || !slices.Equal(names, []string{"b", "d", "f"}) {
		t.Errorf("kept %v, %v", names, err)
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
