package devicetest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"smartpos/device"
)

func everyByte(t *testing.T, l device.Line, far Far) {
	// XON and XOFF are the flow control's own.
	var all []byte
	for i := range 256 {
		if i != 0x11 && i != 0x13 {
			all = append(all, byte(i))
		}
	}
	mustWrite(t, "line", l, all)
	mustRead(t, "far end", far, all)
	mustWrite(t, "far end", far, all)
	mustRead(t, "line", l, all)
	if err := l.Drain(); err != nil {
		t.Errorf("Drain: %v", err)
	}
}

func emptyCalls(t *testing.T, l device.Line, _ Far) {
	for what, call := range map[string]func([]byte) (int, error){"Read": l.Read, "Write": l.Write} {
		if o := finish(t, what, start(func() (int, error) { return call(nil) })); o.n != 0 || o.err != nil {
			t.Errorf("%s of nothing: %d, %v", what, o.n, o.err)
		}
	}
}

func readDeadline(t *testing.T, l device.Line, _ Far) {
	by := time.Now().Add(soon)
	if err := l.SetReadDeadline(by); err != nil {
		t.Fatal(err)
	}
	o := finish(t, "Read", start(func() (int, error) { return l.Read(make([]byte, 8)) }))
	wantError(t, "Read", o.err, os.ErrDeadlineExceeded)
	if errors.Is(o.err, io.EOF) || errors.Is(o.err, device.ErrGone) {
		t.Errorf("a time-out looks like a hang-up: %v", o.err)
	}
	if early := time.Until(by); early > 0 {
		t.Errorf("Read ended %v before its deadline", early)
	}
}

func pastDeadline(t *testing.T, l device.Line, far Far) {
	mustWrite(t, "far end", far, []byte("x"))
	if err := l.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	o := finish(t, "Read", start(func() (int, error) { return l.Read(make([]byte, 8)) }))
	wantError(t, "Read", o.err, os.ErrDeadlineExceeded)
}

func lateDeadline(t *testing.T, l device.Line, _ Far) {
	done := start(func() (int, error) { return l.Read(make([]byte, 8)) })
	if err := l.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	wantError(t, "Read", finish(t, "Read", done).err, os.ErrDeadlineExceeded)
}

func clearedDeadline(t *testing.T, l device.Line, far Far) {
	if err := l.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := l.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 1)
	done := start(func() (int, error) { return l.Read(got) })
	mustWrite(t, "far end", far, []byte("y"))
	if o := finish(t, "Read", done); o.err != nil || got[0] != 'y' {
		t.Errorf("Read: %q, %v", got, o.err)
	}
}

func nothingLost(t *testing.T, l device.Line, far Far) {
	readDeadline(t, l, far)
	mustWrite(t, "far end", far, []byte("late answer"))
	if err := l.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	mustRead(t, "line", l, []byte("late answer"))
}

// flood is more than all queues between the two ends hold.
var flood = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)

// hold stops the line's sender and waits until it has: what the far end sends after the stop sign has arrived.
func hold(t *testing.T, l device.Line, far Far) {
	t.Helper()
	far.Hold(true)
	mustWrite(t, "far end", far, []byte("!"))
	mustRead(t, "line", l, []byte("!"))
}

// mostHeld is more than a held line takes into its send queue, and less than all queues together.
const mostHeld = 16 << 10

func heldWrite(t *testing.T, l device.Line, far Far) {
	hold(t, l, far)
	by := time.Now().Add(soon)
	if err := l.SetWriteDeadline(by); err != nil {
		t.Fatal(err)
	}
	o := finish(t, "Write", start(func() (int, error) { return l.Write(flood) }))
	wantError(t, "Write", o.err, os.ErrDeadlineExceeded)
	if early := time.Until(by); early > 0 {
		t.Errorf("Write ended %v before its deadline", early)
	}
	if o.n > mostHeld {
		t.Errorf("a held line took %d bytes", o.n)
	}
	if err := l.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	far.Hold(false)
	written := start(func() (int, error) { return l.Write([]byte("the end")) })
	mustRead(t, "far end", far, append(bytes.Clone(flood[:o.n]), "the end"...))
	if o := finish(t, "Write", written); o.err != nil {
		t.Errorf("Write after the hold: %v", o.err)
	}
}

func closeDuringRead(t *testing.T, l device.Line, _ Far) {
	done := start(func() (int, error) { return l.Read(make([]byte, 8)) })
	closed := start(func() (int, error) { return 0, l.Close() })
	if o := finish(t, "Close", closed); o.err != nil {
		t.Errorf("Close: %v", o.err)
	}
	wantError(t, "Read", finish(t, "Read", done).err, os.ErrClosed)
}

func closeDuringWrite(t *testing.T, l device.Line, far Far) {
	far.Hold(true)
	done := start(func() (int, error) { return l.Write(flood) })
	closed := start(func() (int, error) { return 0, l.Close() })
	if o := finish(t, "Close", closed); o.err != nil {
		t.Errorf("Close: %v", o.err)
	}
	wantError(t, "Write", finish(t, "Write", done).err, os.ErrClosed)
}

func afterClose(t *testing.T, l device.Line, _ Far) {
	if err := l.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	for what, call := range map[string]func() error{
		"Read":             func() error { _, err := l.Read(make([]byte, 1)); return err },
		"Write":            func() error { _, err := l.Write([]byte("x")); return err },
		"Drain":            l.Drain,
		"SetBaud":          func() error { return l.SetBaud(9600) },
		"SetReadDeadline":  func() error { return l.SetReadDeadline(time.Time{}) },
		"SetWriteDeadline": func() error { return l.SetWriteDeadline(time.Time{}) },
		"Close":            l.Close,
	} {
		wantError(t, what, call(), os.ErrClosed)
	}
}

func unplugDuringRead(t *testing.T, l device.Line, far Far) {
	done := start(func() (int, error) { return l.Read(make([]byte, 8)) })
	far.Unplug()
	wantError(t, "Read", finish(t, "Read", done).err, device.ErrGone)
}

func unplugDuringWrite(t *testing.T, l device.Line, far Far) {
	far.Hold(true)
	done := start(func() (int, error) { return l.Write(flood) })
	far.Unplug()
	wantError(t, "Write", finish(t, "Write", done).err, device.ErrGone)
}

// The rest of a receipt must not land on a printer that has been off meanwhile.
func plugDuringWrite(t *testing.T, l device.Line, far Far) {
	done := start(func() (int, error) { return l.Write(flood) })
	mustRead(t, "far end", far, flood[:100]) // so it is under way
	far.Unplug()
	far.Plug()
	wantError(t, "Write", finish(t, "Write", done).err, device.ErrGone)
}

func deadlineAcrossPlug(t *testing.T, l device.Line, far Far) {
	far.Unplug()
	wantError(t, "Read", finish(t, "Read", start(func() (int, error) { return l.Read(make([]byte, 1)) })).err, device.ErrGone)
	by := time.Now().Add(10 * soon)
	_ = l.SetReadDeadline(by)
	_ = l.SetWriteDeadline(by)
	far.Plug()
	for what, call := range map[string]func() (int, error){
		"Read":  func() (int, error) { return l.Read(make([]byte, 8)) },
		"Write": func() (int, error) { return l.Write(flood) },
	} {
		err := device.ErrGone
		for errors.Is(err, device.ErrGone) && time.Now().Before(by) {
			err = finish(t, what, start(call)).err
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, device.ErrGone) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func staysGone(t *testing.T, l device.Line, far Far) {
	far.Unplug()
	_ = l.SetReadDeadline(time.Now().Add(soon))
	_ = l.SetWriteDeadline(time.Now().Add(soon))
	for range 3 {
		for what, call := range map[string]func() (int, error){
			"Read":  func() (int, error) { return l.Read(make([]byte, 8)) },
			"Write": func() (int, error) { return l.Write([]byte("x")) },
			"Drain": func() (int, error) { return 0, l.Drain() },
		} {
			wantError(t, what, finish(t, what, start(call)).err, device.ErrGone)
		}
	}
	if err := l.SetBaud(19200); err != nil {
		t.Errorf("SetBaud for later: %v", err)
	}
}

// write tries until the line takes b: a call on a line that just came back may still find it gone.
func write(t *testing.T, l device.Line, b []byte) {
	t.Helper()
	for end := time.Now().Add(hang); ; {
		n, err := l.Write(b)
		switch {
		case err == nil && n == len(b):
			return
		case !errors.Is(err, device.ErrGone):
			t.Fatalf("Write: %d, %v", n, err)
		case time.Now().After(end):
			t.Fatalf("the line did not come back: %v", err)
		}
	}
}

func comesBack(t *testing.T, l device.Line, far Far) {
	for range 3 {
		far.Unplug()
		far.Plug()
		// The first try on the new line can still meet the old one, and what it wrote is then gone with it.
		_, _ = l.Write(nil)
		done := start(func() (int, error) { return l.Read(make([]byte, 1)) })
		far.Unplug()
		wantError(t, "Read", finish(t, "Read", done).err, device.ErrGone)
		far.Plug()
		write(t, l, []byte("back"))
		mustRead(t, "far end", far, []byte("back"))
		mustWrite(t, "far end", far, []byte("welcome"))
		mustRead(t, "line", l, []byte("welcome"))
	}
}

func readAcrossPlug(t *testing.T, l device.Line, far Far) {
	far.Unplug()
	got := make([]byte, 5)
	done := start(func() (int, error) {
		for {
			n, err := io.ReadFull(l, got)
			if !errors.Is(err, device.ErrGone) {
				return n, err
			}
		}
	})
	far.Plug()
	mustWrite(t, "far end", far, []byte("hello"))
	if o := finish(t, "Read", done); o.err != nil || string(got) != "hello" {
		t.Errorf("Read: %q, %v", got, o.err)
	}
}

func bothWays(t *testing.T, l device.Line, far Far) {
	up, down := flood[:200_000], flood[7:200_007]
	sent := start(func() (int, error) { return l.Write(up) })
	answered := start(func() (int, error) { return far.Write(down) })
	got := make([]byte, len(up))
	heard := start(func() (int, error) { return io.ReadFull(far, got) })
	mustRead(t, "line", l, down)
	for what, done := range map[string]<-chan outcome{"Write": sent, "far Write": answered, "far Read": heard} {
		if o := finish(t, what, done); o.err != nil {
			t.Errorf("%s: %v", what, o.err)
		}
	}
	if !bytes.Equal(got, up) {
		t.Error("the far end read something else than was written")
	}
}

func rates(t *testing.T, l device.Line, _ Far) {
	for _, baud := range []int{-1, 0, 300, 1_000_000_000} {
		if err := l.SetBaud(baud); err == nil {
			t.Errorf("SetBaud(%d) was taken", baud)
		}
	}
	for _, baud := range []int{9600, 57600, 115200} {
		if err := l.SetBaud(baud); err != nil {
			t.Errorf("SetBaud(%d): %v", baud, err)
		}
	}
}
