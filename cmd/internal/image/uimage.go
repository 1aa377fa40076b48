package image

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os/exec"
)

// ErrUnpack is returned when a compressed kernel is not what it should be.
var ErrUnpack = errors.New("image: unpacking the kernel")

const (
	zImageMagic  = 0x016f2818 // at 0x24 of an ARM zImage
	zImageOffset = 0x24
	maxKernel    = 256 << 20
	minKernel    = 1 << 20 // a smaller stream in a zImage is no kernel
)

// xzMagic begins an xz stream.
var xzMagic = []byte("\xfd7zXZ\x00")

// unpackZImage returns the kernel inside an ARM zImage. The stream's place is not written down, and the unpacker
// before it holds the same magic as a constant: the first place where an xz stream unpacks is the kernel.
func unpackZImage(ctx context.Context, zImage []byte) ([]byte, error) {
	if len(zImage) < zImageOffset+4 || binary.LittleEndian.Uint32(zImage[zImageOffset:]) != zImageMagic {
		return nil, fmt.Errorf("%w: %d bytes that are no ARM zImage", ErrUnpack, len(zImage))
	}
	xz, err := exec.LookPath("xz")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no xz here: install xz-utils", ErrUnpack)
	}
	for at := 0; ; at++ {
		next := bytes.Index(zImage[at:], xzMagic)
		if next < 0 {
			return nil, fmt.Errorf("%w: there is no xz stream in the zImage", ErrUnpack)
		}
		at += next
		cmd := exec.CommandContext(ctx, xz, "--decompress", "--stdout", "--single-stream")
		cmd.Stdin = bytes.NewReader(zImage[at:])
		var out bytes.Buffer
		cmd.Stdout = &limited{&out, maxKernel}
		if err := cmd.Run(); err == nil && out.Len() >= minKernel {
			return out.Bytes(), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// limited refuses what is too much.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errors.New("too long")
	}
	return l.w.Write(p)
}

// uImage puts U-Boot's legacy header before an unpacked ARM kernel. Big-endian:
//
//	0 magic 27051956  4 CRC-32 of this header with 0 here  8 time  12 size  16 load  20 entry  24 CRC-32 of the data
//	28 os (5 Linux)  29 architecture (2 ARM)  30 type (2 kernel)  31 compression (0 none)  32 name (32)
func uImage(kernel []byte, load uint32, name string) []byte {
	h := make([]byte, 64, 64+len(kernel))
	put := binary.BigEndian.PutUint32
	put(h[0:], 0x27051956)
	put(h[12:], uint32(len(kernel)))
	put(h[16:], load)
	put(h[20:], load)
	put(h[24:], crc32.ChecksumIEEE(kernel))
	copy(h[28:32], []byte{5, 2, 2, 0})
	copy(h[32:63], name)
	put(h[4:], crc32.ChecksumIEEE(h))
	return append(h, kernel...)
}
