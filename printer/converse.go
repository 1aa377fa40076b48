package printer

import (
	"errors"
	"time"
)

// marker is GS r 1, which the printer answers when it has carried out everything before it.
var marker = []byte{gs, 'r', 1}

// segmentBytes is how much is sent between two markers, about: enough that the answers cost nothing, little
// enough that a printer with a small buffer never has to wait.
const segmentBytes = 256

// maxStray is how many other answers may overtake the one waited for: a printer that chatters for ever has not
// answered.
const maxStray = 64

// lead is sent to a printer that may be in the middle of a command, before anything else: NULs complete the
// longest header with small numbers. A question there would become a length: GS ( k 03 followed by DLE EOT has
// the printer wait for 4,099 bytes.
var lead = make([]byte, 8)

// ask refreshes the status by DLE EOT 1, 2 and 4, and 3 where an error is reported.
func (t *talk) ask() error {
	if !t.d.led {
		if _, err := t.write(lead, 0); err != nil {
			return err
		}
	}
	if t.d.stale {
		if err := t.flush(stray); err != nil {
			return err
		}
	}
	var s Status
	for _, n := range []int{1, 2, 4, 3} {
		if n == 3 && !s.Error {
			continue
		}
		b, err := t.dle(n)
		if errors.Is(err, errSilent) && t.d.debris >= 0 {
			b, err = t.dle(n) // the first may have ended a command that the printer was in the middle of
		}
		if err != nil {
			t.d.led = false
			t.d.stale = true // a late answer may still come: it must not be taken for another's
			return err
		}
		s.take(n, b)
	}
	if !t.d.model.NearEnd {
		s.NearEnd = false
	}
	t.d.status, t.d.led = s, true
	return nil
}

// finished asks the status once more after the last marker was answered: it finds the printers that swallow data
// without paper. A printer that has gone offline for no reason, as while somebody feeds paper, has printed.
func (t *talk) finished() error {
	err := t.ready()
	var told statusError
	if errors.As(err, &told) && told.cause == Offline {
		return nil
	}
	return err
}

// ready asks the status and returns a statusError where the printer cannot print.
func (t *talk) ready() error {
	if err := t.ask(); err != nil {
		return err
	}
	if cause, bad := t.d.status.Fault(); bad {
		return statusError{cause}
	}
	return nil
}

// dle sends DLE EOT n and returns the answer. Others may come in between.
func (t *talk) dle(n int) (byte, error) {
	if _, err := t.write([]byte{dle, eot, byte(n)}, 0); err != nil {
		return 0, err
	}
	deadline := time.Now().Add(t.d.opt.StatusTimeout)
	for range maxStray {
		r, err := t.read(deadline)
		if err != nil {
			return 0, err
		}
		if r.kind == answerDLE {
			return r.b, nil
		}
	}
	return 0, errSilent
}

// stray is how far apart answers to earlier questions come at most.
const stray = 20 * time.Millisecond

// flush forgets what the printer said before: it reads until the line is quiet for so long.
func (t *talk) flush(quiet time.Duration) error {
	d := t.d
	quiet = min(quiet, d.opt.StatusTimeout/2)
	for range maxStray {
		if _, err := t.read(time.Now().Add(quiet)); errors.Is(err, errSilent) {
			d.parser, d.stale = replyParser{}, false
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// mark sends b with a marker behind it, and counts that its answer is owed.
func (t *talk) mark(b []byte, holdUp time.Duration) (n int, err error) {
	n, err = t.write(append(b[:len(b):len(b)], marker...), holdUp)
	if n == len(b)+len(marker) {
		t.d.owed++
	}
	return min(n, len(b)), err
}

// await reads until no more than owed markers are unanswered, or answers errSilent after patience.
func (t *talk) await(owed int, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for t.d.owed > owed {
		r, err := t.read(deadline)
		if err != nil {
			return err
		}
		if r.kind != answerASB {
			continue
		}
		t.d.status.takeASB(r.asb)
		if cause, bad := t.d.status.Fault(); bad {
			return statusError{cause}
		}
	}
	return nil
}
