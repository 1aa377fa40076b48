package modinfo_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smartpos/cmd/internal/image/modinfo"
)

const ext4 = "license=GPL\x00softdep=pre: crypto-crc32c\x00alias=fs-ext4\x00\x00\x00depends=jbd2,mbcache,crc16\x00" +
	"intree=Y\x00name=ext4\x00vermagic=6.1.0-50-armmp SMP mod_unload modversions ARMv7 p2v8 \x00"

// object is the smallest 32-bit ARM ELF file with the given .modinfo.
func object(section string) []byte {
	names := "\x00.modinfo\x00.shstrtab\x00"
	var b bytes.Buffer
	b.WriteString("\x7fELF\x01\x01\x01" + strings.Repeat("\x00", 9))
	data := 52
	table := data + len(section) + len(names)
	for _, v := range []any{
		uint16(1), uint16(40), uint32(1), uint32(0), uint32(0), uint32(table), uint32(0), uint16(52),
		uint16(0), uint16(0), uint16(40), uint16(3), uint16(2),
	} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString(section + names)
	b.Write(make([]byte, 40))
	binary.Write(&b, binary.LittleEndian, []uint32{1, 1, 2, 0, uint32(data), uint32(len(section)), 0, 0, 1, 0})
	binary.Write(&b, binary.LittleEndian, []uint32{10, 3, 0, 0, uint32(data + len(section)), uint32(len(names)), 0, 0, 1, 0})
	return b.Bytes()
}

func TestRead(t *testing.T) {
	got, err := modinfo.Read(object(ext4))
	want := modinfo.Info{Name: "ext4", Depends: []string{"jbd2", "mbcache", "crc16"}, Kernel: "6.1.0-50-armmp"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	dashes, err := modinfo.Read(object("name=xhci-pci\x00depends=xhci-hcd,usbcore\x00"))
	if err != nil || dashes.Name != "xhci_pci" || dashes.Depends[0] != "xhci_hcd" {
		t.Errorf("%+v, %v", dashes, err)
	}
}

func TestNotAModule(t *testing.T) {
	whole := object(ext4)
	compressed := slices.Clone(whole)
	copy(compressed[len(compressed)-72:], "\x00\x08\x00\x00") // SHF_COMPRESSED
	for name, file := range map[string][]byte{
		"nothing":    nil,
		"text":       []byte("#!/bin/sh\n"),
		"xz":         []byte("\xfd7zXZ\x00...."),
		"no name":    object("license=GPL\x00"),
		"empty":      object(""),
		"half":       whole[:len(whole)/2],
		"compressed": compressed,
	} {
		if info, err := modinfo.Read(file); !errors.Is(err, modinfo.ErrModule) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

func TestOrder(t *testing.T) {
	tree := map[string][]string{
		"crc32c_generic": nil, "jbd2": nil, "mbcache": nil, "crc16": nil,
		"ext4":    {"jbd2", "mbcache", "crc16"},
		"usbcore": {"usb_common"}, "usb_common": nil, "xhci_hcd": {"usbcore"}, "xhci_pci": {"xhci_hcd", "usbcore"},
		"a": {"b"}, "b": {"c"}, "c": {"a"}, "self": {"self"}, "lame": {"ghost"},
	}
	find := func(name string) (modinfo.Info, error) {
		d, ok := tree[name]
		if !ok {
			return modinfo.Info{}, modinfo.ErrMissing
		}
		return modinfo.Info{Name: name, Depends: d}, nil
	}
	for _, c := range []struct {
		wanted string
		order  string
		err    error
		says   string
	}{
		{"", "", nil, ""},
		{"crc32c-generic ext4", "crc32c_generic jbd2 mbcache crc16 ext4", nil, ""},
		{"xhci-pci usbcore xhci_pci", "usb_common usbcore xhci_hcd xhci_pci", nil, ""},
		{"a", "", modinfo.ErrCycle, "a → b → c → a"},
		{"self", "", modinfo.ErrCycle, "self → self"},
		{"lame", "", modinfo.ErrMissing, "lame → ghost"},
		{"nonesuch", "", modinfo.ErrMissing, "nonesuch"},
	} {
		got, err := modinfo.Order(strings.Fields(c.wanted), find)
		if !errors.Is(err, c.err) || strings.Join(got, " ") != c.order {
			t.Errorf("%s: %q, %v", c.wanted, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v does not tell the way %s", c.wanted, err, c.says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(ext4))
	f.Add([]byte("name=\x00depends=,,\x00="))
	f.Fuzz(func(t *testing.T, section []byte) {
		info, err := modinfo.Parse(section)
		if (err == nil) != (info.Name != "") {
			t.Fatalf("%+v, %v", info, err)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(object(ext4))
	f.Add(object(""))
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := modinfo.Read(file); err != nil && !errors.Is(err, modinfo.ErrModule) {
			t.Fatal(err)
		}
	})
}

func Example() {
	info, err := modinfo.Parse([]byte("name=usb-storage\x00depends=usbcore,scsi_mod\x00"))
	fmt.Println(info.Name, "needs", info.Depends, err)
	// Output: usb_storage needs [usbcore scsi_mod] <nil>
}
