package device_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"smartpos/device"
	"smartpos/device/pty"
)

// A driver asks, waits no longer than it means to, and tells silence from a line that is not there.
func ExampleOpenLine() {
	dir, err := os.MkdirTemp("", "line")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	far, err := pty.Open(filepath.Join(dir, "printer")) // on a board: a device node
	if err != nil {
		panic(err)
	}
	defer far.Close()

	line, err := device.OpenLine(device.LineConfig{Name: "printer", Path: far.Link(), Baud: 115200})
	if err != nil {
		panic(err)
	}
	defer line.Close()

	fmt.Fprint(line, "\x10\x04\x01")
	far.Write([]byte{0x12})
	status := make([]byte, 1)
	_, err = io.ReadFull(line, status)
	fmt.Printf("% X %v\n", status, err)

	line.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = line.Read(status)
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), err)

	line.SetReadDeadline(time.Time{})
	far.Hangup()
	_, err = line.Read(status)
	fmt.Println(errors.Is(err, device.ErrGone))
	// Output:
	// 12 <nil>
	// true printer: read: i/o timeout
	// true
}

func ExamplePins() {
	if err := device.InitPins(); errors.Is(err, device.ErrNoPins) {
		fmt.Println("no GPIO chip here: the keypad cannot be a matrix")
	}
	if _, err := device.Pins("GPIO0"); err != nil {
		// Without the check for nil pins this would be a crash in the keypad's first scan.
		fmt.Fprintln(io.Discard, err)
	}
}
