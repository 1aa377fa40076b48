package qemu

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// tree is a small flattened tree with what editTree looks for.
func tree() []byte {
	node := func(name string, inside ...[]byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, fdtBegin)
		b = append(b, padWord([]byte(name+"\x00"))...)
		b = append(b, bytes.Join(inside, nil)...)
		return binary.BigEndian.AppendUint32(b, fdtEnd)
	}
	prop := binary.BigEndian.AppendUint32(nil, fdtProp)
	prop = binary.BigEndian.AppendUint32(prop, 5)
	prop = append(binary.BigEndian.AppendUint32(prop, 0), padWord([]byte("virt\x00"))...)
	t := fdt{reserved: make([]byte, 16), strings: []byte("compatible\x00")}
	t.structure = node("", prop, node("pl061@9030000"), node("gpio-keys", node("poweroff", prop)))
	t.structure = binary.BigEndian.AppendUint32(t.structure, fdtLast)
	return t.join()
}

func TestEditTree(t *testing.T) {
	out, err := editTree(tree(), []string{"GPIO0", "GPIO1"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("gpio-keys")) || bytes.Contains(out, []byte("poweroff")) {
		t.Error("the power key is still there")
	}
	for _, want := range []string{"gpio-line-names\x00", "GPIO0\x00GPIO1\x00", "compatible\x00"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%q is missing", want)
		}
	}
}

// Whatever comes, there is no panic, and what was taken reads again.
func FuzzEditTree(f *testing.F) {
	whole := tree()
	f.Add(whole)
	f.Add(whole[:len(whole)-5])
	f.Add(append(whole[:fdtHeader:fdtHeader], 0, 0, 0, 9))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := editTree(in, []string{"GPIO0"})
		if err != nil {
			return
		}
		parts, err := splitTree(out)
		if err != nil {
			t.Fatalf("it wrote what it does not read: %v", err)
		}
		err = parts.walk(func(token uint32, name string, _ []byte) {
			if token == fdtBegin && name == "gpio-keys" {
				t.Error("the power key is still there")
			}
		})
		if err != nil {
			t.Errorf("it wrote what it does not read: %v", err)
		}
	})
}
