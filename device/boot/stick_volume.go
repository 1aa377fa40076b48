package boot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"slices"
)

// What can be wrong with a USB stick.
var (
	// ErrStickUnknown is returned for a stick that holds neither FAT nor exFAT.
	ErrStickUnknown = errors.New("it holds no file system that is taken: FAT and exFAT are")
	// ErrStickBroken is returned for a stick that can't be read.
	ErrStickBroken = errors.New("it can't be read")
)

// maxParts bounds how many partitions of a stick are looked at.
const maxParts = 16

// Disk is a disk on USB.
type Disk struct {
	Name      string // the kernel's: sda
	Sequence  uint64 // no two media that are put in have the same
	Size      int64  // bytes; 0 where no medium is in
	Protected bool   // it takes no writes
	Parts     []Part
}

// Part is a partition of a disk.
type Part struct {
	Name string // the kernel's: sda1
	Size int64  // bytes
}

// same reports whether both are one disk with one medium.
func (d Disk) same(e Disk) bool { return d.Name == e.Name && d.Sequence == e.Sequence }

// ours reports whether a disk belongs to the board, and is no stick whatever it hangs on.
func (c Config) ours(d Disk) bool {
	for _, device := range slices.Concat([]string{c.Settings.Device, c.Data.Device}, c.Stick.Never) {
		name := path.Base(device)
		if name == d.Name || slices.ContainsFunc(d.Parts, func(p Part) bool { return p.Name == name }) {
			return true
		}
	}
	return false
}

// volume is what of a stick is mounted.
type volume struct {
	device string // /dev/sda1
	kind   string // of its file system, as the kernel calls it
}

// mount is how it is mounted: read-only, so that it may be pulled out at any time. Names on it are UTF-8, its times are
// China's, and what it holds is nobody's but root's.
func (v volume) mount() Mount {
	m := Mount{Source: v.device, Dir: StickDir, Type: v.kind, ReadOnly: true}
	m.Options = "umask=0077,time_offset=480,errors=remount-ro,iocharset=utf8"
	if v.kind == "vfat" {
		m.Options = "umask=0077,time_offset=480,errors=remount-ro,codepage=437,iocharset=ascii,utf8=1,flush"
	}
	return m
}

// volume finds what can be mounted of a disk: the disk as a whole, or the largest of its partitions that holds a file
// system that is taken. (The first is on some sticks a small one for starting computers.)
func (b *booter) volume(d Disk) (volume, error) {
	parts := slices.Clone(d.Parts)
	slices.SortStableFunc(parts, func(p, q Part) int { return int(min(1, max(-1, q.Size-p.Size))) })
	names := []string{d.Name}
	for _, p := range parts[:min(len(parts), maxParts)] {
		names = append(names, p.Name)
	}
	var broken error
	for _, name := range names {
		v := volume{device: "/dev/" + name}
		sector := make([]byte, sectorSize)
		if err := b.sys.ReadAt(v.device, sector, 0); err != nil {
			broken = fmt.Errorf("%s: %w: %w", v.device, ErrStickBroken, err)
		} else if v.kind = fileSystem(sector); v.kind != "" {
			return v, nil
		}
	}
	if broken != nil {
		return volume{device: "/dev/" + d.Name}, broken
	}
	return volume{device: "/dev/" + d.Name}, fmt.Errorf("%s: %w", d.Name, ErrStickUnknown)
}

// fileSystem says what a volume's first sector is of: "vfat", "exfat", or "" for anything else. As the kernel does, it
// goes by what must hold of FAT and not by the name that stands there, which some sticks lack:
//
//	0 jump EB xx 90 or E9   3 name (8)   11 bytes per sector (2), a power of two from 512 to 4096   13 sectors per
//	cluster, a power of two   14 reserved sectors (2), not 0   16 FATs, 1 or 2   21 medium, F0 or F8–FF   510 55 AA
func fileSystem(p []byte) string {
	if p[510] != 0x55 || p[511] != 0xaa {
		return ""
	}
	if bytes.HasPrefix(p[3:], []byte("EXFAT   ")) {
		return "exfat"
	}
	power := func(n uint16) bool { return n != 0 && n&(n-1) == 0 }
	size := binary.LittleEndian.Uint16(p[11:])
	switch {
	case p[0] != 0xe9 && (p[0] != 0xeb || p[2] != 0x90):
	case !power(size) || size < 512 || size > 4096 || !power(uint16(p[13])):
	case binary.LittleEndian.Uint16(p[14:]) == 0 || p[16] < 1 || p[16] > 2:
	case p[21] != 0xf0 && p[21] < 0xf8:
	default:
		return "vfat"
	}
	return ""
}

// stateOf is where a stick stands after its mounting.
func stateOf(d Disk, err error) StickState {
	switch {
	case errors.Is(err, ErrStickUnknown):
		return StickUnknown
	case err != nil:
		return StickBroken
	case d.Protected:
		return StickProtected
	}
	return StickReady
}
