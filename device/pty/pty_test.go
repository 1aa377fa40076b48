package pty_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"smartpos/device/pty"
)

func open(t testing.TB) *pty.Master {
	t.Helper()
	m, err := pty.Open(filepath.Join(t.TempDir(), "line"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// openSlave opens the line as a program that knows nothing of serial lines does.
func openSlave(t testing.TB, link string) *os.File {
	t.Helper()
	f, err := os.OpenFile(link, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// A line is raw as soon as it has a name: nothing is echoed, translated, or kept for the end of a line.
func TestRawFromTheFirstByte(t *testing.T) {
	m := open(t)
	slave := openSlave(t, m.Link())
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	if _, err := slave.Write(all); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 256)
	if _, err := io.ReadFull(m, got); err != nil || string(got) != string(all) {
		t.Errorf("the master read % X, %v", got, err)
	}
	if _, err := m.Write(all); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(slave, got); err != nil || string(got) != string(all) {
		t.Errorf("the slave read % X, %v", got, err)
	}
	// An echo would be the next thing to read.
	m.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := m.Read(got); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read % X, %v after everything", got[:n], err)
	}
}

// The firmware comes and goes: its far end must neither fail nor lose what it sent meanwhile.
func TestFirmwareComesAndGoes(t *testing.T) {
	m := open(t)
	for i := range 3 {
		slave := openSlave(t, m.Link())
		fmt.Fprintf(slave, "run%d", i)
		slave.Close()
		got := make([]byte, 4)
		if _, err := io.ReadFull(m, got); err != nil || string(got) != fmt.Sprintf("run%d", i) {
			t.Fatalf("read %q, %v", got, err)
		}
	}
	if _, err := m.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(openSlave(t, m.Link()), got); err != nil || string(got) != "hello" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestHangupEndsBothSides(t *testing.T) {
	m := open(t)
	slave := openSlave(t, m.Link())
	far := make(chan error, 1)
	go func() {
		_, err := m.Read(make([]byte, 1))
		far <- err
	}()
	near := make(chan error, 1)
	go func() {
		_, err := slave.Read(make([]byte, 1))
		near <- err
	}()
	if err := m.Hangup(); err != nil {
		t.Fatal(err)
	}
	if err := <-far; !errors.Is(err, pty.ErrHungUp) {
		t.Errorf("the master's read: %v", err)
	}
	if err := <-near; err == nil {
		t.Error("the slave's read ended without an error")
	}
	if _, err := os.Lstat(m.Link()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the name is still there: %v", err)
	}
	if _, err := m.Write([]byte("x")); !errors.Is(err, pty.ErrHungUp) {
		t.Errorf("Write while hung up: %v", err)
	}
	if _, err := m.Baud(); !errors.Is(err, pty.ErrHungUp) {
		t.Errorf("Baud while hung up: %v", err)
	}
	if err := m.Hangup(); err != nil {
		t.Errorf("a second Hangup: %v", err)
	}
	if err := errors.Join(m.Replug(), m.Replug()); err != nil {
		t.Errorf("Replug: %v", err)
	}
	if baud, err := m.Baud(); err != nil || baud != 9600 {
		t.Errorf("Baud of a fresh line: %d, %v", baud, err)
	}
}

func TestDeadlinesOutliveThePlug(t *testing.T) {
	m := open(t)
	m.SetReadDeadline(time.Now().Add(-time.Second))
	if err := errors.Join(m.Hangup(), m.Replug()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read: %v", err)
	}
	m.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	// Nobody reads: the write must end all the same.
	if _, err := m.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Write: %v", err)
	}
}

func TestCloseEndsReads(t *testing.T) {
	before := runtime.NumGoroutine()
	m := open(t)
	done := make(chan error, 1)
	go func() {
		_, err := m.Read(make([]byte, 1))
		done <- err
	}()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Read: %v", err)
	}
	for what, err := range map[string]error{"Close": m.Close(), "Hangup": m.Hangup(), "Replug": m.Replug()} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// A name that is someone's file must never be replaced by a link.
func TestOpenLeavesFilesAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "receipt.bin")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := pty.Open(file); err == nil {
		m.Close()
		t.Error("a file was replaced")
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if m, err := pty.Open(filepath.Join(file, "none", "line")); err == nil {
		m.Close()
		t.Error("a line was published where no folder is")
	}
}

// Who opens the name while it moves to another line finds one of the two.
func TestTheNameIsNeverMissing(t *testing.T) {
	first := open(t)
	stop := make(chan struct{})
	missing := make(chan error, 1)
	go func() {
		defer close(missing)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := os.Readlink(first.Link()); err != nil {
				missing <- err
				return
			}
		}
	}()
	for range 50 {
		next, err := pty.Open(first.Link())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { next.Close() })
	}
	close(stop)
	if err := <-missing; err != nil {
		t.Error(err)
	}
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "board")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	m, err := pty.Open(filepath.Join(dir, "scanner"))
	if err != nil {
		panic(err)
	}
	defer m.Close()

	firmware, err := os.OpenFile(m.Link(), os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	defer firmware.Close()
	fmt.Fprint(m, "6901234567892\r")
	line := make([]byte, 14)
	_, err = io.ReadFull(firmware, line)
	fmt.Printf("%q %v\n", line, err)
	// Output: "6901234567892\r" <nil>
}
