package board

import (
	"context"
	"errors"
	"image"
	"io"
	"time"

	"smartpos/cmd/internal/board/stick"
)

// Backend is the machine that runs the firmware, as the outside world can touch it: a process on the host, or an ARM
// board in QEMU.
//
// Calls may come from several goroutines, save that On, Cut and Close are never under way together.
type Backend interface {
	// Name is the backend's name on the command line and in the state: "host", "armv7", "arm64".
	Name() string

	// On supplies power. It returns once the firmware has been started, not once it is ready; a machine that has to
	// boot first has then done that. It returns [ErrPowered] when the power is on.
	On(ctx context.Context) error

	// Kill takes the power away at this instant and does not wait for what follows. It may be called from
	// anywhere, also when there is no power.
	Kill()

	// Cut is Kill, and returns when nothing of the run is left: sockets are dead, queues are lost.
	Cut() error

	// Plug joins a device to a socket on the board's back; closing the cable is pulling it out. A socket holds
	// one cable.
	Plug(Socket) (Cable, error)

	// Press presses a key by its name and holds it for so long. It returns when the firmware has taken it, or
	// an error that says why it has not.
	Press(ctx context.Context, key string, hold time.Duration) error

	// Type sends characters on the keypad's line, as a wrong device or a bad contact would. It returns
	// [ErrUnsupported] where the keypad is no line.
	Type(ctx context.Context, text string) error

	// Network plugs the network cable in or pulls it out. It returns [ErrUnsupported] where the network is no cable.
	Network(ctx context.Context, plugged bool) error

	// Medium is the USB stick that goes into the board.
	Medium() stick.Stick

	// Stick plugs it in or pulls it out, now and for the next time that the power comes on. readOnly is its switch.
	Stick(ctx context.Context, plugged, readOnly bool) error

	// ArmStickWrite has pull called at the nth write to the stick from now, which fails. It returns [ErrUnsupported]
	// where a stick is a folder.
	ArmStickWrite(n int, pull func()) error

	// Console types on the serial console of the board's technician. It returns [ErrUnsupported] where there is none.
	Console(text string) error

	// Screen is the display as it is now: a whole picture, never half of one, and a dark one without power.
	Screen() image.Image

	// ArmDiskWrite has the power cut right before the nth step from now that puts data on the disk: cut is
	// called then and must Kill. It returns an error when this machine can't do that.
	ArmDiskWrite(n int, cut func()) error

	// Data returns a folder with what is on the terminal's data medium, while there is no power, and a function that
	// removes what had to be copied for that.
	Data(ctx context.Context) (dir string, remove func() error, err error)

	// Log returns the end of what the firmware has written on its console or standard error, at most max bytes.
	Log(max int) string

	// Close takes the power away and releases everything.
	Close() error
}

// Cable is a serial line as the device at its far end has it.
type Cable interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	Baud() (int, error) // what the firmware's side is set to, in bits a second
}

// Socket is a place on the board's back where a device is plugged in.
type Socket string

// The sockets of a board. The console is not among them: a backend presses keys there by itself.
const (
	SocketPrinter Socket = "printer"
	SocketScanner Socket = "scanner"
)

// Watch is what a backend tells the board, from its own goroutines. Both must return at once.
type Watch struct {
	Drawn func()      // the screen has changed
	Ended func(error) // the firmware ended by itself: with the reason, or nil for a clean exit
}

var (
	// ErrPowered is returned when power is supplied to a board that has it.
	ErrPowered = errors.New("the power is on already")
	// ErrNoPower is returned when something needs a running firmware and there is none.
	ErrNoPower = errors.New("the terminal has no power, or its firmware has ended: POST /power {\"do\":\"on\"} starts it")
	// ErrUnsupported is returned by a backend for what its machine hasn't got.
	ErrUnsupported = errors.New("this backend can't do that")
	// ErrNotTaken is returned when the firmware does not take a key: it hangs, or does not listen.
	ErrNotTaken = errors.New("the firmware does not take the key")
)
