package display

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The framebuffer device's own description, from linux/fb.h. Go lays these structs out as C does, with
// unsigned long as uintptr.
const (
	ioctlGetVar = 0x4600 // FBIOGET_VSCREENINFO
	ioctlGetFix = 0x4602 // FBIOGET_FSCREENINFO
)

// fbBitfield is struct fb_bitfield: where a colour lies in a pixel, in bits.
type fbBitfield struct{ offset, length, msbRight uint32 }

// fbVar is struct fb_var_screeninfo.
type fbVar struct {
	xres, yres               uint32
	xresVirtual, yresVirtual uint32
	xoffset, yoffset         uint32
	bitsPerPixel, grayscale  uint32
	red, green, blue, transp fbBitfield
	nonstd, activate         uint32
	heightMM, widthMM        uint32
	accelFlags               uint32
	timing                   [11]uint32 // pixclock … colorspace
	reserved                 [4]uint32
}

// fbFix is struct fb_fix_screeninfo.
type fbFix struct {
	id                            [16]byte
	smemStart                     uintptr
	smemLen                       uint32
	kind, kindAux, visual         uint32
	xpanstep, ypanstep, ywrapstep uint16
	lineLength                    uint32
	mmioStart                     uintptr
	mmioLen, accel                uint32
	capabilities                  uint16
	reserved                      [2]uint16
}

// errNotFramebuffer is returned by probe for a file that does not answer as a framebuffer device.
var errNotFramebuffer = errors.New("display: not a framebuffer device")

// probe asks a framebuffer device for its geometry and the length of its memory.
func probe(f *os.File) (geometry, int, error) {
	var v fbVar
	if errno := ioctl(f, ioctlGetVar, unsafe.Pointer(&v)); errno != 0 {
		return geometry{}, 0, errNotFramebuffer
	}
	var fix fbFix
	if errno := ioctl(f, ioctlGetFix, unsafe.Pointer(&fix)); errno != 0 {
		return geometry{}, 0, fmt.Errorf("display: %s: FBIOGET_FSCREENINFO: %w", f.Name(), errno)
	}
	g, err := describe(&v, &fix)
	if err != nil {
		return geometry{}, 0, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return g, int(fix.smemLen), nil
}

// describe turns the device's answer into a geometry, refusing what cannot be drawn on.
func describe(v *fbVar, fix *fbFix) (geometry, error) {
	g := geometry{
		width: int(v.xres), height: int(v.yres), stride: int(fix.lineLength),
		offset: int(v.yoffset)*int(fix.lineLength) + int(v.xoffset)*int(v.bitsPerPixel/8),
	}
	switch {
	case v.bitsPerPixel == 32 && v.red.is(16, 8) && v.green.is(8, 8) && v.blue.is(0, 8):
		g.format = XRGB8888
	case v.bitsPerPixel == 16 && v.red.is(11, 5) && v.green.is(5, 6) && v.blue.is(0, 5):
		g.format = RGB565
	default:
		return g, fmt.Errorf("%w: %d bits, red %v green %v blue %v",
			ErrFormat, v.bitsPerPixel, v.red, v.green, v.blue)
	}
	if err := g.check(); err != nil {
		return g, err
	}
	if g.size() > int(fix.smemLen) {
		return g, fmt.Errorf("%w: %d bytes of memory, the screen needs %d", ErrShort, fix.smemLen, g.size())
	}
	return g, nil
}

func (b fbBitfield) is(offset, length uint32) bool { return b.offset == offset && b.length == length }

// String shows a bit field as offset+length.
func (b fbBitfield) String() string { return fmt.Sprintf("%d+%d", b.offset, b.length) }

func ioctl(f *os.File, request uintptr, arg unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, uintptr(arg))
	return errno
}
