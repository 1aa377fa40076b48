package scannertest

import (
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Serve is the engine on a line, until ctx ends (nil), the line fails, or the
// engine is unplugged (ErrUnplugged). A Read under way is ended through rw's
// SetReadDeadline or, without one, its Close; with neither it stays behind
// until it returns. The engine can be served again on another line.
func (e *Engine) Serve(ctx context.Context, rw io.ReadWriter) error {
	e.mu.Lock()
	if e.served {
		e.mu.Unlock()
		return ErrBusy
	}
	e.served = true
	e.parser = parser{}
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.served = false
		e.mu.Unlock()
	}()

	if d, ok := rw.(readDeadliner); ok {
		_ = d.SetReadDeadline(time.Time{}) // an earlier Serve on the same line ended with one
	}
	if d, ok := rw.(writeDeadliner); ok {
		_ = d.SetWriteDeadline(time.Time{})
		// A host that does not read must not keep Serve from ending.
		defer context.AfterFunc(ctx, func() { _ = d.SetWriteDeadline(time.Unix(1, 0)) })()
	}
	outer := ctx
	ctx, cancel := context.WithCancel(ctx)
	in, failed := make(chan []byte), make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		readAll(ctx, rw, in, failed)
	}()
	err := e.serve(ctx, rw, in, failed)
	cancel()
	if endRead(rw) {
		<-ended
	}
	if outer.Err() != nil {
		return nil
	}
	return err
}

type (
	readDeadliner  interface{ SetReadDeadline(time.Time) error }
	writeDeadliner interface{ SetWriteDeadline(time.Time) error }
)

// endRead wakes a blocked Read and says whether it surely did.
func endRead(rw io.ReadWriter) bool {
	if d, ok := rw.(readDeadliner); ok && d.SetReadDeadline(time.Unix(1, 0)) == nil {
		return true
	}
	if c, ok := rw.(io.Closer); ok {
		_ = c.Close()
		return true
	}
	return false
}

func readAll(ctx context.Context, r io.Reader, in chan<- []byte, failed chan<- error) {
	buf := make([]byte, 1024)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			select {
			case in <- append([]byte(nil), buf[:n]...):
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			failed <- err
			return
		}
	}
}

func (e *Engine) serve(ctx context.Context, w io.Writer, in <-chan []byte, failed <-chan error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next, err := e.look(ctx, w)
		if err != nil {
			return err
		}
		timer.Reset(next)
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("scannertest: line: %w", err)
		case b := <-in:
			if err := e.hear(ctx, w, b); err != nil {
				return err
			}
		case <-e.wake:
		case <-timer.C:
		}
	}
}

// look reads what is before the camera if the engine is reading. It returns
// how long nothing can change by itself.
func (e *Engine) look(ctx context.Context, w io.Writer) (time.Duration, error) {
	const idle = time.Hour
	e.mu.Lock()
	now := time.Now()
	if e.fault == Unplugged {
		e.mu.Unlock()
		return 0, ErrUnplugged
	}
	active := e.active(now)
	if !active || e.fault == Silent || len(e.sights) == 0 && e.held == nil {
		next := idle
		if active && !e.until.IsZero() && e.until.After(now) {
			next = e.until.Sub(now)
		}
		e.mu.Unlock()
		return next, nil
	}
	if e.notBefore.After(now) {
		e.mu.Unlock()
		return e.notBefore.Sub(now), nil
	}
	s := e.held
	if len(e.sights) > 0 {
		s, e.sights = e.sights[0], e.sights[1:]
	}
	out := e.output(s.text)
	e.reading = false // until the next command, or until the wire is pulled again
	if e.selfTriggered() {
		e.notBefore = now.Add(time.Duration(e.regs[regInterval]) * tenth)
	}
	e.mu.Unlock()

	err := e.send(ctx, w, out)
	e.mu.Lock()
	s.end(nil)
	e.mu.Unlock()
	return 0, err
}

// output is what a text looks like on the line.
func (e *Engine) output(text string) []byte {
	b := []byte(text)
	if !e.sendsUTF8() {
		if g, err := simplifiedchinese.GBK.NewEncoder().Bytes(b); err == nil {
			b = g
		}
	}
	switch e.fault {
	case Truncated:
		return b[:len(b)/2]
	case Garbled:
		for i := range b {
			b[i] ^= 0x9A
		}
	}
	return append(b, e.tail()...)
}

// send writes bytes as the host's rate lets it see them, paced if asked.
func (e *Engine) send(ctx context.Context, w io.Writer, b []byte) error {
	e.mu.Lock()
	baud, right := e.baud, e.rateFits()
	e.mu.Unlock()
	if !right {
		garble(b)
	}
	step := len(b)
	if e.cfg.Paced {
		step = 16
	}
	for len(b) > 0 && ctx.Err() == nil {
		n := min(step, len(b))
		if _, err := w.Write(b[:n]); err != nil {
			return fmt.Errorf("scannertest: line: %w", err)
		}
		if e.cfg.Paced {
			time.Sleep(time.Duration(n) * 10 * time.Second / time.Duration(baud))
		}
		b = b[n:]
	}
	return nil
}

// rateFits says whether both ends have the same rate; the lock is held.
func (e *Engine) rateFits() bool {
	if e.cfg.HostBaud == nil {
		return true
	}
	host := e.cfg.HostBaud()
	return host == 0 || host == e.baud
}

// garble is what a wrong baud rate does, near enough: no byte survives.
func garble(b []byte) {
	for i, c := range b {
		b[i] = c>>1 ^ 0xD5
	}
}
