package cpio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

const (
	magic      = "070701"
	headerSize = 110
	trailer    = "TRAILER!!!"
	maxName    = 4096 // what the kernel takes: PATH_MAX with the NUL
)

// Types of members: the bits of S_IFMT in a mode.
const (
	typeMask    = 0o170000
	typeDir     = 0o040000
	typeFile    = 0o100000
	typeSymlink = 0o120000
	typeChar    = 0o020000
)

// ErrMember is returned when a member can't be written: a name that the kernel would not take, or data that is
// too long for the format.
var ErrMember = errors.New("cpio: impossible member")

// Member is one file of an archive.
type Member struct {
	Name string // relative, slash-separated, without "." or ".." as a part
	Mode uint32 // type and permissions as in stat(2): 0o040755 is a folder, 0o100644 a file
	Data []byte // of a file; of a symbolic link its target

	Major, Minor uint32 // of a device node
}

// Dir is a folder with the given permissions.
func Dir(name string, perm uint32) Member { return Member{Name: name, Mode: typeDir | perm} }

// File is a plain file.
func File(name string, perm uint32, data []byte) Member {
	return Member{Name: name, Mode: typeFile | perm, Data: data}
}

// Symlink is a symbolic link to target.
func Symlink(name, target string) Member {
	return Member{Name: name, Mode: typeSymlink | 0o777, Data: []byte(target)}
}

// CharDevice is a node of a character device.
func CharDevice(name string, perm, major, minor uint32) Member {
	return Member{Name: name, Mode: typeChar | perm, Major: major, Minor: minor}
}

// IsDir reports whether m is a folder.
func (m Member) IsDir() bool { return m.Mode&typeMask == typeDir }

// IsFile reports whether m is a plain file.
func (m Member) IsFile() bool { return m.Mode&typeMask == typeFile }

// A Writer writes an archive. The kernel makes members in their order, so a folder goes before what is in it.
type Writer struct {
	w     io.Writer
	inode uint32
	err   error
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write adds a member. It returns [ErrMember] for one that can't be, and the error of the writer below; after an
// error it returns that one for ever.
func (w *Writer) Write(m Member) error {
	if w.err != nil {
		return w.err
	}
	if w.err = check(m); w.err != nil {
		return w.err
	}
	w.inode++
	nlink := uint32(1)
	if m.IsDir() {
		nlink = 2
	}
	w.err = w.put(w.inode, nlink, m)
	return w.err
}

// Close writes the end of the archive. It does not close the writer below.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.put(0, 1, Member{Name: trailer}); w.err != nil {
		return w.err
	}
	w.err = errors.New("cpio: the archive is closed")
	return nil
}

func check(m Member) error {
	switch {
	case !fs.ValidPath(m.Name), m.Name == ".", m.Name == trailer, len(m.Name) >= maxName,
		strings.ContainsRune(m.Name, 0):
		return fmt.Errorf("%w: name %.100q", ErrMember, m.Name)
	case uint64(len(m.Data)) > math.MaxUint32:
		return fmt.Errorf("%w: %s has %d bytes", ErrMember, m.Name, len(m.Data))
	}
	return nil
}

// put writes header, name and data, each padded.
func (w *Writer) put(inode, nlink uint32, m Member) error {
	head := magic
	for _, v := range []uint32{
		inode, m.Mode, 0, 0, nlink, 0, uint32(len(m.Data)), 0, 0, m.Major, m.Minor, uint32(len(m.Name) + 1), 0,
	} {
		head += fmt.Sprintf("%08X", v)
	}
	head += m.Name + "\x00"
	if _, err := io.WriteString(w.w, head+pad(len(head))); err != nil {
		return err
	}
	if _, err := w.w.Write(m.Data); err != nil {
		return err
	}
	_, err := io.WriteString(w.w, pad(len(m.Data)))
	return err
}

// pad is what is missing from n bytes to a multiple of 4.
func pad(n int) string { return "\x00\x00\x00"[:-n&3] }
