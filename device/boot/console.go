package boot

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	consoleQueue = 256  // lines on their way to the console
	maxLine      = 1024 // bytes; longer ones are broken
	tailSize     = 8192 // bytes of a child's last words
)

// console is the log of process 1. A console can be slow or stuck (a serial line with flow control), and nothing
// may wait for it: what it can't take is dropped and counted.
type console struct {
	clock Clock
	lines chan string

	mu      sync.Mutex
	dropped int
	closed  bool
	idle    *sync.Cond // no line is under way
	pending int
}

// newConsole starts writing to w; close ends it.
func newConsole(w io.Writer, clock Clock) *console {
	c := &console{clock: clock, lines: make(chan string, consoleQueue)}
	c.idle = sync.NewCond(&c.mu)
	go c.write(w)
	return c
}

func (c *console) write(w io.Writer) {
	for line := range c.lines {
		_, _ = io.WriteString(w, line) // there is nowhere to tell it
		c.mu.Lock()
		if c.pending--; c.pending == 0 {
			c.idle.Broadcast()
		}
		c.mu.Unlock()
	}
}

// logf writes a line of process 1's own.
func (c *console) logf(format string, args ...any) {
	up := c.clock.Uptime()
	c.put(fmt.Sprintf("[%5d.%03d] boot: %s\n", int(up/time.Second), up.Milliseconds()%1000, fmt.Sprintf(format, args...)))
}

func (c *console) put(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	if c.dropped > 0 {
		line = fmt.Sprintf("boot: %d lines dropped: the console was too slow\n%s", c.dropped, line)
	}
	select {
	case c.lines <- line:
		c.pending++
		c.dropped = 0
	default:
		c.dropped++
	}
}

// flush waits until everything is written, at most for limit.
func (c *console) flush(limit time.Duration) {
	late := false
	timer := time.AfterFunc(limit, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		late = true
		c.idle.Broadcast()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.pending > 0 && !late {
		c.idle.Wait()
	}
}

// close ends the console; lines are then dropped.
func (c *console) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		close(c.lines)
	}
}

// tail keeps the last words of a child.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

func (t *tail) add(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	if over := len(t.bytes) - tailSize; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
	}
}

// reason is the line that most likely says why the child ended: a panic's, else the last.
func (t *tail) reason() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var last []byte
	for line := range bytes.Lines(t.bytes) {
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte("panic:")) || bytes.HasPrefix(line, []byte("fatal error:")) {
			return printable(string(line))
		}
		if len(line) > 0 {
			last = line
		}
	}
	return printable(string(last))
}

// copyOutput writes a child's output to the console, line by line, until its end.
func copyOutput(c *console, out io.Reader, keep *tail) {
	var line []byte
	p := make([]byte, maxLine)
	for {
		n, err := out.Read(p)
		keep.add(p[:n])
		for line = append(line, p[:n]...); ; {
			end := bytes.IndexByte(line, '\n') + 1
			if end == 0 && len(line) < maxLine {
				break
			}
			if end == 0 || end > maxLine {
				end = maxLine
			}
			c.put(string(bytes.TrimRight(line[:end], "\n")) + "\n")
			line = line[end:]
		}
		if err != nil {
			if len(line) > 0 {
				c.put(string(line) + "\n")
			}
			return
		}
	}
}
