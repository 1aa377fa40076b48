package keypad_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
	"smartpos/keypad"
	"smartpos/keypad/keypadtest"
)

// line is a console source on a pipe, inside a bubble of fake time.
type line struct {
	keypad.Source
	keyboard *io.PipeWriter
}

func newLine(t *testing.T) *line {
	r, w := io.Pipe()
	return &line{keypad.NewConsole(r, keypad.ConsoleConfig{}), w}
}

func (l *line) write(t *testing.T, s string) {
	t.Helper()
	if _, err := io.WriteString(l.keyboard, s); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func onLine(t *testing.T, test func(*testing.T, *line)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t)
		defer l.Close()
		test(t, l)
	})
}

// typed is what a person at a console types for each key.
var typed = map[keypad.Key]string{
	keypad.Dot: ".", keypad.Cancel: "\x1b", keypad.Clear: "\x7f", keypad.Menu: "m", keypad.Scan: "s", keypad.OK: "\r",
}

func TestConsoleIsASource(t *testing.T) {
	keypadtest.TestSource(t, func(t *testing.T) keypadtest.Rig {
		l := newLine(t)
		return keypadtest.Rig{
			Source: l,
			Press: func(k keypad.Key) {
				s, ok := typed[k]
				if !ok {
					s = k.String()
				}
				l.write(t, s)
				time.Sleep(2 * keypad.DefaultEscapeTime)
			},
			Hold: func() { l.write(t, "S") },
		}
	})
}

func TestConsoleEscapeTime(t *testing.T) {
	onLine(t, func(t *testing.T, l *line) {
		began := time.Now()
		l.write(t, "\x1b")
		keypadtest.Expect(t, l, keypadtest.Short(keypad.Cancel)...)
		if took := time.Since(began); took != keypad.DefaultEscapeTime {
			t.Errorf("a lone ESC took %v, want %v", took, keypad.DefaultEscapeTime)
		}
		for _, b := range "\x1b[A" { // a slow line: each byte in time, all together not
			l.write(t, string(b))
			time.Sleep(keypad.DefaultEscapeTime - time.Millisecond)
		}
		keypadtest.ExpectNothing(t, l, time.Second)
	})
}

// TestConsolePaste: 4 kB at once neither block the line nor kill the source, and what was lost is said.
func TestConsolePaste(t *testing.T) {
	onLine(t, func(t *testing.T, l *line) {
		l.write(t, strings.Repeat("7", 4096))
		l.write(t, strings.Repeat("確x\x1b[A\x00\xff", 512))
		seven := keypadtest.Short(keypad.Digit7)
		var got int
		for {
			e, err := l.Next(t.Context())
			if over, ok := errors.AsType[*keypad.OverflowError](err); ok {
				if over.Lost+got < 4096 {
					t.Errorf("%d fetched, %d said to be lost, of 4096 and more", got, over.Lost)
				}
				break
			}
			if err != nil || e != seven[0] {
				t.Fatalf("got %v, %v", e, err)
			}
			got++
		}
		time.Sleep(time.Second)
		keypadtest.ExpectError[*keypad.UnknownKeyError](t, l)
		l.write(t, "\r")
		keypadtest.Expect(t, l, keypadtest.Short(keypad.OK)...)
	})
}

// TestConsoleUnknownKeys: a noisy line is reported once a second with a count, and keys between are keys.
func TestConsoleUnknownKeys(t *testing.T) {
	onLine(t, func(t *testing.T, l *line) {
		for range 95 { // 9.5 s of noise
			l.write(t, "zz1")
			time.Sleep(100 * time.Millisecond)
			for {
				ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
				_, err := l.Next(ctx)
				cancel()
				if err == nil {
					break
				}
				if _, ok := errors.AsType[*keypad.UnknownKeyError](err); !ok {
					t.Fatal(err)
				}
			}
		}
		last := keypadtest.ExpectError[*keypad.UnknownKeyError](t, l) // by itself, without more noise
		if last.Input != `"z"` || last.Count < 2 || last.Count > 20 {
			t.Errorf("got %v", last)
		}
		keypadtest.ExpectNothing(t, l, time.Minute)
	})
}

func TestConsoleUnknownKeysRate(t *testing.T) {
	onLine(t, func(t *testing.T, l *line) {
		var reports, count int
		for range 100 { // 10 s
			l.write(t, "确x")
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		for {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := l.Next(ctx)
			cancel()
			unknown, ok := errors.AsType[*keypad.UnknownKeyError](err)
			if !ok {
				break
			}
			reports++
			count += unknown.Count
		}
		if reports > 11 || count != 200 {
			t.Errorf("%d reports of %d unknown keys, want at most 11 of 200", reports, count)
		}
	})
}

func TestConsoleEnd(t *testing.T) {
	onLine(t, func(t *testing.T, l *line) {
		l.write(t, "1\x1b")
		l.keyboard.Close()
		keypadtest.Expect(t, l, keypadtest.Short(keypad.Digit1, keypad.Cancel)...)
		for range 2 {
			if _, err := l.Next(t.Context()); err != io.EOF || !keypad.Ended(err) {
				t.Errorf("Next at the end: %v", err)
			}
		}
	})
}

func TestConsoleFails(t *testing.T) {
	onLine(t, func(t *testing.T, l *line) {
		l.keyboard.CloseWithError(unix.EIO)
		_, err := l.Next(t.Context())
		if !errors.Is(err, keypad.ErrGone) || !errors.Is(err, unix.EIO) || keypad.Ended(err) {
			t.Errorf("Next after a failure: %v", err)
		}
		if _, err := l.Next(t.Context()); err != io.EOF {
			t.Errorf("Next at the end: %v", err)
		}
	})
}

// openPTY returns the two ends of a pseudo-terminal: the keyboard's, and the path of the terminal.
func openPTY(t *testing.T) (*os.File, string) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	raw, err := keyboard.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var path string
	if e := raw.Control(func(fd uintptr) {
		var n uint32
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err != nil {
			return
		}
		n, err = unix.IoctlGetUint32(int(fd), unix.TIOCGPTN)
		path = fmt.Sprintf("/dev/pts/%d", n)
	}); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return keyboard, path
}

func termios(t *testing.T, f *os.File) unix.Termios {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var mode *unix.Termios
	if e := raw.Control(func(fd uintptr) { mode, err = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return *mode
}

// next fetches one event in real time, at most 10 s.
func next(t *testing.T, s keypad.Source) (keypad.Event, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return s.Next(ctx)
}

// TestConsoleTerminal: on a terminal each key comes at once, without Enter, and Close leaves the mode as it was.
func TestConsoleTerminal(t *testing.T) {
	keyboard, path := openPTY(t)
	watcher, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	before := termios(t, watcher)

	terminal, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := keypad.NewConsole(terminal, keypad.ConsoleConfig{})
	for k, bytes := range map[keypad.Key]string{keypad.Digit5: "5", keypad.OK: "\r", keypad.Cancel: "\x1b"} {
		if _, err := keyboard.WriteString(bytes); err != nil {
			t.Fatal(err)
		}
		if e, err := next(t, s); err != nil || e.Key != k {
			t.Fatalf("typed %q: got %v, %v", bytes, e, err)
		}
	}
	if mode := termios(t, watcher); mode.Lflag&(unix.ECHO|unix.ICANON) != 0 || mode.Lflag&unix.ISIG == 0 || mode.Oflag != before.Oflag {
		t.Errorf("mode while open: lflag %#x, oflag %#x", mode.Lflag, mode.Oflag)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after := termios(t, watcher); after != before {
		t.Errorf("mode after Close: %+v, before: %+v", after, before)
	}
}

// TestConsoleBlockingFile: a blocking file that the runtime can't poll, as standard input is, must not keep Close.
func TestConsoleBlockingFile(t *testing.T) {
	fds := make([]int, 2)
	if err := unix.Pipe2(fds, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), "stdin"), os.NewFile(uintptr(fds[1]), "keyboard")
	defer w.Close()
	s := keypad.NewConsole(r, keypad.ConsoleConfig{})
	if _, err := w.WriteString("42"); err != nil {
		t.Fatal(err)
	}
	for _, k := range []keypad.Key{keypad.Digit4, keypad.Digit2} {
		if e, err := next(t, s); err != nil || e.Key != k {
			t.Fatalf("got %v, %v", e, err)
		}
	}
	s.Close()
	if _, err := w.WriteString("1"); !errors.Is(err, unix.EPIPE) { // the reader has really let go
		t.Errorf("write after Close: %v", err)
	}
}

// TestConsoleComesBack: the line behind the path vanishes in the middle of an escape sequence and is replaced.
func TestConsoleComesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console")
	s := keypad.OpenConsole(path, keypad.ConsoleConfig{})
	defer s.Close()
	if _, err := next(t, s); !errors.Is(err, keypad.ErrGone) || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Fatalf("absent: %v", err)
	}
	for range 2 {
		keyboard, terminal := openPTY(t)
		if err := os.Symlink(terminal, path); err != nil {
			t.Fatal(err)
		}
		if _, err := keyboard.WriteString("8\x1b["); err != nil {
			t.Fatal(err)
		}
		if e, err := next(t, s); err != nil || e.Key != keypad.Digit8 {
			t.Fatalf("back: %v, %v", e, err)
		}
		os.Remove(path)
		keyboard.Close()
		// The half sequence is reported before or after the line is, as time has it.
		for {
			e, err := next(t, s)
			if errors.Is(err, keypad.ErrGone) {
				break
			}
			if _, ok := errors.AsType[*keypad.UnknownKeyError](err); !ok {
				t.Fatalf("gone: %v, %v", e, err)
			}
		}
	}
}

func ExampleNewConsole() {
	s := keypad.NewConsole(strings.NewReader("12.5S\r?"), keypad.ConsoleConfig{Name: "tty1"})
	defer s.Close()
	for {
		e, err := s.Next(context.Background())
		if keypad.Ended(err) {
			fmt.Println(err)
			return
		}
		if err != nil { // a report: the source goes on
			fmt.Println(err)
			continue
		}
		fmt.Println(e)
	}
	// Output:
	// 1
	// 2
	// .
	// 5
	// SCAN (long)
	// OK
	// keypad tty1: no such key: "?"
	// EOF
}
