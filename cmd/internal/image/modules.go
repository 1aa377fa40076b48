package image

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"smartpos/cmd/internal/image/modinfo"
)

// moduleDir is where an image keeps its modules, all in one folder.
const moduleDir = "lib/modules"

// module is a module's file in the image.
type module struct {
	file   string // name.ko
	params string
	data   []byte
}

// entry is how process 1's configuration names it.
func (m module) entry() string {
	return strings.TrimSpace(path.Join("/", moduleDir, m.file) + " " + m.params)
}

// collectModules finds the wanted modules and what they depend on, in the order of loading.
func collectModules(k *Kernel, wanted []string) ([]module, error) {
	files := map[string]string{}
	err := filepath.WalkDir(k.modules(), func(name string, d fs.DirEntry, err error) error {
		if base, ok := strings.CutSuffix(d.Name(), ".ko"); err == nil && ok {
			files[modinfo.Canonical(base)] = name
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKernel, err)
	}
	params := map[string]string{}
	var names []string
	for _, w := range wanted {
		name, p, _ := strings.Cut(w, " ")
		names = append(names, name)
		params[modinfo.Canonical(name)] = strings.TrimSpace(p)
	}
	data := map[string][]byte{}
	order, err := modinfo.Order(names, func(name string) (modinfo.Info, error) {
		file, ok := files[name]
		if !ok {
			return modinfo.Info{}, fmt.Errorf("%w in kernel %s (built in, perhaps?)", modinfo.ErrMissing, k.Release)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return modinfo.Info{}, err
		}
		data[name] = text
		info, err := modinfo.Read(text)
		if err == nil && info.Kernel != k.Release {
			err = fmt.Errorf("%w: it is for kernel %s, not %s", modinfo.ErrModule, info.Kernel, k.Release)
		}
		return info, err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: module %w", ErrKernel, err)
	}
	var modules []module
	for _, name := range order {
		modules = append(modules, module{filepath.Base(files[name]), params[name], data[name]})
	}
	return modules, nil
}
