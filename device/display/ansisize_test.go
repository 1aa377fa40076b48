package display

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal and returns its two ends.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	master = os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

func resize(t *testing.T, f *os.File, columns, rows uint16) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(f.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		t.Fatal(err)
	}
}

// A terminal tells its size, and may change it; a serial line says 0×0 and is taken for 80×24.
func TestConsoleSize(t *testing.T) {
	_, slave := terminal(t)
	a := NewANSI(slave).(*ansi)
	for _, tt := range []struct {
		columns, rows         uint16
		wantColumns, wantRows int
	}{{0, 0, 80, 24}, {132, 50, 132, 50}, {20, 5, 20, 5}, {65535, 65535, 512, 256}} {
		resize(t, slave, tt.columns, tt.rows)
		if columns, rows := a.size(); columns != tt.wantColumns || rows != tt.wantRows {
			t.Errorf("%d×%d is taken for %d×%d", tt.columns, tt.rows, columns, rows)
		}
	}
	if columns, rows := NewANSI(&bytes.Buffer{}).(*ansi).size(); columns != 80 || rows != 24 {
		t.Errorf("a writer is taken for %d×%d", columns, rows)
	}
}

// After a resize the console is cleared and drawn anew, however small it is.
func TestConsoleResized(t *testing.T) {
	master, slave := terminal(t)
	a := NewANSI(slave)
	c := NewCanvas(320, 240)
	c.Text(0, 0, "收款收款", Style{Ink: white})
	if err := c.QR(c.Bounds(), "weixin://wxpay/bizpayurl?pr=1"); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 1<<16)
	for i, size := range [][2]uint16{{80, 24}, {200, 60}, {40, 10}, {3, 2}, {1, 1}} {
		resize(t, slave, size[0], size[1])
		written := make(chan string)
		go func() { // the terminal takes 4 kB unread at most
			var all strings.Builder
			for !strings.HasSuffix(all.String(), "END") {
				n, err := master.Read(buffer)
				if err != nil {
					break
				}
				all.Write(buffer[:n])
			}
			written <- all.String()
		}()
		if err := a.Flush(c, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := slave.WriteString("END"); err != nil {
			t.Fatal(err)
		}
		if got := <-written; strings.HasPrefix(got, ansiClear) != (i > 0) {
			t.Errorf("resize %d begins with %.20q", i, got)
		}
	}
}

// The user has stopped the terminal (Ctrl-S), or its other end hangs: showing a screen fails in time, and
// the terminal goes on.
func TestConsoleStopped(t *testing.T) {
	_, slave := terminal(t) // nobody reads the master
	a := NewANSI(slave).(*ansi)
	a.limit = 20 * time.Millisecond
	c := NewCanvas(320, 240)
	for i := range 20 { // the kernel holds the first few screens
		c.Fill(c.Bounds(), [2]color.RGBA{white, red}[i%2])
		for y := 0; y < 240; y += 16 {
			c.Text(0, y, strings.Repeat("收款", 10), Style{Ink: white})
		}
		if err := a.Flush(c, []image.Rectangle{c.Bounds()}); errors.Is(err, os.ErrDeadlineExceeded) {
			// It writes a few bytes: the kernel may have found room for those.
			if err := a.Close(); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("closing: %v", err)
			}
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("20 screens went nowhere without an error")
}
