package devicetest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"smartpos/device"
)

// Far is what the conformance table needs of a line's far end.
type Far interface {
	io.ReadWriter
	SetReadDeadline(t time.Time) error
	Hold(held bool) // stops the line's sender, and lets it go on
	Unplug()        // makes the line vanish
	Plug()          // brings it back
}

// hang is how long a call may take that should have ended long ago. Nothing that passes waits for it.
const hang = 20 * time.Second

// soon is a deadline that a test waits for.
const soon = 30 * time.Millisecond

// Conform runs the table of what drivers rely on against lines that plug makes: each with flow control that
// [Far.Hold] works on, and a far end. The table closes the line; plug arranges for the rest.
func Conform(t *testing.T, plug func(t *testing.T) (device.Line, Far)) {
	t.Helper()
	before := runtime.NumGoroutine()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, l device.Line, far Far)
	}{
		{"every byte value passes both ways", everyByte},
		{"empty reads and writes return at once", emptyCalls},
		{"a read ends at its deadline and not before", readDeadline},
		{"a past deadline ends a read at once", pastDeadline},
		{"a deadline set during a read ends it", lateDeadline},
		{"a read without a deadline outlives an earlier one", clearedDeadline},
		{"nothing is lost to a time-out", nothingLost},
		{"a held line ends a write at its deadline, and the count is true", heldWrite},
		{"close ends a read", closeDuringRead},
		{"close ends a held write", closeDuringWrite},
		{"everything after close is closed", afterClose},
		{"unplugging ends a read", unplugDuringRead},
		{"unplugging ends a held write", unplugDuringWrite},
		{"a write does not go on with a line that came back", plugDuringWrite},
		{"a deadline set while the line is gone holds when it is back", deadlineAcrossPlug},
		{"a line that is gone stays gone, and says so at its deadline", staysGone},
		{"a line comes back by itself, again and again", comesBack},
		{"a reader that waits gets what comes after the plug", readAcrossPlug},
		{"both directions at once", bothWays},
		{"rates are checked", rates},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, far := plug(t)
			c.run(t, l, far)
			if err := l.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
				t.Errorf("Close: %v", err)
			}
		})
	}
	settleGoroutines(t, before)
}

// settleGoroutines fails when calls have left goroutines behind.
func settleGoroutines(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(hang); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before,
				stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// outcome is how a call ended.
type outcome struct {
	n   int
	err error
}

// start runs a call in a goroutine of its own; its outcome comes on the channel.
func start(call func() (int, error)) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		n, err := call()
		done <- outcome{n, err}
	}()
	return done
}

// finish waits for a call that must end by itself.
func finish(t *testing.T, what string, done <-chan outcome) outcome {
	t.Helper()
	select {
	case o := <-done:
		return o
	case <-time.After(hang):
		stacks := make([]byte, 1<<16)
		t.Fatalf("%s hangs:\n%s", what, stacks[:runtime.Stack(stacks, true)])
		return outcome{}
	}
}

// wantError fails unless a call ended with want.
func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// mustRead reads exactly what r should bring.
func mustRead(t *testing.T, what string, r io.Reader, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	o := finish(t, what, start(func() (int, error) { return io.ReadFull(r, got) }))
	if o.err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s: read % X, %v, want % X", what, short(got[:o.n]), o.err, short(want))
	}
}

func short(b []byte) []byte { return b[:min(len(b), 300)] }

func mustWrite(t *testing.T, what string, w io.Writer, b []byte) {
	t.Helper()
	o := finish(t, what, start(func() (int, error) { return w.Write(b) }))
	if o.err != nil || o.n != len(b) {
		t.Fatalf("%s: wrote %d of %d bytes, %v", what, o.n, len(b), o.err)
	}
}
