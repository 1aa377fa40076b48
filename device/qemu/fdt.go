package qemu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// errTree is returned for bytes that are no flattened device tree.
var errTree = errors.New("not a flattened device tree")

// Flattened device trees (Devicetree Specification 0.4, chapter 5), all numbers big-endian:
//
//	header, 10 words:  magic  totalsize  off_struct  off_strings  off_reserved
//	                   version  last_compatible  boot_cpu  size_strings  size_struct
//	reserved memory:   pairs of 64-bit address and size, ended by 0, 0
//	structure:         1 name\0 …   begin node      3 length name value   property, its name an offset
//	                   2            end node        4                     nothing
//	                   9            the end         names and values are padded to whole words
//	strings:           the properties' names, each ended by \0
const (
	fdtMagic  = 0xd00dfeed
	fdtHeader = 40
	fdtMost   = 2 << 20 // QEMU's own limit is 1 MiB

	fdtBegin = 1
	fdtEnd   = 2
	fdtProp  = 3
	fdtNop   = 4
	fdtLast  = 9
)

// editTree returns a tree without the nodes gpio-keys, whose power key shares a pin with the keypad, and with
// names for the pins of the PL061.
func editTree(tree []byte, pinNames []string) ([]byte, error) {
	parts, err := splitTree(tree)
	if err != nil {
		return nil, err
	}
	const property = "gpio-line-names\x00"
	nameAt := uint32(len(parts.strings))
	value := []byte(strings.Join(pinNames, "\x00") + "\x00")
	var (
		out     []byte
		depth   int
		skipped int // the depth of the node that is being left out; 0 for none
		chips   int
	)
	err = parts.walk(func(token uint32, name string, raw []byte) {
		if token == fdtBegin {
			depth++
			if skipped == 0 && name == "gpio-keys" {
				skipped = depth
			}
		}
		if skipped == 0 {
			out = append(out, raw...)
		}
		if token == fdtBegin && skipped == 0 && strings.HasPrefix(name, "pl061@") {
			chips++
			out = binary.BigEndian.AppendUint32(out, fdtProp)
			out = binary.BigEndian.AppendUint32(out, uint32(len(value)))
			out = binary.BigEndian.AppendUint32(out, nameAt)
			out = padWord(append(out, value...))
		}
		if token == fdtEnd {
			if depth == skipped {
				skipped = 0
			}
			depth--
		}
	})
	switch {
	case err != nil:
		return nil, err
	case chips != 1:
		return nil, fmt.Errorf("the tree has %d nodes pl061, want 1", chips)
	}
	parts.structure = out
	parts.strings = append(parts.strings[:nameAt:nameAt], property...)
	return parts.join(), nil
}

// fdt is a tree in its parts.
type fdt struct {
	bootCPU   uint32
	reserved  []byte
	structure []byte
	strings   []byte
}

// splitTree checks a tree's header and takes it apart.
func splitTree(tree []byte) (*fdt, error) {
	if len(tree) < fdtHeader || len(tree) > fdtMost {
		return nil, fmt.Errorf("%w: %d bytes", errTree, len(tree))
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(tree[4*i:]) }
	if word(0) != fdtMagic || word(6) > 17 || word(5) < 17 {
		return nil, fmt.Errorf("%w: magic %#x, version %d compatible with %d", errTree, word(0), word(5), word(6))
	}
	part := func(offset, size uint32) []byte {
		if uint64(offset)+uint64(size) > uint64(len(tree)) {
			return nil
		}
		return tree[offset : offset+size]
	}
	t := &fdt{bootCPU: word(7), structure: part(word(2), word(9)), strings: part(word(3), word(8))}
	if t.structure == nil || t.strings == nil {
		return nil, fmt.Errorf("%w: a part lies outside of it", errTree)
	}
	for at := uint64(word(4)); ; at += 16 {
		if at+16 > uint64(len(tree)) {
			return nil, fmt.Errorf("%w: the reserved memory has no end", errTree)
		}
		entry := tree[at : at+16]
		t.reserved = append(t.reserved, entry...)
		if [16]byte(entry) == ([16]byte{}) {
			return t, nil
		}
	}
}

// walk calls visit for every token of the structure, with a node's name and the token's bytes as they stand.
func (t *fdt) walk(visit func(token uint32, name string, raw []byte)) error {
	rest, depth := t.structure, 0
	for len(rest) >= 4 {
		token, size, name := binary.BigEndian.Uint32(rest), 4, ""
		switch token {
		case fdtBegin:
			end := bytes.IndexByte(rest[4:], 0)
			if end < 0 {
				return fmt.Errorf("%w: a name without end", errTree)
			}
			name, size = string(rest[4:4+end]), words(4+end+1)
			depth++
		case fdtProp:
			if len(rest) < 12 {
				return fmt.Errorf("%w: half a property", errTree)
			}
			length := binary.BigEndian.Uint32(rest[4:])
			if length > fdtMost {
				return fmt.Errorf("%w: a property of %d bytes", errTree, length)
			}
			size = words(12 + int(length))
		case fdtEnd:
			depth--
		case fdtNop, fdtLast:
		default:
			return fmt.Errorf("%w: token %#x", errTree, token)
		}
		if size > len(rest) || depth < 0 {
			return fmt.Errorf("%w: the structure is cut short", errTree)
		}
		visit(token, name, rest[:size])
		if token == fdtLast {
			if depth != 0 {
				break
			}
			return nil
		}
		rest = rest[size:]
	}
	return fmt.Errorf("%w: the structure has no end", errTree)
}

// join puts a tree together again.
func (t *fdt) join() []byte {
	offReserved := fdtHeader
	offStruct := offReserved + len(t.reserved)
	offStrings := offStruct + len(t.structure)
	total := offStrings + len(t.strings)
	var out []byte
	for _, word := range []uint32{
		fdtMagic, uint32(total), uint32(offStruct), uint32(offStrings), uint32(offReserved),
		17, 16, t.bootCPU, uint32(len(t.strings)), uint32(len(t.structure)),
	} {
		out = binary.BigEndian.AppendUint32(out, word)
	}
	out = append(out, t.reserved...)
	out = append(out, t.structure...)
	return append(out, t.strings...)
}

// words rounds a size up to whole words.
func words(n int) int { return (n + 3) &^ 3 }

func padWord(b []byte) []byte { return append(b, make([]byte, words(len(b))-len(b))...) }
