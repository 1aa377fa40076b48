package keypad

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ioctl requests of evdev (include/uapi/linux/input.h), with the layout of asm-generic/ioctl.h, which holds for
// every architecture this runs on.
const (
	iocRead  = 2 << 30
	iocWrite = 1 << 30
	evioc    = 'E' << 8

	eviocgrab = iocWrite | 4<<16 | evioc | 0x90 // EVIOCGRAB: int by value

	bitmapSize  = evKeyMax/8 + 1
	eviocgkey   = iocRead | bitmapSize<<16 | evioc | 0x18         // EVIOCGKEY: which keys are down
	eviocgbitEv = iocRead | bitmapSize<<16 | evioc | 0x20 | evKey // EVIOCGBIT(EV_KEY): which it has
)

// keyBits is a set of evdev codes.
type keyBits [bitmapSize]byte

func (b *keyBits) has(code uint16) bool {
	return int(code/8) < len(b) && b[code/8]>>(code%8)&1 != 0
}

// evFile is an open input device.
type evFile struct{ *os.File }

// openEvFile opens an input device and takes it for this process alone, so that the keys don't reach the
// console as well. Whatever is no input device (a FIFO, a file with recorded events) is just read.
func openEvFile(path string) (io.ReadCloser, error) {
	path, err := chooseEvFile(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	err = (evFile{f}).control(func(fd int) error { return unix.IoctlSetInt(fd, eviocgrab, 1) })
	if err != nil && !errors.Is(err, unix.ENOTTY) && !errors.Is(err, unix.EINVAL) {
		f.Close()
		return nil, fmt.Errorf("EVIOCGRAB: %w", err)
	}
	return evFile{f}, nil
}

// chooseEvFile resolves a pattern to the first input device that has the digits of a number pad. Without
// udev a pad that is plugged in again can get another number.
func chooseEvFile(path string) (string, error) {
	if !strings.ContainsAny(path, "*?[") {
		return path, nil
	}
	names, err := filepath.Glob(path)
	if err != nil {
		return "", err
	}
	for _, name := range names { // Glob sorts
		f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			continue
		}
		bits, err := (evFile{f}).bits(eviocgbitEv)
		f.Close()
		if err == nil && bits.hasNumberPad() {
			return name, nil
		}
	}
	return "", &fs.PathError{Op: "find number pad", Path: path, Err: fs.ErrNotExist}
}

func (b *keyBits) hasNumberPad() bool {
	for k := Digit0; k <= Digit9; k++ {
		if code, _ := evCode("KEY_KP" + k.String()); !b.has(code) {
			return false
		}
	}
	return true
}

// keysDown returns which keys are down now.
func (f evFile) keysDown() (keyBits, error) { return f.bits(eviocgkey) }

func (f evFile) bits(request uint) (bits keyBits, err error) {
	err = f.control(func(fd int) error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(unsafe.Pointer(&bits)))
		if errno != 0 {
			return errno
		}
		return nil
	})
	return bits, err
}

func (f evFile) control(do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return err
	}
	return inner
}
