package keypad

import (
	"bufio"
	"encoding/binary"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

// record makes a struct input_event of the given size.
func record(size int, kind, code uint16, value int32) []byte {
	b := make([]byte, size)
	for i := range size - 8 {
		b[i] = byte(0xa0 + i) // the time: must not be taken for anything else
	}
	binary.NativeEndian.PutUint16(b[size-8:], kind)
	binary.NativeEndian.PutUint16(b[size-6:], code)
	binary.NativeEndian.PutUint32(b[size-4:], uint32(value))
	return b
}

func TestEventParser(t *testing.T) {
	want := []inputEvent{{evKey, 79, 1}, {evSyn, synReport, 0}, {evKey, 79, 0}, {4, 4, -5}}
	for _, size := range []int{16, 24} {
		var stream []byte
		for _, e := range want {
			stream = append(stream, record(size, e.kind, e.code, e.value)...)
		}
		for cut := 1; cut <= len(stream); cut++ {
			var got []inputEvent
			p := eventParser{size: size}
			for piece := range slices.Chunk(stream, cut) {
				p.feed(piece, func(e inputEvent) { got = append(got, e) })
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("size %d, pieces of %d: got %v", size, cut, got)
			}
		}
	}
}

// FuzzEventParser: any bytes give as many events as fit, however they are cut, and a source survives them.
func FuzzEventParser(f *testing.F) {
	f.Add(record(24, evKey, 79, 1), uint8(7), true)
	f.Add(append(record(16, evSyn, synDropped, 0), record(16, evSyn, synReport, 0)...), uint8(16), false)
	f.Add(record(24, evKey, 0xffff, -1), uint8(1), true)
	f.Fuzz(func(t *testing.T, data []byte, cut uint8, long bool) {
		size := 16
		if long {
			size = 24
		}
		in := stillInput(t, size)
		var n int
		p := eventParser{size: size}
		for piece := range slices.Chunk(data, int(cut)+1) {
			p.feed(piece, func(inputEvent) { n++ })
			in.take(pieceOf(piece))
		}
		if n != len(data)/size || len(p.partial) != len(data)%size {
			t.Fatalf("%d bytes: %d events, %d bytes left", len(data), n, len(p.partial))
		}
		if n := len(in.queue.items); n > queueLen+1 {
			t.Fatalf("%d items queued", n)
		}
	})
}

// stillInput is a source that is not running.
func stillInput(t *testing.T, size int) *input {
	t.Helper()
	keys, err := parseInputKeys(DefaultInputKeys())
	if err != nil {
		t.Fatal(err)
	}
	q := newQueue("still")
	return &input{queue: q, keys: keys, holds: newHolds(q, HoldConfig{}), unknowns: unknowns{queue: q},
		parser: eventParser{size: size}}
}

// TestInputStopped: the process was stopped while SCAN was tapped. That makes no long press.
func TestInputStopped(t *testing.T) {
	in := stillInput(t, 24)
	in.take(pieceOf(record(24, evKey, Code("KEY_KPPLUS"), valueDown)))
	in.pass(time.Hour)
	in.take(pieceOf(record(24, evKey, Code("KEY_KPPLUS"), valueUp)))
	if e, err := in.queue.Next(t.Context()); err != nil || e != (Event{Key: Scan}) {
		t.Errorf("got %v, %v", e, err)
	}
}

func pieceOf(data []byte) piece { return piece{data: data} }

// TestEvdevNames compares the table of names with the kernel's header, where that is installed.
func TestEvdevNames(t *testing.T) {
	const header = "/usr/include/linux/input-event-codes.h"
	file, err := os.Open(header)
	if err != nil {
		t.Skip("no kernel headers: ", err)
	}
	defer file.Close()
	define := regexp.MustCompile(`^#define\s+(KEY_\w+)\s+(0x[0-9a-f]+|\d+)\b`)
	kernel := map[string]uint16{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if m := define.FindStringSubmatch(lines.Text()); m != nil {
			code, err := strconv.ParseUint(m[2], 0, 16)
			if err != nil {
				t.Fatal(err)
			}
			kernel[m[1]] = uint16(code)
		}
	}
	for name, code := range Codes() {
		if kernel[name] != code {
			t.Errorf("%s is %d, in %s %d", name, code, header, kernel[name])
		}
	}
}

func TestInputKeysFaults(t *testing.T) {
	_, err := parseInputKeys(map[string]string{"KEY_KP1": "1", "KEY_NOPE": "2", "KEY_KP3": "ENTER"})
	const want = "KEY_KP3: keypad: no key is named \"ENTER\"\nno input key is named \"KEY_NOPE\""
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
