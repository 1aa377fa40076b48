package cpio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ErrFormat is returned when what is read is no newc archive, or is torn.
var ErrFormat = errors.New("cpio: not a newc archive")

// A Reader reads an archive from memory. Data of members shares that memory.
type Reader struct {
	rest []byte
	off  int // of rest in the archive
}

// NewReader returns a Reader of archive.
func NewReader(archive []byte) *Reader { return &Reader{rest: archive} }

// Next returns the next member, io.EOF at the trailer, and [ErrFormat] with the offset where the archive is
// broken.
func (r *Reader) Next() (Member, error) {
	var m Member
	if len(r.rest) < headerSize || !bytes.HasPrefix(r.rest, []byte(magic)) {
		return m, fmt.Errorf("%w: no header at offset %d", ErrFormat, r.off)
	}
	var field [13]uint32
	for i := range field {
		digits := r.rest[len(magic)+8*i:][:8]
		v, err := strconv.ParseUint(string(digits), 16, 32)
		if err != nil {
			return m, fmt.Errorf("%w: %q is no number at offset %d", ErrFormat, digits, r.off)
		}
		field[i] = uint32(v)
	}
	nameSize, size := uint64(field[11]), uint64(field[6])
	if nameSize < 2 || nameSize > maxName {
		return m, fmt.Errorf("%w: a name of %d bytes at offset %d", ErrFormat, nameSize, r.off)
	}
	start := align(headerSize + nameSize)
	if start+size > uint64(len(r.rest)) {
		return m, fmt.Errorf("%w: torn at offset %d", ErrFormat, r.off)
	}
	name := r.rest[headerSize : headerSize+nameSize]
	if end := bytes.IndexByte(name, 0); end != len(name)-1 {
		return m, fmt.Errorf("%w: a name without its NUL at offset %d", ErrFormat, r.off)
	}
	m = Member{
		Name: string(name[:len(name)-1]), Mode: field[1], Data: r.rest[start:][:size:size],
		Major: field[9], Minor: field[10],
	}
	next := min(align(start+size), uint64(len(r.rest)))
	r.rest, r.off = r.rest[next:], r.off+int(next)
	if m.Name == trailer {
		return Member{}, io.EOF
	}
	return m, nil
}

func align(n uint64) uint64 { return (n + 3) &^ 3 }
