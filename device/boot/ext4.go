package boot

import (
	"encoding/binary"
	"errors"
	"fmt"
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
	// ErrBlank is returned when the data partition holds nothing at all: it was never set up.
	ErrBlank = errors.New("boot: the data partition is blank")
	// ErrNotExt4 is returned when the data partition holds something, but no ext4.
	ErrNotExt4 = errors.New("boot: the data partition holds no ext4")
	// ErrDamaged is returned when ext4 has recorded errors that e2fsck may not mend by itself.
	ErrDamaged = errors.New("boot: the data partition is damaged")
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
	return s, nil
}
