package qr

import (
	"errors"
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QuietZone is the blank border that a reader needs around the modules, in modules.
const QuietZone = 4

// Level is the error correction level: how much of the code may be damaged.
type Level uint8

// Error correction levels.
const (
	L Level = iota // 7 %
	M              // 15 %
	Q              // 25 %
	H              // 30 %
)

// String returns the letter of the level.
func (l Level) String() string {
	if l > H {
		return fmt.Sprintf("Level(%d)", uint8(l))
	}
	return "LMQH"[l : l+1]
}

var (
	// ErrEmpty is returned when there is nothing to encode.
	ErrEmpty = errors.New("qr: no content")
	// ErrTooLong is returned when the content does not fit the largest code (version 40) at its level.
	ErrTooLong = errors.New("qr: content too long")
	// ErrLevel is returned for a level that is not L, M, Q or H.
	ErrLevel = errors.New("qr: no such error correction level")
	// ErrEncode is returned when the encoder underneath refuses content that should fit.
	ErrEncode = errors.New("qr: encoder refused the content")
)

// A Matrix is the modules of one code, without quiet zone.
type Matrix struct {
	Size int // modules a side: 17 + 4 × version, 21–177
	dark []bool
}

// At reports whether the module in column x, row y is dark; outside the code everything is light.
func (m *Matrix) At(x, y int) bool {
	return x >= 0 && y >= 0 && x < m.Size && y < m.Size && m.dark[y*m.Size+x]
}

// Version is the version of the code, 1–40.
func (m *Matrix) Version() int { return (m.Size - 17) / 4 }

// mode is how characters become bits.
type mode uint8

const (
	numeric mode = iota
	alphanumeric
	bytes
)

// alphanumerics are the 45 characters of alphanumeric mode (ISO/IEC 18004 table 5).
const alphanumerics = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// modeOf returns the densest mode that holds content unchanged.
func modeOf(content string) mode {
	m := numeric
	for i := range len(content) {
		switch c := content[i]; {
		case '0' <= c && c <= '9':
		case strings.IndexByte(alphanumerics, c) >= 0:
			m = alphanumeric
		default:
			return bytes
		}
	}
	return m
}

// capacity is how many characters (bytes, in byte mode) version 40 holds, by level and mode (ISO/IEC 18004
// table 7).
var capacity = [...][3]int{
	L: {7089, 4296, 2953},
	M: {5596, 3391, 2331},
	Q: {3993, 2420, 1663},
	H: {3057, 1852, 1273},
}

// Encode returns the smallest code that holds content at the level. Its errors never repeat the content:
// ErrEmpty, ErrTooLong, ErrLevel, ErrEncode.
func Encode(content string, level Level) (*Matrix, error) {
	if level > H {
		return nil, fmt.Errorf("%w: %d", ErrLevel, uint8(level))
	}
	if content == "" {
		return nil, ErrEmpty
	}
	m := modeOf(content)
	if limit := capacity[level][m]; len(content) > limit {
		return nil, fmt.Errorf("%w: %d bytes, level %v holds %d", ErrTooLong, len(content), level, limit)
	}
	encoding := [...]qr.Encoding{numeric: qr.Numeric, alphanumeric: qr.AlphaNumeric, bytes: qr.Unicode}[m]
	correction := [...]qr.ErrorCorrectionLevel{L: qr.L, M: qr.M, Q: qr.Q, H: qr.H}[level]
	code, err := qr.Encode(content, correction, encoding)
	if err != nil { // it would repeat the content
		return nil, fmt.Errorf("%w: %d bytes, level %v", ErrEncode, len(content), level)
	}

	size := code.Bounds().Dx()
	matrix := &Matrix{Size: size, dark: make([]bool, size*size)}
	for y := range size {
		for x := range size {
			matrix.dark[y*size+x] = code.At(x, y) == color.Black
		}
	}
	return matrix, nil
}
