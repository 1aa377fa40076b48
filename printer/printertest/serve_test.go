package printertest_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/printer/printertest"
)

// serve runs the printer on a pipe and returns the host's end. It must be called in a synctest bubble.
func serve(t *testing.T, p *printertest.Printer) net.Conn {
	t.Helper()
	host, printer := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, printer) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return host
}

// say writes to the printer and returns what it answers within a second.
func say(t *testing.T, host net.Conn, s string) string {
	t.Helper()
	go io.WriteString(host, s)
	var got bytes.Buffer
	host.SetReadDeadline(time.Now().Add(time.Second))
	io.Copy(&got, host)
	return got.String()
}

func TestStatusBytes(t *testing.T) {
	for _, c := range []struct {
		faults    string
		ask, want string
	}{
		{"ok", "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04\x1Dr\x01", "\x12\x12\x12\x12\x00"},
		{"near-end", "\x10\x04\x01\x10\x04\x04\x1Dr\x01\x1Bv", "\x12\x1E\x03\x03"},
		{"paper-out", "\x10\x04\x01\x10\x04\x02\x10\x04\x04\x1Dr\x01", "\x1A\x32\x72"}, // GS r waits for paper
		{"cover-open", "\x10\x04\x01\x10\x04\x02\x10\x04\x04", "\x1A\x16\x12"},
		{"broken", "\x10\x04\x01\x10\x04\x02\x10\x04\x03", "\x1A\x52\x32"},
		{"paper-out+cover-open", "\x10\x04\x02", "\x36"},
		{"unplugged", "\x10\x04\x01", ""},
		{"dead", "\x10\x04\x01", ""},
		{"ok", "\x1DI\x43", "_PT-58\x00"},
		{"ok", "\x1DI\x01", "\x20"},
		{"ok", "\x1D(H\x06\x0000abcd", "\x37\x22abcd\x00"},
		{"ok", "\x1Da\xFF", "\x10\x00\x00\x00"},
		{"ok", "\x1Dv0\x00\x01\x00\x04\x00\x10\x04\x01\xFF\x10\x04\x04", "\x12\x12"}, // in data it acts too
		{"ok", "\x10\x10\x04\x01", "\x12"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := printertest.New(printertest.Config{})
			faults, err := printertest.ParseFault(c.faults)
			if err != nil {
				t.Fatal(err)
			}
			p.Set(faults)
			if got := say(t, serve(t, p), c.ask); got != c.want {
				t.Errorf("%s, asked % x: got % x, want % x", c.faults, c.ask, got, c.want)
			}
		})
	}
	if _, err := printertest.ParseFault("on fire"); err == nil {
		t.Error("a fault that does not exist was taken")
	}
}

// A full, offline printer answers real-time questions; what does not fit its buffer is lost, and that is told.
func TestBufferFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{Buffer: 100})
		host := serve(t, p)
		p.Set(printertest.PaperOut)
		say(t, host, strings.Repeat("0123456789\n", 12))
		for range 200 { // questions take no room
			if got := say(t, host, "\x10\x04\x04"); got != "\x72" {
				t.Fatalf("answered % x", got)
			}
		}
		if u := p.Paper().Unknown(); len(u) != 1 || !strings.Contains(u[0].Why, "buffer is full") {
			t.Errorf("unknown: %v", u)
		}
		p.Set(printertest.OK)
		time.Sleep(time.Second)
		if text := p.Paper().Text(); text != strings.Repeat("0123456789\n", 9) {
			t.Errorf("paper:\n%s", text)
		}
	})
}

func TestFlowControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{Buffer: 100, Speed: 30, Flow: printertest.FlowXonXoff})
		if got := say(t, serve(t, p), strings.Repeat("0123456\n", 11)); got != "\x13" {
			t.Errorf("while full: % x", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{Buffer: 64, Speed: 300, Flow: printertest.FlowWait})
		host := serve(t, p)
		want := strings.Repeat("0123456\n", 100)
		if _, err := io.WriteString(host, want); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := p.Paper(); got.Text() != want || len(got.Unknown()) > 0 {
			t.Errorf("bytes were lost: %v", got.Unknown())
		}
	})
}

// Bytes arrive at the line's pace, and paper comes at the printer's.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := printertest.New(printertest.Config{Baud: 9600, Speed: 300})
		host := serve(t, p)
		start := time.Now()
		io.WriteString(host, strings.Repeat("A", 959)+"\n")
		host.Write(nil)
		if took := time.Since(start); took < 960*time.Millisecond || took > 1040*time.Millisecond {
			t.Errorf("960 bytes at 9600 baud took %v, want 1 s", took)
		}
		for !p.Idle() {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(start); took < 2500*time.Millisecond || took > 3200*time.Millisecond {
			t.Errorf("30 lines of 30 dots at 300 dots/s took %v, want 3 s", took)
		}
	})
}

// Power is cut at one byte: what came before it is on paper, what came after is nowhere.
func TestOnByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p *printertest.Printer
		p = printertest.New(printertest.Config{OnByte: func(n int64) {
			if n == 10 {
				p.Set(printertest.Dead)
			}
		}})
		say(t, serve(t, p), "line 1\nline 2\nline 3\n")
		p.Set(printertest.OK)
		if paper := p.Paper(); paper.Text() != "line 1\n" || string(paper.Raw()) != "line 1\nli" {
			t.Errorf("paper %q, raw %q", paper.Text(), paper.Raw())
		}
	})
}

// The printer outlives its line: what it had goes on with the next.
func TestLines(t *testing.T) {
	p := printertest.New(printertest.Config{})
	for _, part := range []string{"one ", "two\n\x1D", "!\x11three\n"} {
		host, printer := net.Pipe()
		done := make(chan error, 1)
		go func() { done <- p.Serve(context.Background(), printer) }()
		io.WriteString(host, part)
		host.Close()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if paper := p.Tear(); paper.Text() != "one two\nthree\n" || len(paper.Unknown()) > 0 {
		t.Errorf("%q, %v", paper.Text(), paper.Unknown())
	}
	if paper := p.Paper(); paper.Text() != "" || paper.Rows() != 0 || len(paper.Raw()) != 0 {
		t.Error("something is left after tearing")
	}
}
