package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// patch is a deliberately broken build: what a unified diff changes, and which rule that breaks.
type patch struct {
	name  string
	rule  int
	seeds int // in which it must be found
	files map[string]string
}

// readPatch reads a patch and applies it to the module below root. Before its first file it says "rule n", perhaps
// "seeds n", and what a tired developer thought.
func readPatch(path, root string) (p patch, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	p = patch{name: strings.TrimSuffix(filepath.Base(path), ".patch"), seeds: 30}
	head, diff, _ := strings.Cut(string(raw), "\n--- ")
	if _, err := fmt.Sscanf(head, "rule %d", &p.rule); err != nil {
		return p, fmt.Errorf("the first line says no rule: %w", err)
	}
	if _, more, ok := strings.Cut(head, "\nseeds "); ok {
		if _, err := fmt.Sscanf(more, "%d", &p.seeds); err != nil {
			return p, err
		}
	}
	p.files, err = applyDiff("--- "+diff, func(name string) (string, error) {
		raw, err := os.ReadFile(filepath.Join(root, name))
		return string(raw), err
	})
	return p, err
}

// applyDiff returns the files that a unified diff changes, as it leaves them. A hunk goes where its old lines stand, and
// they must stand in one place: other changes to the file may have moved them, but not have touched them.
func applyDiff(diff string, read func(name string) (string, error)) (map[string]string, error) {
	files := map[string]string{}
	name, was, is := "", "", ""
	end := func() error {
		if was == "" && is == "" {
			return nil
		}
		if n := strings.Count(files[name], was); n != 1 {
			return fmt.Errorf("%s: these lines stand there %d times, and should once:\n%s", name, n, was)
		}
		files[name] = strings.Replace(files[name], was, is, 1)
		was, is = "", ""
		return nil
	}
	for line := range strings.Lines(diff) {
		var err error
		switch {
		case strings.HasPrefix(line, "--- "):
			err = end()
		case strings.HasPrefix(line, "+++ b/"):
			name = strings.TrimSpace(line[len("+++ b/"):])
			files[name], err = read(name)
		case strings.HasPrefix(line, "@@ "):
			err = end()
		case name == "":
			err = fmt.Errorf("no file before %q", line)
		case line[0] == '-':
			was += line[1:]
		case line[0] == '+':
			is += line[1:]
		case line[0] == ' ':
			was, is = was+line[1:], is+line[1:]
		default:
			err = fmt.Errorf("not of a unified diff: %q", line)
		}
		if err != nil {
			return nil, err
		}
	}
	return files, end()
}

// A hunk goes where its lines have moved to, and nowhere else.
func TestApplyDiff(t *testing.T) {
	const diff = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
	for _, tt := range []struct{ name, file, want, err string }{
		{"in its place", "a\nb\nc\n", "a\nB\nc\n", ""},
		{"moved", "x\ny\na\nb\nc\nd\n", "x\ny\na\nB\nc\nd\n", ""},
		{"touched", "a\nb \nc\n", "", "0 times"},
		{"in two places", "a\nb\nc\na\nb\nc\n", "", "2 times"},
	} {
		got, err := applyDiff(diff, func(string) (string, error) { return tt.file, nil })
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) || err == nil && got["f"] != tt.want {
			t.Errorf("%s: %q, %v", tt.name, got["f"], err)
		}
	}
	for _, bad := range []string{"a\n", "--- a/f\n+++ b/f\n*\n", "--- a/f\n a\n"} {
		if got, err := applyDiff(bad, func(string) (string, error) { return "a\n", nil }); err == nil {
			t.Errorf("%q makes %q", bad, got)
		}
	}
}
