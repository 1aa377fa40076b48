package printertest

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// chunk is how much is read from the line at a time: at 115200 baud, 2.8 ms of it.
const chunk = 32

// Serve has the printer at the far end of line, until the line ends or ctx does; then it finishes printing what
// the buffer has, unless ctx has ended, and returns nil for io.EOF and the context's end, else the line's error.
// It may be called again with another line: the printer keeps its state as long as it has power. One Serve runs
// at a time.
//
// When ctx ends, a Read under way is ended by SetReadDeadline where the line has that method, else by Close
// where it has that; a line with neither must be closed by its owner.
func (p *Printer) Serve(ctx context.Context, line io.ReadWriter) error {
	stop := context.AfterFunc(ctx, func() { interrupt(line) })
	defer stop()
	running, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { p.engine(running) })
	wg.Go(func() { p.speak(running, line) })
	err := p.listen(ctx, line)
	cancel()
	wg.Wait()
	p.drain(ctx)
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// interrupt ends Reads and Writes under way.
func interrupt(line io.ReadWriter) {
	past := time.Unix(1, 0)
	switch l := line.(type) {
	case interface{ SetDeadline(time.Time) error }:
		l.SetDeadline(past)
	case interface{ SetReadDeadline(time.Time) error }:
		l.SetReadDeadline(past)
	case io.Closer:
		l.Close()
	}
}

// engine prints what arrives.
func (p *Printer) engine(ctx context.Context) {
	for {
		p.drain(ctx)
		select {
		case <-p.wake:
		case <-ctx.Done():
			return
		}
	}
}

// speak sends answers.
func (p *Printer) speak(ctx context.Context, line io.Writer) {
	for {
		select {
		case b := <-p.out:
			if _, err := line.Write(b); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// listen receives at the pace of the line.
func (p *Printer) listen(ctx context.Context, line io.Reader) error {
	buf := make([]byte, chunk)
	var due time.Time
	for ctx.Err() == nil {
		n, err := line.Read(buf)
		if n > 0 && p.cfg.Baud > 0 {
			now := p.cfg.Now()
			if due.Before(now) {
				due = now
			}
			due = due.Add(time.Duration(n) * 10 * time.Second / time.Duration(p.cfg.Baud))
			if ahead := due.Sub(now); ahead > 2*time.Millisecond {
				p.cfg.Sleep(ctx, ahead)
			}
		}
		p.receiveAll(ctx, buf[:n])
		if err != nil && !(errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil && n > 0) {
			return err
		}
	}
	return nil
}

// receiveAll takes what was read. A power cycle in OnByte loses the rest.
func (p *Printer) receiveAll(ctx context.Context, b []byte) {
	p.mu.Lock()
	epoch := p.epoch
	p.mu.Unlock()
	for _, c := range b {
		if p.cfg.Flow == FlowWait {
			p.waitForRoom(ctx)
		}
		if !p.receive(c, epoch) {
			return
		}
		if p.cfg.Speed == 0 {
			p.drain(ctx) // at once, so that what is on paper at a byte is always the same
		}
	}
	p.nudge()
}

// waitForRoom holds the line while the buffer is full. A real-time command can then not arrive, as on a line
// with RTS/CTS.
func (p *Printer) waitForRoom(ctx context.Context) {
	for ctx.Err() == nil {
		p.mu.Lock()
		full := len(p.buffer) >= p.cfg.Buffer
		p.mu.Unlock()
		if !full {
			return
		}
		p.nudge()
		p.cfg.Sleep(ctx, time.Millisecond)
	}
}

// receive takes one byte from the cable. It returns false when the power was cut meanwhile.
func (p *Printer) receive(b byte, epoch int) bool {
	p.mu.Lock()
	if p.faults&(Unplugged|Dead) != 0 {
		p.mu.Unlock()
		return true
	}
	p.count++
	n := p.count
	p.mu.Unlock()
	if p.cfg.OnByte != nil {
		p.cfg.OnByte(n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.epoch != epoch {
		return false
	}
	if p.faults&(Unplugged|Dead) != 0 {
		return true
	}
	if len(p.raw) == maxRaw {
		p.raw = append(p.raw[:0], p.raw[maxRaw/2:]...)
	}
	p.raw = append(p.raw, b)
	p.realTime(b)
	return true
}

// realTime carries out real-time commands at once, whatever state the printer is in, and passes on everything
// else. Between commands they do not enter the buffer. In the data of another command they act too, and stay
// data.
func (p *Printer) realTime(b byte) {
	if !p.arrival.idle() {
		p.store(b)
		if p.within == 2 && b != 0 {
			p.answerNow(b)
		}
		switch {
		case b == 0x10:
			p.within = 1
		case b == 0x04 && p.within == 1:
			p.within = 2
		default:
			p.within = 0
		}
		return
	}
	p.within = 0
	p.held = append(p.held, b)
	switch h := p.held; {
	case len(h) == 1 && b == 0x10:
	case len(h) == 2 && (b == 0x04 || b == 0x05):
	case len(h) == 3:
		if h[1] == 0x04 {
			p.answerNow(b)
		}
		p.held = h[:0]
	case len(h) == 2 && b == 0x10: // the first is nothing, the second may begin one
		p.m.report(h[:1], "DLE before DLE")
		p.held = h[:1]
	default:
		for _, b := range h {
			p.store(b)
		}
		p.held = h[:0]
	}
}

// answerNow is DLE EOT n.
func (p *Printer) answerNow(n byte) {
	if b, ok := p.m.sensors().dle(n); ok {
		p.say([]byte{b})
		return
	}
	p.m.report([]byte{0x10, 0x04, n}, "no such real-time status")
}

// store puts a byte in the buffer, or loses it when that is full.
func (p *Printer) store(b byte) {
	if len(p.buffer) >= p.cfg.Buffer {
		if !p.dropped {
			p.m.report([]byte{b}, "lost: the receive buffer is full")
		}
		p.dropped = true
		return
	}
	p.dropped = false
	p.arrival.feed(b)
	p.buffer = append(p.buffer, b)
	if p.cfg.Flow == FlowXonXoff && !p.stopped && len(p.buffer) > p.cfg.Buffer*3/4 {
		p.stopped = true
		p.say([]byte{0x13})
	}
}

// pause is the time that the paper needs to move.
func (p *Printer) pause(ctx context.Context, dots int) {
	if p.cfg.Speed > 0 {
		p.cfg.Sleep(ctx, time.Duration(dots)*time.Second/time.Duration(p.cfg.Speed))
	}
}
