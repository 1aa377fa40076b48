package scanner

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// input is what the reader tells the worker: bytes, that the line has
// vanished, or that it is back.
type input struct {
	data []byte
	at   time.Time
	err  error
	back bool
}

const (
	readSlice = 500 * time.Millisecond // a Read is never longer blocked than this
	readPause = 20 * time.Millisecond  // after a Read that returned nothing at all
)

// read is the reader: it alone reads the line, until the engine is closed. A
// vanished line is asked again, ever more slowly, and found again.
func (e *engine) read() {
	buf := make([]byte, 1024)
	pause, gone := firstRetry, false
	for e.ctx.Err() == nil {
		n, err := e.readOnce(buf)
		at := time.Now()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
		if gone && (err == nil || n > 0) {
			gone, pause = false, firstRetry
			e.tell(input{back: true})
		}
		if n > 0 {
			e.tell(input{data: append([]byte(nil), buf[:n]...), at: at})
		}
		if err != nil {
			if !gone {
				gone = true
				e.tell(input{err: err})
			}
			e.sleep(pause)
			pause = min(2*pause, e.cfg.Retry)
		}
	}
}

func (e *engine) readOnce(buf []byte) (int, error) {
	deadline := time.Now().Add(readSlice)
	if err := e.line.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := e.line.Read(buf)
	if n == 0 && err == nil { // a line that has nothing and does not wait must not spin
		e.sleep(readPause)
	}
	return n, err
}

func (e *engine) tell(in input) {
	select {
	case e.in <- in:
	case <-e.ctx.Done():
	}
}

func (e *engine) sleep(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-e.ctx.Done():
	}
}

// lineError sorts an error of the line: a write that takes too long is an
// engine that does not answer, everything else a line that has vanished.
func lineError(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	return unplugged(err)
}

func unplugged(err error) error { return fmt.Errorf("%w: %w", ErrUnplugged, err) }
