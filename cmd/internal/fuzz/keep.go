package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxKept is the size of an input that is worth a file in the tree, as Go writes it.
const maxKept = 2 << 10

// keep copies n of the inputs that were interesting from Go's cache to the package's testdata/fuzz, where every `go test`
// tries them: small ones and less small ones. Those that are there stay.
func (t target) keep(n int) (kept int, err error) {
	from, to := filepath.Join(t.cache, t.name), filepath.Join(t.pkg.dir, "testdata", "fuzz", t.name)
	entries, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // nothing was interesting
	}
	if err != nil {
		return 0, err
	}
	type input struct {
		name string
		text []byte
	}
	var inputs []input
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return 0, err
		}
		if len(text) <= maxKept {
			inputs = append(inputs, input{e.Name(), text})
		}
	}
	slices.SortFunc(inputs, func(a, b input) int {
		return cmp.Or(cmp.Compare(len(a.text), len(b.text)), cmp.Compare(a.name, b.name))
	})
	if err := os.MkdirAll(to, 0o755); err != nil {
		return 0, err
	}
	n = min(n, len(inputs))
	for i := range n {
		in := inputs[(2*i+1)*len(inputs)/(2*n)] // spread over all sizes
		if err := os.WriteFile(filepath.Join(to, in.name), in.text, 0o644); err != nil {
			return kept, err
		}
		kept++
	}
	return kept, nil
}
