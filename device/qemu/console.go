package qemu

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// consoleKept is how much of the console's output is kept.
	consoleKept = 256 << 10
	// tailShown is how much of its end stands in an error.
	tailShown = 2 << 10
	// guestTimeout ends waits for the guest whose context has no deadline of its own.
	guestTimeout = 60 * time.Second
	// panicText is how a Linux kernel begins its last words.
	panicText = "Kernel panic - not syncing"
)

// Console is the guest's serial console. Its output is read all the time, so that the guest never waits for a
// reader; the last 256 KiB of it are kept.
type Console struct {
	conn  net.Conn
	kept  *tail
	ended chan struct{} // closed when no more can come
	why   func() error  // why the machine ended; waits for that, so call it only after ended

	mu     sync.Mutex
	cursor int64 // where Await goes on
}

func newConsole(conn net.Conn, why func() error) *Console {
	return &Console{conn: conn, kept: newTail(consoleKept), ended: make(chan struct{}), why: why}
}

// run keeps what comes until the line's end.
func (c *Console) run() {
	defer close(c.ended)
	_, _ = io.Copy(c.kept, c.conn) // the end of the machine is reported by its process
}

// Write types on the console.
func (c *Console) Write(p []byte) (int, error) {
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, harness("type on the console", err)
	}
	n, err := c.conn.Write(p)
	return n, harness("type on the console", err)
}

// Tail returns the end of what the guest wrote, at most max bytes.
func (c *Console) Tail(max int) string { return c.kept.last(max) }

// Await returns when the guest has written text, in what follows the text that the last Await found: so two
// calls find two occurrences. What was written before the call counts. Calls are for one goroutine at a time.
//
// It ends after the context's deadline, or one minute without one. A guest that panics, powers off or is silent
// is a [*GuestError]; a QEMU that died is a [*HarnessError].
func (c *Console) Await(ctx context.Context, text string) error {
	_, err := c.AwaitAny(ctx, text)
	return err
}

// AwaitAny is Await for the first of several texts. It returns the one that came.
func (c *Console) AwaitAny(ctx context.Context, texts ...string) (string, error) {
	var quoted []string
	for _, text := range texts {
		quoted = append(quoted, strconv.Quote(text))
	}
	return c.await(ctx, strings.Join(quoted, " or "), func(out string) (from, to int) {
		first := -1
		for _, text := range texts {
			if i := strings.Index(out, text); i >= 0 && (first < 0 || i < first) {
				first, from, to = i, i, i+len(text)
			}
		}
		return from, to
	})
}

// AwaitLine is Await for a whole line that contains text. It returns the line from text on, without its end.
func (c *Console) AwaitLine(ctx context.Context, text string) (string, error) {
	line, err := c.await(ctx, fmt.Sprintf("%q", text), func(out string) (from, to int) {
		from = strings.Index(out, text)
		if from < 0 {
			return 0, 0
		}
		return from, from + strings.IndexByte(out[from:], '\n') + 1
	})
	return strings.TrimRight(line, "\r\n"), err
}

// await waits until find says where in the output what is wanted stands; from ≥ to is "more is needed".
func (c *Console) await(ctx context.Context, what string, find func(out string) (from, to int)) (string, error) {
	ctx, cancel := bounded(ctx, guestTimeout)
	defer cancel()
	ended := false
	for {
		c.mu.Lock()
		out, start, more := c.kept.since(c.cursor)
		if from, to := find(out); from < to {
			c.cursor = start + int64(to)
			c.mu.Unlock()
			return out[from:to], nil
		}
		c.mu.Unlock()
		switch {
		case strings.Contains(out, panicText):
			return "", c.fail(what, ErrPanic)
		case ended:
			return "", c.fail(what, c.why())
		}
		select {
		case <-more:
		case <-c.ended:
			ended = true // once more: its last words may hold the text
		case <-ctx.Done():
			return "", c.fail(what, ctx.Err())
		}
	}
}

func (c *Console) fail(what string, err error) error {
	return guestFailed("await "+what, err, c.Tail(tailShown))
}

// guestFailed puts an error that ended a wait for the guest on the right side. A wait that its caller gave up
// is nobody's failure.
func guestFailed(op string, err error, tail string) error {
	switch {
	case isAny(err, context.Canceled, ErrHarness, ErrOff):
		return fmt.Errorf("qemu: %s: %w", op, err)
	default:
		return &GuestError{Op: op, Err: err, Tail: tail}
	}
}
