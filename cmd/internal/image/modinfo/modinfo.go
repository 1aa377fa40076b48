// Package modinfo reads what a Linux kernel module says of itself, and puts modules into the order in which they
// load. It replaces kmod where there is none: while an image is built.
//
//	.ko ──ELF──→ section .modinfo: "key=value\0"… ──→ Info ──┐
//	wanted names ────────────────────────────────────────────┴─→ Order: each after what it depends on
//
// Linux takes '-' and '_' for the same in a module's name; names here are written with '_'.
//
// "depends=" lists the symbols' owners. It leaves out what a module asks for by name when it runs: ext4 needs a
// crc32c, which nothing but its softdep hints at. Such a one is named beside it, before it.
//
// Sources: Linux include/linux/module.h (MODULE_INFO), modules.dep(5), modprobe.d(5).
package modinfo

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"strings"
)

// maxSection bounds a .modinfo section, in bytes; real ones are under 64 KiB, most of it aliases.
const maxSection = 1 << 20

var (
	// ErrModule is returned when a file is no kernel module, or a broken one.
	ErrModule = errors.New("modinfo: not a kernel module")
	// ErrMissing is returned when a wanted module, or one that it depends on, is not there.
	ErrMissing = errors.New("modinfo: no such module")
	// ErrCycle is returned when modules depend on each other in a circle.
	ErrCycle = errors.New("modinfo: modules depend on each other")
)

// Info is what loading needs to know of a module.
type Info struct {
	Name    string   // with '_'
	Depends []string // names, with '_'
	Kernel  string   // the release that it is for: the first word of vermagic
}

// Read reads a module from its file's content.
func Read(file []byte) (Info, error) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return Info{}, fmt.Errorf("%w: %v", ErrModule, err)
	}
	defer f.Close()
	s := f.Section(".modinfo")
	if s == nil {
		return Info{}, fmt.Errorf("%w: it has no section .modinfo", ErrModule)
	}
	if s.Size > maxSection || s.Type == elf.SHT_NOBITS || s.Flags&elf.SHF_COMPRESSED != 0 {
		return Info{}, fmt.Errorf("%w: .modinfo of %d bytes, type %v, flags %v", ErrModule, s.Size, s.Type, s.Flags)
	}
	section, err := s.Data()
	if err != nil {
		return Info{}, fmt.Errorf("%w: .modinfo: %v", ErrModule, err)
	}
	return Parse(section)
}

// Parse reads the bytes of a .modinfo section: NUL-ended texts "key=value", in any order. Keys that loading does
// not need are skipped. It returns [ErrModule] when there is no name.
func Parse(section []byte) (Info, error) {
	var info Info
	for entry := range bytes.SplitSeq(section, []byte{0}) {
		key, value, ok := strings.Cut(string(entry), "=")
		if !ok {
			continue // padding
		}
		switch key {
		case "name":
			info.Name = Canonical(value)
		case "depends":
			for name := range strings.SplitSeq(value, ",") {
				if name = strings.TrimSpace(name); name != "" {
					info.Depends = append(info.Depends, Canonical(name))
				}
			}
		case "vermagic":
			info.Kernel, _, _ = strings.Cut(value, " ")
		}
	}
	if info.Name == "" {
		return Info{}, fmt.Errorf("%w: .modinfo of %d bytes names none", ErrModule, len(section))
	}
	return info, nil
}

// Canonical writes a module's name with '_'.
func Canonical(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Order lists the wanted modules and all that they depend on, each once, each after what it needs, and otherwise
// in the order wanted. find looks a module up by its canonical name; its errors are returned as they are, with
// the way that led there.
func Order(wanted []string, find func(name string) (Info, error)) ([]string, error) {
	o := ordering{find: find, state: map[string]state{}}
	for _, name := range wanted {
		if err := o.visit(Canonical(name), nil); err != nil {
			return nil, err
		}
	}
	return o.done, nil
}

type state int

const (
	unseen state = iota
	open
	placed
)

type ordering struct {
	find  func(string) (Info, error)
	state map[string]state
	done  []string
}

func (o *ordering) visit(name string, way []string) error {
	way = append(way, name)
	switch o.state[name] {
	case placed:
		return nil
	case open:
		return fmt.Errorf("%w: %s", ErrCycle, strings.Join(way, " → "))
	}
	o.state[name] = open
	info, err := o.find(name)
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(way, " → "), err)
	}
	for _, d := range info.Depends {
		if err := o.visit(d, way); err != nil {
			return err
		}
	}
	o.state[name] = placed
	o.done = append(o.done, name)
	return nil
}
