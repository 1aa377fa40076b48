package qemu

import (
	"strings"
	"sync"
)

// tail keeps the last bytes of a stream. The zero value is not ready: use newTail.
type tail struct {
	mu      sync.Mutex
	buf     []byte
	most    int           // how much of the stream is kept at least; up to twice that in memory
	start   int64         // where buf begins in the stream
	changed chan struct{} // closed and made anew at every Write
}

func newTail(most int) *tail {
	return &tail{most: most, changed: make(chan struct{})}
}

// Write implements [io.Writer]. It never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*t.most {
		// Moved only now and then, so that a byte costs the same however long the stream is.
		drop := len(t.buf) - t.most
		t.start += int64(drop)
		t.buf = append(make([]byte, 0, 2*t.most), t.buf[drop:]...)
	}
	close(t.changed)
	t.changed = make(chan struct{})
	return len(p), nil
}

// since returns what is kept from offset on, where that begins in the stream, and a channel that is closed when
// there is more.
func (t *tail) since(offset int64) (text string, start int64, more <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	offset = max(offset, t.start)
	return string(t.buf[offset-t.start:]), offset, t.changed
}

// last returns at most max bytes of the stream's end, beginning with a whole line where there is one.
func (t *tail) last(max int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.buf) <= max {
		return string(t.buf)
	}
	text := string(t.buf[len(t.buf)-max:])
	if i := strings.IndexByte(text, '\n'); i >= 0 && i+1 < len(text) {
		text = text[i+1:]
	}
	return text
}
