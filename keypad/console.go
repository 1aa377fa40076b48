package keypad

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// DefaultEscapeTime is how long after an ESC the rest of an escape sequence may come. A serial line at
// 1200 baud still needs only 8 ms a byte.
const DefaultEscapeTime = 50 * time.Millisecond

// ConsoleConfig describes a console keyboard. The zero value is good.
type ConsoleConfig struct {
	// Name stands in errors; the file's name, or "console", if empty.
	Name string
	// EscapeTime is how long a lone ESC is waited on before it is CANCEL; DefaultEscapeTime if not positive.
	EscapeTime time.Duration
}

// console is the Source behind NewConsole and OpenConsole.
type console struct {
	queue    *queue
	feed     *feed
	escape   time.Duration // how long a lone ESC is waited on
	unknowns unknowns
	decoder  decoder

	closing sync.Once
	done    chan struct{} // closed when run has returned
}

// NewConsole reads keys from a keyboard that sends characters: a terminal window, a serial console, the
// emulated board's line.
//
//	0–9 and .            the same
//	Enter (CR, LF, CRLF) OK
//	Backspace, DEL       CLEAR
//	c, or ESC alone      CANCEL
//	m, s                 MENU, SCAN
//	C, M, S              the long presses of CANCEL, MENU, SCAN
//
// Arrow and function keys are skipped whole. Anything else becomes an [*UnknownKeyError], at most one a second.
//
// Keys are read until r ends; the end is io.EOF, after an error wrapping [ErrGone] if it was a failure. If r
// is a terminal it is put in raw mode until Close; interrupt keys go on working.
//
// The console takes r over: Close closes it if it can be closed, save for os.Stdin. A Read that neither a
// Close nor poll(2) can interrupt is left behind by Close.
func NewConsole(r io.Reader, cfg ConsoleConfig) Source {
	file, isFile := r.(*os.File)
	if isFile && cfg.Name == "" {
		cfg.Name = file.Name()
	}
	return startConsole(cfg, true, func() (io.ReadCloser, error) {
		if isFile {
			return newCancelReader(file, file != os.Stdin)
		}
		if rc, ok := r.(io.ReadCloser); ok {
			return rc, nil
		}
		return onlyReader{r}, nil
	})
}

// OpenConsole reads keys as [NewConsole] does from the terminal at path (or a FIFO). It need not exist yet, and
// it is opened again by itself when it was gone; each outage is one error wrapping [ErrGone].
func OpenConsole(path string, cfg ConsoleConfig) Source {
	if cfg.Name == "" {
		cfg.Name = path
	}
	return startConsole(cfg, false, func() (io.ReadCloser, error) {
		// Without O_NONBLOCK a serial line without carrier, or a FIFO without writer, would block here.
		file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
		if err != nil {
			return nil, err
		}
		r, err := newCancelReader(file, true)
		if err != nil {
			file.Close()
			return nil, err
		}
		return r, nil
	})
}

func startConsole(cfg ConsoleConfig, once bool, open func() (io.ReadCloser, error)) *console {
	if cfg.Name == "" {
		cfg.Name = "console"
	}
	if cfg.EscapeTime <= 0 {
		cfg.EscapeTime = DefaultEscapeTime
	}
	c := &console{
		queue:  newQueue(cfg.Name),
		feed:   newFeed(cfg.Name, once, open),
		escape: cfg.EscapeTime,
		done:   make(chan struct{}),
	}
	c.unknowns.queue = c.queue
	c.decoder.press = func(e Event) { c.queue.press(e.Key, e.Long) }
	c.decoder.unknown = func(input string) { c.unknowns.add(time.Now(), input) }
	go c.feed.run()
	go c.run()
	return c
}

// run turns pieces into events. It never waits for the reader of the events.
func (c *console) run() {
	defer close(c.done)
	var escape <-chan time.Time
	for {
		var report <-chan time.Time
		if at, ok := c.unknowns.due(); ok {
			report = time.After(time.Until(at))
		}
		select {
		case p := <-c.feed.pieces:
			if p.err == io.EOF {
				c.decoder.timeout()
				c.queue.finish(io.EOF)
				return
			}
			if p.err != nil {
				c.decoder.timeout()
				c.queue.report(p.err)
			}
			c.decoder.feed(p.data)
			escape = nil
			if c.decoder.waiting() {
				escape = time.After(c.escape)
			}
		case <-escape:
			c.decoder.timeout()
			escape = nil
		case <-report:
			c.unknowns.flush(time.Now())
		case <-c.feed.stop:
			return
		}
	}
}

// Next implements [Source].
func (c *console) Next(ctx context.Context) (Event, error) { return c.queue.Next(ctx) }

// Close implements [Source]. It restores the terminal's mode.
func (c *console) Close() error {
	c.closing.Do(func() {
		c.queue.close()
		c.feed.close()
		<-c.done
	})
	return nil
}
