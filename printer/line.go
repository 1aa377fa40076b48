package printer

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Line is what the driver needs of a serial line. A line of package device has it, and so has a net.Conn with a
// Drain.
//
// Errors: a wrapped [os.ErrDeadlineExceeded] when a deadline has passed; anything else is taken to mean that the
// line is gone.
type Line interface {
	io.ReadWriter

	// SetReadDeadline ends Reads at t, also one that is under way; the zero time means never.
	SetReadDeadline(t time.Time) error

	// SetWriteDeadline ends Writes and Drains at t, also one that is under way.
	SetWriteDeadline(t time.Time) error

	// Drain waits until everything written has left for the printer.
	Drain() error
}

// errSilent is returned by read when the time is up. It is not yet a verdict.
var errSilent = errors.New("no answer in time")

// A talk is one call's hold of the line: it ends waiting when the call's context ends.
type talk struct {
	d    *Driver
	ctx  context.Context
	stop func() bool
	done chan struct{}
}

// begin makes the context's end interrupt reads and writes. end must be called.
func (d *Driver) begin(ctx context.Context) *talk {
	t := &talk{d: d, ctx: ctx, done: make(chan struct{})}
	t.stop = context.AfterFunc(ctx, func() {
		defer close(t.done)
		past := time.Unix(1, 0)
		d.line.SetReadDeadline(past)
		d.line.SetWriteDeadline(past)
	})
	return t
}

// end waits for an interruption under way, so that it cannot hit the next call.
func (t *talk) end() {
	if !t.stop() {
		<-t.done
	}
}

// lineError tells what an error of the line means: the context's end, silence, or the line itself.
func (t *talk) lineError(err error) error {
	switch {
	case t.ctx.Err() != nil:
		return context.Cause(t.ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSilent
	}
	return &goneError{err}
}

// A goneError marks an error of the line itself.
type goneError struct{ err error }

func (e *goneError) Error() string { return e.err.Error() }
func (e *goneError) Unwrap() error { return e.err }

// write hands b to the line and waits until it has left. It returns how many bytes the line took. Its time is
// twice what the line's baud needs, the status time-out, and what flow control may hold it up.
func (t *talk) write(b []byte, holdUp time.Duration) (int, error) {
	d := t.d
	if err := d.line.SetWriteDeadline(time.Now().Add(2*d.wire(len(b)) + d.opt.StatusTimeout + holdUp)); err != nil {
		return 0, &goneError{err}
	}
	if t.ctx.Err() != nil { // after the deadline was set: from here on the context's end resets it
		return 0, context.Cause(t.ctx)
	}
	n, err := d.line.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = d.line.Drain()
	}
	if err != nil {
		return n, t.lineError(err)
	}
	return n, nil
}

// read returns the printer's next answer, or errSilent at the deadline.
func (t *talk) read(deadline time.Time) (reply, error) {
	d := t.d
	for {
		for len(d.in) > 0 {
			b := d.in[0]
			d.in = d.in[1:]
			d.remember(b)
			if r, ok := d.parser.feed(b); ok {
				if r.kind == answerGS && d.owed > 0 {
					d.owed--
				}
				return r, nil
			}
		}
		if !time.Now().Before(deadline) {
			return reply{}, errSilent
		}
		if err := d.line.SetReadDeadline(deadline); err != nil {
			return reply{}, &goneError{err}
		}
		if t.ctx.Err() != nil {
			return reply{}, context.Cause(t.ctx)
		}
		n, err := d.line.Read(d.buf[:])
		d.in = d.buf[:n]
		if n == 0 && err != nil {
			return reply{}, t.lineError(err)
		}
	}
}

// moving is how long the slowest printer needs to move the paper by dots.
func (d *Driver) moving(dots int) time.Duration {
	return time.Duration(dots) * time.Second / time.Duration(d.opt.SlowestDots)
}

// wire is how long n bytes take on the line, at ten bits a byte.
func (d *Driver) wire(n int) time.Duration {
	return time.Duration(n) * 10 * time.Second / time.Duration(d.opt.Baud)
}
