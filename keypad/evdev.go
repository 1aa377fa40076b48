package keypad

import (
	"encoding/binary"
	"math/bits"
)

// Event types and codes of Linux input devices (include/uapi/linux/input-event-codes.h).
const (
	evSyn = 0
	evKey = 1

	synReport  = 0
	synDropped = 3

	valueUp     = 0
	valueDown   = 1
	valueRepeat = 2

	evKeyMax = 0x2ff // KEY_MAX
)

// nativeEventSize is the size of struct input_event that this process reads, in bytes.
const nativeEventSize = 8 + 2*bits.UintSize/8

// inputEvent is what counts of a struct input_event.
type inputEvent struct {
	kind  uint16
	code  uint16
	value int32
}

// eventParser cuts a stream of struct input_event into events:
//
//	64-bit process, 24 bytes         32-bit process, 16 bytes
//	 0  seconds        8              0  seconds        4  (unsigned: good until 2106)
//	 8  microseconds   8              4  microseconds   4
//	16  type           2              8  type           2
//	18  code           2             10  code           2
//	20  value          4             12  value          4
//
// in the machine's byte order. A 32-bit process has the short form whatever the size of its time_t, and under
// a 64-bit kernel too. evdev only ever reads out whole events; a pipe may cut them anywhere.
type eventParser struct {
	size    int
	partial []byte // always shorter than size
}

func (p *eventParser) feed(data []byte, handle func(inputEvent)) {
	data = append(p.partial, data...)
	for len(data) >= p.size {
		body := data[p.size-8 : p.size]
		handle(inputEvent{
			kind:  binary.NativeEndian.Uint16(body),
			code:  binary.NativeEndian.Uint16(body[2:]),
			value: int32(binary.NativeEndian.Uint32(body[4:])),
		})
		data = data[p.size:]
	}
	p.partial = append([]byte(nil), data...)
}

// reset drops half an event, after the device was opened again.
func (p *eventParser) reset() { p.partial = nil }
