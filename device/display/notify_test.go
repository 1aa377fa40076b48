package display

import (
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// withSocket opens a framebuffer that tells a socket, with a limit that makes a silent listener cheap.
func withSocket(t *testing.T) (*Framebuffer, string) {
	cfg := config(t, "", 0)
	cfg.Notify = filepath.Join(t.TempDir(), "flush")
	f := open(t, cfg)
	f.notify.limit, f.notify.pause = 20*time.Millisecond, time.Hour
	return f, cfg.Notify
}

func listen(t *testing.T, path string) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// echo acknowledges every flush of one connection after the other and reports each.
func echo(l net.Listener, flushes chan<- struct{}) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		var number [4]byte
		for {
			if _, err := io.ReadFull(conn, number[:]); err != nil {
				break
			}
			flushes <- struct{}{}
			conn.Write(number[:])
		}
		conn.Close()
	}
}

func TestNobodyListens(t *testing.T) {
	f, _ := withSocket(t)
	c := NewCanvas(32, 16)
	for range 3 {
		c.Invalidate()
		if err := c.Flush(f); err != nil {
			t.Fatal(err)
		}
	}
}

// The listener dies and a new one takes its place: the next flush reaches it, though a stale connection
// was left behind.
func TestListenerIsReplaced(t *testing.T) {
	f, path := withSocket(t)
	f.notify.limit = 10 * time.Second // never reached
	c := NewCanvas(32, 16)
	for range 3 {
		l := listen(t, path)
		flushes := make(chan struct{}, 10)
		done := make(chan struct{})
		go func() { echo(l, flushes); close(done) }()
		for range 2 {
			c.Invalidate()
			if err := c.Flush(f); err != nil {
				t.Fatal(err)
			}
		}
		if len(flushes) != 2 {
			t.Errorf("%d of 2 flushes arrived", len(flushes))
		}
		l.Close()
		f.notify.conn.Close() // as the dying listener does
		<-done
	}
}

// A listener that takes the connection and never answers is given up for a while, and never an error.
func TestListenerIsSilent(t *testing.T) {
	f, path := withSocket(t)
	listen(t, path)
	c := NewCanvas(32, 16)
	if err := c.Flush(f); err != nil {
		t.Fatal(err)
	}
	if f.notify.conn != nil || !time.Now().Before(f.notify.rest) {
		t.Error("a silent listener is not left alone")
	}
	c.Invalidate()
	if err := c.Flush(f); err != nil || f.notify.conn != nil {
		t.Errorf("the listener was asked again at once (%v)", err)
	}
}

// An answer to another question is no answer.
func TestListenerAnswersNonsense(t *testing.T) {
	f, path := withSocket(t)
	l := listen(t, path)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("nonsense and more of it"))
			t.Cleanup(func() { conn.Close() })
		}
	}()
	if err := NewCanvas(32, 16).Flush(f); err != nil {
		t.Fatal(err)
	}
	if f.notify.conn != nil {
		t.Error("the connection was kept")
	}
}
