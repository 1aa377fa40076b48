package boot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Where ext4 keeps its superblock, in bytes.
const (
	superOffset = 1024
	superSize   = 1024
)

// What can be wrong with a data partition.
var (
	// ErrNoDevice is returned when the data partition's device does not appear.
	ErrNoDevice = errors.New("boot: the data device is missing")
	// ErrBlank is returned when the data partition holds nothing at all, as far as it is looked at: it was never set up.
	ErrBlank = errors.New("boot: the data partition is blank")
	// ErrNotExt4 is returned when the data partition holds something, but no ext4.
	ErrNotExt4 = errors.New("boot: the data partition holds no ext4")
	// ErrDamaged is returned when ext4 has recorded errors that e2fsck may not mend by itself.
	ErrDamaged = errors.New("boot: the data partition is damaged")
	// ErrStopped is said of a data partition that takes no writes any more: ext4 has found an error while it was used.
	ErrStopped = errors.New("boot: the data partition takes no writes any more")
	// ErrMount is returned when the kernel refuses to mount the data partition, for whatever else.
	ErrMount = errors.New("boot: the data partition can't be mounted")
)

// superblock is what process 1 reads of an ext4 superblock. Its fields, little-endian:
//
//	0x38 magic EF53 (2)   0x3A state (2): 1 cleanly unmounted, 2 errors found
//	0x60 incompatible features (4): 4 the journal must be replayed   0x194 count of errors (4)
type superblock struct {
	errors  bool   // errors are recorded
	count   uint32 // how many, where the kernel counted
	recover bool   // the journal is to be replayed: it was not unmounted
	torn    bool   // its checksum does not hold, see TornSuperblock
}

// parseSuperblock reads the first 2048 bytes of a partition.
func parseSuperblock(p []byte) (superblock, error) {
	var s superblock
	if len(p) < superOffset+superSize {
		return s, fmt.Errorf("%w: only %d bytes", ErrNotExt4, len(p))
	}
	b := p[superOffset:]
	if magic := binary.LittleEndian.Uint16(b[0x38:]); magic != 0xef53 {
		for _, v := range p {
			if v != 0 {
				return s, fmt.Errorf("%w: its magic is %04x, not ef53", ErrNotExt4, magic)
			}
		}
		return s, ErrBlank
	}
	s.count = binary.LittleEndian.Uint32(b[0x194:])
	s.errors = binary.LittleEndian.Uint16(b[0x3a:])&2 != 0 || s.count > 0
	s.recover = binary.LittleEndian.Uint32(b[0x60:])&4 != 0
	_, s.torn = TornSuperblock(p)
	return s, nil
}

// A superblock with a checksum, further fields (ext4(5), the kernel's Documentation/filesystems/ext4/super.rst):
//
//	0x64 read-only compatible features (4): 0x400 checksums   0x175 kind of checksum (1): 1 CRC-32C   0x3FC checksum (4)
const (
	superFeature = 0x400
	superKind    = 1
	superSum     = 0x3fc
)

// sectorSize is what a disk writes as a whole, in bytes: a superblock of ext4 is two, and the first of a FAT tells what it is.
const sectorSize = 512

// TornSuperblock looks at the first 2048 bytes of an ext4 partition and reports whether the superblock's checksum does
// not hold: the power went while the disk had written one of its two sectors. All that ext4 changes while it is mounted
// stands in the first sector, save for the checksum, which is all that the second one lacks, or has too early.
//
// fixed is the superblock with the checksum that belongs to the first sector, and with a note that there were errors:
// whether all else holds is for e2fsck to say, which, like the kernel, does not look at a superblock with a wrong
// checksum, and with that note looks at everything. It is to be written sector by sector, the first one before, so that
// another loss of power leaves it torn or noted.
func TornSuperblock(p []byte) (fixed []byte, torn bool) {
	if len(p) < superOffset+superSize {
		return nil, false
	}
	b := p[superOffset : superOffset+superSize]
	if binary.LittleEndian.Uint16(b[0x38:]) != 0xef53 || binary.LittleEndian.Uint32(b[0x64:])&superFeature == 0 ||
		b[0x175] != superKind || binary.LittleEndian.Uint32(b[superSum:]) == checksum(b) {
		return nil, false
	}
	fixed = append([]byte(nil), b...)
	fixed[0x3a] |= 2
	binary.LittleEndian.PutUint32(fixed[superSum:], checksum(fixed))
	return fixed, true
}

// checksum is that of a superblock: ext4 does without the last inversion.
func checksum(super []byte) uint32 {
	return ^crc32.Checksum(super[:superSum], crc32.MakeTable(crc32.Castagnoli))
}

// MendSuperblock writes what TornSuperblock found, by write.
func MendSuperblock(fixed []byte, write func(p []byte, off int64) error) error {
	if err := write(fixed[:sectorSize], superOffset); err != nil {
		return err
	}
	return write(fixed[sectorSize:], superOffset+sectorSize)
}

// SuperblockEnd is how far TornSuperblock reads, in bytes.
const SuperblockEnd = superOffset + superSize
