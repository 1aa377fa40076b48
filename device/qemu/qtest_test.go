package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

const setLine3 = "set_irq_in /chip unnamed-gpio-in 3 1"

func TestQTestExecute(t *testing.T) {
	f, conn := newFakeChip(t)
	q := NewQTest(conn)
	defer q.Close()
	if text, err := q.Execute(t.Context(), setLine3); err != nil || text != "" || f.inputs != 1<<3 {
		t.Errorf("%q, %v, lines %b", text, err, f.inputs)
	}
	if _, err := q.Execute(t.Context(), "nonsense"); !errors.Is(err, ErrHarness) {
		t.Errorf("a refusal: %v", err)
	}
	if _, err := q.Execute(t.Context(), "two\nlines"); !errors.Is(err, ErrProtocol) {
		t.Errorf("two lines: %v", err)
	}
}

func TestQTestBadLines(t *testing.T) {
	for _, line := range []string{"", "YES", "IRQ raise 1", "OK"} {
		ours, theirs := pair(t)
		q := NewQTest(ours)
		go io.WriteString(theirs, line+"\n")
		<-q.done
		if _, err := q.Execute(t.Context(), "x"); !errors.Is(err, ErrProtocol) || !errors.Is(err, ErrHarness) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// What is posted has nobody who waits; a refusal ends the connection, and the next call says why.
func TestQTestPostRefused(t *testing.T) {
	_, conn := newFakeChip(t)
	q := NewQTest(conn)
	if err := q.Post(setLine3, "nonsense", setLine3); err != nil {
		t.Fatal(err)
	}
	<-q.done
	if err := q.Post(setLine3); !errors.Is(err, ErrHarness) {
		t.Errorf("got %v", err)
	}
}

func TestQTestDeaf(t *testing.T) {
	f, conn := newFakeChip(t)
	f.deaf = true
	q := NewQTest(conn)
	defer q.Close()
	if _, err := q.Execute(soon(t), setLine3); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	for range maxPosted {
		if err := q.Post(setLine3); err != nil {
			return
		}
	}
	t.Error("there is no bound to what is posted")
}

func FuzzParseQTest(f *testing.F) {
	for _, seed := range []string{"OK", "OK 0x1\r", "FAIL Unknown command 'x'", "IRQ raise 0", "", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := parseQTest(s)
		if err != nil && !errors.Is(err, ErrProtocol) || err == nil && !strings.HasSuffix(strings.TrimSuffix(s, "\r"), l.text) {
			t.Errorf("%q is %+v, %v", s, l, err)
		}
	})
}

// The end of the machine is the end of every wait, the console's too; what it said last is not lost.
func TestConsole(t *testing.T) {
	ours, theirs := pair(t)
	why := ErrPoweredOff
	c := newConsole(ours, func() error { return why })
	go c.run()
	go func() {
		io.WriteString(theirs, "one\r\ntwo 2\r\none\r\n\x1b[31mlast words")
		theirs.Close()
	}()
	if err := c.Await(t.Context(), "one"); err != nil {
		t.Error(err)
	}
	if line, err := c.AwaitLine(t.Context(), "two"); line != "two 2" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	if err := c.Await(t.Context(), "one"); err != nil {
		t.Errorf("the second: %v", err)
	}
	if err := c.Await(t.Context(), "last words"); err != nil {
		t.Error(err)
	}
	err := c.Await(t.Context(), "one")
	var guest *GuestError
	if !errors.As(err, &guest) || !errors.Is(err, ErrGuest) || !errors.Is(err, ErrPoweredOff) || errors.Is(err, ErrHarness) {
		t.Errorf("the third: %v", err)
	}
	want := "qemu: guest: await \"one\": it powered the machine off\nIts console ends with:\n  | one\n  | two 2\n  | one\n  | ·[31mlast words"
	if err.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", err, want)
	}
}

func TestConsoleFailures(t *testing.T) {
	say := func(text string, why error) *Console {
		ours, theirs := pair(t)
		c := newConsole(ours, func() error { return why })
		go c.run()
		io.WriteString(theirs, text)
		if why != nil {
			theirs.Close()
		}
		return c
	}
	began := time.Now()
	c := say("[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs\n", nil)
	if err := c.Await(t.Context(), "ready"); !errors.Is(err, ErrPanic) || !errors.Is(err, ErrGuest) {
		t.Errorf("a panic: %v", err)
	}
	if err := say("", nil).Await(soon(t), "ready"); !errors.Is(err, ErrGuest) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silence: %v", err)
	}
	given, cancel := context.WithCancel(t.Context())
	cancel()
	if err := say("", nil).Await(given, "ready"); errors.Is(err, ErrGuest) || !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if err := say("", ErrOff).Await(t.Context(), "ready"); errors.Is(err, ErrGuest) || !errors.Is(err, ErrOff) {
		t.Errorf("cut: %v", err)
	}
	died := &HarnessError{Op: "run", Err: os.ErrProcessDone}
	if err := say("", died).Await(t.Context(), "ready"); errors.Is(err, ErrGuest) || !errors.Is(err, ErrHarness) {
		t.Errorf("QEMU died: %v", err)
	}
	if took := time.Since(began); took > guestTimeout {
		t.Errorf("a wait took %v", took)
	}
}

func TestTailIsBounded(t *testing.T) {
	k := newTail(100)
	for range 1000 {
		fmt.Fprint(k, "0123456789")
	}
	if len(k.buf) > 200 || k.start+int64(len(k.buf)) != 10000 {
		t.Errorf("%d bytes kept from %d on", len(k.buf), k.start)
	}
	if text, start, _ := k.since(0); len(text) < 100 || start != k.start {
		t.Errorf("since 0: %d bytes from %d on", len(text), start)
	}
	fmt.Fprint(k, "\nwhole line")
	if got := k.last(15); got != "whole line" {
		t.Errorf("last: %q", got)
	}
}
