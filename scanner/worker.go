package scanner

import (
	"errors"
	"fmt"
	"time"
)

// run is the worker: it looks for the engine, serves it until it is lost, says
// so, and begins again.
func (e *engine) run() {
	pause := firstRetry
	for e.ctx.Err() == nil {
		err := e.hunt()
		if err == nil {
			pause = firstRetry
			err = e.serve()
		}
		if e.ctx.Err() != nil {
			break
		}
		e.lose(err)
		e.rest(pause)
		pause = min(2*pause, e.cfg.Retry)
	}
	if e.on && e.lineUp {
		e.proto.leave()
	}
}

// hunt finds the engine, sets it up and makes it read if it shall.
func (e *engine) hunt() error {
	e.hunting = true
	defer func() { e.hunting = false }()
	e.rearm = time.Time{}
	if err := e.proto.connect(); err != nil {
		return err
	}
	e.demux.reset() // what came until now is noise, or half a text of before
	e.lastWord = time.Now()
	var err error
	if e.on {
		e.hunting = false // a code may come on the heels of the trigger: somebody has held it there all the time
		if err = e.trigger(); lostBy(err) {
			return err
		}
	}
	e.lost = nil
	e.box.putState(&StateError{Name: e.cfg.Name, State: Ready})
	e.settle(err)
	return nil
}

func (e *engine) lose(err error) {
	state := Silent
	if errors.Is(err, ErrUnplugged) {
		state = Unplugged
	}
	e.lost = err
	e.box.putState(&StateError{Name: e.cfg.Name, State: state, Err: err})
	e.settle(err)
}

// rest pauses between two searches, and waits for a vanished line to return.
func (e *engine) rest(pause time.Duration) {
	e.hunting = true
	defer func() { e.hunting = false }()
	until := time.Now().Add(pause)
	_ = e.pump(until, func() bool { return false })
	for !e.lineUp && e.ctx.Err() == nil {
		_ = e.pump(time.Now().Add(time.Hour), func() bool { return e.lineUp })
	}
}

// serve looks after an engine that is there. It returns why it no longer is.
func (e *engine) serve() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := e.due(time.Now()); err != nil {
			return err
		}
		timer.Reset(time.Until(e.nextDue()))
		select {
		case <-e.ctx.Done():
			return ErrClosed
		case in := <-e.in:
			if err := e.take(in); err != nil {
				return err
			}
		case o := <-e.ops:
			if err := e.do(o); err != nil {
				return err
			}
		case <-timer.C:
		}
	}
}

// nextDue tells when due has something to do.
func (e *engine) nextDue() time.Time {
	if e.demux.open() {
		return e.lastByte.Add(e.cfg.Gap)
	}
	at := e.lastWord.Add(e.cfg.CheckEvery)
	if !e.rearm.IsZero() && e.rearm.Before(at) {
		at = e.rearm
	}
	return at
}

// due does what the clock asks for.
func (e *engine) due(now time.Time) error {
	if e.demux.open() && !now.Before(e.lastByte.Add(e.cfg.Gap)) {
		e.demux.gap()
	}
	if e.demux.open() { // the engine is talking and may not listen before it has ended
		return nil
	}
	if e.on && !e.rearm.IsZero() && !now.Before(e.rearm) {
		if err := e.trigger(); lostBy(err) {
			return err
		}
	}
	if !now.Before(e.lastWord.Add(e.cfg.CheckEvery)) {
		if err := e.proto.check(); err != nil {
			return err
		}
		e.lastWord = time.Now()
	}
	return nil
}

// trigger makes the engine read, and notes when it will have given up.
func (e *engine) trigger() error {
	e.rearm = time.Time{}
	err := e.proto.start()
	if e.cfg.Mode != Continuous && e.rearm.IsZero() { // else the read has come already, on the heels of the answer
		e.rearm = time.Now().Add(e.cfg.ReadTimeout + rearmMargin)
	}
	return err
}

// do carries out Start or Stop. Only an error by which the engine is lost is
// returned as well.
func (e *engine) do(o op) error {
	if e.on == o.on {
		o.done <- nil
		return nil
	}
	e.wish(o.on)
	var err error
	if o.on {
		err = e.trigger()
	} else {
		err = e.proto.stop()
	}
	if err != nil {
		o.done <- fmt.Errorf("%s: %w", e.cfg.Name, err)
	} else {
		o.done <- nil
	}
	if lostBy(err) {
		return err
	}
	return nil
}

// wish notes whether the engine shall read, and drops what belongs to nobody.
func (e *engine) wish(on bool) {
	e.on = on
	e.rearm = time.Time{}
	e.box.dropReads()
}

// early answers a call while the engine is being looked for: at once if it is
// known to be lost, else when the first search ends.
func (e *engine) early(o op) {
	if e.on != o.on {
		e.wish(o.on)
	}
	switch {
	case !o.on: // nothing to stop
		o.done <- nil
	case e.lost != nil || len(e.waiting) == maxWaiting:
		err := e.lost
		if err == nil {
			err = ErrNoAnswer
		}
		o.done <- fmt.Errorf("%s: %w", e.cfg.Name, err)
	default:
		e.waiting = append(e.waiting, o)
	}
}

func (e *engine) settle(err error) {
	if err != nil {
		err = fmt.Errorf("%s: %w", e.cfg.Name, err)
	}
	for _, o := range e.waiting {
		o.done <- err
	}
	e.waiting = nil
}

// pump takes what arrives until done holds. It returns errLate when the time
// is over. Beside serve it is the only place where the worker waits.
func (e *engine) pump(until time.Time, done func() bool) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for !done() {
		ops := e.ops
		if !e.hunting { // in the middle of a command: the call waits its turn
			ops = nil
		}
		select {
		case <-e.ctx.Done():
			return ErrClosed
		case in := <-e.in:
			if err := e.take(in); err != nil {
				return err
			}
		case o := <-ops:
			e.early(o)
		case <-timer.C:
			return errLate
		}
	}
	return nil
}

// take digests what the reader found.
func (e *engine) take(in input) error {
	switch {
	case in.err != nil:
		e.lineUp = false
		return unplugged(in.err)
	case in.back:
		e.lineUp = true
		return nil
	}
	// Bytes from both sides of a silence are not one text, however busy the
	// worker was in between.
	if e.demux.open() && in.at.Sub(e.lastByte) >= e.cfg.Gap {
		e.demux.gap()
	}
	e.lastByte = in.at
	e.demux.write(in.data)
	return nil
}

func (e *engine) takeAnswer(a answer) {
	e.answered = &a
	e.demux.expecting = false // one command, one answer: what looks like another is text
	e.lastWord = e.lastByte
}

// takeText is the end of a read: good or bad, the engine has used up its
// trigger. A damaged answer is none: its command's time-out tells of it.
func (e *engine) takeText(raw []byte, reason Reason) {
	if !e.on || e.hunting || reason == Truncated && likeAnswer(raw) {
		return
	}
	e.lastWord = e.lastByte
	if e.cfg.Mode != Continuous {
		e.rearm = e.lastByte.Add(e.cfg.Reread)
	}
	var text string
	if reason == 0 {
		text, reason = decode(raw, e.cfg.Encoding)
	}
	if reason != 0 {
		e.box.put(event{err: &BadReadError{Name: e.cfg.Name, Reason: reason, Length: len(raw), Head: head(raw)}})
		return
	}
	e.box.put(event{read: Read{Text: text, At: e.lastByte}})
}

// write sends a frame.
func (e *engine) write(frame []byte) error {
	if err := e.line.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return lineError(err)
	}
	if _, err := e.line.Write(frame); err != nil {
		return lineError(err)
	}
	return nil
}

func (e *engine) setBaud(baud int) error {
	if err := e.line.SetBaud(baud); err != nil {
		return lineError(err)
	}
	return nil
}

// lostBy says whether err means that the engine must be looked for again.
func lostBy(err error) bool {
	return errors.Is(err, ErrUnplugged) || errors.Is(err, ErrNoAnswer) || errors.Is(err, ErrClosed)
}
