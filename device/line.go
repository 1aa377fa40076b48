package device

import (
	"errors"
	"io"
	"time"
)

// ErrGone is returned when a line has vanished: its node is absent, the far end hung up, or the driver says that
// the hardware is no longer there. The line comes back by itself once its node can be opened again.
var ErrGone = errors.New("the line is gone")

// Line is what a driver needs of a serial line. [*Serial] implements it, and devicetest has one in memory.
//
// One goroutine may read while another writes, and any may close. Errors: [os.ErrDeadlineExceeded] when a
// deadline passed, [ErrGone] when the line vanished, [os.ErrClosed] after Close.
type Line interface {
	io.ReadWriteCloser

	// SetReadDeadline ends Reads at t, also one that is under way; the zero time means never.
	SetReadDeadline(t time.Time) error

	// SetWriteDeadline ends Writes and Drains at t, also one that is under way; the zero time means never.
	SetWriteDeadline(t time.Time) error

	// Drain waits until everything written has left the send queue.
	Drain() error

	// SetBaud changes the rate, in bits a second, without closing the line. What was written before leaves at
	// the old rate when it was drained first.
	SetBaud(baud int) error
}

// Flow is how the far end of a line says "wait".
type Flow string

// The kinds of flow control.
const (
	FlowNone    Flow = "none"    // not at all: the sender must know what the far end can hold
	FlowXonXoff Flow = "xonxoff" // by the bytes XON 0x11 and XOFF 0x13, which then cannot be received as data
	FlowRTSCTS  Flow = "rtscts"  // by the lines RTS and CTS
)
