package qemu

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// traceFD is QEMU's file descriptor of the trace: the first after standard input, output and error.
	traceFD = 3
	// traceAhead is how many bytes of trace QEMU may be ahead: a page, the least that Linux gives a pipe. One scan
	// of 4×4 keys makes some 3 KiB.
	traceAhead = 4096
)

// Events of QEMU's PL061 (hw/gpio/trace-events).
const (
	outputEvent = "pl061_set_output" // "PATH setting output N to L"
	readEvent   = "pl061_read"       // "PATH offset 0xN value 0xN"
)

// pinEvent is what the guest did to its pins, as QEMU traces it.
type pinEvent struct {
	read bool

	line  int  // of an output that changed
	level bool // of it

	mask   uint8 // lines that were read
	levels uint8 // of them
}

// newTrace makes the pipe on which QEMU tells what the guest does to its pins, with the smallest buffer there is.
//
// QEMU waits when it can't write, and with it the guest. So the guest can't scan its keypad several times while
// this process is kept from the CPU.
func newTrace() (ours, theirs *os.File, err error) {
	if ours, theirs, err = os.Pipe(); err != nil {
		return nil, nil, harness("make the trace's pipe", err)
	}
	raw, err := theirs.SyscallConn()
	if err == nil {
		e := raw.Control(func(fd uintptr) { _, err = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, traceAhead) })
		err = errors.Join(e, err)
	}
	if err != nil {
		ours.Close()
		theirs.Close()
		return nil, nil, harness("make the trace's pipe", err)
	}
	return ours, theirs, nil
}

// readTrace tells the events of the board's chip, which has but one, until the trace ends. Other lines are none of
// ours.
func readTrace(r io.Reader, tell func(pinEvent)) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if e, ok := parsePinEvent(lines.Text()); ok {
			tell(e)
		}
	}
	// QEMU must not be held by a reader that gave up on a line.
	_, _ = io.Copy(io.Discard, r)
}

// parsePinEvent reads a line of the trace, if it is about the chip's lines.
func parsePinEvent(s string) (e pinEvent, ok bool) {
	switch f := strings.Fields(s); {
	case len(f) == 7 && f[0] == outputEvent && f[2] == "setting" && f[3] == "output" && f[5] == "to":
		line, err := strconv.ParseUint(f[4], 10, 8)
		if err != nil || line >= pinCount || f[6] != "0" && f[6] != "1" {
			return pinEvent{}, false
		}
		return pinEvent{line: int(line), level: f[6] == "1"}, true
	case len(f) == 6 && f[0] == readEvent && f[2] == "offset" && f[4] == "value":
		offset, err1 := strconv.ParseUint(f[3], 0, 16)
		value, err2 := strconv.ParseUint(f[5], 0, 8)
		// GPIODATA is 256 words; bits 2–9 of the address say which lines are meant (PL061 TRM, section 3.3.1).
		if err1 != nil || err2 != nil || offset >= 4<<pinCount {
			return pinEvent{}, false
		}
		return pinEvent{read: true, mask: uint8(offset >> 2), levels: uint8(value)}, true
	}
	return pinEvent{}, false
}
