package secret

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Size is the length of a device secret and of every key derived from it, in bytes.
const Size = 32

// Purpose is what a key is for. A key for one purpose says nothing about that for another.
type Purpose string

// The purposes. They are on disk by their effect: never change one.
const (
	Journal  Purpose = "journal"       // the journal's device key
	Merchant Purpose = "merchant keys" // seals the merchant's keys
	name     Purpose = "name"          // tells boards apart; 8 bytes of it stand in every sealed file
)

// info is a purpose as HKDF's info.
func (p Purpose) info() string { return "smartpos device secret 1: " + string(p) }

// Store is where a board keeps its device secret.
type Store interface {
	// Key returns the key for a purpose, [Size] bytes: HKDF-SHA-256 of the device secret, without salt. The
	// same board always gives the same key. Its error is an [ErrStore].
	Key(Purpose) (Value, error)
}

// ErrStore is returned when the board's secret can't be had. The text says why and what to do, and is for a
// technician.
var ErrStore = errors.New("the board's device secret can't be used")

func unusable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrStore, fmt.Sprintf(format, args...))
}

// File is a [Store] in a file of exactly [Size] bytes, on a medium that the firmware only reads. It is read each time
// that a key is asked for: whoever holds a File holds no secret.
type File string

// Key implements [Store].
func (f File) Key(p Purpose) (Value, error) {
	device, err := f.read()
	if err != nil {
		return Value{}, err
	}
	return derive(device, p)
}

func derive(device []byte, p Purpose) (Value, error) {
	key, err := hkdf.Key(sha256.New, device, nil, p.info(), Size)
	if err != nil {
		return Value{}, unusable("deriving a key: %v", err)
	}
	return NewValue(key), nil
}

// read returns the device secret, if it can be one.
func (f File) read() ([]byte, error) {
	file, err := os.OpenFile(string(f), os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe of that name holds up nobody
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, unusable("%s is missing: put in the medium that holds it, or make one for a new board with pos seal -new", f)
	case err != nil:
		return nil, unusable("%v: check its owner and mode", err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, unusable("%v", err)
	case !info.Mode().IsRegular():
		return nil, unusable("%s is no plain file", f)
	case info.Mode().Perm()&0o077 != 0 && keepsModes(file):
		return nil, unusable("%s can be read by others (mode %#o): chmod 400", f, info.Mode().Perm())
	}
	device, err := io.ReadAll(io.LimitReader(file, Size+1))
	switch {
	case err != nil:
		return nil, unusable("%v", err)
	case len(device) != Size:
		return nil, unusable("%s has %d bytes or more, a device secret has exactly %d: put the right medium in", f, len(device), Size)
	case len(bytes.Trim(device, string(device[:1]))) == 0:
		return nil, unusable("%s is blank, the same byte %d times: nobody has written a secret there", f, Size)
	}
	return device, nil
}

// keepsModes reports whether the modes on a file's medium are its own. FAT and ISO 9660 make them up.
func keepsModes(f *os.File) bool {
	var s unix.Statfs_t
	if unix.Fstatfs(int(f.Fd()), &s) != nil {
		return true
	}
	const exfat = 0x2011BAB0
	switch int64(s.Type) {
	case unix.MSDOS_SUPER_MAGIC, unix.ISOFS_SUPER_MAGIC, exfat:
		return false
	}
	return true
}

// NewFile makes a device secret of random bytes in a file of mode 0400, whole or not at all. It never replaces one:
// everything that was sealed under it would be lost.
func NewFile(path string) (File, error) {
	if _, err := os.Lstat(path); err == nil {
		return "", unusable("%s is there already, and what was sealed under it opens with nothing else", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", unusable("%v", err)
	}
	device := make([]byte, Size)
	_, _ = rand.Read(device) // never fails: crypto/rand ends the program instead
	if err := writeFile(path, device, 0o400); err != nil {
		return "", unusable("%v", err)
	}
	return File(path), nil
}
