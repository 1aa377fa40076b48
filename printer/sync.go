package printer

import (
	"errors"
	"time"
)

// synchronise makes sure that the printer takes the next byte for the beginning of a command, and that the next
// answer is to the next question. It costs nothing when the last receipt went well, and one round trip when the
// printer is in step after all.
//
// After a fault the printer may still print what it has, and answer the markers in it: those are waited for, as
// long as that may take. If they do not come, it has lost them, or it is in the middle of a command. Then NULs
// complete that command: as raster data they are white, as the content of a QR code that is never printed they
// are harmless, and outside commands they are ignored.
//
// The proof is the answer to GS r 1, which only a printer that reads commands gives.
func (t *talk) synchronise() error {
	d := t.d
	if d.debris < 0 {
		return nil
	}
	err := t.inStep(d.moving(d.backlog))
	if errors.Is(err, errSilent) {
		d.owed = 0
		if err = t.zeros(d.debris); err == nil {
			err = t.inStep(0)
		}
	}
	if err != nil {
		return err
	}
	clean := []byte{esc, '@'} // forgets a half-filled line and every style
	if d.stump {
		e := encoder{model: d.model}
		e.cut()
		clean = append(clean, e.job.data...)
	}
	if _, err := t.write(clean, 0); err != nil {
		return err
	}
	d.debris, d.backlog, d.stump, d.lost = -1, 0, false, false
	return nil
}

// inStep asks for a sign that the printer reads commands. It may be busy for so long with what it still has.
//
// Where nobody knows what it owes, the first answer may be to a question from before. A second one cannot be, when it
// owed one; and if it did, the answer to the last question follows the second at once, since nothing is printed between
// them. A printer that lost its power with the terminal owes nothing and is not waited for.
func (t *talk) inStep(busy time.Duration) error {
	if t.d.lost {
		if err := t.sign(busy); err != nil {
			return err
		}
		if err := t.sign(busy); err != nil {
			return err
		}
		return t.flush(t.d.opt.StatusTimeout / 4)
	}
	return t.sign(busy)
}

// sign asks for one.
func (t *talk) sign(busy time.Duration) error {
	if _, err := t.mark(nil, busy); err != nil {
		return err
	}
	return t.await(0, t.d.opt.StatusTimeout+busy)
}

// zeros sends n NULs, a few at a time.
func (t *talk) zeros(n int) error {
	nuls := make([]byte, segmentBytes)
	for n > 0 {
		k := min(n, len(nuls))
		if _, err := t.write(nuls[:k], 0); err != nil {
			return err
		}
		n -= k
	}
	return nil
}
