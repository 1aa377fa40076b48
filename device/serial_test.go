package device_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/device"
	"smartpos/device/devicetest"
	"smartpos/device/pty"
)

// farPTY is the far end of a line over a pty with XON/XOFF flow control.
type farPTY struct {
	*pty.Master
	t *testing.T
}

func (f farPTY) Hold(held bool) {
	f.t.Helper()
	sign := byte(0x11)
	if held {
		sign = 0x13
	}
	if _, err := f.Write([]byte{sign}); err != nil {
		f.t.Errorf("flow control: %v", err)
	}
}

func (f farPTY) Unplug() {
	f.t.Helper()
	if err := f.Hangup(); err != nil {
		f.t.Errorf("Hangup: %v", err)
	}
}

func (f farPTY) Plug() {
	f.t.Helper()
	if err := f.Replug(); err != nil {
		f.t.Errorf("Replug: %v", err)
	}
}

// openPTY returns a line over a pty of its own.
func openPTY(t testing.TB, flow device.Flow) (*device.Serial, *pty.Master) {
	t.Helper()
	link := filepath.Join(t.TempDir(), "printer")
	master, err := pty.Open(link)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	line, err := device.OpenLine(device.LineConfig{Name: "printer", Path: link, Baud: 115200, Flow: flow})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { line.Close() })
	return line, master
}

func TestSerialConforms(t *testing.T) {
	devicetest.Conform(t, func(t *testing.T) (device.Line, devicetest.Far) {
		line, master := openPTY(t, device.FlowXonXoff)
		return line, farPTY{master, t}
	})
}

// Without flow control XON and XOFF are data like any other byte: a raster image is full of them.
func TestSerialPassesEveryByte(t *testing.T) {
	for _, flow := range []device.Flow{device.FlowNone, device.FlowRTSCTS} {
		line, master := openPTY(t, flow)
		var all []byte
		for i := range 256 {
			all = append(all, byte(i))
		}
		if _, err := line.Write(all); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 256)
		if _, err := io.ReadFull(master, got); err != nil || !bytes.Equal(got, all) {
			t.Errorf("%s: the far end read % X, %v", flow, got, err)
		}
		if _, err := master.Write(all); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(line, got); err != nil || !bytes.Equal(got, all) {
			t.Errorf("%s: the line read % X, %v", flow, got, err)
		}
	}
}

// With XON/XOFF every other byte is still data: NUL too, which tarm/serial leaves as the kernel's two characters.
func TestXonXoffTakesNoOtherByte(t *testing.T) {
	line, master := openPTY(t, device.FlowXonXoff)
	if on, err := master.XonXoff(); err != nil || !on {
		t.Fatalf("XonXoff: %v, %v", on, err)
	}
	if _, err := master.Write([]byte("a\x00b")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 3)
	if _, err := io.ReadFull(line, got); err != nil || string(got) != "a\x00b" {
		t.Fatalf("read %q, %v", got, err)
	}
	if err := line.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := line.Write([]byte("not held")); err != nil {
		t.Errorf("a NUL holds the line: %v", err)
	}
}

// The node may be absent at start: a printer that is switched on later must simply work then.
func TestSerialAppearsLater(t *testing.T) {
	link := filepath.Join(t.TempDir(), "printer")
	line, err := device.OpenLine(device.LineConfig{Name: "printer", Path: link, Baud: 9600})
	if err != nil {
		t.Fatalf("an absent line is refused: %v", err)
	}
	defer line.Close()
	_, err = line.Write([]byte("early"))
	if !errors.Is(err, device.ErrGone) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Write to an absent line: %v", err)
	}
	if want := "printer: write: the line is gone: "; err != nil && !strings.HasPrefix(err.Error(), want) {
		t.Errorf("the error reads %q, want it to begin with %q", err, want)
	}
	if err := line.SetBaud(57600); err != nil {
		t.Fatal(err)
	}
	master, err := pty.Open(link)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	for {
		_, err := line.Write([]byte("late"))
		if err == nil {
			break
		}
		if !errors.Is(err, device.ErrGone) {
			t.Fatal(err)
		}
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(master, got); err != nil || string(got) != "late" {
		t.Errorf("read %q, %v", got, err)
	}
	if baud, err := master.Baud(); err != nil || baud != 57600 {
		t.Errorf("the line stands at %d baud, %v; want the rate set last", baud, err)
	}
}

// A link that is moved to another pty while the old one lives on is not noticed; once the old one hangs up the
// line opens what the link names now.
func TestSerialFollowsTheLink(t *testing.T) {
	line, first := openPTY(t, device.FlowNone)
	second, err := pty.Open(first.Link())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := first.Hangup(); err != nil {
		t.Fatal(err)
	}
	if _, err := line.Read(make([]byte, 1)); !errors.Is(err, device.ErrGone) {
		t.Fatalf("Read of the old line: %v", err)
	}
	if _, err := line.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 3)
	if _, err := io.ReadFull(second, got); err != nil || string(got) != "new" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestSetBaudWhileOpen(t *testing.T) {
	line, master := openPTY(t, device.FlowNone)
	for _, want := range []int{115200, 9600, 57600} {
		if err := line.SetBaud(want); err != nil {
			t.Fatal(err)
		}
		if got, err := master.Baud(); err != nil || got != want {
			t.Errorf("the line stands at %d baud, %v; want %d", got, err, want)
		}
	}
	if _, err := line.Write([]byte("x")); err != nil {
		t.Errorf("Write after SetBaud: %v", err)
	}
}

// A rate set on one line must survive a hang-up: a scan engine keeps its own.
func TestRateSurvivesTheLine(t *testing.T) {
	line, master := openPTY(t, device.FlowNone)
	if err := line.SetBaud(9600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(master.Hangup(), master.Replug()); err != nil {
		t.Fatal(err)
	}
	for _, err := line.Write([]byte("x")); err != nil; _, err = line.Write([]byte("x")) {
		if !errors.Is(err, device.ErrGone) {
			t.Fatal(err)
		}
	}
	if got, err := master.Baud(); err != nil || got != 9600 {
		t.Errorf("the line stands at %d baud, %v; want 9600", got, err)
	}
}

// What was written before Close and has left the queue must arrive, though Close throws away what has not.
func TestCloseKeepsWhatHasLeft(t *testing.T) {
	line, master := openPTY(t, device.FlowNone)
	receipt := bytes.Repeat([]byte("receipt "), 200)
	if _, err := line.Write(receipt); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(line.Drain(), line.Close()); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(receipt))
	master.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := io.ReadFull(master, got); err != nil {
		t.Errorf("%d of %d bytes arrived: %v", n, len(receipt), err)
	}
}

// A line that keeps vanishing must not cost a descriptor each time: a printer with a loose plug would end in a
// terminal that can open nothing any more.
func TestLossesLeaveNothingOpen(t *testing.T) {
	line, master := openPTY(t, device.FlowNone)
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(entries)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector would close what was forgotten
	before := open()
	for range 20 {
		if err := errors.Join(master.Hangup(), master.Replug()); err != nil {
			t.Fatal(err)
		}
		lost := false
		for _, err := line.Write([]byte("x")); err != nil || !lost; _, err = line.Write([]byte("x")) {
			lost = lost || errors.Is(err, device.ErrGone)
		}
	}
	for end := time.Now().Add(20 * time.Second); open() > before; {
		if time.Now().After(end) {
			t.Fatalf("%d descriptors are open, %d before", open(), before)
		}
	}
}

// An absent line is tried at growing distances, whoever calls and however often: a driver in a loop must neither
// spin nor wait for minutes once the plug is back.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := device.LineConfig{Name: "printer", Path: filepath.Join(t.TempDir(), "absent"), Baud: 9600}
		line, err := device.OpenLine(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer line.Close()
		start := time.Now()
		for i, want := range []time.Duration{0, 50, 150, 350, 750, 1550, 2550, 3550} {
			if _, err := line.Read(make([]byte, 1)); !errors.Is(err, device.ErrGone) {
				t.Fatalf("Read: %v", err)
			}
			if got := time.Since(start); got != want*time.Millisecond {
				t.Errorf("attempt %d ended after %v, want %vms", i+1, got, int(want))
			}
		}
		// A deadline ends the wait for the next attempt.
		line.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		asked := time.Now()
		if _, err := line.Read(make([]byte, 1)); !errors.Is(err, device.ErrGone) || time.Since(asked) != 10*time.Millisecond {
			t.Errorf("Read with a deadline: %v after %v", err, time.Since(asked))
		}
		// So does Close.
		line.SetReadDeadline(time.Time{})
		done := make(chan error)
		go func() {
			_, err := line.Read(make([]byte, 1))
			done <- err
		}()
		synctest.Wait()
		asked = time.Now()
		line.Close()
		if err := <-done; !errors.Is(err, os.ErrClosed) || time.Since(asked) != 0 {
			t.Errorf("Read at Close: %v after %v", err, time.Since(asked))
		}
	})
}

func TestOpenLineRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := device.LineConfig{Name: "printer", Path: file, Baud: 9600}
	for _, c := range []struct {
		change func(*device.LineConfig)
		want   string
	}{
		{func(*device.LineConfig) {}, "printer: open: " + file + " is no serial line"},
		{func(c *device.LineConfig) { c.Path = dir }, "printer: open: " + dir + " is no serial line"},
		{func(c *device.LineConfig) { c.Path = "" }, "printer: open: no path"},
		{func(c *device.LineConfig) { c.Baud = 12345 }, "printer: open: no such rate: 12345"},
		{func(c *device.LineConfig) { c.Flow = "hardware" }, `printer: open: no such flow control: "hardware"`},
	} {
		cfg := good
		c.change(&cfg)
		if line, err := device.OpenLine(cfg); err == nil {
			line.Close()
			t.Errorf("%+v was taken", cfg)
		} else if err.Error() != c.want {
			t.Errorf("%q, want %q", err, c.want)
		}
	}
}
