package keypad

import (
	"io"
	"time"
)

// NewMatrixWithGhosts is NewMatrix, but believes every crossing it reads; it proves what the rejection is for.
func NewMatrixWithGhosts(cfg MatrixConfig) (*Matrix, error) {
	m, err := newMatrix(cfg)
	if err != nil {
		return nil, err
	}
	m.debouncer.reject = func(grid) grid { return 0 }
	go m.run()
	return m, nil
}

// ScanOnce scans a matrix that is not started, for benchmarks.
func ScanOnce(cfg MatrixConfig) (scan func(), err error) {
	m, err := newMatrix(cfg)
	if err != nil {
		return nil, err
	}
	m.wires.settle = 0
	return func() { m.debouncer.step(m.wires.scan(time.Now()), m.every) }, nil
}

// StartInput is OpenInput on whatever open returns, with events of the given size.
func StartInput(cfg InputConfig, eventSize int, open func() (io.ReadCloser, error)) (Source, error) {
	return startInput(cfg, eventSize, open)
}

// KeyBits makes a device's answer to EVIOCGKEY.
func KeyBits(codes ...uint16) (b keyBits) {
	for _, c := range codes {
		b[c/8] |= 1 << (c % 8)
	}
	return b
}

// KeyState is what an input device answers about its keys.
type KeyState = keyBits

// InputDevice is a device that knows which of its keys are down.
type InputDevice struct {
	io.ReadCloser
	Down *KeyState
}

func (d InputDevice) keysDown() (keyBits, error) { return *d.Down, nil }

// NativeEventSize is the size of an event on this machine.
const NativeEventSize = nativeEventSize

// Code returns the evdev code of a name.
func Code(name string) uint16 { code, _ := evCode(name); return code }

// Codes is the table of evdev names.
func Codes() map[string]uint16 { codes, _ := evTables(); return codes }
